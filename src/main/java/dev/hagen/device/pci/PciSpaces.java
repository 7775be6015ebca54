package dev.hagen.device.pci;

import dev.hagen.device.PortDevice;
import dev.hagen.device.PortMap;
import dev.hagen.memory.MmioRegion;
import dev.hagen.memory.PhysicalMemory;

/** The memory and port space into which base address registers map devices. */
public interface PciSpaces {
  /** Maps {@code size} bytes of device registers at {@code base}. */
  void mapMemory(long base, long size, MmioRegion region);

  /** Undoes {@link #mapMemory}. */
  void unmapMemory(MmioRegion region);

  /** Maps {@code count} ports at {@code base}. */
  void mapPorts(int base, int count, int width, PortDevice device);

  /** Undoes {@link #mapPorts}. */
  void unmapPorts(PortDevice device);

  /** The spaces of a machine. */
  static PciSpaces of(PhysicalMemory memory, PortMap ports) {
    return new PciSpaces() {
      @Override
      public void mapMemory(long base, long size, MmioRegion region) {
        memory.map(base, size, region);
      }

      @Override
      public void unmapMemory(MmioRegion region) {
        memory.unmap(region);
      }

      @Override
      public void mapPorts(int base, int count, int width, PortDevice device) {
        ports.map(base, count, width, device);
      }

      @Override
      public void unmapPorts(PortDevice device) {
        ports.unmap(device);
      }
    };
  }
}
