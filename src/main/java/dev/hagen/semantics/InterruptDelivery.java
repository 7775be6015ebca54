package dev.hagen.semantics;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Vector;

/** Delivers exceptions and interrupts, and what goes wrong on the way (SDM vol. 3A chapter 6, APM vol. 2 chapter 8). */
public final class InterruptDelivery {
  /** Where an event comes from; this decides about privilege checks, error codes and the pushed RF. */
  public enum Source {
    /** An exception that the processor raised. */
    EXCEPTION,
    /** INT n. */
    SOFTWARE_INT,
    /** INT3 or INTO. */
    SOFTWARE_EXCEPTION,
    /** INT1. */
    INT1,
    /** An interrupt from the interrupt controller. */
    EXTERNAL,
    NMI;

    /** Gates are checked for the right to be called by CPL. */
    boolean isSoftware() {
      return this == SOFTWARE_INT || this == SOFTWARE_EXCEPTION;
    }

    /** An instruction delivers; its faults are thrown. */
    boolean isInstruction() {
      return isSoftware() || this == INT1;
    }

    /** Bit 0 of error codes of faults during delivery. */
    int externalBit() {
      return isSoftware() ? 0 : 1;
    }
  }

  /** How a delivery ended. */
  public enum Outcome {
    /** The handler's first instruction is next. */
    DELIVERED,
    /** A fault while a double fault was being delivered: the processor shuts down. */
    TRIPLE_FAULT
  }

  /** The vector's class for the table of double faults (SDM vol. 3A table 6-5). */
  private enum Severity {
    BENIGN,
    CONTRIBUTORY,
    PAGE_FAULT,
    DOUBLE_FAULT;

    static Severity of(int vector) {
      return switch (vector) {
        case Vector.DE, Vector.TS, Vector.NP, Vector.SS, Vector.GP -> CONTRIBUTORY;
        case Vector.PF -> PAGE_FAULT;
        case Vector.DF -> DOUBLE_FAULT;
        default -> BENIGN;
      };
    }
  }

  /**
   * A benign exception may fault benignly for ever: an alignment check whose handler's stack is misaligned. A processor
   * would hang there; this one gives up after so many attempts. Any other sequence is shorter.
   */
  private static final int MOST_ATTEMPTS = 8;

  /**
   * No vector: what an instruction throws that has delivered a fault itself (a task switch, whose second half belongs
   * to the new task) and could not. {@link #deliver(CpuState, GuestException)} answers {@link Outcome#TRIPLE_FAULT}.
   */
  static final int SHUTDOWN = 256;

  private InterruptDelivery() {}

  /**
   * Delivers an exception; RIP is already what the handler shall see.
   *
   * @return {@link Outcome#TRIPLE_FAULT} if the guest cannot be told of it
   */
  public static Outcome deliver(CpuState cpu, GuestException exception) {
    if (exception.vector() == SHUTDOWN) {
      return Outcome.TRIPLE_FAULT;
    }
    return deliver(cpu, exception.vector(), exception.errorCode(), exception.address(), Source.EXCEPTION);
  }

  /** Delivers an external interrupt or an NMI. */
  public static Outcome deliver(CpuState cpu, int vector, Source source) {
    if (source == Source.NMI) {
      cpu.nmiBlocked = true;
    }
    return deliver(cpu, vector, 0, 0, source);
  }

  private static Outcome deliver(CpuState cpu, int vector, int errorCode, long address, Source source) {
    cpu.interruptShadow = false;
    cpu.debugShadow = false;
    cpu.halted = false;
    int currentVector = vector;
    int currentCode = errorCode;
    Source currentSource = source;
    if (source == Source.EXCEPTION && vector == Vector.PF) {
      cpu.cr2 = address;
    }
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      try {
        once(cpu, currentVector, currentCode, currentSource);
        return Outcome.DELIVERED;
      } catch (GuestException nested) {
        Severity first = currentSource == Source.EXCEPTION ? Severity.of(currentVector) : Severity.BENIGN;
        Severity second = Severity.of(nested.vector());
        if (second == Severity.PAGE_FAULT) {
          // A page fault that ends as a double fault has told its address all the same.
          cpu.cr2 = nested.address();
        }
        if (first == Severity.DOUBLE_FAULT && second != Severity.BENIGN) {
          return Outcome.TRIPLE_FAULT;
        }
        boolean both = first == Severity.CONTRIBUTORY && second == Severity.CONTRIBUTORY
            || first == Severity.PAGE_FAULT && second != Severity.BENIGN;
        currentVector = both ? Vector.DF : nested.vector();
        currentCode = both ? 0 : nested.errorCode();
        currentSource = Source.EXCEPTION;
      }
    }
    return Outcome.TRIPLE_FAULT;
  }

  /**
   * Delivers once.
   *
   * @throws GuestException if that is not possible; no register has changed then
   */
  static void once(CpuState cpu, int vector, int errorCode, Source source) {
    boolean hasErrorCode = source == Source.EXCEPTION && Vector.hasErrorCode(vector);
    if (!cpu.isProtected()) {
      RealModeDelivery.deliver(cpu, vector, source);
    } else if (cpu.isLongMode()) {
      LongModeDelivery.deliver(cpu, vector, hasErrorCode, errorCode, source);
    } else {
      ProtectedModeDelivery.deliver(cpu, vector, hasErrorCode, errorCode, source);
    }
    if (vector == Vector.DB && (source == Source.EXCEPTION || source == Source.INT1)) {
      cpu.dr[7] &= ~DebugRegisters.GENERAL_DETECT;
    }
    cpu.counters.deliver(switch (source) {
      case EXCEPTION, SOFTWARE_EXCEPTION, INT1 -> Counter.exception(vector);
      case SOFTWARE_INT -> Counter.INTERRUPTS_SOFTWARE;
      case EXTERNAL -> Counter.INTERRUPTS_EXTERNAL;
      case NMI -> Counter.INTERRUPTS_NMI;
    });
  }

  /** EFLAGS as the handler finds it on its stack: RF is set for faults (SDM vol. 3B 17.3.1.1). */
  static int pushedFlags(CpuState cpu, int vector, Source source) {
    int flags = cpu.flags();
    if (source == Source.EXCEPTION) {
      return isFault(vector) ? flags | Flags.RF : flags;
    }
    return source == Source.EXTERNAL || source == Source.NMI ? flags : flags & ~Flags.RF;
  }

  private static boolean isFault(int vector) {
    return switch (vector) {
      case Vector.DB, Vector.BP, Vector.OF, Vector.DF, Vector.MC -> false;
      default -> true;
    };
  }

  /** What every delivery clears, and IF for interrupt gates. */
  static void enterHandler(CpuState cpu, boolean interruptGate) {
    int cleared = Flags.TF | Flags.NT | Flags.RF | Flags.VM | (interruptGate ? Flags.IF : 0);
    cpu.systemFlags &= ~cleared;
    cpu.updateContext();
    cpu.transferred = true;
  }
}
