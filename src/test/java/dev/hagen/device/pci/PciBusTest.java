package dev.hagen.device.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.IrqLine;
import dev.hagen.device.ManualClock;
import dev.hagen.device.PortDevice;
import dev.hagen.device.PortMap;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import dev.hagen.memory.MmioRegion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PciBusTest {
  private static final int COMMAND = 0x04;
  private static final int BAR0 = 0x10;
  private static final int BAR1 = 0x14;
  private static final int BAR2 = 0x18;

  /** A device that does nothing. */
  private static final class Registers implements MmioRegion, PortDevice {
    @Override
    public long read(long offset, int size) {
      return 0;
    }

    @Override
    public void write(long offset, long value, int size) {}

    @Override
    public long readPort(int offset, int size) {
      return 0;
    }

    @Override
    public void writePort(int offset, long value, int size) {}
  }

  private final List<String> mapped = new ArrayList<>();
  private final PciSpaces spaces = new PciSpaces() {
    @Override
    public void mapMemory(long base, long size, MmioRegion region) {
      mapped.add("memory %x+%x".formatted(base, size));
    }

    @Override
    public void unmapMemory(MmioRegion region) {
      mapped.removeLast();
    }

    @Override
    public void mapPorts(int base, int count, int width, PortDevice device) {
      mapped.add("ports %x+%x".formatted(base, count));
    }

    @Override
    public void unmapPorts(PortDevice device) {
      mapped.removeLast();
    }
  };

  private final RecordingLine[] isa = new RecordingLine[16];
  private final RecordingLine[] apic = new RecordingLine[24];

  {
    for (int i = 0; i < isa.length; i++) {
      isa[i] = new RecordingLine();
    }
    for (int i = 0; i < apic.length; i++) {
      apic[i] = new RecordingLine();
    }
  }

  private final IsaBridge isaBridge = new IsaBridge(i -> isa[i], i -> apic[i]);
  private final PciBus bus = new PciBus(spaces, isaBridge.pirqs());
  private final PortMap ports = new PortMap();
  private final List<String> shadows = new ArrayList<>();

  {
    ports.map(PciBus.BASE, PciBus.PORTS, 4, bus);
    bus.attach(0, 0, new HostBridge((base, size, read, write) ->
        shadows.add("%x+%x %b %b".formatted(base, size, read, write))).function());
    bus.attach(1, 0, isaBridge.function());
  }

  private void select(int slot, int function, int register) {
    ports.write(0xCF8, 0x8000_0000L | slot << 11 | function << 8 | register & 0xFC, 4);
  }

  private long in(int slot, int register, int size) {
    select(slot, 0, register);
    return ports.read(0xCFC + (register & 3), size);
  }

  private void out(int slot, int register, long value, int size) {
    select(slot, 0, register);
    ports.write(0xCFC + (register & 3), value, size);
  }

  private PciFunction attach(PciFunction function) {
    bus.attach(3, 0, function);
    return function;
  }

  private static PciFunction network() {
    return new PciFunction(0x1AF4, 0x1041, 0x02_0000, 1);
  }

  @Test
  void linuxProbe_mechanismOne_isFound() {
    ports.write(0xCFB, 1, 1);
    ports.write(0xCF8, 0x8000_0000L, 4);
    assertEquals(0x8000_0000L, ports.read(0xCF8, 4));
  }

  @Test
  void enumeration_findsTheBridges() {
    assertEquals(0x1237_8086L, in(0, 0, 4));
    assertEquals(0x7000_8086L, in(1, 0, 4));
    assertEquals(0x0601, in(1, 0x0A, 2));
    assertEquals(0x06, in(0, 0x0B, 1));
  }

  @Test
  void absentFunction_readsAsOnes() {
    assertEquals(0xFFFF_FFFFL, in(2, 0, 4));
    select(1, 1, 0);
    assertEquals(0xFFFF, ports.read(0xCFC, 2));
  }

  @Test
  void absentBus_readsAsOnes() {
    ports.write(0xCF8, 0x8001_0000L, 4);
    assertEquals(0xFFFF_FFFFL, ports.read(0xCFC, 4));
  }

  @Test
  void disabledAddress_readsAsOnes() {
    ports.write(0xCF8, 0, 4);
    assertEquals(0xFFFF_FFFFL, ports.read(0xCFC, 4));
  }

  @Test
  void identification_isReadOnly() {
    out(0, 0, 0, 4);
    assertEquals(0x1237_8086L, in(0, 0, 4));
  }

  @Test
  void takenSlot_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> bus.attach(1, 0, network()));
  }

  @Test
  void memoryBar_ones_showItsSize() {
    attach(network().memoryBar(0, 0x4000, new Registers()));
    out(3, BAR0, 0xFFFF_FFFFL, 4);
    assertEquals(0xFFFF_C000L, in(3, BAR0, 4));
    out(3, BAR1, 0xFFFF_FFFFL, 4);
    assertEquals(0, in(3, BAR1, 4));
  }

  @Test
  void wideBar_ones_showItsSizeAndType() {
    attach(network().memoryBar64(0, 1L << 33, new Registers()));
    out(3, BAR0, 0xFFFF_FFFFL, 4);
    out(3, BAR1, 0xFFFF_FFFFL, 4);
    assertEquals(0xC, in(3, BAR0, 4));
    assertEquals(0xFFFF_FFFEL, in(3, BAR1, 4));
  }

  @Test
  void portBar_ones_showItsSizeAndType() {
    attach(network().portBar(2, 32, 4, new Registers()));
    out(3, BAR2, 0xFFFF_FFFFL, 4);
    assertEquals(0xFFFF_FFE1L, in(3, BAR2, 4));
  }

  @Test
  void bars_areDecodedWhileEnabled() {
    attach(network().memoryBar(0, 0x1000, new Registers()));
    out(3, BAR0, 0xFEB0_0000L, 4);
    assertEquals(List.of(), mapped);
    out(3, COMMAND, 2, 2);
    assertEquals(List.of("memory feb00000+1000"), mapped);
    out(3, BAR0, 0xFEB1_0000L, 4);
    assertEquals(List.of("memory feb10000+1000"), mapped);
    out(3, COMMAND, 0, 1);
    assertEquals(List.of(), mapped);
  }

  @Test
  void wideBar_above4G_isDecodedThere() {
    attach(network().memoryBar64(2, 0x4000, new Registers()));
    out(3, COMMAND, 2, 2);
    out(3, BAR2, 0x4000, 4);
    out(3, BAR2 + 4, 0x8, 4);
    assertEquals(List.of("memory 800004000+4000"), mapped);
  }

  @Test
  void portBar_beyondThePorts_isNotDecoded() {
    attach(network().portBar(0, 32, 4, new Registers()));
    out(3, COMMAND, 1, 2);
    out(3, BAR0, 0x1_0000, 4);
    assertEquals(List.of(), mapped);
    out(3, BAR0, 0xC000, 4);
    assertEquals(List.of("ports c000+20"), mapped);
  }

  @Test
  void capabilities_areChained() {
    PciFunction function = attach(network());
    int first = function.addCapability(0x09, 16);
    int second = function.addCapability(0x11, 12);
    assertEquals(0x10, in(3, 0x06, 2));
    assertEquals(first, in(3, 0x34, 1));
    assertEquals(second << 8 | 0x09, in(3, first, 2));
    assertEquals(0x11, in(3, second, 2));
  }

  @Test
  void interrupt_asserted_reachesRoutedIsaLineAndApicPin() {
    PciFunction function = attach(network().interruptPin(1));
    out(1, 0x62, 0x0B, 1);
    function.interrupt().set(true);
    assertTrue(isa[11].level);
    assertTrue(apic[18].level, "slot 3 pin A is PIRQC");
    assertEquals(0x08, in(3, 0x06, 1) & 8);
    function.interrupt().set(false);
    assertFalse(isa[11].level);
    assertFalse(apic[18].level);
  }

  @Test
  void interrupt_disabledByCommand_isHeldBack() {
    PciFunction function = attach(network().interruptPin(1));
    function.interrupt().set(true);
    out(3, COMMAND, 0x400, 2);
    assertFalse(apic[18].level);
    assertEquals(8, in(3, 0x06, 1) & 8);
    out(3, COMMAND, 0, 2);
    assertTrue(apic[18].level);
  }

  @Test
  void interruptLine_sharedByTwoFunctions_fallsWithTheLast() {
    PciFunction first = attach(network().interruptPin(1));
    PciFunction second = network().interruptPin(1);
    bus.attach(7, 0, second);
    first.interrupt().set(true);
    second.interrupt().set(true);
    first.interrupt().set(false);
    assertTrue(apic[18].level);
    second.interrupt().set(false);
    assertFalse(apic[18].level);
  }

  @Test
  void route_changedWhileAsserted_moves() {
    PciFunction function = attach(network().interruptPin(1));
    isaBridge.route(2, 10);
    function.interrupt().set(true);
    out(1, 0x62, 0x05, 1);
    assertFalse(isa[10].level);
    assertTrue(isa[5].level);
    out(1, 0x62, 0x80, 1);
    assertFalse(isa[5].level);
  }

  @Test
  void shadowRegisters_written_tellWhatIsRam() {
    out(0, 0x59, 0x30, 1);
    out(0, 0x5A, 0x12, 1);
    assertEquals(
        List.of("f0000+10000 true true", "c0000+4000 false true", "c4000+4000 true false"), shadows);
  }

  @Test
  void reset_unmapsAndForgets() {
    attach(network().memoryBar(0, 0x1000, new Registers()).interruptPin(1)).interrupt().set(true);
    out(3, BAR0, 0xFEB0_0000L, 4);
    out(3, COMMAND, 2, 2);
    bus.reset();
    assertEquals(List.of(), mapped);
    assertEquals(0, in(3, BAR0, 4));
    assertFalse(apic[18].level);
  }

  @Test
  void deviceSpecificRegister_written_tellsTheDevice() {
    List<Integer> heard = new ArrayList<>();
    PciFunction function = attach(network());
    function.allowWrites(0x40, 0x00FF, 2);
    function.onWrite(heard::add);
    out(3, 0x40, 0xABCD, 2);
    assertEquals(0x00CD, in(3, 0x40, 2));
    assertEquals(List.of(0x40, 0x41), heard);
  }

  @Test
  void randomGuest_anyAccess_neverThrows() {
    PciFunction function = attach(network()
        .memoryBar64(0, 0x1000, new Registers())
        .portBar(2, 64, 4, new Registers())
        .memoryBar(3, 0x100, new Registers())
        .interruptPin(2));
    RandomGuest guest = new RandomGuest(9, new ManualClock());
    PciSpaces real = PciSpaces.of(new dev.hagen.memory.PhysicalMemory(0x1000), ports);
    function.connect(real, IrqLine.UNCONNECTED);
    for (int i = 0; i < 30_000; i++) {
      select(guest.random().nextInt(4), 0, guest.random().nextInt(guest.random().nextBoolean() ? 0x40 : 0x100));
      guest.ports(bus, 8, 4, 2, () -> { });
    }
    assertEquals(0x1041_1AF4L, in(3, 0, 4));
  }
}
