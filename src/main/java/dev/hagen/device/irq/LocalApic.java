package dev.hagen.device.irq;

import dev.hagen.device.GuestClock;
import dev.hagen.device.IrqLine;
import dev.hagen.memory.MmioRegion;
import dev.hagen.util.Bits;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The local APIC of one processor (SDM vol. 3A 10): registers in a page of memory (xAPIC) or in MSRs (x2APIC), inputs
 * LINT0 and LINT1, a timer, and messages to and from the {@link ApicBus}.
 *
 * <p>While the APIC is switched off in its base MSR, LINT0 is the processor's INTR pin and LINT1 its NMI pin.
 */
public final class LocalApic implements MmioRegion {
  /** Bytes of the register page. */
  public static final int LENGTH = 0x1000;
  /** Where the registers lie after reset. */
  public static final long DEFAULT_BASE = 0xFEE0_0000L;
  /** Answer of {@link #acknowledge}: the vector comes from the controller behind LINT0. */
  public static final int EXTERNAL = -1;
  /** Answer of {@link #readX2}: there is no such register to read; #GP(0). */
  public static final long REFUSED = -1;

  /** Version 14h, six entries in the local vector table, no directed EOI. */
  private static final int VERSION = 0x0005_0014;

  private static final long BASE_BOOTSTRAP = 1 << 8;
  private static final long BASE_X2APIC = 1 << 10;
  private static final long BASE_ENABLE = 1 << 11;

  private static final int ID = 0x02;
  private static final int VERSION_REGISTER = 0x03;
  private static final int TPR = 0x08;
  private static final int APR = 0x09;
  private static final int PPR = 0x0A;
  private static final int EOI = 0x0B;
  private static final int RRD = 0x0C;
  private static final int LDR = 0x0D;
  private static final int DFR = 0x0E;
  private static final int SVR = 0x0F;
  private static final int ISR = 0x10;
  private static final int TMR = 0x18;
  private static final int IRR = 0x20;
  private static final int ESR = 0x28;
  private static final int ICR_LOW = 0x30;
  private static final int ICR_HIGH = 0x31;
  private static final int LVT_FIRST = 0x32;
  private static final int LVT_LAST = 0x37;
  private static final int INITIAL_COUNT = 0x38;
  private static final int CURRENT_COUNT = 0x39;
  private static final int DIVIDE = 0x3E;
  private static final int SELF_IPI = 0x3F;

  private static final int TIMER = 0;
  private static final int LINT0 = 3;
  private static final int LINT1 = 4;
  private static final int ERROR = 5;
  /** Writable bits: timer, thermal sensor, performance counters, LINT0, LINT1, error. */
  private static final int[] LVT_WRITABLE = {0x7_00FF, 0x1_07FF, 0x1_07FF, 0x1_A7FF, 0x1_A7FF, 0x1_00FF};

  private static final int LVT_REMOTE_IRR = 1 << 14;
  private static final int LVT_LEVEL = 1 << 15;
  private static final int LVT_MASKED = 1 << 16;

  private static final int SVR_ENABLE = 1 << 8;
  private static final int SVR_WRITABLE = 0x3FF;

  private static final int ESR_SEND_ILLEGAL_VECTOR = 1 << 5;
  private static final int ESR_RECEIVED_ILLEGAL_VECTOR = 1 << 6;
  private static final int ESR_ILLEGAL_REGISTER = 1 << 7;

  private static final int ICR_WRITABLE = 0xC_CFFF;
  private static final int ICR_LOGICAL = 1 << 11;
  private static final int ICR_ASSERT = 1 << 14;
  private static final int ICR_LEVEL = 1 << 15;

  private final int initialId;
  private final boolean bootstrap;
  private final long reservedBaseBits;
  private final boolean x2Supported;
  private final ApicBus bus;
  private final ProcessorLines processor;
  private final ApicTimer timer;

  private final VectorSet requested = new VectorSet();
  private final VectorSet inService = new VectorSet();
  private final VectorSet levelTriggered = new VectorSet();
  private final int[] lvt = new int[6];
  private final boolean[] lintLevel = new boolean[2];

  private long base;
  private int id;
  private int taskPriority;
  private int logicalId;
  private int destinationFormat;
  private int spurious;
  private int errors;
  private int errorsShown;
  private int commandLow;
  private int commandHigh;
  /** An ExtINT message has come and waits for the processor. */
  private boolean externalRequested;
  private boolean output;

