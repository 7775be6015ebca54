package dev.hagen.vectors;

import java.util.Arrays;

/**
 * The registers that user code sees, before or after a case. Arrays are this object's own: do not
 * change them.
 *
 * @param gpr RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15; outside 64-bit mode eight of 32 bits
 * @param rip offset into CS
 * @param rflags CF PF AF ZF SF TF IF DF OF IOPL NT AC ID as recorded; RF, VM, VIF and VIP are not
 * @param selectors ES, CS, SS, DS, FS, GS
 * @param fsBase linear base of FS
 * @param gsBase linear base of GS
 * @param xmm low and high half of XMM0, of XMM1, …
 * @param mxcsr as STMXCSR stores it
 * @param x87 the x87 state
 */
public record Registers(
    long[] gpr,
    long rip,
    int rflags,
    int[] selectors,
    long fsBase,
    long gsBase,
    long[] xmm,
    int mxcsr,
    X87 x87) {
  public static final int RAX = 0;
  public static final int RCX = 1;
  public static final int RDX = 2;
  public static final int RBX = 3;
  public static final int RSP = 4;
  public static final int RBP = 5;
  public static final int RSI = 6;
  public static final int RDI = 7;
  public static final int ES = 0;
  public static final int CS = 1;
  public static final int SS = 2;
  public static final int DS = 3;
  public static final int FS = 4;
  public static final int GS = 5;

  /** The bits of RFLAGS that are recorded; the others are 0. */
  public static final int RFLAGS_RECORDED = 0x247FD7;

  private static final int RFLAGS_DEFAULT = 0x202;
  private static final int RFLAGS_ARITHMETIC = 0x8D5;
  private static final int MXCSR_DEFAULT = 0x1F80;

  /**
   * The x87 state as FXSAVE stores it.
   *
   * @param control FCW
   * @param status FSW, with TOP in bits 11 to 13
   * @param tags one bit for each physical register that is not empty
   * @param opcode of the last non-control instruction, 11 bits
   * @param ip offset of that instruction, 64 bits
   * @param dp offset of its memory operand, 64 bits
   * @param mantissas of the physical registers R0 to R7
   * @param exponents of R0 to R7, sign in bit 15
   */
  public record X87(
      int control,
      int status,
      int tags,
      int opcode,
      long ip,
      long dp,
      long[] mantissas,
      int[] exponents) {
    /** The state after FNINIT with all registers zero. */
    static X87 initial() {
      return new X87(0x37F, 0, 0, 0, 0, 0, new long[8], new int[8]);
    }

    /**
     * Whether {@code opcode}, {@code ip} and {@code dp} of a state after a case are what the
     * processor held: AMD tells them only while an exception is pending. Else ignore them.
     */
    public boolean pointersRecorded() {
      return (status & 0x80) != 0;
    }

    public int top() {
      return status >> 11 & 7;
    }

    /** The physical register that ST(i) names. */
    public int physical(int i) {
      return top() + i & 7;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof X87 o
          && control == o.control
          && status == o.status
          && tags == o.tags
          && opcode == o.opcode
          && ip == o.ip
          && dp == o.dp
          && Arrays.equals(mantissas, o.mantissas)
          && Arrays.equals(exponents, o.exponents);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(mantissas) * 31 + status;
    }
  }

  /** The state from which a case differs: registers and arithmetic flags are random by its seed. */
  static Registers defaults(Mode mode, long seed) {
    long[] gpr = new long[mode.registers()];
    for (int i = 0; i < gpr.length; i++) {
      gpr[i] = mode == Mode.BITS_64 ? slot(seed, i) : slot(seed, i) & 0xFFFF_FFFFL;
    }
    gpr[RSP] = MemoryLayout.STACK_POINTER - mode.base();
    long[] xmm = new long[2 * mode.registers()];
    for (int i = 0; i < xmm.length; i++) {
      xmm[i] = slot(seed, 32 + i);
    }
    int flags = RFLAGS_DEFAULT | (int) slot(seed, 16) & RFLAGS_ARITHMETIC;
    int data = mode.dataSelector;
    int[] selectors = {data, mode.codeSelector, data, data, mode.fsSelector, mode.gsSelector};
    return new Registers(
        gpr,
        MemoryLayout.START - mode.base(),
        flags,
        selectors,
        mode.fsBase,
        mode.gsBase,
        xmm,
        MXCSR_DEFAULT,
        X87.initial());
  }

  private static long slot(long seed, int slot) {
    return MemoryLayout.mix(seed * 0x9E3779B97F4A7C15L + slot * 0xD1B54A32D192ED03L);
  }

  public long xmmLow(int i) {
    return xmm[2 * i];
  }

  public long xmmHigh(int i) {
    return xmm[2 * i + 1];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Registers o
        && Arrays.equals(gpr, o.gpr)
        && rip == o.rip
        && rflags == o.rflags
        && Arrays.equals(selectors, o.selectors)
        && fsBase == o.fsBase
        && gsBase == o.gsBase
        && Arrays.equals(xmm, o.xmm)
        && mxcsr == o.mxcsr
        && x87.equals(o.x87);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(gpr) * 31 + Long.hashCode(rip);
  }
}
