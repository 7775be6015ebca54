package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Units call each other as deep as Java's stack may become; what is called deeper runs when those calls have come back. */
class NestedCallsTest {
  /**
   * mov esp, {@link ProgramMachine#STACK_POINTER}; mov ecx, 500; call f; inc ebx; jmp to the start; f: dec ecx; jz to its ret;
   * call g; inc edx; ret; g: the same with f.
   */
  private static final String MUTUAL_RECURSION =
      "bc 00 18 03 00 b9 f4 01 00 00 e8 04 00 00 00 ff c3 eb ed "
          + "ff c9 74 07 e8 03 00 00 00 ff c2 c3 ff c9 74 07 e8 eb ff ff ff ff c2 c3";
  private static final long RETIRED = 1_000_000;

  private static String run(Tunables tunables) {
    try (ProgramMachine machine = new ProgramMachine(FixedProgram.of(MUTUAL_RECURSION), tunables.with(Tunable.BACKGROUND, 0),
        new SemanticMethods(MethodClass::bind))) {
      String state = machine.run(new long[] {RETIRED}).getLast().toString();
      assertThat(machine.counters().of(Counter.UNITS_TRANSLATED) > 0).isEqualTo(tunables.get(Tunable.THRESHOLD) > 0);
      return state;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 200})
  void state_isThatOfTheInterpreter(int depth) {
    String interpreted = run(Tunables.standard().with(Tunable.THRESHOLD, 0));
    assertThat(run(Tunables.standard().with(Tunable.THRESHOLD, 2).with(Tunable.DEPTH, depth))).isEqualTo(interpreted);
  }

  @Test
  void unitsEntered_areFewer_theDeeperTheyMayNest() {
    assertThat(entered(100)).isLessThan(entered(2));
  }

  private static long entered(int depth) {
    try (ProgramMachine machine = new ProgramMachine(FixedProgram.of(MUTUAL_RECURSION),
        Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 2).with(Tunable.DEPTH, depth),
        new SemanticMethods(MethodClass::bind))) {
      machine.run(new long[] {RETIRED});
      return machine.counters().of(Counter.UNITS_ENTERED);
    }
  }
}
