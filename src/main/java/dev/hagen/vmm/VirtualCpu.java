package dev.hagen.vmm;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.Pending;
import dev.hagen.decode.Instruction;
import dev.hagen.interpret.Interpreter;
import dev.hagen.semantics.DebugRegisters;
import dev.hagen.semantics.InterruptDelivery;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One virtual processor and its run loop: lets guest code run, delivers events between instructions, and sleeps while
 * the guest halts.
 */
public final class VirtualCpu {
  private static final VarHandle ACTIVITY;

  static {
    try {
      ACTIVITY = MethodHandles.lookup().findVarHandle(VirtualCpu.class, "activity", Activity.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final CpuState cpu;
  private final Interpreter interpreter;
  private final MachineClock clock;
  private final InterruptController interrupts;
  /** Runs what the devices have to do on this thread: host input, timers. */
  private final Runnable devices;
  private Runnable sampling = () -> { };
  private @Nullable EventLog log;

  private volatile @Nullable Thread thread;
  private volatile @Nullable StopReason stop;
  private volatile boolean paused;
  /** Written by the processor's thread only, by {@link #ACTIVITY}: several million times a second, so not volatile. */
  @SuppressWarnings("unused")
  private Activity activity = Activity.MACHINE;

  /**
   * A processor that has not run yet.
   *
   * @param devices called between instructions after {@link Pending#DEVICE} was posted
   */
  public VirtualCpu(CpuState cpu, Interpreter interpreter, MachineClock clock, InterruptController interrupts,
      Runnable devices) {
    this.cpu = cpu;
    this.interpreter = interpreter;
    this.clock = clock;
    this.interrupts = interrupts;
    this.devices = devices;
    interpreter.setFaultListener(this::raise);
  }

  /** Has {@code action} called between instructions after {@link Pending#SAMPLE} was posted; before the processor runs. */
  public void setSampling(Runnable action) {
    sampling = action;
  }

  /** Hears of every exception, interrupt and instruction; null switches logging off. */
  public void setLog(@Nullable EventLog log) {
    this.log = log;
  }

  /** Sets bits of the pending word and wakes the processor; any thread may call. */
  public void post(int bits) {
    cpu.post(bits);
    LockSupport.unpark(thread);
  }

  /** Ends {@link #run} before the next block; any thread may call. The first reason counts. */
  public void stop(StopReason reason) {
    if (stop == null) {
      stop = reason;
    }
    cpu.leaveBlock = true;
    post(Pending.STOP);
  }

  /** Holds the processor between two blocks, or lets it go on; any thread may call. */
  public void setPaused(boolean paused) {
    this.paused = paused;
    post(Pending.STOP);
  }

  public boolean isPaused() {
    return paused;
  }

  /** Runs until somebody calls {@link #stop}; answers why. */
  public StopReason run() {
    thread = Thread.currentThread();
    while (true) {
      StopReason reason = turn(Long.MAX_VALUE);
      if (reason != null) {
        return reason;
      }
    }
  }

  /**
   * One turn of the run loop: events, then guest code until it comes back, or sleep. For whoever leads the processor step
   * by step; {@link #run} is everybody else's.
   *
   * @param limit the count of instructions retired since reset from which on no guest code runs
   * @return why somebody has called {@link #stop}, or null
   */
  public @Nullable StopReason turn(long limit) {
    StopReason reason = takeStop();
    if (reason != null) {
      return reason;
    }
    if (paused) {
      LockSupport.park(this);
      return null;
    }
    takeSample();
    runDevices();
    deliverPending();
    if (cpu.halted) {
      ACTIVITY.setOpaque(this, Activity.SLEEP);
      sleep();
      ACTIVITY.setOpaque(this, Activity.MACHINE);
    } else if (stop == null) {
      ACTIVITY.setOpaque(this, Activity.GUEST);
      runGuest(limit);
      ACTIVITY.setOpaque(this, Activity.MACHINE);
    }
    return null;
  }

  /** What the thread that runs the processor does, or has done not long ago; any thread may ask. */
  public Activity activity() {
    return (Activity) ACTIVITY.getOpaque(this);
  }

  /** Why somebody has called {@link #stop}, or null; it is forgotten then. */
  public @Nullable StopReason takeStop() {
    cpu.clearPending(Pending.STOP);
    StopReason reason = stop;
    if (reason != null) {
      stop = null;
    }
    return reason;
  }

  /** Whether the guest halts and nothing but the host can wake it. */
  public boolean isWaitingForHost() {
    return cpu.halted && clock.nextDeadline() == MachineClock.NEVER && (cpu.pending() & cpu.takenEvents()) == 0;
  }

  /** Devices do not run for a sample: what they and the translator have to do would be done more often than without. */
  private void takeSample() {
    if ((cpu.pending() & Pending.SAMPLE) != 0) {
      cpu.clearPending(Pending.SAMPLE);
      sampling.run();
    }
  }

  private void runDevices() {
    if ((cpu.pending() & Pending.DEVICE) != 0) {
      cpu.clearPending(Pending.DEVICE);
      cpu.counters.count(Counter.DEVICE_RUNS);
      devices.run();
      clock.runDue();
    } else if (clock instanceof InstructionClock && clock.nextDeadline() <= clock.now()) {
      clock.runDue();
    }
  }

  /** Delivers an NMI or an interrupt, if one is pending and the processor takes it now. */
  private void deliverPending() {
    int pending = cpu.pending();
    if ((pending & (Pending.NMI | Pending.INTERRUPT)) == 0 || cpu.interruptShadow) {
      return;
    }
    if ((pending & Pending.NMI) != 0 && !cpu.nmiBlocked) {
      cpu.clearPending(Pending.NMI);
      deliver(Vector.NMI, InterruptDelivery.Source.NMI);
    } else if ((pending & Pending.INTERRUPT) != 0 && (cpu.systemFlags & Flags.IF) != 0) {
      int vector = interrupts.acknowledge();
      if (vector != InterruptController.NONE) {
        deliver(vector, InterruptDelivery.Source.EXTERNAL);
      }
    }
  }

  private void deliver(int vector, InterruptDelivery.Source source) {
    cpu.halted = false;
    if (log != null) {
      log.interrupt(cpu, vector);
    }
    if (InterruptDelivery.deliver(cpu, vector, source) == InterruptDelivery.Outcome.TRIPLE_FAULT) {
      stop(StopReason.TRIPLE_FAULT);
    }
  }

  /** Waits until something is posted or a timer is due. */
  private void sleep() {
    clock.skipToDeadline();
    long left = clock.nextDeadline() == MachineClock.NEVER ? Long.MAX_VALUE : clock.nextDeadline() - clock.now();
    if (left > 0 && (cpu.pending() & cpu.takenEvents()) == 0) {
      cpu.counters.count(Counter.SLEEPS);
      LockSupport.parkNanos(this, left);
    }
    if (clock.nextDeadline() <= clock.now()) {
      clock.runDue();
    }
  }

  private void runGuest(long most) {
    if (cpu.retired >= most) {
      return;
    }
    try {
      if (log != null && log.wantsInstructions()) {
        log.instruction(cpu, interpreter.peek());
        stepCarefully();
      } else if (cpu.interruptShadow || (cpu.systemFlags & Flags.TF) != 0
          || DebugRegisters.hasInstructionBreakpoints(cpu)) {
        stepCarefully();
      } else {
        long limit = clock instanceof InstructionClock counted ? counted.retiredAtDeadline() : Long.MAX_VALUE;
        cpu.counters.count(Counter.GUEST_RUNS);
        // Without breakpoints, RF only has to be over behind the next instruction: a fault of that one sets it anyway.
        cpu.systemFlags &= ~Flags.RF;
        interpreter.run(cpu.takenEvents(), Math.min(limit, most));
        if (cpu.debugHits != 0) {
          trap(false);
        }
      }
    } catch (GuestException e) {
      raise(e);
    }
  }

  /** Runs one instruction with everything that debugging and interrupt shadows ask for. */
  private void stepCarefully() {
    cpu.counters.count(Counter.SINGLE_STEPS);
    boolean singleStep = (cpu.systemFlags & Flags.TF) != 0;
    boolean mayEnterKernel = singleStep && mayEnterKernel(interpreter.peek());
    boolean resume = (cpu.systemFlags & Flags.RF) != 0;
    boolean shadow = cpu.debugShadow;
    if (!resume && !shadow) {
      long hits = DebugRegisters.instructionHits(cpu, linearRip());
      if (hits != 0) {
        throw DebugRegisters.raise(cpu, hits);
      }
    }
    cpu.interruptShadow = false;
    cpu.debugShadow = false;
    // RF ends with the instruction, but IRET may set it for the next one.
    cpu.systemFlags &= ~Flags.RF;
    interpreter.step();
    // Nobody steps into a handler: what calls it clears TF, and with it the trap that was due.
    boolean stepped = singleStep && !(mayEnterKernel && (cpu.systemFlags & Flags.TF) == 0);
    if (!cpu.debugShadow && (stepped || cpu.debugHits != 0)) {
      trap(stepped);
    }
  }

  private static boolean mayEnterKernel(@Nullable Instruction instruction) {
    return instruction != null && switch (instruction.op()) {
      case INT, INT1, INT3, INTO, SYSCALL, SYSENTER -> true;
      default -> false;
    };
  }

  private long linearRip() {
    return cpu.is64Bit() ? cpu.rip : cpu.segment[Reg.CS].base + cpu.rip & 0xFFFF_FFFFL;
  }

  /** Raises #DB behind an instruction if one is due. */
  private void trap(boolean singleStep) {
    if (DebugRegisters.takeTrap(cpu, singleStep)) {
      raise(cpu.raise(Vector.DB));
    }
  }

  private void raise(GuestException exception) {
    cpu.debugHits = 0;
    if (log != null) {
      log.exception(cpu, exception);
    }
    if (InterruptDelivery.deliver(cpu, exception) == InterruptDelivery.Outcome.TRIPLE_FAULT) {
      stop(StopReason.TRIPLE_FAULT);
    }
  }
}
