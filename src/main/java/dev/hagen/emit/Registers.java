package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.LALOAD;
import static org.objectweb.asm.Opcodes.LASTORE;

/** The general registers in their locals, and which of them only the local has: see {@link RegisterPlan}. */
final class Registers {
  private final Code code;
  private final int codeSize;
  private int dirty;

  Registers(Code code, int codeSize) {
    this.code = code;
    this.codeSize = codeSize;
  }

  /** The registers whose value the state does not have, one bit each. */
  int dirty() {
    return dirty;
  }

  void setDirty(int registers) {
    dirty = registers;
  }

  /** Loads the locals of {@code registers} from the state. */
  void load(int registers) {
    for (int i = 0; i < 16; i++) {
      if ((registers & 1 << i) != 0) {
        code.aload(Locals.GPR);
        code.constant(i);
        code.op(LALOAD);
        if (codeSize == 4) {
          // Upper halves do not exist here, whatever 64-bit code left in them.
          code.zeroExtend(4);
        }
        code.lstore(Locals.register(i));
      }
    }
  }

  /** Stores those of {@code registers} that are dirty, and remembers that. */
  void clean(int registers) {
    store(registers & dirty);
    dirty &= ~registers;
  }

  /** Stores {@code registers}, whatever is known of them. */
  void store(int registers) {
    for (int i = 0; i < 16; i++) {
      if ((registers & 1 << i) != 0) {
        code.aload(Locals.GPR);
        code.constant(i);
        code.lload(Locals.register(i));
        code.op(LASTORE);
      }
    }
  }
}
