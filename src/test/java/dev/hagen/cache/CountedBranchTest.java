package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.ProgramMachine.State;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.x86.Reg;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * JCXZ, LOOP, LOOPE and LOOPNE in units and drafts: which way they go, and what they make of RCX. A case executes one again and
 * again, with RBX 1 behind it if it was taken and RDX what RCX was.
 */
final class CountedBranchTest {
  private static final SemanticMethods METHODS = new SemanticMethods(MethodClass::bind);
  private static final Tunables INTERPRETED = Tunables.standard().with(Tunable.THRESHOLD, 0);
  private static final Tunables UNITS =
      Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 20).with(Tunable.TIERS, 0);
  private static final Tunables DRAFTS = UNITS.with(Tunable.TIERS, 1).with(Tunable.PROMOTION, Integer.MAX_VALUE);
  private static final Tunables BLOCKS = UNITS.with(Tunable.REGION_BLOCKS, 1).with(Tunable.REGION_INSTRUCTIONS, 12);

  /**
   * A case: code that sets RCX and the flags; the branch, over a jump to {@code mov ebx, 2}, to {@code mov ebx, 1}; then
   * {@code mov rdx, rcx} and a jump to the start.
   */
  private static String program(boolean is64Bit, String setup, String branch) {
    String tail = branch + " 02 eb 08 90 bb 01 00 00 00 eb 06 bb 02 00 00 00 90 "
        + (is64Bit ? "48 89 ca" : "89 ca");
    String body = setup + " " + tail;
    int length = body.split(" ").length + 2;
    return body + " eb %02x".formatted(-length & 0xFF);
  }

  @ParameterizedTest(name = "{0}: {1}-bit")
  @CsvSource({
      // name, bits, code before, branch without distance, taken, RCX behind it
      "LOOP of 0,                   64, 31 c9,                            e2,    1, ffffffffffffffff",
      "LOOP of 1,                   64, b9 01 00 00 00,                   e2,    2, 0",
      "LOOP of 2^32,                64, 31 c9 48 0f ba e9 20,             e2,    1, ffffffff",
      "LOOP of ECX 0,               64, 48 83 c9 ff 48 ff c1 48 0f ba e9 20, 67 e2, 1, ffffffff",
      "LOOP of ECX 1 below others,  64, b9 01 00 00 00 48 0f ba e9 28,    67 e2, 2, 0",
      "LOOP of 0,                   32, 31 c9,                            e2,    1, ffffffff",
      "LOOP of CX 0,                32, b9 00 00 34 12,                   67 e2, 1, 1234ffff",
      "LOOP of CX 1,                32, b9 01 00 34 12,                   67 e2, 2, 12340000",
      "LOOPE with ZF,               64, 31 c9 ff c1 ff c1 39 c0,          e1,    1, 1",
      "LOOPE without ZF,            64, b9 05 00 00 00 83 f9 04,          e1,    2, 4",
      "LOOPE with ZF at the end,    64, b9 01 00 00 00 39 c0,             e1,    2, 0",
      "LOOPNE without ZF,           64, b9 05 00 00 00 83 f9 04,          e0,    1, 4",
      "LOOPNE with ZF,              64, b9 05 00 00 00 39 c0,             e0,    2, 4",
      "LOOPNE by flags of RCX,      64, b9 02 00 00 00 ff c9,             e0,    2, 0",
      "LOOPE by flags of RCX,       64, b9 01 00 00 00 ff c9,             e1,    1, ffffffffffffffff",
      "JCXZ of 0,                   64, 31 c9,                            e3,    1, 0",
      "JCXZ of 2^32,                64, 31 c9 48 0f ba e9 20,             e3,    2, 100000000",
      "JCXZ of ECX 0 below others,  64, 31 c9 48 0f ba e9 20,             67 e3, 1, 100000000",
      "JCXZ of 1,                   32, b9 01 00 00 00,                   e3,    2, 1",
      "JCXZ of CX 0 below others,   32, b9 00 00 34 12,                   67 e3, 1, 12340000",
      "JCXZ behind a write of CL,   32, b9 34 12 00 00 b1 00,             67 e3, 2, 1200"})
  void branch_inEveryTier_goesItsWay(String name, int bits, String setup, String branch, long way, String count) {
    String code = program(bits == 64, setup, branch);
    FixedProgram program = bits == 64 ? FixedProgram.of(code) : FixedProgram.of32(code);
    long[] stops = {20_011, 40_000, 40_001, 40_002, 40_003, 40_004, 40_005, 40_006, 40_007, 40_008, 40_009, 40_010};
    List<State> expected = run(program, INTERPRETED, stops);

    assertThat(expected).anyMatch(state -> state.gpr()[Reg.RDX] == Long.parseUnsignedLong(count, 16));
    assertThat(expected).allMatch(state -> state.gpr()[Reg.RBX] == way);
    for (Tunables tunables : List.of(UNITS, DRAFTS, BLOCKS)) {
      assertThat(run(program, tunables, stops)).hasToString(expected.toString());
    }
  }

  /** xor eax, eax; mov ecx, 1000; inc eax; loop to the inc; jmp to the start. */
  @Test
  void loop_ofManyRounds_staysInItsUnit() {
    FixedProgram program = FixedProgram.of("31 c0 b9 e8 03 00 00 ff c0 e2 fc eb f3");
    try (ProgramMachine machine = new ProgramMachine(program, UNITS, METHODS)) {
      machine.run(new long[] {1_000_000});

      // The interpreter has the begin, and the end, where a unit might go too far.
      assertThat(machine.counters().of(Counter.BLOCKS_INTERPRETED)).isLessThan(CpuState.MARGIN);
    }
  }

  private static List<State> run(FixedProgram program, Tunables tunables, long[] stops) {
    try (ProgramMachine machine = new ProgramMachine(program, tunables, METHODS)) {
      List<State> states = machine.run(stops);
      assertThat(machine.counters().of(Counter.UNITS_TRANSLATED) > 0).isEqualTo(tunables != INTERPRETED);
      return states;
    }
  }
}
