package dev.hagen.vectors;

/**
 * The mode in which a vector was recorded, always as user code (CPL 3, IOPL 0) under paging, CR0.AM
 * and CR0.NE set, with these segments:
 *
 * <ul>
 *   <li>64-bit: 64-bit CS; FS and GS bases set by WRFSBASE and WRGSBASE with null selectors.
 *   <li>32-bit: flat CS, DS, ES and SS; FS and GS with 32-bit, 4 GiB data segments.
 *   <li>16-bit protected mode: 16-bit segments of 64 KiB, CS, DS, ES and SS at {@link
 *       MemoryLayout#WINDOW}.
 * </ul>
 */
public enum Mode {
  BITS_64(64, 16, 0, 0x33, 0x2B, 0, 0, 0x20000L, 0x1234_5678_9000L),
  BITS_32(32, 8, 0, 0x23, 0x2B, 0x07, 0x0F, 0x20000L, 0xFFF0_0000L),
  BITS_16(16, 8, MemoryLayout.WINDOW, 0x17, 0x1F, 0x27, 0x2F, 0x24000L, 0x1C000L);

  private final int bits;
  private final int registers;
  private final int base;
  final int codeSelector;
  final int dataSelector;
  final int fsSelector;
  final int gsSelector;
  final long fsBase;
  final long gsBase;

  Mode(
      int bits,
      int registers,
      int base,
      int codeSelector,
      int dataSelector,
      int fsSelector,
      int gsSelector,
      long fsBase,
      long gsBase) {
    this.bits = bits;
    this.registers = registers;
    this.base = base;
    this.codeSelector = codeSelector;
    this.dataSelector = dataSelector;
    this.fsSelector = fsSelector;
    this.gsSelector = gsSelector;
    this.fsBase = fsBase;
    this.gsBase = gsBase;
  }

  /** 16, 32 or 64. */
  public int bits() {
    return bits;
  }

  /** How many general-purpose registers, and how many XMM registers, there are. */
  public int registers() {
    return registers;
  }

  /** Base of CS, DS, ES and SS: linear = base + offset. */
  public int base() {
    return base;
  }

  static Mode of(int bits) {
    return switch (bits) {
      case 64 -> BITS_64;
      case 32 -> BITS_32;
      case 16 -> BITS_16;
      default -> throw new IllegalArgumentException("mode " + bits);
    };
  }
}
