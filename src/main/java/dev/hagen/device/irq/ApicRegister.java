package dev.hagen.device.irq;

/**
 * The registers of a local APIC by number: the offset in the page divided by 16, or the distance of the MSR from 800h
 * (SDM vol. 3A tables 10-1 and 10-6).
 */
final class ApicRegister {
  static final int ID = 0x02;
  static final int VERSION_REGISTER = 0x03;
  static final int TPR = 0x08;
  static final int APR = 0x09;
  static final int PPR = 0x0A;
  static final int EOI = 0x0B;
  static final int RRD = 0x0C;
  static final int LDR = 0x0D;
  static final int DFR = 0x0E;
  static final int SVR = 0x0F;
  static final int ISR = 0x10;
  static final int ESR = 0x28;
  static final int ICR_LOW = 0x30;
  static final int ICR_HIGH = 0x31;
  static final int LVT_FIRST = 0x32;
  static final int LVT_END = 0x38;
  static final int INITIAL_COUNT = 0x38;
  static final int CURRENT_COUNT = 0x39;
  static final int DIVIDE = 0x3E;
  static final int SELF_IPI = 0x3F;

  /** The writable bits of SVR. */
  static final int SVR_WRITABLE = 0x3FF;
  /** The writable bits of the low half of ICR. */
  static final int ICR_WRITABLE = 0xC_CFFF;

  private ApicRegister() {}

  /** Whether a register can be read in x2APIC mode. */
  static boolean isReadableX2(int register) {
    return register >= ISR && register <= ESR || register >= LVT_FIRST && register <= CURRENT_COUNT
        || switch (register) {
          case ID, VERSION_REGISTER, TPR, PPR, LDR, SVR, ICR_LOW, DIVIDE -> true;
          default -> false;
        };
  }

  /** The bits of an x2APIC register that may be written as ones. */
  static long writableX2(int register) {
    if (register >= LVT_FIRST && register < LVT_END) {
      return LocalVectorTable.allowed(register - LVT_FIRST);
    }
    return switch (register) {
      case TPR, SELF_IPI -> 0xFF;
      case SVR -> SVR_WRITABLE;
      case ICR_LOW -> 0xFFFF_FFFF_0000_0000L | ICR_WRITABLE;
      case INITIAL_COUNT -> 0xFFFF_FFFFL;
      case DIVIDE -> 0xB;
      default -> 0;
    };
  }
}
