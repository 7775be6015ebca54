package dev.hagen.vmm;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.Feature;
import dev.hagen.device.irq.EndOfInterruptFlag;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Msr;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The model-specific registers of KVM's paravirtual interface (Linux Documentation/virt/kvm/x86/msr.rst): addresses of
 * structures in guest memory that tell the time, or end interrupts.
 *
 * <p>The guest computes the time from its time-stamp counter. Since that runs at one tick a nanosecond and never stops,
 * what the structure says stays true until the guest moves the counter, and is written then only.
 */
public final class ParavirtualMsrs implements EndOfInterruptFlag {
  private static final long ENABLED = 1;
  /** Nanoseconds are {@code (ticks << SHIFT) * MULTIPLIER >> 32}. */
  private static final int MULTIPLIER = 1 << 31;
  private static final byte SHIFT = 1;
  /** In the flags of the system time: no processor ever reads an earlier time than another one before. */
  private static final byte STABLE = 1;
  private static final int SYSTEM_TIME_SIZE = 32;
  private static final int WALL_CLOCK_SIZE = 12;
  private static final long EOI_SIZE = 4;
  private static final long EOI_RESERVED = 1 << 1;

  private final CpuModel model;
  private final PhysicalMemory memory;
  private final long epochSeconds;
  private long wallClock;
  private long systemTime;
  private long endOfInterrupt;
  /** Of the structure written last; even, as it is complete whenever the guest looks. */
  private int version;

  /**
   * Registers after reset.
   *
   * @param epochSeconds the guest's real time at power-on, in seconds since 1970
   */
  public ParavirtualMsrs(CpuModel model, PhysicalMemory memory, long epochSeconds) {
    this.model = model;
    this.memory = memory;
    this.epochSeconds = epochSeconds;
  }

  /** What RESET# does: from now on nothing is written into guest memory. */
  void reset() {
    wallClock = 0;
    systemTime = 0;
    endOfInterrupt = 0;
  }

  /** Whether the processor has a register with this number, and it is one of these. */
  boolean has(int index) {
    return switch (index) {
      case Msr.KVM_LEGACY_WALL_CLOCK, Msr.KVM_LEGACY_SYSTEM_TIME -> model.has(Feature.KVMCLOCK_LEGACY);
      case Msr.KVM_WALL_CLOCK, Msr.KVM_SYSTEM_TIME -> model.has(Feature.KVMCLOCK);
      case Msr.KVM_END_OF_INTERRUPT -> model.has(Feature.KVM_PV_EOI);
      default -> false;
    };
  }

  long read(int index) {
    return switch (index) {
      case Msr.KVM_LEGACY_WALL_CLOCK, Msr.KVM_WALL_CLOCK -> wallClock;
      case Msr.KVM_LEGACY_SYSTEM_TIME, Msr.KVM_SYSTEM_TIME -> systemTime;
      default -> endOfInterrupt;
    };
  }

  /**
   * Writes a register. Structures, or parts of them, that are not in RAM are not written.
   *
   * @param now nanoseconds since power-on
   * @param timestamp the guest's time-stamp counter at that time
   * @return false if the register refuses the value
   */
  boolean write(int index, long value, long now, long timestamp) {
    switch (index) {
      case Msr.KVM_LEGACY_WALL_CLOCK, Msr.KVM_WALL_CLOCK -> {
        wallClock = value;
        tellWallClock();
      }
      case Msr.KVM_LEGACY_SYSTEM_TIME, Msr.KVM_SYSTEM_TIME -> {
        systemTime = value;
        timestampMoved(now, timestamp);
      }
      default -> {
        boolean enabled = (value & ENABLED) != 0;
        boolean inRam = memory.ramOffset(value & -EOI_SIZE) != PhysicalMemory.NO_RAM;
        if ((value & EOI_RESERVED) != 0 || enabled && !inRam) {
          return false;
        }
        endOfInterrupt = value;
      }
    }
    return true;
  }

  /** The time at power-on: what it is now is the guest's to compute. */
  private void tellWallClock() {
    if (wallClock != 0) {
      ByteBuffer structure = structure(WALL_CLOCK_SIZE).putInt((int) epochSeconds).putInt(0);
      store(wallClock, structure);
    }
  }

  /** The time-stamp counter is {@code timestamp} at the time {@code now} and runs on from there. */
  void timestampMoved(long now, long timestamp) {
    if ((systemTime & ENABLED) != 0) {
      byte flags = model.has(Feature.KVMCLOCK_STABLE_BIT) ? STABLE : 0;
      ByteBuffer structure = structure(SYSTEM_TIME_SIZE).putInt(0).putLong(timestamp).putLong(now).putInt(MULTIPLIER)
          .put(SHIFT).put(flags);
      store(systemTime & ~ENABLED, structure);
    }
  }

  private ByteBuffer structure(int size) {
    version += 2;
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(version);
  }

  private void store(long address, ByteBuffer structure) {
    if (address >>> model.physicalBits() == 0) {
      memory.copyIn(address, structure.array(), 0, structure.capacity());
    }
  }

  @Override
  public boolean offer() {
    if ((endOfInterrupt & ENABLED) == 0) {
      return false;
    }
    memory.write(endOfInterrupt & -EOI_SIZE, readFlag() | 1, 1);
    return true;
  }

  @Override
  public boolean withdraw() {
    long flag = readFlag();
    if ((flag & 1) == 0) {
      return true;
    }
    memory.write(endOfInterrupt & -EOI_SIZE, flag & ~1L, 1);
    return false;
  }

  private long readFlag() {
    return memory.read(endOfInterrupt & -EOI_SIZE, 1);
  }
}
