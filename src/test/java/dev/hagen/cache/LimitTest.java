package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunables;
import org.junit.jupiter.api.Test;

/** A run ends at its count of instructions, and nothing is done of the next one. */
class LimitTest {
  /** nop; jmp to the page behind {@link ProgramMachine#DATA}, which is not mapped. */
  private static final String JUMP_TO_NOWHERE = "90 e9 fa 3f 01 00";

  @Test
  void run_endingBeforeAnInstructionThatCannotBeFetched_doesNotFault() {
    FixedProgram program = FixedProgram.of(JUMP_TO_NOWHERE);
    try (ProgramMachine machine = new ProgramMachine(program, Tunables.standard(), new SemanticMethods(MethodClass::bind))) {
      assertThat(machine.run(new long[] {2}).toString())
          .startsWith("[stopped, 2 retired, rip=%x ".formatted(program.end()));
    }
  }
}
