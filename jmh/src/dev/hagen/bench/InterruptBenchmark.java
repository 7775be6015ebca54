package dev.hagen.bench;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.semantics.InterruptDelivery;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An external interrupt on its way to the guest: gate and segment descriptor are read and checked, and the frame is pushed, in
 * 32-bit protected mode without a change of privilege.
 *
 * <pre>
 * Temurin 25, two cores of a Sapphire Rapids: 43 ns
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC"})
public class InterruptBenchmark {
  private static final int VECTOR = 0x30;
  private static final int SELECTOR = 8;
  private static final long IDT = 0x1000;
  private static final long GDT = 0x2000;
  private static final long HANDLER = 0x4000;
  private static final long STACK = 0x8000;
  private static final long INTERRUPT_GATE = 0x8E00L << 32;
  private static final long FLAT_CODE = 0x00CF_9A00_0000_FFFFL;

  private PhysicalMemory memory;
  private CpuState cpu;

  @Setup
  public void enterProtectedMode() {
    memory = new PhysicalMemory(1 << 20);
    cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
    cpu.cr0 = Control.CR0_PE;
    for (SegmentRegister segment : cpu.segment) {
      segment.set(SELECTOR, 0, 0xFFFF_FFFFL, segment.attributes | SegmentRegister.DB | SegmentRegister.G);
    }
    memory.write(GDT + SELECTOR, FLAT_CODE, 8);
    memory.write(IDT + VECTOR * 8, INTERRUPT_GATE | SELECTOR << 16 | HANDLER, 8);
    cpu.gdtrBase = GDT;
    cpu.idtrBase = IDT;
    cpu.updateContext();
  }

  @TearDown
  public void release() {
    memory.close();
  }

  @Benchmark
  public long deliver() {
    cpu.gpr[Reg.RSP] = STACK;
    InterruptDelivery.deliver(cpu, VECTOR, InterruptDelivery.Source.EXTERNAL);
    return cpu.rip;
  }
}
