package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.ProgramMachine.State;
import dev.hagen.cpu.Counter;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All conditions after all operations that set flags, in SETcc, CMOVcc and Jcc, interpreted and translated. */
final class ConditionTest {
  private static final long[] STOP = {10_000_000};
  private static final SemanticMethods METHODS = new SemanticMethods(MethodClass::bind);
  private static final Tunables INTERPRETED = Tunables.standard().with(Tunable.THRESHOLD, 0);
  /** Late enough for both ways out of most jumps to be known. */
  private static final Tunables TRANSLATED =
      Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 20);

  static Stream<Arguments> operations() {
    return Stream.of(true, false).flatMap(is64Bit -> ConditionProgram.operations(is64Bit).stream()
        .map(code -> Arguments.of(is64Bit ? 64 : 32, bytes(code), new ConditionProgram(is64Bit, code))));
  }

  private static String bytes(int[] code) {
    byte[] bytes = new byte[code.length];
    for (int i = 0; i < code.length; i++) {
      bytes[i] = (byte) code[i];
    }
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  @ParameterizedTest(name = "{0}-bit {1}")
  @MethodSource("operations")
  void conditions_afterOperation_areThoseOfTheInterpreter(int bits, String bytes, GuestProgram program) {
    assertThat(run(program, TRANSLATED)).isEqualTo(run(program, INTERPRETED));
  }

  /** The states in between and at the end; the program runs to its end. */
  private static List<String> run(GuestProgram program, Tunables tunables) {
    try (ProgramMachine machine = new ProgramMachine(program, tunables, METHODS)) {
      List<State> states = machine.run(STOP);
      assertThat(states.getLast().rip()).isEqualTo(program.end());
      assertThat(machine.counters().of(Counter.UNITS_TRANSLATED) > 0).isEqualTo(tunables == TRANSLATED);
      return states.stream().map(State::toString).toList();
    }
  }
}
