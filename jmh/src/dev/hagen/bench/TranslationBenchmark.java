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
import dev.hagen.emit.UnitFactory;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.Link;
import dev.hagen.interpret.RegionCode;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.interpret.Unit;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.RegionBuilder;
import dev.hagen.util.Tunables;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
 * The life of a unit, of the first hot region of the guest's sort (jmh/guest/programs.c): its region is formed; bytecode is
 * emitted and a class defined, as a draft and as a unit for C2, without what HotSpot does with it; a link is followed to it; and
 * it is published and retired by a store into its code, the interpreter's block decoded anew each time.
 *
 * <pre>
 * Temurin 25, two cores of a Sapphire Rapids, nanoseconds
 * region             2,600
 * draft             70,000
 * unit              80,000
 * link                0.85
 * publishAndRetire   1,220
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC"})
public class TranslationBenchmark {
  private static final int INSTRUCTIONS = 1_000_000;
  private static final int HOT = 3000;
  private static final long LOAD_ADDRESS = 0x10_0000;
  private static final long RAM = 4 << 20;

  private PhysicalMemory memory;
  private CpuState cpu;
  private Interpreter interpreter;
  private RegionBuilder builder;
  private UnitFactory factory;
  private long head;
  private Region region;
  private UnitFactory.Made made;
  private Link link;
  private long place;

  /** Runs the sort until something is hot, translates that, and lets a link lead to it. */
  @Setup
  public void heat() throws BootException {
    memory = new PhysicalMemory(RAM);
    cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
    Decoder decoder = new Decoder();
    interpreter = new Interpreter(cpu, decoder, new SemanticMethods(MethodClass::bind));
    new FlatImage(ImageFile.read(Path.of("jmh", "guest", "programs.bin")), LOAD_ADDRESS)
        .load(cpu, new GuestImage.Extras("", List.of(), 0));
    cpu.efer |= Control.EFER_LME;
    cpu.gpr[Reg.RBX] = InterpreterBenchmark.Program.SORT.ordinal();
    List<Long> hot = new ArrayList<>();
    interpreter.setHotCodeListener(hot::add, HOT);
    while (cpu.retired < INSTRUCTIONS) {
      interpreter.run(0, INSTRUCTIONS);
    }
    Tunables tunables = Tunables.standard();
    builder = new RegionBuilder(cpu, interpreter, decoder, tunables);
    factory = new UnitFactory(interpreter, tunables);
    head = hot.getFirst();
    region = Objects.requireNonNull(builder.build(head));
    made = Objects.requireNonNull(factory.make(region, true));
    RegionCode code = publish();
    link = interpreter.link(code.physical(), cpu.context);
    place = code.physical();
  }

  @TearDown
  public void release() {
    memory.close();
  }

  private RegionCode publish() {
    cpu.rip = head;
    List<Long> starts = region.blocks().stream().map(RegionBlock::start).toList();
    RegionCode code = Objects.requireNonNull(interpreter.attach(head, region.pages(), starts));
    interpreter.publish(code, made.unit(), made.entries());
    return code;
  }

  @Benchmark
  public Region region() {
    return builder.build(head);
  }

  @Benchmark
  public UnitFactory.Made draft() {
    return factory.make(region, true);
  }

  @Benchmark
  public UnitFactory.Made unit() {
    return factory.make(region, false);
  }

  @Benchmark
  public Unit link() {
    return link.enter(cpu, head);
  }

  /** Retires what is published, and publishes it again. */
  @Benchmark
  public RegionCode publishAndRetire() {
    memory.write(place, memory.read(place, 1), 1);
    return publish();
  }
}