  /**
   * A local APIC after power-on, attached to {@code bus}.
   *
   * @param id its initial identifier; without x2APIC less than 255
   * @param bootstrap whether its processor boots the machine
   * @param x2Supported whether the guest may switch to x2APIC mode
   * @param physicalBits the width of guest-physical addresses that CPUID announces
   * @param tsc reads the guest's time-stamp counter
   * @param tscHertz how fast that counter runs
   */
  public LocalApic(
      int id,
      boolean bootstrap,
      boolean x2Supported,
      int physicalBits,
      ApicBus bus,
      ProcessorLines processor,
      GuestClock clock,
      LongSupplier tsc,
      long tscHertz) {
    this.initialId = id;
    this.bootstrap = bootstrap;
    this.x2Supported = x2Supported;
    this.reservedBaseBits = -1L << physicalBits | 0x2FF;
    this.bus = bus;
    this.processor = processor;
    this.timer = new ApicTimer(clock, tsc, tscHertz, () -> raiseLocal(TIMER));
    this.base = DEFAULT_BASE | BASE_ENABLE | (bootstrap ? BASE_BOOTSTRAP : 0);
    this.id = id;
    bus.attach(this);
    clear();
  }

  /** Power-on reset. */
  public void reset() {
    base = DEFAULT_BASE | BASE_ENABLE | (bootstrap ? BASE_BOOTSTRAP : 0);
    id = initialId;
    clear();
    processor.mapped(DEFAULT_BASE, true);
  }

  /** Brings the registers into the state after reset or INIT; the base MSR and the identifier stay. */
  private void clear() {
    requested.clear();
    inService.clear();
    levelTriggered.clear();
    Arrays.fill(lvt, LVT_MASKED);
    taskPriority = 0;
    logicalId = 0;
    destinationFormat = -1;
    spurious = 0xFF;
    errors = 0;
    errorsShown = 0;
    commandLow = 0;
    commandHigh = 0;
    externalRequested = false;
    timer.reset();
    update();
  }

  /**
   * Does what firmware does before it starts a system that knows no APIC: enabled, LINT0 passes the interrupts of the
   * 8259A through, LINT1 is NMI ("virtual wire mode", MultiProcessor Specification 3.6.2.2).
   */
  public void enableVirtualWire() {
    spurious |= SVR_ENABLE;
    lvt[LINT0] = DeliveryMode.EXTERNAL.ordinal() << 8;
    lvt[LINT1] = DeliveryMode.NMI.ordinal() << 8;
    update();
  }

  // The base MSR (SDM vol. 3A 10.4.4, 10.12.1)

  /** IA32_APIC_BASE. */
  public long readBase() {
    return base;
  }

  /** Writes IA32_APIC_BASE; false if the value is refused with #GP(0). */
  public boolean writeBase(long value) {
    boolean enable = (value & BASE_ENABLE) != 0;
    boolean x2 = (value & BASE_X2APIC) != 0;
    boolean fromX2ToXapic = isX2() && enable && !x2;
    boolean fromOffToX2 = !isEnabled() && x2;
    if ((value & reservedBaseBits) != 0 || x2 && (!enable || !x2Supported) || fromX2ToXapic || fromOffToX2) {
      return false;
    }
    boolean wasEnabled = isEnabled();
    boolean wasX2 = isX2();
    base = value;
    if (wasEnabled && !enable) {
      clear();
    } else if (!wasX2 && x2) {
      id = initialId;
      logicalId = initialId >> 4 << 16 | 1 << (initialId & 15);
    }
    processor.mapped(value & ~0xFFFL, enable && !x2);
    update();
    return true;
  }

  private boolean isEnabled() {
    return (base & BASE_ENABLE) != 0;
  }

  /** Whether the registers are MSRs now. */
  public boolean isX2() {
    return (base & BASE_X2APIC) != 0;
  }

  private boolean isSoftwareEnabled() {
    return isEnabled() && (spurious & SVR_ENABLE) != 0;
  }

  // The processor's side

  /** Whether an interrupt waits that the task priority lets through. */
  public boolean hasInterrupt() {
    return externalPending() || deliverable() >= 0;
  }

  /** Puts the next interrupt into service: its vector, or {@link #EXTERNAL} to ask the controller behind LINT0. */
  public int acknowledge() {
    if (externalPending()) {
      externalRequested = false;
      update();
      return EXTERNAL;
    }
    int vector = deliverable();
    if (vector < 0) {
      return spurious & 0xFF;
    }
    requested.set(vector, false);
    inService.set(vector, true);
    update();
    return vector;
  }

  /** The task-priority class, as CR8 shows it. */
  public int readCr8() {
    return taskPriority >> 4;
  }

