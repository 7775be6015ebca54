package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Control;
import dev.hagen.x86.Vector;

/**
 * The x87 register stack, status word and exceptions (SDM vol. 1 chapter 8).
 *
 * <p>ES and B of {@link CpuState#fsw} always say whether an exception flag is set whose mask in {@link CpuState#fcw} is
 * clear; whoever changes either word outside this class calls {@link #summarize}.
 */
public final class X87 {
  /** Exceptions, in the status word as flags and in the control word as masks. */
  static final int IE = 1;
  static final int DE = 1 << 1;
  static final int ZE = 1 << 2;
  static final int OE = 1 << 3;
  static final int UE = 1 << 4;
  static final int PE = 1 << 5;
  static final int EXCEPTIONS = 0x3F;
  /** Stack fault. */
  static final int SF = 1 << 6;
  /** Error summary. */
  static final int ES = 1 << 7;
  static final int C0 = 1 << 8;
  static final int C1 = 1 << 9;
  static final int C2 = 1 << 10;
  static final int C3 = 1 << 14;
  /** The same bit, for translation units, which leave if it is set. */
  public static final int ERROR_SUMMARY = ES;
  /** Busy, a copy of ES. */
  static final int BUSY = 1 << 15;
  static final int TOP_SHIFT = 11;

  /** Sign and exponent of the QNaN "real indefinite". */
  static final int INDEFINITE_SIGN_EXPONENT = 0xFFFF;
  static final long INDEFINITE_SIGNIFICAND = 0xC000_0000_0000_0000L;

  /** Bits of the control word that exist; bit 6 always reads as one. */
  private static final int CONTROL_WORD = 0x1F3F;
  private static final int CONTROL_WORD_ONES = 0x40;

  private X87() {}

  /**
   * Reports a pending unmasked exception before a waiting x87 or MMX instruction: #MF, or with CR0.NE clear the
   * external error signal.
   */
  public static void checkPending(CpuState cpu) {
    if ((cpu.fsw & ES) != 0) {
      if ((cpu.cr0 & Control.CR0_NE) != 0) {
        throw cpu.raise(Vector.MF);
      }
      cpu.vmm.signalFpuError(cpu);
    }
  }

  // Status and control words.

  /** The status word with TOP. */
  public static int statusWord(CpuState cpu) {
    return cpu.fsw | cpu.ftop << TOP_SHIFT;
  }

  /** Loads the status word, TOP included; ES and B follow from the flags and masks. */
  public static void setStatusWord(CpuState cpu, int value) {
    cpu.ftop = value >> TOP_SHIFT & 7;
    cpu.fsw = value & (C0 | C1 | C2 | C3 | SF | EXCEPTIONS);
    summarize(cpu);
  }

  /** Loads the control word; reserved bits keep their fixed values. */
  public static void setControlWord(CpuState cpu, int value) {
    cpu.fcw = value & CONTROL_WORD | CONTROL_WORD_ONES;
    summarize(cpu);
  }

  /** Recomputes ES and B from flags and masks. */
  static void summarize(CpuState cpu) {
    if ((cpu.fsw & ~cpu.fcw & EXCEPTIONS) != 0) {
      cpu.fsw |= ES | BUSY;
    } else {
      cpu.fsw &= ~(ES | BUSY);
    }
  }

  /** Sets exception flags (SF and C1 may be among them) and says whether one of them is unmasked. */
  static boolean raise(CpuState cpu, int flags) {
    cpu.fsw |= flags;
    if ((flags & ~cpu.fcw & EXCEPTIONS) != 0) {
      cpu.fsw |= ES | BUSY;
      return true;
    }
    return false;
  }

  static void clearC1(CpuState cpu) {
    cpu.fsw &= ~C1;
  }

  /** Sets the condition bits C0, C2 and C3 and clears the others of them; C1 stays. */
  static void setConditions(CpuState cpu, int conditions) {
    cpu.fsw = cpu.fsw & ~(C0 | C2 | C3) | conditions;
  }

  // The register stack.

  /** The physical number of ST({@code i}). */
  static int physical(CpuState cpu, int i) {
    return cpu.ftop + i & 7;
  }

  static boolean isEmpty(CpuState cpu, int i) {
    return (cpu.ftw >> (cpu.ftop + i & 7) & 1) == 0;
  }

  /** Writes physical register {@code register} and marks it in use. */
  static void write(CpuState cpu, int register, int signExponent, long significand) {
    cpu.stSignExponent[register] = signExponent;
    cpu.stSignificand[register] = significand;
    cpu.ftw |= 1 << register;
  }

  static void writeIndefinite(CpuState cpu, int register) {
    write(cpu, register, INDEFINITE_SIGN_EXPONENT, INDEFINITE_SIGNIFICAND);
  }

  /** Frees ST(0) and moves TOP up. */
  static void pop(CpuState cpu) {
    cpu.ftw &= ~(1 << cpu.ftop);
    cpu.ftop = cpu.ftop + 1 & 7;
  }

  /** Moves TOP down and writes the new ST(0), which the caller has found to be empty. */
  static void push(CpuState cpu, int signExponent, long significand) {
    cpu.ftop = cpu.ftop - 1 & 7;
    write(cpu, cpu.ftop, signExponent, significand);
  }

  /** Whether a push would overflow the stack. */
  static boolean isFull(CpuState cpu) {
    return !isEmpty(cpu, 7);
  }

  /** Stack overflow: C1 set; masked, the indefinite is pushed. Says whether the instruction goes on (is masked). */
  static boolean overflow(CpuState cpu) {
    cpu.fsw |= C1;
    if (raise(cpu, IE | SF)) {
      return false;
    }
    push(cpu, INDEFINITE_SIGN_EXPONENT, INDEFINITE_SIGNIFICAND);
    return true;
  }

  /** Stack underflow without result: C1 clear. Says whether the instruction goes on (is masked). */
  static boolean underflow(CpuState cpu) {
    cpu.fsw &= ~C1;
    return !raise(cpu, IE | SF);
  }

  /** Stack underflow; masked, physical register {@code register} becomes the indefinite. */
  static boolean underflow(CpuState cpu, int register) {
    if (!underflow(cpu)) {
      return false;
    }
    writeIndefinite(cpu, register);
    return true;
  }

  /** Invalid operation; masked, physical register {@code register} becomes the indefinite. */
  static boolean invalid(CpuState cpu, int register) {
    if (raise(cpu, IE)) {
      return false;
    }
    writeIndefinite(cpu, register);
    return true;
  }
}
