package dev.hagen.x86;

/** Bits of MXCSR, the control and status register of SSE (SDM vol. 1 10.2.3). */
public final class Mxcsr {
  /** Invalid operation. */
  public static final int IE = 1;
  /** Denormal operand. */
  public static final int DE = 1 << 1;
  /** Division by zero. */
  public static final int ZE = 1 << 2;
  /** Overflow. */
  public static final int OE = 1 << 3;
  /** Underflow. */
  public static final int UE = 1 << 4;
  /** Precision: an inexact result. */
  public static final int PE = 1 << 5;
  /** Denormals are zeros: as operands. */
  public static final int DAZ = 1 << 6;
  /** The mask of exception {@code x} is {@code x << MASK_SHIFT}. */
  public static final int MASK_SHIFT = 7;
  /** Rounding control: two bits from {@link #RC_SHIFT} on. */
  public static final int RC_SHIFT = 13;
  public static final int RC = 3 << RC_SHIFT;
  /** Flush to zero: tiny results, while underflow is masked. */
  public static final int FTZ = 1 << 15;

  /** AMD's misaligned exception mask: packed operands in memory, explicitly aligned moves excepted, need no alignment. */
  public static final int MM = 1 << 17;

  public static final int EXCEPTIONS = IE | DE | ZE | OE | UE | PE;
  /** Exceptions that are detected before the operation is carried out. */
  public static final int PRE_COMPUTATION = IE | DE | ZE;
  /** The bits that every processor has. */
  public static final int COMMON = 0xFFFF;

  /** Values of the rounding control. */
  public static final int NEAREST = 0;
  public static final int DOWN = 1;
  public static final int UP = 2;
  public static final int TOWARDS_ZERO = 3;

  private Mxcsr() {}
}