  /** Sets the task-priority class, 0 to 15. */
  public void writeCr8(int value) {
    taskPriority = (value & 15) << 4;
    update();
  }

  /** IA32_TSC_DEADLINE: when the timer is due, 0 if it is not armed. */
  public long readTscDeadline() {
    return timer.deadline();
  }

  /** Writes IA32_TSC_DEADLINE; does nothing unless the timer is in that mode. */
  public void writeTscDeadline(long value) {
    timer.setDeadline(value);
  }

  /** The guest has written its time-stamp counter, so the deadline is at another time now. */
  public void timestampChanged() {
    timer.update();
  }

  private boolean externalPending() {
    return externalRequested || lintLevel[0] && passesLint0();
  }

  private boolean passesLint0() {
    return !isEnabled() || (lvt[LINT0] & LVT_MASKED) == 0 && mode(lvt[LINT0]) == DeliveryMode.EXTERNAL;
  }

  /** The highest requested vector if its class is above the processor priority, else -1. */
  private int deliverable() {
    int vector = requested.highest();
    return vector >= 0 && vector >> 4 > processorPriority() >> 4 ? vector : -1;
  }

  /** PPR: the higher of task priority and the class in service. */
  int processorPriority() {
    int serving = Math.max(0, inService.highest());
    return taskPriority >> 4 >= serving >> 4 ? taskPriority : serving & 0xF0;
  }

  private int arbitrationPriority() {
    int asking = Math.max(0, requested.highest()) >> 4;
    int serving = Math.max(0, inService.highest()) >> 4;
    int task = taskPriority >> 4;
    return task >= asking && task > serving ? taskPriority : Math.max(Math.max(task, asking), serving) << 4;
  }

  private void update() {
    boolean pending = hasInterrupt();
    if (pending != output) {
      output = pending;
      processor.interrupt(pending);
    }
  }

  // The bus

  /** Whether a message is meant for this APIC (SDM vol. 3A 10.6.2, 10.12.9). */
  boolean matches(InterruptMessage message) {
    if (!isEnabled()) {
      return false;
    }
    if (message.isBroadcast()) {
      return true;
    }
    int destination = message.destination();
    if (!message.logical()) {
      return destination == id;
    }
    if (isX2()) {
      return destination >>> 16 == logicalId >>> 16 && (destination & logicalId & 0xFFFF) != 0;
    }
    int logical = logicalId >>> 24;
    if (destinationFormat >>> 28 == 0xF) {
      return (destination & logical & 0xFF) != 0;
    }
    boolean sameCluster = destination >> 4 == logical >> 4 || destination >> 4 == 0xF;
    return sameCluster && (destination & logical & 0xF) != 0;
  }

  /** Takes a message meant for this APIC; false if it refuses. */
  boolean accept(InterruptMessage message) {
    switch (message.mode()) {
      case FIXED, LOWEST_PRIORITY -> {
        return accept(message.vector(), message.level());
      }
      case SMI -> processor.smi();
      case NMI -> processor.nmi();
      case INIT -> {
        clear();
        processor.init();
      }
      case START_UP -> processor.startUp(message.vector());
      case EXTERNAL -> {
        externalRequested = true;
        update();
      }
      case RESERVED -> {
        return false;
      }
    }
    return true;
  }

  private boolean accept(int vector, boolean level) {
    if (vector < 16) {
      error(ESR_RECEIVED_ILLEGAL_VECTOR);
      return false;
    }
    if (!isSoftwareEnabled()) {
      return false;
    }
    levelTriggered.set(vector, level);
    requested.set(vector, true);
    update();
    return true;
  }

  boolean takesFixed() {
    return isSoftwareEnabled();
  }

  /** The identifier by which messages find this APIC. */
  public int id() {
    return id;
  }

  // Local interrupts

  /** The input LINT0: the 8259A. */
  public IrqLine lint0() {
    return level -> lint(0, level);
  }

  /** The input LINT1: NMI. */
  public IrqLine lint1() {
    return level -> lint(1, level);
  }

  private void lint(int input, boolean level) {
    boolean rising = level && !lintLevel[input];
    lintLevel[input] = level;
    if (!isEnabled()) {
      if (rising && input == 1) {
        processor.nmi();
      }
    } else if (rising) {
      raiseLint(LINT0 + input);
    }
    update();
  }

  private void raiseLint(int entry) {
    boolean level = (lvt[entry] & LVT_LEVEL) != 0;
    boolean open = (lvt[entry] & (LVT_MASKED | LVT_REMOTE_IRR)) == 0;
    if (open && mode(lvt[entry]) == DeliveryMode.FIXED && level) {
      if (accept(lvt[entry] & 0xFF, true)) {
        lvt[entry] |= LVT_REMOTE_IRR;
      }
    } else {
      raiseLocal(entry);
    }
  }

