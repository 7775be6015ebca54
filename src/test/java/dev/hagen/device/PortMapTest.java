package dev.hagen.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortMapTest {
  private final PortMap ports = new PortMap();
  private final List<String> writes = new ArrayList<>();

  /** A device whose registers read as their offset plus {@code first} and whose writes are written down. */
  private PortDevice device(String name, int first) {
    return new PortDevice() {
      @Override
      public long readPort(int offset, int size) {
        long value = 0;
        for (int i = 0; i < size; i++) {
          value |= (long) (first + offset + i) << (8 * i);
        }
        return value;
      }

      @Override
      public void writePort(int offset, long value, int size) {
        writes.add(name + "+" + offset + "." + size + "=" + Long.toHexString(value));
      }
    };
  }

  @Test
  void unassignedPort_read_isAllOnes() {
    assertEquals(0xFF, ports.read(0x1234, 1));
    assertEquals(0xFFFF, ports.read(0x1234, 2));
    assertEquals(0xFFFF_FFFFL, ports.read(0x1234, 4));
  }

  @Test
  void unassignedPort_write_isIgnored() {
    ports.write(0x1234, 0x1234_5678, 4);
    assertFalse(ports.isMapped(0x1234));
  }

  @Test
  void byteDevice_doublewordRead_isFourByteReads() {
    ports.map(0x3F8, 8, 1, device("uart", 0x10));
    assertEquals(0x1312_1110L, ports.read(0x3F8, 4));
  }

  @Test
  void byteDevice_wordWrite_writesLowByteFirst() {
    ports.map(0x20, 2, 1, device("pic", 0));
    ports.write(0x20, 0xABCD, 2);
    assertEquals(List.of("pic+0.1=cd", "pic+1.1=ab"), writes);
  }

  @Test
  void wordDevice_doublewordWrite_isTwoWordWrites() {
    ports.map(0x1F0, 8, 2, device("ata", 0));
    ports.write(0x1F0, 0x1122_3344, 4);
    assertEquals(List.of("ata+0.2=3344", "ata+2.2=1122"), writes);
  }

  @Test
  void accessOverEndOfDevice_readsOnesBeyond() {
    ports.map(0x60, 1, 4, device("one", 0x55));
    assertEquals(0xFF55, ports.read(0x60, 2));
  }

  @Test
  void accessAcrossTwoDevices_reachesBoth() {
    ports.map(0x70, 2, 4, device("a", 0));
    ports.map(0x72, 2, 4, device("b", 0));
    ports.write(0x70, 0x4433_2211, 4);
    assertEquals(List.of("a+0.2=2211", "b+0.2=4433"), writes);
  }

  @Test
  void byteRegisterOverWideOne_takesOnlyItsOwnPort() {
    ports.map(0xCF8, 8, 4, device("pci", 0));
    ports.map(0xCF9, 1, 1, device("reset", 0));
    ports.write(0xCF8, 0x8000_0000L, 4);
    ports.write(0xCF9, 6, 1);
    assertEquals(List.of("pci+0.4=80000000", "reset+0.1=6"), writes);
  }

  @Test
  void accessOverLastPort_wrapsToPortZero() {
    ports.map(0, 1, 1, device("first", 0x11));
    ports.map(0xFFFF, 1, 1, device("last", 0x22));
    assertEquals(0x1122, ports.read(0xFFFF, 2));
  }

  @Test
  void unmappedDevice_readsAsOnes() {
    PortDevice device = device("gone", 0);
    ports.map(0x100, 4, 1, device);
    assertTrue(ports.isMapped(0x103));
    ports.unmap(device);
    assertEquals(0xFF, ports.read(0x103, 1));
  }

  @Test
  void unmappedDevice_uncoversWhatItLayOver() {
    ports.map(0x20, 2, 1, device("pic", 0x10));
    PortDevice above = device("bar", 0x90);
    ports.map(0, 0x40, 1, above);
    assertEquals(0x90 + 0x20, ports.read(0x20, 1));
    ports.unmap(above);
    assertEquals(0x10, ports.read(0x20, 1));
  }

  @Test
  void portsThatDoNotExist_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> ports.map(0xFFFF, 2, 1, device("x", 0)));
  }

  @Test
  void sharedLine_oneSourceStillAsserted_staysHigh() {
    RecordingLine target = new RecordingLine();
    SharedLine shared = new SharedLine(target);
    IrqLine a = shared.source();
    IrqLine b = shared.source();
    a.set(true);
    b.set(true);
    a.set(false);
    assertTrue(target.level);
    b.set(false);
    assertFalse(target.level);
    assertEquals(1, target.edges);
  }
}
