package dev.hagen.bench;

import dev.hagen.boot.BootException;
import dev.hagen.boot.FlatImage;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.decode.Decoder;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The interpreter on 64-bit integer code that gcc has compiled with -O2 (jmh/guest/programs.c); the score is guest
 * instructions a second. At least 50 million are wanted.
 *
 * <pre>
 * JDK 25, two cores of an AMD EPYC, million guest instructions a second:
 *
 * SIEVE 201   CRC 205   SORT 193   FIBONACCI 206
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 3, time = 3)
@Fork(value = 1, jvmArgsAppend = {"--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC"})
public class InterpreterBenchmark {
  private static final int INSTRUCTIONS = 1_000_000;
  private static final long LOAD_ADDRESS = 0x10_0000;
  private static final long MEMORY = 4 << 20;

  /** A program of the guest, by its number there. */
  public enum Program { SIEVE, CRC, SORT, FIBONACCI }

  @Param
  public Program program;

  private PhysicalMemory memory;
  private CpuState cpu;
  private Interpreter interpreter;

  @Setup
  public void boot() throws BootException {
    memory = new PhysicalMemory(MEMORY);
    cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
    interpreter = new Interpreter(cpu, new Decoder(), new SemanticMethods(MethodClass::bind));
    ImageFile file = ImageFile.read(Path.of("jmh", "guest", "programs.bin"));
    new FlatImage(file, LOAD_ADDRESS).load(cpu, new GuestImage.Extras("", List.of(), 0));
    cpu.efer |= Control.EFER_LME;
    cpu.gpr[Reg.RBX] = program.ordinal();
  }

  @TearDown
  public void release() {
    memory.close();
  }

  @Benchmark
  @OperationsPerInvocation(INSTRUCTIONS)
  public long guestInstructions() {
    long end = cpu.retired + INSTRUCTIONS;
    while (cpu.retired < end) {
      interpreter.run(0, end);
    }
    return cpu.rip;
  }
}
