package dev.hagen.machine;

import dev.hagen.boot.AcpiTables;
import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.cache.LookupListener;
import dev.hagen.cache.Translator;
import dev.hagen.cpu.Counters;
import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.MmuKind;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.Pending;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Extension;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.emit.EmissionListener;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.interpret.Unit;
import dev.hagen.memory.HostMemory;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.profile.ExitBook;
import dev.hagen.profile.FlightEvents;
import dev.hagen.profile.Profile;
import dev.hagen.profile.Sampler;
import dev.hagen.profile.Symbols;
import dev.hagen.profile.UnitBook;
import dev.hagen.semantics.Shapes;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.EventLog;
import dev.hagen.vmm.HostClock;
import dev.hagen.vmm.InstructionClock;
import dev.hagen.vmm.MachineClock;
import dev.hagen.vmm.StopReason;
import dev.hagen.vmm.VirtualCpu;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A PC: memory, one processor and its devices, wired together. The embedding API.
 *
 * <p>{@link #boot} puts a guest into it, {@link #run} runs it on the calling thread. {@link #type}, {@link #stop},
 * {@link #setPaused} and {@link #counters} may be called by any thread meanwhile; everything else only while the machine does
 * not run. What becomes of its translation units, and a sample of its exits, is told to JDK Flight Recorder if that records.
 */
public final class Machine implements MachineControl, AutoCloseable {
  private final PhysicalMemory memory;
  private final CpuState cpu;
  private final MachineClock clock;
  private final Board board;
  private final Interpreter interpreter;
  private final VirtualCpu processor;
  private final Translator translator;
  private final FlightEvents events;
  private @Nullable GuestImage image;
  private GuestImage.@Nullable Extras extras;

  /**
   * Has the JVM load and initialize what the first machine of this process takes longest for. It may be called on another thread
   * than the one that makes the machine, before or meanwhile.
   */
  public static void prepare() {
    Translator.prepare();
    HostMemory.prepare();
    new Decoder(Extension.of(CpuModel.standard()));
    new SemanticMethods(MethodClass::bind).find(Op.NOP, Shapes.Nullary.class);
    Board.prepare();
  }

  /**
   * A machine that is switched on and has no guest yet.
   *
   * @throws OutOfMemoryError if the host has no room for the guest's memory
   */
  public Machine(MachineConfig config) {
    memory = new PhysicalMemory(config.memory());
    cpu = new CpuState(config.model(), memory, new NoVmm());
    Tunables tunables = config.tunables();
    boolean adaptive = tunables.isOn(Tunable.ADAPTIVE) && tunables.isOn(Tunable.TRACE);
    Paging.choose(cpu, MmuKind.values()[tunables.get(Tunable.MMU)], !adaptive, tunables.get(Tunable.TRACE_STORES));
    clock = config.deterministic() ? new InstructionClock(cpu) : new HostClock(() -> cpu.post(Pending.DEVICE));
    board = new Board(config, cpu, clock, this::stop);
    Decoder decoder = new Decoder(Extension.of(config.model()));
    interpreter = new Interpreter(cpu, decoder, new SemanticMethods(MethodClass::bind), tunables);
    translator = new Translator(cpu, interpreter, decoder, tunables, config.cache(),
        () -> cpu.post(Pending.DEVICE));
    int threshold = tunables.get(Tunable.THRESHOLD);
    if (threshold > 0) {
      interpreter.setHotCodeListener(translator, threshold);
    }
    processor = new VirtualCpu(cpu, interpreter, clock, board.interrupts(), this::runDevices);
    events = new FlightEvents(0, cpu);
    translator.setListener(events);
    cpu.counters.setListener(events);
  }

  /**
   * Puts a guest into memory and the processor into the state in which it is entered.
   *
   * @throws BootException if it does not fit
   */
  public void boot(GuestImage newImage, String commandLine, List<GuestImage.Module> modules) throws BootException {
    image = newImage;
    long rsdp = AcpiTables.write(memory, 1);
    extras = new GuestImage.Extras(commandLine, modules, rsdp);
    newImage.load(cpu, extras);
  }

  @Override
  public void reboot() throws BootException {
    GuestImage again = image;
    GuestImage.Extras with = extras;
    if (again == null || with == null) {
      throw new IllegalStateException("nothing has been booted");
    }
    board.reset();
    boot(again, with.commandLine(), with.modules());
  }

  private void runDevices() {
    board.runDevices();
    translator.publish();
  }

  @Override
  public StopReason run() {
    return processor.run();
  }

  /** One turn of the run loop, see {@link VirtualCpu#turn}. */
  @Nullable StopReason turn(long limit) {
    return processor.turn(limit);
  }

  /** Why the machine is about to stop, or null; it is forgotten then. */
  @Nullable StopReason takeStop() {
    return processor.takeStop();
  }

  /** Makes every {@link #turn} end behind each translation unit, which has room for so many instructions at most. */
  void setTurns(int room) {
    interpreter.setTurns(room);
  }

  /** Puts something around every unit; see {@link Translator#setFinish}. */
  void setFinish(UnaryOperator<Unit> operator) {
    translator.setFinish(operator);
  }

  /** The guest's time in nanoseconds since power-on. */
  long now() {
    return clock.now();
  }

  /** Whether the guest halts and nothing but the host can wake it. */
  boolean isWaitingForHost() {
    return processor.isWaitingForHost();
  }

  /** The instruction at CS:RIP, or null if it cannot be fetched. */
  @Nullable Instruction peek() {
    return interpreter.peek();
  }

  @Override
  public void stop(StopReason reason) {
    processor.stop(reason);
  }

  /**
   * Stops a deterministic machine with {@link StopReason#REQUEST} once {@code retired} instructions have retired since
   * power-on, or the guest has slept past that time.
   */
  public void stopAt(long retired) {
    clock.timer(() -> stop(StopReason.REQUEST)).at(retired);
  }

  @Override
  public void setPaused(boolean paused) {
    processor.setPaused(paused);
  }

  @Override
  public boolean isPaused() {
    return processor.isPaused();
  }

  @Override
  public void type(int line, int character) {
    board.serialInput(line).add(character);
    processor.post(Pending.DEVICE);
  }

  @Override
  public void typeBreak(int line) {
    board.serialInput(line).addBreak();
    processor.post(Pending.DEVICE);
  }

  /** The code that the guest has ended with, after {@link StopReason#DEBUG_EXIT}. */
  public int debugExitCode() {
    return board.debugExitCode();
  }

  /** Hears of exceptions, interrupts and instructions; null switches that off. */
  public void setLog(@Nullable EventLog log) {
    processor.setLog(log);
  }

  /** Hears of every translation unit, on the thread that emits it; null: nobody. */
  public void setEmissionListener(@Nullable EmissionListener listener) {
    translator.setEmissionListener(listener);
  }

  /** Hears of what the translation cache's policy hears of, on the thread that runs the machine. */
  public void setLookupListener(LookupListener listener) {
    translator.setLookupListener(listener);
  }

  /** Completes what counters and listeners know of the translation cache; while the machine does not run. */
  public void takeStock() {
    translator.takeStock();
  }

  /** The processor's registers. */
  public CpuState cpu() {
    return cpu;
  }

  /** The guest-physical address map. */
  public PhysicalMemory memory() {
    return memory;
  }

  /** What is counted of each processor, by its number; any thread may read. */
  public List<Counters> counters() {
    return List.of(cpu.counters);
  }

  /**
   * Looks from now on what the processor does, so many times a second, until the answer is closed; before the machine runs, and
   * once.
   */
  public Sampler sample(double rate) {
    UnitBook units = new UnitBook();
    ExitBook exits = new ExitBook(cpu);
    translator.setListener(units.with(events));
    translator.countRuns();
    cpu.counters.setListener(exits.with(events));
    Sampler sampling = new Sampler(processor, cpu, interpreter, new Profile(units, exits), rate);
    processor.setSampling(sampling::takeIfWanted);
    return sampling;
  }

  /** Gives names to the guest's code in events for JDK Flight Recorder; any thread may call. */
  public void setSymbols(Symbols symbols) {
    events.setSymbols(symbols);
  }

  /**
   * Checks the invariants of what is kept of code, decoded and translated; slow, for tests.
   *
   * @throws AssertionError if one does not hold
   */
  public void assertConsistent() {
    interpreter.assertConsistent();
    translator.assertConsistent();
  }

  /** How often the guest accessed model-specific registers that do not exist, by number. */
  public Map<Integer, Long> unknownMsrs() {
    return board.unknownMsrs();
  }

  @Override
  public void close() {
    translator.close();
    clock.close();
    memory.close();
  }
}
