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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** Code at the end of the lower half: the target is one that no address has, and the branch itself faults. */
  @ParameterizedTest
  @CsvSource({
      "e9 00 00 00 10, 13", // jmp
      "0f 84 00 00 00 10, 13", // jz
      "48 d1 e0 ff e0, 13", // shl rax, 1; jmp rax
      "bc 00 18 03 00 e8 00 00 00 10, 13", // mov esp, the stack; call
      "bc 00 18 03 00 48 d1 e0 ff d0, 13", // mov esp, the stack; shl rax, 1; call rax
      "31 e4 e8 00 00 00 10, 14", // xor esp, esp; call: the stack is no stack either, which comes first
      "31 e4 48 d1 e0 ff d0, 14",
  })
  void branchOutOfAddressSpace_faultsItself(String branch, int vector) {
    // mov rax, the xor below; jmp rax; xor ecx, ecx; the branch.
    FixedProgram program = FixedProgram.of("48 b8 0c c0 ff ff ff 7f 00 00 ff e0 31 c9 " + branch);
    try (ProgramMachine interpreted = new ProgramMachine(program, Tunables.standard().with(Tunable.THRESHOLD, 0), METHODS);
        ProgramMachine translated = new ProgramMachine(program, PATIENT, METHODS)) {
      List<State> states = run(interpreted, RUNS);
      assertThat(states).allMatch(state -> state.cause().startsWith("guest exception " + vector + " ")
          && state.rip() >= ProgramMachine.LAST && state.rip() < ProgramMachine.LAST + ProgramMachine.CODE_SIZE);
      assertThat(run(translated, RUNS)).hasToString(states.toString());
      assertThat(translated.counters().of(Counter.INSTRUCTIONS_IN_UNITS)).isPositive();
    }
  }
}
