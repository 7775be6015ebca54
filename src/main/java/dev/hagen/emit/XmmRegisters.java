package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.ISTORE;

/** The XMM registers of a unit: halves in locals, and how they come from and go to the state. */
final class XmmRegisters {
  private final Code code;
  private final XmmUse use;

  XmmRegisters(Code code, XmmUse use) {
    this.code = code;
    this.use = use;
  }

  // Between locals and the state.

  /** Finds the state's registers, at the head of the unit. */
  void findState() {
    if (!use.isEmpty()) {
      code.aload(Locals.CPU);
      Names.XMM.get(code.visitor());
      code.local(ASTORE, Locals.XMM);
    }
  }

  /** Finds out how the unit may compute: at its head, and after anything that may have changed it. */
  void loadMode() {
    if (use.computes()) {
      code.aload(Locals.CPU);
      FloatNames.MODE.call(code.visitor());
      code.local(ISTORE, Locals.FLOAT_MODE);
    }
  }

  /** Loads a half, numbered as in {@link XmmUse}, from the state. */
  void load(int half) {
    code.pushElement(Locals.XMM, half);
    if (use.isDouble(half)) {
      UnsafeNames.GET_DOUBLE.call(code.visitor());
      code.local(DSTORE, Locals.xmm(half >> 1, half & 1));
    } else {
      UnsafeNames.GET_LONG.call(code.visitor());
      code.lstore(Locals.xmm(half >> 1, half & 1));
    }
  }

  /** Stores a half in the state. */
  void store(int half) {
    code.pushElement(Locals.XMM, half);
    if (use.isDouble(half)) {
      code.local(DLOAD, Locals.xmm(half >> 1, half & 1));
      UnsafeNames.PUT_DOUBLE.call(code.visitor());
    } else {
      code.lload(Locals.xmm(half >> 1, half & 1));
      UnsafeNames.PUT_LONG.call(code.visitor());
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
