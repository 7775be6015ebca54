package dev.hagen.mmu;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.MmuKind;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.memory.HostMemory;
import dev.hagen.memory.MmioRegion;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.util.function.LongSupplier;

/** A processor with 4 MiB of RAM that does nothing but access memory and invalidate translations. */
final class PagedProcessor implements AutoCloseable {
  static final long RAM = 4L << 20;
  /** Where a device lies whose registers hold their own addresses and cannot be written, 64 KiB long. */
  static final long DEVICE = 0x80_0000;

  final PhysicalMemory memory = new PhysicalMemory(RAM);
  final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
  /** Instead of a number of stores: units leave for each into a page table. */
  static final int ALWAYS_EXITS = 0;

  private final PagingMode mode;
  private final boolean forgetful;

  /**
   * A processor with paging on and CR3 zero.
   *
   * @param stores into a page table until it is traced no more, or {@link #ALWAYS_EXITS}
   */
  PagedProcessor(PagingMode mode, MmuKind kind, int stores) {
    this(mode, kind, stores, false);
  }

  /** A processor that forgets all translations before each access. */
  static PagedProcessor forgetful(PagingMode mode) {
    return new PagedProcessor(mode, MmuKind.FLUSH, ALWAYS_EXITS, true);
  }

  private PagedProcessor(PagingMode mode, MmuKind kind, int stores, boolean forgetful) {
    this.mode = mode;
    this.forgetful = forgetful;
    Paging.choose(cpu, kind, stores == ALWAYS_EXITS, stores);
    memory.map(DEVICE, 0x1_0000, new Registers());
    for (long at = 0; at < RAM; at += 8) {
      memory.write(at, at, 8);
    }
    cpu.cr4 = Control.CR4_PGE | Control.CR4_PSE;
    if (mode != PagingMode.LEGACY) {
      cpu.cr4 |= Control.CR4_PAE;
      cpu.efer |= Control.EFER_NXE;
    }
    if (mode == PagingMode.LONG) {
      cpu.efer |= Control.EFER_LME | Control.EFER_LMA;
      cpu.cr4 |= Control.CR4_PCIDE;
      cpu.segment[Reg.CS].attributes |= SegmentRegister.L;
    }
    cpu.cr0 = Control.CR0_PE | Control.CR0_PG | Control.CR0_WP | Control.CR0_ET;
    Paging.flush(cpu);
    cpu.updateContext();
  }

  /** Switches paging off, as MOV to CR0 does. */
  void leavePaging() {
    cpu.cr0 &= ~Control.CR0_PG;
    cpu.efer &= ~Control.EFER_LMA;
    Paging.flush(cpu);
    cpu.updateContext();
  }

  /** The device at {@link #DEVICE}. */
  private static final class Registers implements MmioRegion {
    @Override
    public long read(long offset, int size) {
      return DEVICE + offset;
    }

    @Override
    public void write(long offset, long value, int size) {}
  }

  /** What an access comes to: a value, or the fault. */
  private String outcome(int cpl, LongSupplier access) {
    if (forgetful) {
      Paging.flush(cpu);
    }
    cpu.cpl = cpl;
    cpu.updateContext();
    try {
      return Long.toHexString(access.getAsLong());
    } catch (GuestException fault) {
      return "exception %d, error code %x, at %x".formatted(fault.vector(), fault.errorCode(), fault.address());
    } finally {
      cpu.cpl = 0;
      cpu.updateContext();
    }
  }

  String load(int cpl, long linear) {
    return outcome(cpl, () -> LinearMemory.load(cpu, linear, 8));
  }

  String fetch(int cpl, long linear) {
    return outcome(cpl, () -> LinearMemory.fetch(cpu, linear));
  }

  String store(int cpl, long linear, long value, int size) {
    return outcome(cpl, () -> {
      LinearMemory.store(cpu, linear, value, size);
      return 0;
    });
  }

  /** Stores as a unit does that walks page tables and leaves where that is not enough. */
  String storeInUnit(long linear, long value, int size) {
    return outcome(0, () -> {
      cpu.leaveBlock = false;
      long place = LinearMemory.walkForUnit(cpu, linear, size, true);
      if (place == LinearMemory.NOT_PLAIN) {
        LinearMemory.store(cpu, linear, value, size);
      } else {
        HostMemory.put(place, value, size);
      }
      return 0;
    });
  }

  /** Fills words up to the end of a page as REP STOS does. */
  String fill(long linear, long value, int words) {
    return outcome(0, () -> {
      long place = LinearMemory.ramForStore(cpu, linear);
      for (int i = 0; i < words; i++) {
        if (place == LinearMemory.NOT_PLAIN) {
          LinearMemory.store(cpu, linear + 8L * i, value, 8);
        } else {
          HostMemory.putLong(place + 8L * i, value);
        }
      }
      return 0;
    });
  }

  /** Writes as a device does. */
  void dma(long physical, byte[] bytes) {
    memory.copyIn(physical, bytes, 0, bytes.length);
  }

  /** Writes CR3; its PCID is the root's number in long mode. */
  String enter(long root, int pcid, boolean keep) {
    return outcome(0, () -> {
      if (mode == PagingMode.PAE) {
        Paging.loadPdptes(cpu, root);
      }
      cpu.cr3 = root | (mode == PagingMode.LONG ? pcid : 0);
      Paging.enterAddressSpace(cpu, keep);
      return 0;
    });
  }

  /** Lets pages be global or not. */
  void setGlobalPages(boolean on) {
    cpu.cr4 = on ? cpu.cr4 | Control.CR4_PGE : cpu.cr4 & ~Control.CR4_PGE;
    Paging.flush(cpu);
    cpu.updateContext();
  }

  void setWriteProtection(boolean on) {
    cpu.cr0 = on ? cpu.cr0 | Control.CR0_WP : cpu.cr0 & ~Control.CR0_WP;
    Paging.flush(cpu);
    cpu.updateContext();
  }

  @Override
  public void close() {
    memory.close();
  }
}
