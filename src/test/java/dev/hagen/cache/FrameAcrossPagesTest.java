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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that lie across two pages for a while, and then do not, and so on. */
final class FrameAcrossPagesTest {
  private static final SemanticMethods METHODS = new SemanticMethods(MethodClass::bind);
  /**
   * inc ecx; mov eax, ecx; shr eax, 12; and eax, 1; shl eax, 10; lea esp, [rax + stack]; push rcx; push rax; call f; pop rdx;
   * pop rsi; jmp to the start. f: push rdx; add [rsp + 16], ecx; pop rdi; ret.
   */
  private static final String CALLS = "ff c1 89 c8 c1 e8 0c 83 e0 01 c1 e0 0a 8d a0 %02x 10 03 00 51 50 e8 04 00 00 00 5a 5e eb e2"
      + " 52 01 4c 24 10 5f c3";
  private static final Tunables PATIENT = Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 2)
      .with(Tunable.PROMOTION, 100).with(Tunable.MISSES, 50);
  /** Rounds of 16 instructions: the stack changes its place every 4096. */
  private static final long[] STOPS = {2_000, 4_000, 6_000, 30_000, 60_000, 100_000, 150_000, 250_000};
  private static final long[] LATER = {300_000, 350_000, 400_000};

  private static List<State> run(ProgramMachine machine, long[] stops) {
    List<State> states = new ArrayList<>();
    for (long stop : stops) {
      states.addAll(machine.run(new long[] {stop}));
      machine.publish();
    }
    return states;
  }

  /** The page ends in the caller's frame, at the return address, or in the callee's frame; or in an operand. */
  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x20})
  void states_areThoseOfTheInterpreter(int distance) {
    FixedProgram program = FixedProgram.of(CALLS.formatted(distance));
    try (ProgramMachine interpreted = new ProgramMachine(program, Tunables.standard().with(Tunable.THRESHOLD, 0), METHODS);
        ProgramMachine translated = new ProgramMachine(program, PATIENT, METHODS)) {
      assertThat(run(translated, STOPS)).hasToString(run(interpreted, STOPS).toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x08, 0x10, 0x18})
  void unit_isLeftNoMore_onceItKnows(int distance) {
    try (ProgramMachine machine = new ProgramMachine(FixedProgram.of(CALLS.formatted(distance)), PATIENT, METHODS)) {
      run(machine, STOPS);
      assertThat(machine.counters().of(Counter.LEAVE_INSTRUCTION)).isPositive();
      assertThat(machine.counters().of(Counter.UNITS_ADAPTED)).isPositive();
      long left = machine.counters().of(Counter.LEAVE_INSTRUCTION);
      run(machine, LATER);
      assertThat(machine.counters().of(Counter.LEAVE_INSTRUCTION)).isEqualTo(left);
    }
  }
}
