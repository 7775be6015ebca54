package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.ProgramMachine.State;
import dev.hagen.cpu.Counter;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Faults that a unit finds itself. */
final class UnitFaultTest {
  private static final SemanticMethods METHODS = new SemanticMethods(MethodClass::bind);
  /** mov al, [rsi], where nothing is; inc ecx; div edi, which is 0; jmp to the start. */
  private static final String FAULTS = "8a 06 ff c1 f7 f7 eb f8";
  private static final Tunables PATIENT = Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 2)
      .with(Tunable.PROMOTION, 1000).with(Tunable.MISSES, 50);
  /** A run of a machine ends after a number of exceptions. */
  private static final int RUNS = 30;

  private static List<State> run(ProgramMachine machine, int runs) {
    List<State> states = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      states.addAll(machine.run(new long[] {Long.MAX_VALUE}));
      machine.publish();
    }
    return states;
  }

  private static long count(List<State> states, String cause) {
    return states.stream().filter(state -> state.cause().startsWith(cause)).count();
  }

  @Test
  void states_areThoseOfTheInterpreter() {
    FixedProgram program = FixedProgram.of(FAULTS);
    try (ProgramMachine interpreted = new ProgramMachine(program, Tunables.standard().with(Tunable.THRESHOLD, 0), METHODS);
        ProgramMachine translated = new ProgramMachine(program, PATIENT, METHODS)) {
      assertThat(run(translated, RUNS)).hasToString(run(interpreted, RUNS).toString());
    }
  }

  @Test
  void pageFault_isFoundOnce_byUnitThatWalks() {
    try (ProgramMachine machine = new ProgramMachine(FixedProgram.of(FAULTS), PATIENT, METHODS)) {
      run(machine, RUNS);
      assertThat(machine.counters().of(Counter.UNITS_PROMOTED)).isPositive();
      long walks = machine.counters().of(Counter.PAGE_WALKS);
      long left = machine.counters().of(Counter.LEAVE_PAGE_FAULT);
      long faults = count(run(machine, RUNS), "guest exception 14 ");
      assertThat(faults).isPositive();
      assertThat(machine.counters().of(Counter.PAGE_WALKS) - walks).isEqualTo(faults);
      assertThat(machine.counters().of(Counter.LEAVE_PAGE_FAULT) - left).isEqualTo(faults);
    }
  }

  @Test
  void divideError_isNotInterpreted() {
    try (ProgramMachine machine = new ProgramMachine(FixedProgram.of(FAULTS), PATIENT, METHODS)) {
      run(machine, RUNS);
      long left = machine.counters().of(Counter.LEAVE_INSTRUCTION);
      long interpreted = machine.counters().of(Counter.BLOCKS_INTERPRETED);
      long faults = count(run(machine, RUNS), "guest exception 0 ");
      assertThat(faults).isPositive();
      assertThat(machine.counters().of(Counter.LEAVE_INSTRUCTION) - left).isEqualTo(faults);
      assertThat(machine.counters().of(Counter.BLOCKS_INTERPRETED)).isEqualTo(interpreted);
    }
  }
}
