package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.ProgramMachine.State;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small loops that go through memory by constants, from page to page and over the end of what is mapped. */
final class RoundWindowTest {
  private static final SemanticMethods METHODS = new SemanticMethods(MethodClass::bind);
  private static final Tunables PATIENT = Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 100)
      .with(Tunable.PROMOTION, 5_000).with(Tunable.MISSES, 1_000_000);
  private static final long[] STOPS = {30_000, 31_001, 60_000, 90_003, 200_000, 300_017};
  /** add ebx, 5; mov esi, ebx; and esi, 0xFFF; lea esi, [rsi + place]; xor edx, edx; the loop; jmp to the start. */
  private static final String BEGIN = "83 c3 05 89 de 81 e6 ff 0f 00 00 8d b6 00 %s 02 00 31 d2 ";

  /** mov eax, [rsi + rdx * 4]; add eax, ebx; mov [rsi + rdx * 4 + 0x104], eax; add edx, 1; cmp edx, 40; jne. */
  private static final String COPY_32 = "8b 04 96 01 d8 89 84 96 04 01 00 00 83 c2 01 83 fa 28 75 ec eb d7";
  /** The same without a sum; dec [rsi + rdx * 4 + 2]; inc rdx; add [rsi + rdx * 4 - 3], bl; cmp rdx, 40; jne. */
  private static final String COPY_64 = "8b 04 96 89 84 96 04 01 00 00 ff 4c 96 02 48 ff c2 00 5c 96 fd 48 83 fa 28 75 e5 eb d0";
  /** mov [rsi + 0x200], rbx; mov [rsi + 0x1F0], dl; lea rsi, [rsi - 5]; inc edx; cmp edx, 60; jne. */
  private static final String FILL_DOWN_64 = "48 89 9e 00 02 00 00 88 96 f0 01 00 00 48 8d 76 fb ff c2 83 fa 3c 75 e8 eb d3";
  /** mov al, [esi + edx]; xchg esi, edx; inc edx; add [esi + edx + 1], al; inc ecx; test cl, 63; jne: no register moves by a constant. */
  private static final String EXCHANGE_32 = "8a 04 16 87 f2 42 00 44 16 01 41 f6 c1 3f 75 f0 eb db";

  /** mov ecx, 40; mov eax, [rsi + rcx * 4]; add eax, ebx; mov [rsi + rcx * 4 + 0x104], eax; loop. */
  private static final String COPY_BY_LOOP = "b9 28 00 00 00 8b 04 8e 01 d8 89 84 8e 04 01 00 00 e2 f2 eb d8";
  /** The same, but RCX counts by its low half, in 64-bit code, or quarter: it does not move by a constant. */
  private static final String COPY_BY_SHORT_LOOP = "b9 28 00 00 00 8b 04 8e 01 d8 89 84 8e 04 01 00 00 67 e2 f1 eb d7";

  private static Arguments program(String name, boolean is64Bit, String place, String loop) {
    String code = BEGIN.formatted(place) + loop;
    return Arguments.of(name, is64Bit ? FixedProgram.of(code) : FixedProgram.of32(code));
  }

  static List<Arguments> programs() {
    return List.of(program("copy-32", false, "00", COPY_32), program("copy-32 to what is not mapped", false, "2f", COPY_32),
        program("copy-64", true, "00", COPY_64), program("copy-64 to what is not mapped", true, "2f", COPY_64),
        program("fill-down-64", true, "10", FILL_DOWN_64), program("exchange-32", false, "00", EXCHANGE_32),
        program("loop-32", false, "00", COPY_BY_LOOP), program("loop-64", true, "00", COPY_BY_LOOP),
        program("loop-64 to what is not mapped", true, "2f", COPY_BY_LOOP),
        program("short-loop-32", false, "00", COPY_BY_SHORT_LOOP), program("short-loop-64", true, "00", COPY_BY_SHORT_LOOP));
  }

  private static List<State> run(ProgramMachine machine) {
    List<State> states = new ArrayList<>();
    for (long stop : STOPS) {
      states.addAll(machine.run(new long[] {stop}));
      machine.publish();
    }
    return states;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void states_areThoseOfTheInterpreter(String name, FixedProgram program) {
    try (ProgramMachine interpreted = new ProgramMachine(program, Tunables.standard().with(Tunable.THRESHOLD, 0), METHODS);
        ProgramMachine translated = new ProgramMachine(program, PATIENT, METHODS)) {
      assertThat(run(translated)).hasToString(run(interpreted).toString());
    }
  }
}
