package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CounterFamily;
import dev.hagen.cpu.Counters;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.RegionCode;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of translated code is counted, and told to whoever listens. */
final class TranslationCounterTest {
  private static final SemanticMethods METHODS = new SemanticMethods(MethodClass::bind);
  private static final long INSTRUCTIONS = 100_000;
  /** inc rax; jmp back. */
  private static final String LOOP = "48 ff c0 eb fb";
  /** inc ecx; nop; test ecx, 0xfff; jnz back to the start; mov byte [the nop], 0x90; jmp to the start. */
  private static final String WRITES_ITS_CODE = "ff c1 90 f7 c1 ff 0f 00 00 75 f5 c6 05 f0 ff ff ff 90 eb ec";
  /** inc ecx; mov [a place behind the code, in its page], ecx; jmp to the start. */
  private static final String WRITES_BESIDE_ITS_CODE = "ff c1 89 0d f8 07 00 00 eb f6";
  private static final Tunables AT_ONCE =
      Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 2).with(Tunable.TIERS, 0);

  /** Notes what it hears. */
  private static final class Recorder implements TranslationListener {
    final List<String> heard = new ArrayList<>();

    private void note(String what, RegionCode code) {
      heard.add(what + " at %x".formatted(code.linear()));
    }

    @Override
    public Translation begin(RegionCode code, Counter reason) {
      return made -> note(reason.value() + ", " + made.region().size() + " instructions,", code);
    }

    @Override
    public void retranslated(RegionCode code, long instruction, Counter cause) {
      note("%x is left for %s".formatted(instruction, cause.value()), code);
    }

    @Override
    public void evicted(RegionCode code, int bytes) {
      note("evicted", code);
    }

    @Override
    public void retired(RegionCode code, Counter cause) {
      note(cause.value(), code);
    }

    @Override
    public void classUnloaded(String name, long address) {}
  }

  private final Recorder recorder = new Recorder();

  private Counters run(String code, Tunables tunables, CacheLimits limits, long instructions) {
    FixedProgram program = FixedProgram.of(code);
    try (ProgramMachine machine = new ProgramMachine(program, tunables, limits, METHODS)) {
      machine.setListener(recorder);
      machine.run(new long[] {instructions});
      return machine.counters();
    }
  }

  @Test
  void loop_becomesOneUnit_thatRetiresNearlyAll() {
    Counters counters = run(LOOP, AT_ONCE, CacheLimits.standard(), INSTRUCTIONS);
    assertThat(counters.of(Counter.REGIONS_FORMED)).isEqualTo(1);
    assertThat(counters.of(Counter.UNITS_TRANSLATED)).isEqualTo(1);
    assertThat(counters.of(Counter.CLASSES_DEFINED)).isEqualTo(1);
    assertThat(counters.of(Counter.UNITS_HELD)).isEqualTo(1);
    assertThat(counters.of(Counter.UNITS_HELD_BYTES)).isPositive();
    assertThat(counters.sum(CounterFamily.INSTRUCTIONS)).isEqualTo(INSTRUCTIONS);
    assertThat(counters.of(Counter.INSTRUCTIONS_IN_UNITS)).isGreaterThan(INSTRUCTIONS * 9 / 10);
    assertThat(counters.of(Counter.UNITS_ENTERED)).isPositive();
    assertThat(recorder.heard).containsExactly("hot, 2 instructions, at %x".formatted(ProgramMachine.CODE));
  }

  @Test
  void interpretedLoop_isCountedByBlocks() {
    Counters counters = run(LOOP, Tunables.standard().with(Tunable.THRESHOLD, 0), CacheLimits.standard(), INSTRUCTIONS);
    assertThat(counters.of(Counter.INSTRUCTIONS_INTERPRETED)).isEqualTo(INSTRUCTIONS);
    assertThat(counters.of(Counter.BLOCKS_INTERPRETED)).isEqualTo(INSTRUCTIONS / 2);
    assertThat(counters.of(Counter.BLOCKS_DECODED)).isEqualTo(1);
    assertThat(counters.sum(CounterFamily.UNITS_MADE)).isZero();
  }

  @Test
  void storeOntoTheUnitsCode_retiresIt() {
    Counters counters = run(WRITES_ITS_CODE, AT_ONCE, CacheLimits.standard(), INSTRUCTIONS);
    assertThat(counters.of(Counter.UNITS_RETIRED)).isPositive();
    assertThat(counters.of(Counter.BLOCKS_RETIRED)).isPositive();
    assertThat(counters.of(Counter.CODE_WRITES)).isPositive();
    assertThat(recorder.heard).contains("retired at %x".formatted(ProgramMachine.CODE));
    assertThat(recorder.heard.stream().filter(text -> text.startsWith("retired")))
        .hasSize((int) counters.of(Counter.UNITS_RETIRED));
  }

  @Test
  void unit_leftOftenForStoresIntoItsPage_isMadeAnewForThatCause() {
    Tunables patient = AT_ONCE.with(Tunable.TIERS, 1).with(Tunable.PROMOTION, 100).with(Tunable.MISSES, 5000);
    FixedProgram program = FixedProgram.of(WRITES_BESIDE_ITS_CODE);
    try (ProgramMachine machine = new ProgramMachine(program, patient, METHODS)) {
      machine.setListener(recorder);
      // Enough to be promoted, and too little to have a record by then.
      machine.run(new long[] {10_000});
      machine.publish();
      machine.run(new long[] {11_000});
      machine.publish();
      machine.run(new long[] {INSTRUCTIONS});
      machine.publish();
      assertThat(machine.counters().of(Counter.LEAVE_CODE_PAGE)).isGreaterThan(1000);
      assertThat(machine.counters().of(Counter.RETRANSLATED_CODE_PAGE)).isEqualTo(1);
    }
    // Whichever block of the loop its unit begins with; another one is for the jump behind the store.
    assertThat(recorder.heard.stream().map(text -> text.replaceFirst(" at .*", ""))
        .filter(text -> !text.endsWith(", 1 instructions,"))).endsWith("promoted, 3 instructions,",
            "%x is left for code_page".formatted(ProgramMachine.CODE + 2), "adapted, 3 instructions,");
  }

  @Test
  void draft_leftOften_isPromotedBeforeItsTime() {
    Tunables tunables = AT_ONCE.with(Tunable.TIERS, 1).with(Tunable.MISSES, 5000);
    try (ProgramMachine machine = new ProgramMachine(FixedProgram.of(WRITES_BESIDE_ITS_CODE), tunables, METHODS)) {
      machine.setListener(recorder);
      // It is looked after once in a million instructions; a promotion for its heat takes five.
      machine.run(new long[] {1_100_000});
      machine.publish();
      machine.run(new long[] {2_200_000});
      assertThat(machine.counters().of(Counter.UNITS_PROMOTED)).isEqualTo(1);
      assertThat(machine.counters().of(Counter.LEAVE_CODE_PAGE)).isLessThan(400_000);
    }
  }

  @Test
  void unitForC2_largerThanHotSpotCompiles_isCounted_andItsDraftRunsOn() {
    Tunables tunables = AT_ONCE.with(Tunable.TIERS, 1).with(Tunable.PROMOTION, 100);
    Counters counters;
    int blocks = 0;
    do {
      blocks++;
      // movzx eax, byte [the next instruction]; cmp al, [the same]; jne out of the loop, which is never taken
      String block = "0f b6 05 00 00 00 00 3a 05 fa ff ff ff 0f 85 00 08 00 00 ";
      String loop = block.repeat(blocks) + "e9" + littleEndian(-19 * blocks - 5);
      counters = run(loop, tunables, CacheLimits.standard(), INSTRUCTIONS);
    } while (counters.of(Counter.UNITS_TOO_LARGE) == 0 && counters.of(Counter.REGIONS_SPLIT) == 0 && blocks < 64);
    assertThat(counters.of(Counter.UNITS_TOO_LARGE)).isEqualTo(1);
    assertThat(counters.sum(CounterFamily.UNITS_MADE)).isEqualTo(counters.of(Counter.UNITS_TRANSLATED)).isPositive();
    assertThat(counters.of(Counter.INSTRUCTIONS_IN_UNITS)).isGreaterThan(INSTRUCTIONS * 9 / 10);
  }

  private static String littleEndian(int value) {
    return " %02x %02x %02x %02x".formatted(value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF, value >>> 24);
  }

  @Test
  void unit_largerThanTheCache_isEvictedAtOnce() {
    Counters counters = run(LOOP, AT_ONCE, new CacheLimits(CachePolicy.LRU, 1), 100);
    assertThat(counters.of(Counter.UNITS_EVICTED)).isPositive().isEqualTo(counters.of(Counter.UNITS_TRANSLATED));
    assertThat(counters.of(Counter.UNITS_HELD)).isZero();
    assertThat(recorder.heard).contains("evicted at %x".formatted(ProgramMachine.CODE));
  }
}
