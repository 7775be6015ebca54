package dev.hagen.boot;

import dev.hagen.device.irq.IoApic;
import dev.hagen.device.irq.LocalApic;
import dev.hagen.device.legacy.ResetControl;
import dev.hagen.device.pci.PciBus;
import dev.hagen.device.timer.AcpiPm;
import dev.hagen.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The ACPI tables of the machine (ACPI 6.5 chapter 5), written to the firmware area where an operating system looks for
 * them.
 */
public final class AcpiTables {
  /** Where what the tables describe lies; the machine's wiring must agree. */
  private static final int PM_EVENT_PORT = AcpiPm.BASE + AcpiPm.EVENT;
  private static final int PM_CONTROL_PORT = AcpiPm.BASE + AcpiPm.CONTROL;
  private static final int PM_TIMER_PORT = AcpiPm.BASE + AcpiPm.TIMER;
  private static final int GENERAL_EVENT_PORT = AcpiPm.BASE + AcpiPm.GPE;
  public static final int PANIC_PORT = 0x505;
  public static final int SCI = 9;
  public static final long HPET = 0xFED0_0000L;
  /** The ISA interrupt of each PCI interrupt line, PIRQA first. */
  public static final int[] PCI_IRQS = {10, 11, 10, 11};

  private static final int HEADER = 36;
  private static final int RSDP_LENGTH = 36;
  private static final int LEVEL_HIGH = 0xD;
  private static final int PCI_SLOTS = 32;
  private static final int HPET_ID = 0x8086_A201;

  private final PhysicalMemory memory;
  private final int processors;
  private long next = MemoryMap.FIRMWARE_BASE + 0x40;

  private AcpiTables(PhysicalMemory memory, int processors) {
    this.memory = memory;
    this.processors = processors;
  }

  /** Writes all tables; answers the address of the root pointer (RSDP). */
  public static long write(PhysicalMemory memory, int processors) {
    return new AcpiTables(memory, processors).writeAll();
  }