  /** Delivers an entry of the local vector table, edge-triggered. */
  private void raiseLocal(int entry) {
    int value = lvt[entry];
    if ((value & LVT_MASKED) != 0) {
      return;
    }
    switch (entry == TIMER || entry == ERROR ? DeliveryMode.FIXED : mode(value)) {
      case FIXED -> accept(value & 0xFF, false);
      case SMI -> processor.smi();
      case NMI -> processor.nmi();
      case INIT -> {
        clear();
        processor.init();
      }
      default -> { } // EXTERNAL is a level: see externalPending
    }
  }

  private void error(int bit) {
    errors |= bit;
    int value = lvt[ERROR];
    if ((value & LVT_MASKED) == 0 && (value & 0xFF) >= 16) {
      accept(value & 0xFF, false);
    }
  }

  private static DeliveryMode mode(int value) {
    return DeliveryMode.of(value >> 8);
  }

  // Registers

  @Override
  public long read(long offset, int size) {
    if (!isEnabled() || isX2()) {
      return Bits.mask(size);
    }
    int within = (int) offset & 15;
    if (within > 3) {
      return 0; // between the registers
    }
    return (readRegister((int) offset >> 4) & 0xFFFF_FFFFL) >>> (within << 3);
  }

  @Override
  public void write(long offset, long value, int size) {
    if (isEnabled() && !isX2() && (offset & 15) == 0 && size >= 4) {
      writeRegister((int) offset >> 4, (int) value);
    }
  }

  private int readRegister(int register) {
    if (register >= ISR && register < ESR) {
      VectorSet set = register < TMR ? inService : register < IRR ? levelTriggered : requested;
      return set.word(register);
    }
    if (register >= LVT_FIRST && register <= LVT_LAST) {
      return lvt[register - LVT_FIRST];
    }
    return switch (register) {
      case ID -> isX2() ? id : id << 24;
      case VERSION_REGISTER -> VERSION;
      case TPR -> taskPriority;
      case APR -> arbitrationPriority();
      case PPR -> processorPriority();
      case EOI, RRD -> 0;
      case LDR -> logicalId;
      case DFR -> destinationFormat;
      case SVR -> spurious;
      case ESR -> errorsShown;
      case ICR_LOW -> commandLow;
      case ICR_HIGH -> commandHigh;
      case INITIAL_COUNT -> timer.initialCount();
      case CURRENT_COUNT -> timer.currentCount();
      case DIVIDE -> timer.divide();
      default -> {
        error(ESR_ILLEGAL_REGISTER);
        yield 0;
      }
    };
  }

  private void writeRegister(int register, int value) {
    if (register >= LVT_FIRST && register <= LVT_LAST) {
      writeLvt(register - LVT_FIRST, value);
      return;
    }
    switch (register) {
      case ID -> id = value >>> 24;
      case TPR -> {
        taskPriority = value & 0xFF;
        update();
      }
      case EOI -> endOfInterrupt();
      case LDR -> logicalId = value & 0xFF00_0000;
      case DFR -> destinationFormat = value | 0x0FFF_FFFF;
      case SVR -> writeSpurious(value);
      case ESR -> {
        errorsShown = errors;
        errors = 0;
      }
      case ICR_LOW -> {
        commandLow = value & ICR_WRITABLE;
        send(commandLow, commandHigh >>> 24, false);
      }
      case ICR_HIGH -> commandHigh = value & 0xFF00_0000;
      case INITIAL_COUNT -> timer.setInitialCount(value);
      case DIVIDE -> timer.setDivide(value);
      default -> {
        if (register < VERSION_REGISTER || register > CURRENT_COUNT || register > ESR && register < ICR_LOW) {
          error(ESR_ILLEGAL_REGISTER);
        }
      }
    }
  }

  private void writeSpurious(int value) {
    spurious = value & SVR_WRITABLE;
    if ((spurious & SVR_ENABLE) == 0) {
      for (int i = 0; i < lvt.length; i++) {
        lvt[i] |= LVT_MASKED;
      }
      configureTimer();
    }
    update();
  }

  private void writeLvt(int entry, int value) {
    int masked = (spurious & SVR_ENABLE) == 0 ? LVT_MASKED : 0;
    int kept = lvt[entry] & LVT_REMOTE_IRR;
    lvt[entry] = value & LVT_WRITABLE[entry] | masked;
    if ((lvt[entry] & LVT_LEVEL) != 0) {
      lvt[entry] |= kept;
    }
    if (entry == TIMER) {
      configureTimer();
    } else if (entry == LINT0 || entry == LINT1) {
      resample(entry);
    }
    update();
  }

