package dev.hagen.cpu;

/**
 * A segment register with its hidden part (SDM vol. 3A 3.4.3).
 *
 * <p>The attributes are the descriptor's bits 40 to 47 and 52 to 55 side by side, as an AMD VMCB holds them
 * (APM vol. 2 15.5.1): type in bits 0 to 3, S in 4, DPL in 5 and 6, P in 7, AVL in 8, L in 9, D/B in 10, G in 11. An
 * unusable register (null selector) has the attributes 0.
 */
public final class SegmentRegister {
  public static final int TYPE = 0xF;
  public static final int ACCESSED = 1;
  /** Data: writable. Code: readable. */
  public static final int WRITABLE_OR_READABLE = 1 << 1;
  /** Data: expand-down. Code: conforming. */
  public static final int EXPAND_DOWN_OR_CONFORMING = 1 << 2;
  public static final int CODE = 1 << 3;
  public static final int S = 1 << 4;
  public static final int DPL_SHIFT = 5;
  public static final int DPL = 3 << DPL_SHIFT;
  public static final int P = 1 << 7;
  public static final int AVL = 1 << 8;
  public static final int L = 1 << 9;
  public static final int DB = 1 << 10;
  public static final int G = 1 << 11;

  /** In a {@link #uncheckedBase}: the segment is not to be accessed without checks. */
  private static final long OUT_OF_REACH = 1L << 62;
  /** What a sum of an offset and an {@link #uncheckedBase} is to be cut to. */
  public static final long UNCHECKED_MASK = OUT_OF_REACH | 0xFFFF_FFFFL;

  /** The visible part, 16 bits. */
  public int selector;
  /** The linear address of the segment's first byte. */
  public long base;
  /** The offset of the last byte, granularity applied: 0 to FFFF_FFFFh. */
  public long limit;
  /** See the class. */
  public int attributes;

  public SegmentRegister() {}

  public void set(int newSelector, long newBase, long newLimit, int newAttributes) {
    selector = newSelector;
    base = newBase;
    limit = newLimit;
    attributes = newAttributes;
  }

  public void copyFrom(SegmentRegister other) {
    set(other.selector, other.base, other.limit, other.attributes);
  }

  public boolean has(int attribute) {
    return (attributes & attribute) != 0;
  }

  public boolean isUsable() {
    return (attributes & P) != 0;
  }

  public boolean isCode() {
    return (attributes & (S | CODE)) == (S | CODE);
  }

  public int dpl() {
    return attributes >> DPL_SHIFT & 3;
  }

  /** Whether the segment is the whole 32-bit address space and allows every data access. */
  public boolean isFlatData() {
    return base == 0 && isWholeData();
  }

  /** Whether every offset of 32 bits may be read and written. */
  private boolean isWholeData() {
    return limit == 0xFFFF_FFFFL
        && (attributes & (P | S | CODE | EXPAND_DOWN_OR_CONFORMING | WRITABLE_OR_READABLE))
            == (P | S | WRITABLE_OR_READABLE);
  }

  /**
   * For 32-bit code that checks no limits: the base if none need be checked, else one with which every address, cut to
   * {@link #UNCHECKED_MASK}, is one that is not canonical and in no TLB.
   */
  public long uncheckedBase() {
    return isWholeData() ? base : base | OUT_OF_REACH;
  }

  /** Whether the segment is the whole 32-bit address space and holds readable code. */
  public boolean isFlatCode() {
    return base == 0 && limit == 0xFFFF_FFFFL
        && (attributes & (P | S | CODE | WRITABLE_OR_READABLE)) == (P | S | CODE | WRITABLE_OR_READABLE);
  }
}
