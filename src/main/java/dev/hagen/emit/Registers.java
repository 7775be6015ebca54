package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.ISTORE;

/** The general, XMM and x87 registers in their locals, and which of them only the local has: see {@link RegisterPlan}. */
final class Registers {
  private final Code code;
  private final XmmRegisters xmm;
  private final int codeSize;
  private long dirty;

  Registers(Code code, XmmRegisters xmm, int codeSize) {
    this.code = code;
    this.xmm = xmm;
    this.codeSize = codeSize;
  }

  /** The registers whose value the state does not have, as {@link Slots}. */
  long dirty() {
    return dirty;
  }

  void setDirty(long registers) {
    dirty = code.keepsState() ? 0 : registers;
  }

  /** Loads the locals of {@code registers} from the state. */
  void load(long registers) {
    if (code.keepsState()) {
      return;
    }
    for (int i = 0; i < Slots.GENERAL_COUNT; i++) {
      if (Slots.hasGeneral(registers, i)) {
        code.pushElement(Locals.GPR, i);
        UnsafeNames.GET_LONG.call(code.visitor());
        if (codeSize == 4) {
          // Upper halves do not exist here, whatever 64-bit code left in them.
          code.zeroExtend(4);
        }
        code.lstore(Locals.register(i));
      }
    }
    for (int half = 0; half < Slots.HALF_COUNT; half++) {
      if (Slots.hasHalf(registers, half)) {
        xmm.load(half);
      }
    }
    for (int number = 0; number < Slots.X87_COUNT; number++) {
      if (Slots.hasX87(registers, number)) {
        code.aload(Locals.CPU);
        X87Stack.pushRegister(code, number);
        ExtendedNames.GET_SIGNIFICAND.call(code.visitor());
        code.lstore(Locals.significand(number));
        code.aload(Locals.CPU);
        X87Stack.pushRegister(code, number);
        ExtendedNames.GET_SIGN_EXPONENT.call(code.visitor());
        code.local(ISTORE, Locals.signExponent(number));
      }
    }
  }

  /** Stores those of {@code registers} that are dirty, and remembers that. */
  void clean(long registers) {
    store(registers & dirty);
    dirty &= ~registers;
  }

  /** Stores {@code registers}, whatever is known of them. */
  void store(long registers) {
    for (int i = 0; i < Slots.GENERAL_COUNT; i++) {
      if (Slots.hasGeneral(registers, i)) {
        code.pushElement(Locals.GPR, i);
        code.lload(Locals.register(i));
        UnsafeNames.PUT_LONG.call(code.visitor());
      }
    }
    for (int half = 0; half < Slots.HALF_COUNT; half++) {
      if (Slots.hasHalf(registers, half)) {
        xmm.store(half);
      }
    }
    for (int number = 0; number < Slots.X87_COUNT; number++) {
      if (Slots.hasX87(registers, number)) {
        code.aload(Locals.CPU);
        code.lload(Locals.significand(number));
        code.iload(Locals.signExponent(number));
        X87Stack.pushRegister(code, number);
        ExtendedNames.PUT.call(code.visitor());
      }
    }
  }
}
