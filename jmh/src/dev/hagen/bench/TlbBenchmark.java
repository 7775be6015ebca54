package dev.hagen.bench;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.cpu.TlbArray;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One load or store of eight bytes in 64-bit mode with 4 KiB pages, outside translation units: by a TLB hit, by a walk of
 * four levels, across two pages; and what a guest pays for emptying its TLB.
 *
 * <pre>
 * Temurin 25, two cores shared with other work, so upper bounds; nanoseconds
 * load_hit           2.5
 * store_hit          4.1
 * load_miss           45
 * load_acrossPages    16
 * flush            2,600
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC"})
public class TlbBenchmark {
  private static final int ACCESSES = 4096;
  private static final int PAGE = 4096;
  /** Four times what the TLB holds, so that no entry survives until the page comes round again. */
  private static final int PAGES = 4 * TlbArray.ENTRIES;
  /** Few enough for the host's first cache. */
  private static final int FEW_PAGES = 8;
  private static final long TABLES = 0x10_0000;
  private static final long DATA = 0x100_0000;
  private static final long RAM = DATA + (long) PAGES * PAGE;
  private static final long ENTRY = PageEntry.P | PageEntry.W | PageEntry.A | PageEntry.D;

  private PhysicalMemory memory;
  private CpuState cpu;

  /** Linear addresses from 0 on are the pages from {@link #DATA} on. */
  @Setup
  public void enterLongMode() {
    memory = new PhysicalMemory(RAM);
    memory.write(TABLES, TABLES + PAGE | ENTRY, 8);
    memory.write(TABLES + PAGE, TABLES + 2 * PAGE | ENTRY, 8);
    long firstTable = TABLES + 3 * PAGE;
    for (int page = 0; page < PAGES; page++) {
      memory.write(TABLES + 2 * PAGE + page / 512 * 8L, firstTable + page / 512 * PAGE | ENTRY, 8);
      memory.write(firstTable + page * 8L, DATA + (long) page * PAGE | ENTRY, 8);
    }
    cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
    cpu.cr0 = Control.CR0_PE | Control.CR0_PG;
    cpu.cr3 = TABLES;
    cpu.cr4 = Control.CR4_PAE;
    cpu.efer = Control.EFER_LME | Control.EFER_LMA;
    cpu.segment[Reg.CS].attributes = cpu.segment[Reg.CS].attributes & ~SegmentRegister.DB | SegmentRegister.L;
    cpu.updateContext();
  }

  @TearDown
  public void release() {
    memory.close();
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long load_hit() {
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      sum += LinearMemory.load(cpu, (long) (i % FEW_PAGES) * PAGE + (i & 0x1F8), 8);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public void store_hit() {
    for (int i = 0; i < ACCESSES; i++) {
      LinearMemory.store(cpu, (long) (i % FEW_PAGES) * PAGE + (i & 0x1F8), i, 8);
    }
  }

  @Benchmark
  @OperationsPerInvocation(PAGES)
  public long load_miss() {
    long sum = 0;
    for (int page = 0; page < PAGES; page++) {
      sum += LinearMemory.load(cpu, (long) page * PAGE + (page & 0x1F8), 8);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long load_acrossPages() {
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      sum += LinearMemory.load(cpu, (long) (i % FEW_PAGES) * PAGE + PAGE - 4, 8);
    }
    return sum;
  }

  /** Empties the TLB as a write of CR3 does, and touches one page. */
  @Benchmark
  public long flush() {
    Paging.flushLocal(cpu);
    return LinearMemory.load(cpu, 0, 8);
  }
}
