package dev.hagen.machine;

import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.cpu.CpuState;
import dev.hagen.device.serial.SerialOutput;
import dev.hagen.interpret.Unit;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.util.Tunable;
import dev.hagen.vmm.StopReason;
import dev.hagen.x86.Flags;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Two machines with the same guest, one that translates and one that only interprets, side by side: the first difference
 * ends the run with a {@link TiersDiffer}.
 *
 * <h2>When they are compared</h2>
 *
 * The translated machine runs until a unit gives control back, the interpreted one then until as many instructions have
 * retired and the guest's time is the same. All registers must be equal now. Exceptions, interrupts and the parts of a
 * repeated string instruction do not count as instructions, so if the registers are not equal the interpreted machine may
 * still take such steps, but may not retire another instruction. RAM is compared every {@value #MEMORY_EVERY}
 * instructions and at the end.
 *
 * <h2>What a report shows</h2>
 *
 * Both machines are deterministic. A third one, interpreted, is therefore led to where the two were alike for the last
 * time, and tells which instructions follow. If it is RAM that differs, both are run once more from the start, and the
 * places that differed are compared as often as the registers: the report names the unit that wrote there.
 */
public final class Lockstep implements MachineControl, AutoCloseable {
  /** Units give control back when they like. */
  public static final int NO_LIMIT = Integer.MAX_VALUE;
  /** The translated machine runs so many instructions at most before the other one follows. */
  private static final long TURN = 1 << 20;
  private static final long MEMORY_EVERY = 16 << 20;
  private static final int MOST_WORDS = 32;
  private static final int WORD = 8;

  /** A guest that is not booted yet. */
  private record Start(MachineConfig config, int room, GuestImage image, String commandLine,
      List<GuestImage.Module> modules, UnaryOperator<Unit> finish) {
    /** The translated machine; it translates at once, so that every run is the same. */
    Machine translated(List<SerialOutput> serial) throws BootException {
      Machine machine = boot(config.withTunables(config.tunables().with(Tunable.BACKGROUND, 0)).withSerial(serial));
      machine.setTurns(room);
      machine.setFinish(finish);
      return machine;
    }

    Machine interpreted() throws BootException {
      Machine machine = boot(config.withTunables(config.tunables().with(Tunable.THRESHOLD, 0)).withSerial(silent())
          .withDebugConsole(SerialOutput.NOWHERE));
      machine.setTurns(NO_LIMIT);
      return machine;
    }

    List<SerialOutput> silent() {
      return Collections.nCopies(config.serial().size(), SerialOutput.NOWHERE);
    }

    private Machine boot(MachineConfig with) throws BootException {
      Machine machine = new Machine(with.withDeterminism(true));
      machine.boot(image, commandLine, modules);
      return machine;
    }
  }

  /** What the host does to both machines. */
  private interface Action {
    void on(Machine machine);
  }

  /** An action and when it was. */
  private record Input(long retired, long time, Action action) {}

  private final Start start;
  private final Machine translated;
  private final Machine interpreted;
  private final RegisterSnapshot before = new RegisterSnapshot();
  private final RegisterSnapshot ofTranslated = new RegisterSnapshot();
  private final RegisterSnapshot ofInterpreted = new RegisterSnapshot();
  private final RegisterSnapshot next = new RegisterSnapshot();
  private final ConcurrentLinkedQueue<Action> waiting = new ConcurrentLinkedQueue<>();
  private final List<Input> inputs = new ArrayList<>();
  /** What the host did in the run that this one repeats. */
  private final Deque<Input> script = new ArrayDeque<>();
  /** Guest-physical addresses of words that are compared as often as the registers. */
  private List<Long> watched = List.of();
  /** No event has happened since the last instruction retired. */
  private boolean betweenInstructions = true;
  private long nextMemory = MEMORY_EVERY;

  private volatile @Nullable Thread runner;
  private volatile @Nullable StopReason stop;
  private volatile boolean paused;

  /**
   * Two machines with a guest in each.
   *
   * @param config of both; serial output comes from the translated one, which translates in the foreground
   * @param room instructions after which a unit must give control back, as soon as it can
   */
  public Lockstep(MachineConfig config, int room, GuestImage image, String commandLine,
      List<GuestImage.Module> modules) throws BootException {
    this(config, room, image, commandLine, modules, UnaryOperator.identity());
  }

  /** The same, with something around every unit. */
  Lockstep(MachineConfig config, int room, GuestImage image, String commandLine, List<GuestImage.Module> modules,
      UnaryOperator<Unit> finish) throws BootException {
    this(new Start(config, room, image, commandLine, modules, finish), config.serial());
  }

  private Lockstep(Start start, List<SerialOutput> serial) throws BootException {
    this.start = start;
    translated = start.translated(serial);
    interpreted = start.interpreted();
    before.take(translated.cpu(), translated.now());
  }

  /** The machine that translates. */
  public Machine translated() {
    return translated;
  }

  @Override
  public StopReason run() {
    return runTo(Long.MAX_VALUE);
  }

  /**
   * Runs until the guest stops, somebody calls {@link #stop}, or {@code most} instructions have retired since power-on.
   *
   * @throws TiersDiffer at the first difference
   */
  public StopReason runTo(long most) {
    runner = Thread.currentThread();
    CpuState cpu = translated.cpu();
    while (true) {
      takeInput();
      StopReason wish = stop;
      if (wish == null && cpu.retired >= most) {
        wish = StopReason.REQUEST;
      }
      if (wish != null) {
        stop = null;
        compareMemory();
        return wish;
      }
      if (paused || translated.isWaitingForHost()) {
        LockSupport.park(this);
        continue;
      }
      StopReason reason = lead(Math.min(most, cpu.retired + TURN));
      follow();
      if (reason != null) {
        end(reason);
        return reason;
      }
      if (cpu.retired >= nextMemory) {
        compareMemory();
        nextMemory = cpu.retired + MEMORY_EVERY;
      }
    }
  }

  /** Lets the host's wishes reach both machines; only where it is clear how the same place is found in another run. */
  private void takeInput() {
    if (!betweenInstructions) {
      return;
    }
    long retired = translated.cpu().retired;
    long time = translated.now();
    for (Input input = script.peek(); input != null && input.retired == retired && input.time == time;
        input = script.peek()) {
      take(script.remove());
    }
    for (Action action = waiting.poll(); action != null; action = waiting.poll()) {
      take(new Input(retired, time, action));
    }
  }

  private void take(Input input) {
    inputs.add(input);
    input.action.on(translated);
    input.action.on(interpreted);
  }

  /** One turn of the translated machine, and as many more as finish a string instruction that it was interrupted in. */
  private @Nullable StopReason lead(long limit) {
    CpuState cpu = translated.cpu();
    StopReason reason = translated.turn(limit);
    while (reason == null && (cpu.systemFlags & Flags.RF) != 0 && !cpu.halted) {
      reason = translated.turn(cpu.retired + 1);
    }
    return reason;
  }

  /** Leads the interpreted machine to where the translated one is and compares both. */
  private void follow() {
    long retired = translated.cpu().retired;
    long time = translated.now();
    ofTranslated.take(translated.cpu(), time);
    boolean stopped = advance(interpreted, retired, time);
    ofInterpreted.take(interpreted.cpu(), interpreted.now());
    betweenInstructions = ofTranslated.sameAs(ofInterpreted);
    while (!ofTranslated.sameAs(ofInterpreted)) {
      if (stopped || interpreted.cpu().halted || interpreted.now() > time) {
        throw differ("Registers differ", List.of());
      }
      // First events alone, then with the instruction behind them, which may cause one or be a part of itself.
      stopped = event(retired, retired) || event(retired, retired + 1);
    }
    List<TiersDiffer.Word> words = differing(watched);
    if (!words.isEmpty()) {
      throw differ("Memory differs", words);
    }
    before.copyFrom(ofTranslated);
  }

  /** A turn of the interpreted machine that must not retire anything; answers whether it could not be had. */
  private boolean event(long retired, long limit) {
    if (ofTranslated.sameAs(ofInterpreted)) {
      return false;
    }
    boolean stopped = interpreted.turn(limit) != null;
    next.take(interpreted.cpu(), interpreted.now());
    if (next.retired() != retired) {
      return true;
    }
    ofInterpreted.copyFrom(next);
    return stopped;
  }

  /** Runs a machine to a count of instructions and a time; answers whether it has stopped on the way. */
  private static boolean advance(Machine machine, long retired, long time) {
    CpuState cpu = machine.cpu();
    while (cpu.retired < retired || cpu.halted && machine.now() < time) {
      if (machine.isWaitingForHost() || machine.turn(retired) != null) {
        return true;
      }
    }
    return false;
  }

  private void end(StopReason reason) {
    StopReason other = interpreted.turn(interpreted.cpu().retired);
    if (other != reason) {
      throw differ("The translated machine stops (%s), the interpreted one does not,".formatted(reason), List.of());
    }
    compareMemory();
  }

  private void compareMemory() {
    List<Long> addresses = new ArrayList<>();
    PhysicalMemory memory = translated.memory();
    long at = memory.mismatch(interpreted.memory(), 0);
    while (at != PhysicalMemory.NO_RAM && addresses.size() < MOST_WORDS) {
      addresses.add(at & -WORD);
      at = memory.mismatch(interpreted.memory(), (at & -WORD) + WORD);
    }
    if (!addresses.isEmpty()) {
      if (watched.isEmpty()) {
        findWriter(addresses);
      }
      throw differ("Memory differs (it was alike after %,d instructions; a repeated run has not shown more)"
          .formatted(nextMemory - MEMORY_EVERY), differing(addresses));
    }
  }

  private List<TiersDiffer.Word> differing(List<Long> addresses) {
    List<TiersDiffer.Word> words = new ArrayList<>();
    for (long address : addresses) {
      long one = translated.memory().read(address, WORD);
      long other = interpreted.memory().read(address, WORD);
      if (one != other) {
        words.add(new TiersDiffer.Word(address, one, other));
      }
    }
    return words;
  }

  /** Runs both machines again with an eye on some words of memory. */
  private void findWriter(List<Long> addresses) {
    long most = translated.cpu().retired;
    try (Lockstep again = new Lockstep(start, start.silent())) {
      again.watched = addresses;
      again.script.addAll(inputs);
      StopReason reason = again.runTo(most);
      while (reason == StopReason.RESET && again.translated.cpu().retired < most) {
        reason = again.runTo(most);
      }
    } catch (BootException e) {
      throw new IllegalStateException(e);
    }
  }

  private TiersDiffer differ(String what, List<TiersDiffer.Word> words) {
    return new TiersDiffer(what, before, ofTranslated, ofInterpreted, words, trace());
  }

  /** The instructions since both machines were alike. */
  private List<String> trace() {
    InstructionTrace trace = new InstructionTrace();
    try (Machine witness = start.interpreted()) {
      for (Input input : inputs) {
        advance(witness, input.retired, input.time);
        input.action.on(witness);
      }
      advance(witness, before.retired(), before.time());
      witness.setLog(trace);
      if (advance(witness, ofTranslated.retired(), ofTranslated.time())
          || before.retired() == ofTranslated.retired()) {
        witness.turn(witness.cpu().retired + 1);
      }
      return trace.lines();
    } catch (BootException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void reboot() {
    take(new Input(translated.cpu().retired, translated.now(), machine -> {
      machine.takeStop();
      try {
        machine.reboot();
      } catch (BootException e) {
        throw new IllegalStateException("what could be booted cannot be booted again", e);
      }
    }));
  }

  @Override
  public void stop(StopReason reason) {
    stop = reason;
    LockSupport.unpark(runner);
  }

  @Override
  public void setPaused(boolean newPaused) {
    paused = newPaused;
    LockSupport.unpark(runner);
  }

  @Override
  public boolean isPaused() {
    return paused;
  }

  @Override
  public void type(int line, int character) {
    act(machine -> machine.type(line, character));
  }

  @Override
  public void typeBreak(int line) {
    act(machine -> machine.typeBreak(line));
  }

  private void act(Action action) {
    waiting.add(action);
    LockSupport.unpark(runner);
  }

  @Override
  public void close() {
    translated.close();
    interpreted.close();
  }
}
