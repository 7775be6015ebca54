package dev.hagen.x86;

/**
 * Numbers of model-specific registers (SDM vol. 4, APM vol. 2 appendix A, and for KVM's interface Linux
 * Documentation/virt/kvm/x86/msr.rst).
 */
public final class Msr {
  public static final int TSC = 0x10;
  public static final int KVM_LEGACY_WALL_CLOCK = 0x11;
  public static final int KVM_LEGACY_SYSTEM_TIME = 0x12;
  public static final int APIC_BASE = 0x1B;
  public static final int TSC_ADJUST = 0x3B;
  public static final int MICROCODE_REVISION = 0x8B;
  public static final int MTRR_CAPABILITY = 0xFE;
  public static final int ARCH_CAPABILITIES = 0x10A;
  public static final int SYSENTER_CS = 0x174;
  public static final int SYSENTER_ESP = 0x175;
  public static final int SYSENTER_EIP = 0x176;
  public static final int MACHINE_CHECK_CAPABILITY = 0x179;
  public static final int MACHINE_CHECK_STATUS = 0x17A;
  public static final int MISC_ENABLE = 0x1A0;
  public static final int MTRR_BASE0 = 0x200;
  public static final int MTRR_MASK7 = 0x20F;
  public static final int MTRR_FIX_64K = 0x250;
  public static final int MTRR_FIX_16K_80000 = 0x258;
  public static final int MTRR_FIX_16K_A0000 = 0x259;
  public static final int MTRR_FIX_4K_C0000 = 0x268;
  public static final int MTRR_FIX_4K_F8000 = 0x26F;
  public static final int PAT = 0x277;
  public static final int MTRR_DEFAULT_TYPE = 0x2FF;
  public static final int TSC_DEADLINE = 0x6E0;
  public static final int X2APIC_FIRST = 0x800;
  public static final int X2APIC_LAST = 0x8FF;
  public static final int KVM_WALL_CLOCK = 0x4B56_4D00;
  public static final int KVM_SYSTEM_TIME = 0x4B56_4D01;
  public static final int KVM_END_OF_INTERRUPT = 0x4B56_4D04;
  public static final int EFER = 0xC000_0080;
  public static final int STAR = 0xC000_0081;
  public static final int LSTAR = 0xC000_0082;
  public static final int CSTAR = 0xC000_0083;
  public static final int SFMASK = 0xC000_0084;
  public static final int FS_BASE = 0xC000_0100;
  public static final int GS_BASE = 0xC000_0101;
  public static final int KERNEL_GS_BASE = 0xC000_0102;
  public static final int TSC_AUX = 0xC000_0103;
  public static final int AMD_EVENT_SELECT0 = 0xC001_0000;
  public static final int AMD_COUNTER3 = 0xC001_0007;
  public static final int AMD_SYSTEM_CONFIGURATION = 0xC001_0010;
  public static final int AMD_HARDWARE_CONFIGURATION = 0xC001_0015;
  public static final int AMD_NORTHBRIDGE_CONFIGURATION = 0xC001_001F;
  public static final int AMD_INTERRUPT_PENDING = 0xC001_0055;
  public static final int AMD_DECODE_CONFIGURATION = 0xC001_1029;

  /** {@link #APIC_BASE}: this is the processor that boots. */
  public static final long APIC_BASE_BSP = 1 << 8;
  /** {@link #APIC_BASE}: x2APIC mode. */
  public static final long APIC_BASE_X2 = 1 << 10;
  /** {@link #APIC_BASE}: the local APIC is on. */
  public static final long APIC_BASE_ENABLED = 1 << 11;

  private Msr() {}
}
