package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExitListener;
import dev.hagen.cpu.NoVmm;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.profile.Profile.Call;
import dev.hagen.profile.Profile.Place;
import dev.hagen.profile.SymbolTable.Function;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProfileReportTest {
  private static final long KERNEL = 0xFFFF_FFFF_8100_0000L;
  private static final SymbolTable SYMBOLS = new SymbolTable(List.of(new Function(KERNEL, 0, "outer"),
      new Function(KERNEL + 0x100, 0, "middle"), new Function(KERNEL + 0x200, 0, "inner")));
  private static final UnitKey UNIT = new UnitKey(KERNEL + 0x210, 0x210, 0);

  private final PhysicalMemory memory = new PhysicalMemory(1 << 20);
  private final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
  private final ExitBook exits = new ExitBook(cpu);
  private final Profile profile = new Profile(new UnitBook(), exits);

  @AfterEach
  void close() {
    memory.close();
  }

  private void see(long rip, Tier tier, UnitKey unit, long nanos, Call... calls) {
    profile.add(new Place(rip, CodePage.NONE, tier, unit, List.of(calls)), nanos, nanos * 10);
  }

  private ProfileReport report(SymbolTable kernel) {
    return new ProfileReport(profile, GuestCode.of(SymbolTable.EMPTY, kernel, SymbolTable.EMPTY, 0, Programs.NONE, List.of()));
  }

  private void seeEverything() {
    see(KERNEL + 0x210, Tier.OPTIMISED, UNIT, 400);
    see(KERNEL + 0x210, Tier.DRAFT, UNIT, 100);
    see(KERNEL + 0x110, Tier.INTERPRETER, null, 200);
    see(0x1234, Tier.UNIT, null, 100);
    see(0, Tier.IDLE, null, 200);
  }

  @Test
  void shares_ofEachTable_sumToOne() {
    seeEverything();
    ProfileReport report = report(SYMBOLS);
    assertThat(report.units().stream().mapToDouble(ProfileReport.UnitRow::share).sum()).isEqualTo(1, within(1e-9));
    assertThat(report.functions().stream().mapToDouble(ProfileReport.FunctionRow::self).sum()).isEqualTo(1, within(1e-9));
    assertThat(report.tiers().values().stream().mapToDouble(d -> d).sum()).isEqualTo(1, within(1e-9));
  }

  @Test
  void units_areSortedAndNamed_withTheTierOfMostOfTheTime() {
    seeEverything();
    ProfileReport report = report(SYMBOLS);
    assertThat(report.units()).extracting(ProfileReport.UnitRow::name)
        .containsExactly("inner+0x10", "[idle]", "[interpreter]", "[units, not known which]");
    assertThat(report.units().getFirst().tier()).isEqualTo(Tier.OPTIMISED);
    assertThat(report.units().getFirst().share()).isEqualTo(0.5);
  }

  @Test
  void samples_areCountedByWhatNamesThem() {
    seeEverything();
    see(KERNEL + (1L << 30), Tier.INTERPRETER, null, 100);
    ProfileReport report = report(SYMBOLS);
    // Of six: at 1234h, beyond the kernel, and asleep at an address that is not known.
    assertThat(report.named(Naming.FUNCTION)).isEqualTo(0.5);
    assertThat(report.named(Naming.NOTHING)).isEqualTo(0.5);
    assertThat(report.functions()).extracting(ProfileReport.FunctionRow::name).contains("[before the kernel]", "[kernel]");
    assertThat(report(SymbolTable.EMPTY).named(Naming.FUNCTION)).isZero();
  }

  @Test
  void haltedGuest_isIdle_belowTheFunctionInWhichItHalts() {
    see(KERNEL + 0x210, Tier.IDLE, null, 10);
    ProfileReport report = report(SYMBOLS);
    assertThat(report.stacks()).isEqualTo(Map.of("inner;[idle]", 10L));
    assertThat(report.named(Naming.FUNCTION)).isEqualTo(1);
  }

  @Test
  void userCode_isNamedByItsProgram_whereverItRuns() {
    Program program = new Program("tool", functions(0x1010, "work"), SymbolTable.EMPTY, Map.of(77L, 0x1000L), "");
    Program stripped = new Program("bare", SymbolTable.EMPTY, SymbolTable.EMPTY, Map.of(78L, 0x4000L), "");
    profile.add(new Place(0x7F00_0000_1018L, 77, Tier.DRAFT, null, List.of()), 1, 0);
    profile.add(new Place(0x55_5555_7018L, 77, Tier.DRAFT, null, List.of(new Call(0x55_5555_7020L, 0x55_5555_7010L))), 1, 0);
    profile.add(new Place(0x40_4000L, 78, Tier.DRAFT, null, List.of()), 2, 0);
    profile.add(new Place(0x40_5000L, 79, Tier.DRAFT, null, List.of()), 4, 0);
    ProfileReport report = new ProfileReport(profile, GuestCode.of(SymbolTable.EMPTY, SYMBOLS, SymbolTable.EMPTY, 0,
        Programs.of(List.of(stripped, program)), List.of()));
    assertThat(report.stacks()).isEqualTo(Map.of("work", 1L, "work;work", 1L, "[bare]", 2L, "[user]", 4L));
    assertThat(report.named(Naming.FUNCTION)).isEqualTo(0.5);
    assertThat(report.named(Naming.PROGRAM)).isEqualTo(0.25);
    assertThat(report.stripped()).containsExactly("bare");
  }

  private static SymbolTable functions(long start, String name) {
    return new SymbolTable(List.of(new Function(start, 0x20, name)));
  }

  @Test
  void strippedProgram_isSplitByFunctions_andNotNamedByThem() {
    Program stripped = new Program("bare", SymbolTable.EMPTY, functions(0x4010, "bare@0x4010"), Map.of(78L, 0x4000L), "");
    profile.add(new Place(0x40_4000L, 78, Tier.DRAFT, null, List.of()), 2, 0);
    profile.add(new Place(0x40_4018L, 78, Tier.DRAFT, null, List.of()), 1, 0);
    ProfileReport report = new ProfileReport(profile, GuestCode.of(SymbolTable.EMPTY, SYMBOLS, SymbolTable.EMPTY, 0,
        Programs.of(List.of(stripped)), List.of()));
    assertThat(report.stacks()).isEqualTo(Map.of("[bare]", 2L, "bare@0x4010", 1L));
    assertThat(report.named(Naming.PROGRAM)).isEqualTo(1);
    assertThat(report.stripped()).containsExactly("bare");
  }

  @Test
  void profile_withoutSamples_isEmpty() {
    ProfileReport report = report(SYMBOLS);
    assertThat(report.units()).isEmpty();
    assertThat(report.named(Naming.FUNCTION)).isZero();
    assertThat(ProfileText.of(report, 5)).startsWith("0.00 s in 0 samples");
  }

  @Test
  void callers_areThoseWhoseCallLeadsToTheFunction() {
    see(KERNEL + 0x210, Tier.INTERPRETER, null, 10, new Call(KERNEL + 0x20, KERNEL + 0x300),
        new Call(KERNEL + 0x120, KERNEL + 0x200), new Call(KERNEL + 0x150, KERNEL + 0x200), new Call(KERNEL + 0x30, KERNEL + 0x100));
    assertThat(report(SYMBOLS).stacks()).isEqualTo(Map.of("outer;middle;inner", 10L));
  }

  @Test
  void callers_byAnIndirectCall_areTakenIfNoOtherFits() {
    see(KERNEL + 0x210, Tier.INTERPRETER, null, 10, new Call(KERNEL + 0x120, 0));
    see(KERNEL + 0x210, Tier.INTERPRETER, null, 5, new Call(KERNEL + 0x20, 0), new Call(KERNEL + 0x120, KERNEL + 0x200));
    see(KERNEL + 0x210, Tier.INTERPRETER, null, 1, new Call(KERNEL + 0x120, KERNEL));
    ProfileReport report = report(SYMBOLS);
    assertThat(report.stacks()).isEqualTo(Map.of("middle;inner", 15L, "inner", 1L));
    assertThat(report.functions()).filteredOn(row -> row.name().equals("middle")).singleElement()
        .satisfies(row -> assertThat(row.self()).isZero())
        .satisfies(row -> assertThat(row.whole()).isEqualTo(15 / 16.0, within(1e-9)));
    assertThat(report.functions()).filteredOn(row -> row.name().equals("inner")).singleElement()
        .satisfies(row -> assertThat(row.instructions()).isEqualTo(1, within(1e-9)));
  }

  @Test
  void text_hasARowForWhatItLeavesOut() {
    seeEverything();
    assertThat(ProfileText.of(report(SYMBOLS), 1).lines())
        .anyMatch(line -> line.matches(" 50.00%  C2 .* inner\\+0x10"))
        .contains(" 50.00%  [3 more]");
  }

  @Test
  void exits_areCountedByReason_withTheFunctionOfMost() {
    ExitListener listener = exits.with(ExitListener.NONE);
    cpu.segment[1].base = 0;
    cpu.rip = 0x1000;
    listener.exit(Counter.PORT_READS);
    listener.exit(Counter.PORT_READS);
    assertThat(report(new SymbolTable(List.of(new Function(0x1000, 4, "reads")))).exits())
        .containsExactly(new ProfileReport.ExitRow(Counter.PORT_READS.spelling(), 2 * 997, "reads"));
  }

  @Test
  void timeline_spreadsASampleOverTheTimeThatItStandsFor() {
    see(KERNEL, Tier.DRAFT, null, 50_000_000);
    see(KERNEL, Tier.INTERPRETER, null, 200_000_000);
    assertThat(profile.timeline()).containsExactly(Map.of(Tier.DRAFT, 50_000_000L, Tier.INTERPRETER, 50_000_000L),
        Map.of(Tier.INTERPRETER, 100_000_000L), Map.of(Tier.INTERPRETER, 50_000_000L));
  }

  @Test
  void pages_areThoseOfTheCode_withoutIdleTime() {
    seeEverything();
    assertThat(report(SYMBOLS).pages()).containsExactly(
        new ProfileReport.PageRow("0xffffffff81000000", 0.7, "inner"),
        new ProfileReport.PageRow("0x1000", 0.1, "[before the kernel]"));
  }

  @Test
  void places_withoutEnd_areNotAllKept() {
    for (int i = 0; i < 200_000; i++) {
      see(KERNEL + i, Tier.INTERPRETER, null, 1);
    }
    assertThat(profile.places()).hasSizeLessThan(100_010);
    assertThat(report(SYMBOLS).tiers()).isEqualTo(Map.of(Tier.INTERPRETER, 1.0));
  }
}
