package dev.hagen.profile;

import dev.hagen.cache.TranslationListener;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExitListener;
import dev.hagen.emit.UnitFactory;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.RegionCode;
import jdk.jfr.FlightRecorder;

/**
 * Makes events for JDK Flight Recorder of what one virtual processor does. As long as nobody records, nothing is made: each
 * method looks at one flag and returns.
 */
public final class FlightEvents implements TranslationListener, ExitListener {
  private final int processor;
  private final CpuState cpu;
  private volatile Symbols symbols = Symbols.NONE;

  /**
   * Events of one processor.
   *
   * @param processor its number
   */
  public FlightEvents(int processor, CpuState cpu) {
    this.processor = processor;
    this.cpu = cpu;
  }

  /** Gives names to the guest's code from now on; any thread may call. */
  public void setSymbols(Symbols newSymbols) {
    symbols = newSymbols;
  }

  private static boolean isOff() {
    return !FlightRecorder.isInitialized();
  }

  @Override
  public Translation begin(RegionCode code, Counter reason) {
    if (isOff()) {
      return TranslationListener.NONE.begin(code, reason);
    }
    UnitTranslated event = new UnitTranslated();
    event.begin();
    return made -> {
      event.end();
      if (event.shouldCommit()) {
        event.setPlace(code, symbols);
        event.reason = reason.value();
        event.blocks = made.region().blocks().size();
        event.instructions = made.region().size();
        event.bytecodes = made.bytecodes();
        event.className = made.unit().getClass().getName();
        event.commit();
      }
      classDefined(code, made);
    };
  }

  private static void classDefined(RegionCode code, UnitFactory.Made made) {
    UnitClassDefined event = new UnitClassDefined();
    if (event.shouldCommit()) {
      event.className = made.unit().getClass().getName();
      event.address = code.linear();
      event.size = made.bytes();
      event.commit();
    }
  }

  @Override
  public void retranslated(RegionCode code, long instruction, Counter cause) {
    if (isOff()) {
      return;
    }
    UnitRetranslated event = new UnitRetranslated();
    if (event.shouldCommit()) {
      event.setPlace(code, symbols);
      event.instruction = instruction;
      event.cause = cause.value();
      event.commit();
    }
  }

  @Override
  public void evicted(RegionCode code, int bytes) {
    if (isOff()) {
      return;
    }
    UnitEvicted event = new UnitEvicted();
    if (event.shouldCommit()) {
      event.setPlace(code, symbols);
      event.size = bytes;
      event.commit();
    }
  }

  @Override
  public void retired(RegionCode code, Counter cause) {
    if (isOff()) {
      return;
    }
    UnitRetired event = new UnitRetired();
    if (event.shouldCommit()) {
      event.setPlace(code, symbols);
      event.cause = cause.value();
      event.commit();
    }
  }

  @Override
  public void classUnloaded(String name, long address) {
    if (isOff()) {
      return;
    }
    UnitClassUnloaded event = new UnitClassUnloaded();
    if (event.shouldCommit()) {
      event.className = name;
      event.address = address;
      event.commit();
    }
  }

  @Override
  public void exit(Counter reason) {
    if (isOff()) {
      return;
    }
    VmExit event = new VmExit();
    if (event.shouldCommit()) {
      event.processor = processor;
      event.reason = reason.spelling();
      event.instructionPointer = Interpreter.linearRip(cpu);
      event.symbol = symbols.at(event.instructionPointer);
      event.weight = Counters.SAMPLE_PERIOD;
      event.commit();
    }
  }

  @Override
  public void addressSpaceEntered(long cr3, boolean kept) {
    if (isOff()) {
      return;
    }
    AddressSpaceSwitch event = new AddressSpaceSwitch();
    if (event.shouldCommit()) {
      event.processor = processor;
      event.cr3 = cr3;
      event.kept = kept;
      event.commit();
    }
  }

  @Override
  public void pageTraced(long physical, boolean begins, Counter counter) {
    if (isOff()) {
      return;
    }
    PageTableTrace event = new PageTableTrace();
    if (event.shouldCommit()) {
      event.processor = processor;
      event.page = physical;
      event.begins = begins;
      event.cause = counter.value();
      event.commit();
    }
  }
}
