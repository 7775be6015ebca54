package dev.hagen.x86;

/** Bits of CR0, CR4, EFER and XCR0 (SDM vol. 3A 2.5, APM vol. 2 3.1). */
public final class Control {
  public static final long CR0_PE = 1;
  public static final long CR0_MP = 1 << 1;
  public static final long CR0_EM = 1 << 2;
  public static final long CR0_TS = 1 << 3;
  public static final long CR0_ET = 1 << 4;
  public static final long CR0_NE = 1 << 5;
  public static final long CR0_WP = 1 << 16;
  public static final long CR0_AM = 1 << 18;
  public static final long CR0_NW = 1 << 29;
  public static final long CR0_CD = 1 << 30;
  public static final long CR0_PG = 1L << 31;

  public static final long CR3_PCID = 0xFFF;
  /** Bit 63 of a value moved to CR3 with PCIDs enabled: keep the translations of the PCID. */
  public static final long CR3_NO_FLUSH = 1L << 63;

  public static final long CR4_VME = 1;
  public static final long CR4_PVI = 1 << 1;
  public static final long CR4_TSD = 1 << 2;
  public static final long CR4_DE = 1 << 3;
  public static final long CR4_PSE = 1 << 4;
  public static final long CR4_PAE = 1 << 5;
  public static final long CR4_MCE = 1 << 6;
  public static final long CR4_PGE = 1 << 7;
  public static final long CR4_PCE = 1 << 8;
  public static final long CR4_OSFXSR = 1 << 9;
  public static final long CR4_OSXMMEXCPT = 1 << 10;
  public static final long CR4_UMIP = 1 << 11;
  public static final long CR4_FSGSBASE = 1 << 16;
  public static final long CR4_PCIDE = 1 << 17;
  public static final long CR4_OSXSAVE = 1 << 18;
  public static final long CR4_SMEP = 1 << 20;
  public static final long CR4_SMAP = 1 << 21;

  public static final long EFER_SCE = 1;
  public static final long EFER_LME = 1 << 8;
  public static final long EFER_LMA = 1 << 10;
  public static final long EFER_NXE = 1 << 11;
  public static final long EFER_SVME = 1 << 12;
  public static final long EFER_LMSLE = 1 << 13;
  public static final long EFER_FFXSR = 1 << 14;
  public static final long EFER_TCE = 1 << 15;
  public static final long EFER_AIBRSE = 1 << 21;

  public static final long XCR0_X87 = 1;
  public static final long XCR0_SSE = 1 << 1;

  private Control() {}
}
