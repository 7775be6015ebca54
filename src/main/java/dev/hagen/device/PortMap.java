package dev.hagen.device;

import dev.hagen.util.Bits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The 65,536 I/O ports of one machine and the devices that decode them.
 *
 * <p>Ports that no device decodes read as ones and ignore writes. An access that is wider than its device, or that runs
 * over the end of a device's ports, is split into halves until each part fits, low part first, as a bus splits it; a
 * part beyond port FFFFh continues at port 0.
 */
public final class PortMap {
  /** The number of ports. */
  public static final int PORTS = 0x1_0000;

  private record Range(int base, int count, int width, PortDevice device) {
    boolean takes(int port, int size) {
      return size <= width && port + size <= base + count;
    }
  }

  /** All ranges in the order of their mapping. */
  private final List<Range> layers = new ArrayList<>();
  /** The topmost range at each port. */
  private final @Nullable Range[] ranges = new @Nullable Range[PORTS];

  /**
   * Puts a device on ports {@code base} to {@code base + count - 1}. A later device lies over an earlier one; an access
   * that begins in the earlier one's ports still reaches it as a whole (so a byte register at CF9h may lie over the
   * doubleword register at CF8h).
   *
   * @param width the widest access in bytes that the device takes at once: 1, 2 or 4
   * @throws IllegalArgumentException if the ports do not exist
   */
  public void map(int base, int count, int width, PortDevice device) {
    if (base < 0 || count <= 0 || base + count > PORTS) {
      throw new IllegalArgumentException("no such ports: " + base + " + " + count);
    }
    Range range = new Range(base, count, width, device);
    layers.add(range);
    Arrays.fill(ranges, base, base + count, range);
  }

  /** Takes a device off all its ports; what it lay over comes to light again. */
  public void unmap(PortDevice device) {
    if (layers.removeIf(range -> range.device == device)) {
      Arrays.fill(ranges, null);
      for (Range range : layers) {
        Arrays.fill(ranges, range.base, range.base + range.count, range);
      }
    }
  }

  /** Whether a device decodes {@code port}. */
  public boolean isMapped(int port) {
    return ranges[port & 0xFFFF] != null;
  }

  /** Reads {@code size} bytes (1, 2 or 4) at {@code port}, zero-extended. */
  public long read(int port, int size) {
    port &= 0xFFFF;
    Range range = ranges[port];
    if (range == null && size == 1) {
      return 0xFF;
    }
    if (range != null && range.takes(port, size)) {
      return range.device.readPort(port - range.base, size) & Bits.mask(size);
    }
    int half = size >> 1;
    long low = read(port, half);
    return low | read(port + half, half) << (half << 3);
  }

  /** Writes the low {@code size} bytes (1, 2 or 4) of {@code value} at {@code port}. */
  public void write(int port, long value, int size) {
    port &= 0xFFFF;
    Range range = ranges[port];
    if (range == null && size == 1) {
      return;
    }
    if (range != null && range.takes(port, size)) {
      range.device.writePort(port - range.base, value & Bits.mask(size), size);
      return;
    }
    int half = size >> 1;
    write(port, value, half);
    write(port + half, value >>> (half << 3), half);
  }
}