  private long writeAll() {
    long facs = put(facs(), 64);
    long dsdt = put(table("DSDT", 2, dsdt()), 16);
    long fadt = put(table("FACP", 5, fadt(facs, dsdt)), 16);
    long madt = put(table("APIC", 4, madt()), 16);
    long hpet = put(table("HPET", 1, hpet()), 16);
    long[] tables = {fadt, madt, hpet};
    ByteBuffer wide = buffer(8 * tables.length);
    ByteBuffer narrow = buffer(4 * tables.length);
    for (long table : tables) {
      wide.putLong(table);
      narrow.putInt((int) table);
    }
    long xsdt = put(table("XSDT", 1, wide.array()), 16);
    long rsdt = put(table("RSDT", 1, narrow.array()), 16);
    long rsdp = MemoryMap.FIRMWARE_BASE;
    byte[] root = rootPointer(rsdt, xsdt);
    memory.copyIn(rsdp, root, 0, root.length);
    return rsdp;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long put(byte[] table, int alignment) {
    long address = next + alignment - 1 & -alignment;
    memory.copyIn(address, table, 0, table.length);
    next = address + table.length;
    return address;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A table with its header and checksum. */
  private static byte[] table(String signature, int revision, byte[] contents) {
    ByteBuffer table = buffer(HEADER + contents.length);
    table.put(ascii(signature)).putInt(HEADER + contents.length).put((byte) revision).put((byte) 0);
    table.put(ascii("HAGEN ")).put(ascii("HAGENPC ")).putInt(1).put(ascii("HAGN")).putInt(1).put(contents);
    table.put(9, checksum(table.array(), table.capacity()));
    return table.array();
  }

  private static byte checksum(byte[] bytes, int length) {
    byte sum = 0;
    for (int i = 0; i < length; i++) {
      sum += bytes[i];
    }
    return (byte) -sum;
  }

  private static byte[] rootPointer(long rsdt, long xsdt) {
    ByteBuffer root = buffer(RSDP_LENGTH);
    root.put(ascii("RSD PTR ")).put((byte) 0).put(ascii("HAGEN ")).put((byte) 2).putInt((int) rsdt)
        .putInt(RSDP_LENGTH).putLong(xsdt);
    root.put(8, checksum(root.array(), 20));
    root.put(32, checksum(root.array(), RSDP_LENGTH));
    return root.array();
  }

  private static byte[] facs() {
    ByteBuffer facs = buffer(64);
    facs.put(ascii("FACS")).putInt(64);
    facs.put(32, (byte) 2);
    return facs.array();
  }

  /** The fixed table without its header; offsets below are those of the manual less the header's length. */
  private static byte[] fadt(long facs, long dsdt) {
    final int legacyDevicesKeyboardNoVga = 1 | 1 << 1 | 1 << 2;
    final int wbinvd = 1;
    final int c1 = 1 << 2;
    final int noSleepButton = 1 << 5;
    final int noRtcWake = 1 << 6;
    final int timer32 = 1 << 8;
    final int resetRegister = 1 << 10;
    ByteBuffer fadt = buffer(268 - HEADER);
    fadt.putInt(36 - HEADER, (int) facs).putInt(40 - HEADER, (int) dsdt);
    fadt.putShort(46 - HEADER, (short) SCI);
    fadt.putInt(56 - HEADER, PM_EVENT_PORT).putInt(64 - HEADER, PM_CONTROL_PORT).putInt(76 - HEADER, PM_TIMER_PORT);
    fadt.putInt(80 - HEADER, GENERAL_EVENT_PORT);
    fadt.put(88 - HEADER, (byte) 4).put(89 - HEADER, (byte) 2).put(91 - HEADER, (byte) 4).put(92 - HEADER, (byte) 4);
    fadt.putShort(96 - HEADER, (short) 0xFFF).putShort(98 - HEADER, (short) 0xFFF);
    fadt.put(108 - HEADER, (byte) 0x32);
    fadt.putShort(109 - HEADER, (short) legacyDevicesKeyboardNoVga);
    fadt.putInt(112 - HEADER, wbinvd | c1 | noSleepButton | noRtcWake | timer32 | resetRegister);
    port(fadt, 116, ResetControl.PORT, 8);
    fadt.put(128 - HEADER, (byte) ResetControl.RESET_VALUE);
    fadt.putLong(140 - HEADER, dsdt);
    port(fadt, 148, PM_EVENT_PORT, 32);
    port(fadt, 172, PM_CONTROL_PORT, 16);
    port(fadt, 208, PM_TIMER_PORT, 32);
    port(fadt, 220, GENERAL_EVENT_PORT, 32);
    return fadt.array();
  }

  /** A generic address of {@code width} bits of I/O space (5.2.3.2). */
  private static void port(ByteBuffer table, int offset, int port, int width) {
    int accessSize = width == 8 ? 1 : width == 16 ? 2 : 3;
    table.put(offset - HEADER, (byte) 1).put(offset + 1 - HEADER, (byte) width)
        .put(offset + 3 - HEADER, (byte) accessSize).putLong(offset + 4 - HEADER, port);
  }

  private byte[] madt() {
    ByteBuffer madt = buffer(8 + 8 * processors + 12 + 10 * 4 + 6);
    madt.putInt((int) LocalApic.DEFAULT_BASE).putInt(1);
    for (int i = 0; i < processors; i++) {
      madt.put((byte) 0).put((byte) 8).put((byte) i).put((byte) i).putInt(1);
    }
    madt.put((byte) 1).put((byte) 12).put((byte) 0).put((byte) 0).putInt((int) IoApic.DEFAULT_BASE).putInt(0);
    override(madt, 0, 2, 0);
    override(madt, SCI, SCI, LEVEL_HIGH);
    override(madt, PCI_IRQS[0], PCI_IRQS[0], LEVEL_HIGH);
    override(madt, PCI_IRQS[1], PCI_IRQS[1], LEVEL_HIGH);
    madt.put((byte) 4).put((byte) 6).put((byte) 0xFF).putShort((short) 0).put((byte) 1);
    return madt.array();
  }

  /** ISA interrupt {@code irq} arrives at I/O APIC pin {@code gsi}. */
  private static void override(ByteBuffer madt, int irq, int gsi, int flags) {
    madt.put((byte) 2).put((byte) 10).put((byte) 0).put((byte) irq).putInt(gsi).putShort((short) flags);
  }

  private static byte[] hpet() {
    ByteBuffer hpet = buffer(56 - HEADER);
    hpet.putInt(HPET_ID);
    hpet.put((byte) 0).put((byte) 64).put((byte) 0).put((byte) 0).putLong(HPET);
    hpet.put((byte) 0).putShort((short) 0x80).put((byte) 0);
    return hpet.array();
  }

  private static byte[] dsdt() {
    return Aml.join(
        Aml.scope("\\_SB", pciRoot(),
            legacy("COM1", "PNP0501", 1, Aml.ports(0x3F8, 8), Aml.irq(4)),
            legacy("COM2", "PNP0501", 2, Aml.ports(0x2F8, 8), Aml.irq(3)),
            legacy("RTC", "PNP0B00", 0, Aml.ports(0x70, 8), Aml.irq(8)),
            legacy("KBD", "PNP0303", 0, Aml.ports(0x60, 1), Aml.ports(0x64, 1), Aml.irq(1)),
            legacy("MOU", "PNP0F13", 0, Aml.irq(12)),
            legacy("HPET", "PNP0103", 0, Aml.fixedMemory(HPET, 0x400)),
            Aml.device("PEVT", Aml.name("_HID", Aml.string("QEMU0001")),
                Aml.name("_CRS", Aml.resources(Aml.ports(PANIC_PORT, 1))))),
        Aml.name("\\_S5", Aml.packageOf(Aml.integer(0), Aml.integer(0), Aml.integer(0), Aml.integer(0))));
  }

  private static byte[] legacy(String name, String id, int unique, byte[]... resources) {
    return Aml.device(name, Aml.name("_HID", Aml.eisaId(id)), Aml.name("_UID", Aml.integer(unique)),
        Aml.name("_CRS", Aml.resources(resources)));
  }

  private static byte[] pciRoot() {
    return Aml.device("PCI0",
        Aml.name("_HID", Aml.eisaId("PNP0A03")),
        Aml.name("_UID", Aml.integer(0)),
        Aml.name("_ADR", Aml.integer(0)),
        Aml.name("_CRS", Aml.resources(
            Aml.busNumbers(0, 0xFF),
            Aml.ports(0xCF8, 8),
            Aml.portWindow(0, 0xCF7),
            Aml.portWindow(0xD00, 0xFFFF),
            Aml.memoryWindow(0xA_0000, 0xB_FFFF, true),
            Aml.memoryWindow(PhysicalMemory.LOW_LIMIT, IoApic.DEFAULT_BASE - 1, false))),
        Aml.name("_PRT", interruptRouting()));
  }

  /** The interrupt of each pin of each slot: pins are swizzled over four lines (6.2.13). */
  private static byte[] interruptRouting() {
    byte[][] entries = new byte[(PCI_SLOTS - 1) * 4][];
    for (int slot = 1; slot < PCI_SLOTS; slot++) {
      for (int pin = 0; pin < 4; pin++) {
        entries[(slot - 1) * 4 + pin] = Aml.packageOf(Aml.integer((long) slot << 16 | 0xFFFF), Aml.integer(pin),
            Aml.integer(0), Aml.integer(PCI_IRQS[PciBus.line(slot, pin + 1)]));
      }
    }
    return Aml.packageOf(entries);
  }
}
