package dev.hagen.device.pci;

/**
 * The host bridge in slot 0: looks like an Intel 82441FX. Its programmable attribute map (PAM) registers say which
 * parts of C0000h to FFFFFh are RAM instead of ROM (82441FX data sheet, 3.2.11).
 */
public final class HostBridge {
  /** Hears how the guest has set a part of C0000h to FFFFFh. */
  @FunctionalInterface
  public interface ShadowListener {
    /** Reads of the part go to RAM if {@code readRam}, writes reach RAM if {@code writeRam}; else both go to ROM. */
    void shadow(long base, long size, boolean readRam, boolean writeRam);
  }

  private static final int PAM = 0x59;
  private static final int PAM_REGISTERS = 7;
  private static final int SMRAM = 0x72;

  private final PciFunction function = new PciFunction(0x8086, 0x1237, 0x06_0000, 2);

  /** A bridge that tells {@code listener} of each write to an attribute register. */
  public HostBridge(ShadowListener listener) {
    function.allowWrites(PAM, 0x30, 1);
    for (int i = 1; i < PAM_REGISTERS; i++) {
      function.allowWrites(PAM + i, 0x33, 1);
    }
    function.put(SMRAM, 0x02, 1);
    function.allowWrites(SMRAM, 0x78, 1);
    function.onWrite(offset -> attributes(offset - PAM, listener));
  }

  private void attributes(int index, ShadowListener listener) {
    if (index < 0 || index >= PAM_REGISTERS) {
      return;
    }
    int value = function.get(PAM + index, 1);
    if (index == 0) {
      listener.shadow(0xF_0000, 0x1_0000, (value & 0x10) != 0, (value & 0x20) != 0);
      return;
    }
    long base = 0xC_0000 + (index - 1) * 0x8000L;
    listener.shadow(base, 0x4000, (value & 1) != 0, (value & 2) != 0);
    listener.shadow(base + 0x4000, 0x4000, (value & 0x10) != 0, (value & 0x20) != 0);
  }

  /** The function to attach at 0.0. */
  public PciFunction function() {
    return function;
  }
}
