package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.LALOAD;
import static org.objectweb.asm.Opcodes.LASTORE;

import java.util.BitSet;

/** The XMM registers of a unit: halves in locals, and how they come from and go to the state. */
final class XmmRegisters {
  private static final int REGISTERS = 16;

  private final Code code;
  private final XmmUse use;

  XmmRegisters(Code code, XmmUse use) {
    this.code = code;
    this.use = use;
  }

  // Between locals and the state.

  /** Loads what the unit uses, and how it may compute: at entry, and after anything that may have changed either. */
  void load() {
    if (use.isEmpty()) {
      return;
    }
    code.aload(Locals.CPU);
    Names.XMM.get(code.visitor());
    code.local(ASTORE, Locals.XMM);
    for (int register = 0; register < REGISTERS; register++) {
      load(register);
    }
    loadMode();
  }

  private void loadMode() {
    if (use.computes()) {
      code.aload(Locals.CPU);
      FloatNames.MODE.call(code.visitor());
      code.local(ISTORE, Locals.FLOAT_MODE);
    }
  }

  /** Stores what the unit writes. */
  void store() {
    for (int register = 0; register < REGISTERS; register++) {
      store(register);
    }
  }

  /** Stores some registers, for a step. */
  void store(BitSet registers) {
    registers.stream().forEach(this::store);
  }

  /** Loads the registers that a step may have changed. */
  void load(BitSet registers) {
    registers.stream().forEach(this::load);
  }

  /** Loads the halves of one register. */
  void load(int register) {
    for (int half = 0; half < 2; half++) {
      if (use.isUsed(2 * register + half)) {
        code.aload(Locals.XMM);
        code.constant(2 * register + half);
        code.op(LALOAD);
        popLong(register, half);
      }
    }
  }

  /** Stores the halves of one register. */
  void store(int register) {
    for (int half = 0; half < 2; half++) {
      if (use.isWritten(2 * register + half)) {
        code.aload(Locals.XMM);
        code.constant(2 * register + half);
        pushLong(register, half);
        code.op(LASTORE);
      }
    }
  }

  // Halves.

  boolean isDouble(int register, int half) {
    return use.isDouble(2 * register + half);
  }

  void pushLong(int register, int half) {
    if (isDouble(register, half)) {
      code.local(DLOAD, Locals.xmm(register, half));
      Names.DOUBLE_BITS.call(code.visitor());
    } else {
      code.lload(Locals.xmm(register, half));
    }
  }

  void pushDouble(int register, int half) {
    if (isDouble(register, half)) {
      code.local(DLOAD, Locals.xmm(register, half));
    } else {
      code.lload(Locals.xmm(register, half));
      Names.DOUBLE_OF_BITS.call(code.visitor());
    }
  }

  void popLong(int register, int half) {
    if (isDouble(register, half)) {
      Names.DOUBLE_OF_BITS.call(code.visitor());
      code.local(DSTORE, Locals.xmm(register, half));
    } else {
      code.lstore(Locals.xmm(register, half));
    }
  }

  void popDouble(int register, int half) {
    if (isDouble(register, half)) {
      code.local(DSTORE, Locals.xmm(register, half));
    } else {
      Names.DOUBLE_BITS.call(code.visitor());
      code.lstore(Locals.xmm(register, half));
    }
  }

  /** Copies one half to another. */
  void copy(int to, int toHalf, int from, int fromHalf) {
    if (isDouble(from, fromHalf)) {
      pushDouble(from, fromHalf);
      popDouble(to, toHalf);
    } else {
      pushLong(from, fromHalf);
      popLong(to, toHalf);
    }
  }

  void clear(int register, int half) {
    if (isDouble(register, half)) {
      code.op(org.objectweb.asm.Opcodes.DCONST_0);
      popDouble(register, half);
    } else {
      code.constant(0L);
      popLong(register, half);
    }
  }
}
