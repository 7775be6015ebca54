package dev.hagen.device.irq;

import static dev.hagen.device.irq.ApicRegister.APR;
import static dev.hagen.device.irq.ApicRegister.CURRENT_COUNT;
import static dev.hagen.device.irq.ApicRegister.DFR;
import static dev.hagen.device.irq.ApicRegister.DIVIDE;
import static dev.hagen.device.irq.ApicRegister.EOI;
import static dev.hagen.device.irq.ApicRegister.ESR;
import static dev.hagen.device.irq.ApicRegister.ICR_HIGH;
import static dev.hagen.device.irq.ApicRegister.ICR_LOW;
import static dev.hagen.device.irq.ApicRegister.ICR_WRITABLE;
import static dev.hagen.device.irq.ApicRegister.ID;
import static dev.hagen.device.irq.ApicRegister.INITIAL_COUNT;
import static dev.hagen.device.irq.ApicRegister.ISR;
import static dev.hagen.device.irq.ApicRegister.LDR;
import static dev.hagen.device.irq.ApicRegister.LVT_END;
import static dev.hagen.device.irq.ApicRegister.LVT_FIRST;
import static dev.hagen.device.irq.ApicRegister.PPR;
import static dev.hagen.device.irq.ApicRegister.RRD;
import static dev.hagen.device.irq.ApicRegister.SELF_IPI;
import static dev.hagen.device.irq.ApicRegister.SVR;
import static dev.hagen.device.irq.ApicRegister.SVR_WRITABLE;
import static dev.hagen.device.irq.ApicRegister.TPR;
import static dev.hagen.device.irq.ApicRegister.VERSION_REGISTER;

import dev.hagen.device.GuestClock;
import dev.hagen.device.IrqLine;
import dev.hagen.memory.MmioRegion;
import dev.hagen.util.Bits;
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

  private static final int SVR_ENABLE = 1 << 8;

  private static final int ESR_SEND_ILLEGAL_VECTOR = 1 << 5;
  private static final int ESR_RECEIVED_ILLEGAL_VECTOR = 1 << 6;
  private static final int ESR_ILLEGAL_REGISTER = 1 << 7;

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

  private final VectorQueue vectors = new VectorQueue();
  private final LocalVectorTable table = new LocalVectorTable(new LocalVectorTable.Target() {
    @Override
    public boolean accept(int vector, boolean level) {
      return LocalApic.this.accept(vector, level);
    }

    @Override
    public void signal(DeliveryMode mode) {
      LocalApic.this.signal(mode);
    }
  });

  private long base;
  private int id;
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
    this.timer = new ApicTimer(clock, tsc, tscHertz, () -> table.raise(LocalVectorTable.TIMER));
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
    vectors.clear();
    table.clear();
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
    table.setVirtualWire();
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
    return externalPending() || vectors.deliverable() >= 0;
  }

  /** Puts the next interrupt into service: its vector, or {@link #EXTERNAL} to ask the controller behind LINT0. */
  public int acknowledge() {
    if (externalPending()) {
      externalRequested = false;
      update();
      return EXTERNAL;
    }
    int vector = vectors.acknowledge();
    update();
    return vector < 0 ? spurious & 0xFF : vector;
  }

  /** Lets the guest end interrupts through {@code flag} where nothing is lost by hearing of it late. */
  public void setEndOfInterruptFlag(EndOfInterruptFlag flag) {
    vectors.setFlag(flag);
  }

  /** Takes back what has been offered through the {@link EndOfInterruptFlag}, before the guest moves it. */
  public void withdrawEndOfInterrupt() {
    vectors.withdraw();
  }

  /** The task-priority class, as CR8 shows it. */
  public int readCr8() {
    return vectors.taskPriority() >> 4;
  }

  /** Sets the task-priority class, 0 to 15. */
  public void writeCr8(int value) {
    vectors.setTaskPriority((value & 15) << 4);
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
    return externalRequested || (isEnabled() ? table.isExternalPending() : table.input(0));
  }

  int processorPriority() {
    return vectors.processorPriority();
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
      case SMI, NMI, INIT -> signal(message.mode());
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
    vectors.request(vector, level);
    update();
    return true;
  }

  private void signal(DeliveryMode mode) {
    switch (mode) {
      case SMI -> processor.smi();
      case NMI -> processor.nmi();
      case INIT -> {
        clear();
        processor.init();
      }
      default -> throw new AssertionError(mode);
    }
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
    boolean rising = table.setInput(input, level);
    if (rising && isEnabled()) {
      table.raise(LocalVectorTable.LINT0 + input);
    } else if (rising && input == 1) {
      processor.nmi();
    }
    update();
  }

  private void error(int bit) {
    errors |= bit;
    if ((table.read(LocalVectorTable.ERROR) & 0xFF) >= 16) { // an error about the error's own vector would never end
      table.raise(LocalVectorTable.ERROR);
    }
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
      return vectors.word(register - ISR);
    }
    if (register >= LVT_FIRST && register < LVT_END) {
      return table.read(register - LVT_FIRST);
    }
    return switch (register) {
      case ID -> isX2() ? id : id << 24;
      case VERSION_REGISTER -> VERSION;
      case TPR -> vectors.taskPriority();
      case APR -> vectors.arbitrationPriority();
      case PPR -> vectors.processorPriority();
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
    if (register >= LVT_FIRST && register < LVT_END) {
      writeLvt(register - LVT_FIRST, value);
      return;
    }
    switch (register) {
      case ID -> id = value >>> 24;
      case TPR -> {
        vectors.setTaskPriority(value);
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
      table.maskAll();
      configureTimer();
    }
    update();
  }

  private void writeLvt(int entry, int value) {
    table.write(entry, value, (spurious & SVR_ENABLE) == 0);
    if (entry == LocalVectorTable.TIMER) {
      configureTimer();
    }
    update();
  }

  private void configureTimer() {
    int mode = table.read(LocalVectorTable.TIMER) >> 17 & 3;
    timer.configure(mode, table.isMasked(LocalVectorTable.TIMER));
  }

  private void endOfInterrupt() {
    int vector = vectors.end();
    if (vector >= 0 && vectors.isLevelTriggered(vector)) {
      table.endOfInterrupt(vector);
      bus.endOfInterrupt(vector);
    }
    update();
  }

  /** Sends an interprocessor interrupt (SDM vol. 3A 10.6.1). */
  private void send(int command, int destination, boolean wide) {
    DeliveryMode mode = DeliveryMode.of(command >> 8);
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
    if (!isX2() || !ApicRegister.isReadableX2(register)) {
      return REFUSED;
    }
    long value = readRegister(register) & 0xFFFF_FFFFL;
    return register == ICR_LOW ? (long) commandHigh << 32 | value : value;
  }

  /** Writes the register behind MSR {@code 800h + register}; false if that is refused with #GP(0). */
  public boolean writeX2(int register, long value) {
    if (!isX2() || (value & ~ApicRegister.writableX2(register)) != 0) {
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
        if (register < LVT_FIRST || register >= LVT_END) {
          return false;
        }
        writeRegister(register, (int) value);
      }
    }
    return true;
  }
}