  private void configureTimer() {
    timer.configure(lvt[TIMER] >> 17 & 3, (lvt[TIMER] & LVT_MASKED) != 0);
  }

  /** A level-triggered input that is still asserted asks again. */
  private void resample(int entry) {
    boolean level = (lvt[entry] & LVT_LEVEL) != 0 && mode(lvt[entry]) == DeliveryMode.FIXED;
    if (level && lintLevel[entry - LINT0]) {
      raiseLint(entry);
    }
  }

  private void endOfInterrupt() {
    int vector = inService.highest();
    if (vector < 0) {
      return;
    }
    inService.set(vector, false);
    if (levelTriggered.get(vector)) {
      for (int entry = LINT0; entry <= LINT1; entry++) {
        if ((lvt[entry] & LVT_REMOTE_IRR) != 0 && (lvt[entry] & 0xFF) == vector) {
          lvt[entry] &= ~LVT_REMOTE_IRR;
          resample(entry);
        }
      }
      bus.endOfInterrupt(vector);
    }
    update();
  }

  /** Sends an interprocessor interrupt (SDM vol. 3A 10.6.1). */
  private void send(int command, int destination, boolean wide) {
    DeliveryMode mode = mode(command);
    int vector = command & 0xFF;
    boolean level = (command & ICR_LEVEL) != 0;
    if (mode == DeliveryMode.INIT && level && (command & ICR_ASSERT) == 0) {
      return; // INIT level de-assert: arbitration identifiers of long ago
    }
    if (vector < 16 && (mode == DeliveryMode.FIXED || mode == DeliveryMode.LOWEST_PRIORITY)) {
      error(ESR_SEND_ILLEGAL_VECTOR);
      return;
    }
    boolean logical = (command & ICR_LOGICAL) != 0;
    InterruptMessage message = new InterruptMessage(destination, logical, wide, mode, vector, false);
    switch (command >> 18 & 3) {
      case 1 -> accept(message);
      case 2 -> bus.broadcast(message, null);
      case 3 -> bus.broadcast(message, this);
      default -> bus.deliver(message);
    }
  }

  // x2APIC (SDM vol. 3A 10.12)

  /**
   * Reads the register behind MSR {@code 800h + register}.
   *
   * @param register 0 to FFh
   * @return the value, or {@link #REFUSED}
   */
  public long readX2(int register) {
    if (!isX2()) {
      return REFUSED;
    }
    boolean readable = register >= ISR && register <= ESR || register >= LVT_FIRST && register <= CURRENT_COUNT
        || switch (register) {
          case ID, VERSION_REGISTER, TPR, PPR, LDR, SVR, ICR_LOW, DIVIDE -> true;
          default -> false;
        };
    if (!readable) {
      return REFUSED;
    }
    long value = readRegister(register) & 0xFFFF_FFFFL;
    return register == ICR_LOW ? (long) commandHigh << 32 | value : value;
  }

  /** Writes the register behind MSR {@code 800h + register}; false if that is refused with #GP(0). */
  public boolean writeX2(int register, long value) {
    if (!isX2() || (value & ~writableX2(register)) != 0) {
      return false;
    }
    switch (register) {
      case ICR_LOW -> {
        commandLow = (int) value;
        commandHigh = (int) (value >>> 32);
        send(commandLow, commandHigh, true);
      }
      case SELF_IPI -> send(1 << 18 | (int) value, 0, true);
      case TPR, EOI, SVR, ESR, INITIAL_COUNT, DIVIDE -> writeRegister(register, (int) value);
      default -> {
        if (register < LVT_FIRST || register > LVT_LAST) {
          return false;
        }
        writeRegister(register, (int) value);
      }
    }
    return true;
  }

  /** The bits of an x2APIC register that may be written as ones. */
  private static long writableX2(int register) {
    if (register >= LVT_FIRST && register <= LVT_LAST) {
      return LVT_WRITABLE[register - LVT_FIRST] | 0x5000; // delivery status and remote IRR are ignored
    }
    return switch (register) {
      case TPR, SELF_IPI -> 0xFF;
      case SVR -> SVR_WRITABLE;
      case ICR_LOW -> 0xFFFF_FFFF_0000_0000L | ICR_WRITABLE;
      case INITIAL_COUNT -> 0xFFFF_FFFFL;
      case DIVIDE -> 0xB;
      default -> 0;
    };
  }
}
