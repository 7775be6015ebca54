package dev.hagen.semantics;

import dev.hagen.cpu.SegmentRegister;

/**
 * Fields of an eight-byte descriptor held in a {@code long} (SDM vol. 3A 3.4.5, 5.8.3), and the types of system
 * descriptors.
 */
final class Descriptor {
  static final int TSS16 = 1;
  static final int LDT = 2;
  static final int TSS16_BUSY = 3;
  static final int CALL_GATE16 = 4;
  static final int TASK_GATE = 5;
  static final int INTERRUPT_GATE16 = 6;
  static final int TRAP_GATE16 = 7;
  static final int TSS32 = 9;
  static final int TSS32_BUSY = 0xB;
  static final int CALL_GATE32 = 0xC;
  static final int INTERRUPT_GATE32 = 0xE;
  static final int TRAP_GATE32 = 0xF;
  /** The bit of a TSS's type that says that its task runs or is nested. */
  static final int BUSY = 2;

  private Descriptor() {}

  static long base(long raw) {
    return raw >>> 16 & 0xFF_FFFF | raw >>> 56 << 24;
  }

  /** The offset of the last byte, granularity applied. */
  static long limit(long raw) {
    long limit = raw & 0xFFFF | raw >>> 32 & 0xF_0000;
    return (raw >>> 55 & 1) != 0 ? limit << 12 | 0xFFF : limit;
  }

  /** As {@link SegmentRegister#attributes}. */
  static int attributes(long raw) {
    return (int) (raw >>> 40 & 0xFF) | (int) (raw >>> 52 & 0xF) << 8;
  }

  static int dpl(long raw) {
    return (int) (raw >>> 45) & 3;
  }

  static boolean isPresent(long raw) {
    return (raw >>> 47 & 1) != 0;
  }

  /** A descriptor of a gate, LDT or TSS. */
  static boolean isSystem(long raw) {
    return (raw >>> 44 & 1) == 0;
  }

  /** The four type bits. */
  static int type(long raw) {
    return (int) (raw >>> 40) & 0xF;
  }

  static boolean isCode(long raw) {
    return (raw >>> 43 & 3) == 3;
  }

  static boolean isConformingCode(long raw) {
    return (raw >>> 42 & 7) == 7;
  }

  static boolean isWritableData(long raw) {
    return (raw >>> 43 & 3) == 2 && (raw >>> 41 & 1) != 0;
  }

  /** Data, or code that may be read. */
  static boolean isReadable(long raw) {
    return !isSystem(raw) && (!isCode(raw) || (raw >>> 41 & 1) != 0);
  }

  static boolean isLong(long raw) {
    return (raw >>> 53 & 1) != 0;
  }

  static boolean isBig(long raw) {
    return (raw >>> 54 & 1) != 0;
  }

  static boolean isTss(long raw) {
    return isSystem(raw) && (type(raw) & 5) == 1;
  }

  // Gates.

  static int gateSelector(long raw) {
    return (int) (raw >>> 16) & 0xFFFF;
  }

  /** The low 32 bits of a gate's target; 16-bit gates use half of them. */
  static long gateOffset(long raw) {
    long high = (type(raw) & 8) != 0 ? raw >>> 32 & 0xFFFF_0000L : 0;
    return raw & 0xFFFF | high;
  }

  /** Fills a segment register from a descriptor. */
  static void load(SegmentRegister register, int selector, long raw) {
    register.set(selector, base(raw), limit(raw), attributes(raw));
  }
}
