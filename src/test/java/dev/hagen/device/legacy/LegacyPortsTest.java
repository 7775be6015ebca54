package dev.hagen.device.legacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LegacyPortsTest {
  private final RecordingLine a20 = new RecordingLine();
  private int resets;

  @Test
  void port92_bitOne_drivesA20() {
    Port92 port = new Port92(a20, () -> resets++);
    port.writePort(0, 2, 1);
    assertTrue(a20.level);
    assertEquals(2, port.readPort(0, 1));
    port.writePort(0, 0, 1);
    assertFalse(a20.level);
  }

  @Test
  void port92_bitZeroSet_resetsOnce() {
    Port92 port = new Port92(a20, () -> resets++);
    port.writePort(0, 3, 1);
    port.writePort(0, 3, 1);
    assertEquals(1, resets);
  }

  @Test
  void resetControl_bitTwoRises_resets() {
    ResetControl control = new ResetControl(() -> resets++);
    control.writePort(0, 2, 1);
    assertEquals(0, resets);
    assertEquals(2, control.readPort(0, 1));
    control.writePort(0, 6, 1);
    control.writePort(0, 6, 1);
    assertEquals(1, resets);
  }

  @Test
  void debugExit_value_becomesOddExitCode() {
    List<Integer> codes = new ArrayList<>();
    DebugExit exit = new DebugExit(codes::add);
    exit.writePort(0, 0, 4);
    exit.writePort(0, 0x10, 1);
    assertEquals(List.of(1, 0x21), codes);
    assertEquals(0, exit.readPort(0, 4));
  }

  @Test
  void debugConsole_readsAsItsPortAndPrints() {
    StringBuilder printed = new StringBuilder();
    DebugConsole console = new DebugConsole(value -> printed.append((char) value));
    assertEquals(0xE9, console.readPort(0, 1));
    console.writePort(0, 'x', 1);
    assertEquals("x", printed.toString());
  }

  @Test
  void postCode_keepsTheLast() {
    PostCode post = new PostCode();
    post.writePort(0, 0x55, 1);
    assertEquals(0x55, post.readPort(0, 1));
    assertEquals(0x55, post.last());
  }

  @Test
  void dmaAddress_writtenInTwoBytes_readsBackInTwo() {
    DmaController dma = new DmaController(1);
    dma.writePort(12, 0, 1);
    dma.writePort(4, 0x34, 1);
    dma.writePort(4, 0x12, 1);
    assertEquals(0x34, dma.readPort(4, 1));
    assertEquals(0x12, dma.readPort(4, 1));
  }

  @Test
  void dmaMasterClear_masksEveryChannelAndClearsTheFlipFlop() {
    DmaController dma = new DmaController(2);
    dma.writePort(14 * 2, 0, 1);
    assertEquals(0xF0, dma.readPort(15 * 2, 1));
    dma.writePort(0, 0x11, 1);
    dma.writePort(13 * 2, 0, 1);
    assertEquals(0xFF, dma.readPort(15 * 2, 1));
    assertEquals(0x11, dma.readPort(0, 1));
  }

  @Test
  void dmaPages_keepTheirBytes() {
    DmaPages pages = new DmaPages();
    pages.writePort(7, 0xAB, 1);
    assertEquals(0xAB, pages.readPort(7, 1));
    assertEquals(0, pages.readPort(8, 1));
  }

  @Test
  void randomGuest_anyAccess_neverThrows() {
    RandomGuest guest = new RandomGuest(8, new ManualClock());
    DmaController dma = new DmaController(2);
    guest.ports(dma, dma.ports(), 1, 20_000, () -> { });
    guest.ports(new DmaPages(), 16, 1, 1_000, () -> { });
    guest.ports(new Port92(a20, () -> resets++), 1, 1, 1_000, () -> { });
    guest.ports(new ResetControl(() -> resets++), 1, 1, 1_000, () -> { });
  }
}
