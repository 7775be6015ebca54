package dev.hagen.profile;

import dev.hagen.decode.Disassembler;
import dev.hagen.decode.Instruction;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a profile says, by the guest's functions: tables whose shares sum to one. Names in brackets are no functions. */
public final class ProfileReport {
  private static final String IDLE = "[idle]";

  /**
   * A unit, or if {@code key} is null what is none.
   *
   * @param name the function that its head lies in, with the distance
   * @param share of the time, 0 to 1
   * @param tier in which most of that was
   * @param exits estimated numbers of exits, exceptions and interrupts at its instructions, by what they are
   * @param links names of the code that it calls or jumps to directly, if there is a unit
   */
  public record UnitRow(String name, double share, Tier tier, @Nullable UnitKey key, UnitBook.Facts facts,
      Map<String, Long> exits, List<String> links) {}

  /**
   * A function.
   *
   * @param self share of the time in its own code, 0 to 1
   * @param whole the same with all that it calls
   * @param instructions share of the instructions that are its own, 0 to 1, estimated: those of the time between two samples
   *     count for the place of the second
   */
  public record FunctionRow(String name, double self, double whole, double instructions) {}

  /**
   * Exits of one kind.
   *
   * @param count estimated
   * @param function where most of them happen
   */
  public record ExitRow(String reason, long count, String function) {}

  /**
   * A page that code lies in.
   *
   * @param page linear address
   * @param share of the time, 0 to 1
   * @param function in which most of that was
   */
  public record PageRow(String page, double share, String function) {}

  /**
   * An instruction of a unit.
   *
   * @param address linear
   * @param text in Intel syntax
   * @param share of the time of samples that lie there, 0 to 1
   */
  public record CodeRow(String address, String text, double share) {}

  /**
   * An operation.
   *
   * @param share of the time of all units, 0 to 1, if each instruction of a unit takes as long as the others
   */
  public record MixRow(String operation, double share) {}

  /**
   * A place that has been seen.
   *
   * @param chain names of the functions that it is in, the innermost first; what stands for them if none is known
   */
  private record Spot(Profile.Place place, Profile.Seen seen, GuestCode.Where where, List<String> chain) {
    Naming naming() {
      return where.naming(place.rip());
    }
  }

  private final Profile profile;
  private final GuestCode code;
  private final List<Spot> spots = new ArrayList<>();
  private final Map<UnitKey, List<Spot>> spotsOfUnits = new HashMap<>();
  private final double total;
  private final List<UnitRow> units = new ArrayList<>();
  private final List<FunctionRow> functions = new ArrayList<>();
  private final Map<String, Long> stacks = new TreeMap<>();
  private final Map<Naming, Long> namings = new EnumMap<>(Naming.class);

  /**
   * A report.
   *
   * @param code names what the guest has run
   */
  public ProfileReport(Profile profile, GuestCode code) {
    this.profile = profile;
    this.code = code;
    profile.places().forEach((place, seen) -> {
      GuestCode.Where where = code.where(place.rip(), place.page());
      spots.add(new Spot(place, seen, where, chain(place, where)));
    });
    this.total = Math.max(1, spots.stream().mapToLong(spot -> spot.seen.nanos()).sum());
    spots.forEach(spot -> namings.merge(spot.naming(), spot.seen.samples(), Long::sum));
    makeFunctions();
    makeUnits();
  }

  private void makeFunctions() {
    Map<String, Long> self = new HashMap<>();
    Map<String, Long> whole = new HashMap<>();
    Map<String, Long> retired = new HashMap<>();
    for (Spot spot : spots) {
      long nanos = spot.seen.nanos();
      self.merge(spot.chain.getFirst(), nanos, Long::sum);
      retired.merge(spot.chain.getFirst(), spot.seen.instructions(), Long::sum);
      new HashSet<>(spot.chain).forEach(name -> whole.merge(name, nanos, Long::sum));
      stacks.merge(String.join(";", spot.chain.reversed()), nanos, Long::sum);
    }
    double allRetired = Math.max(1, sum(retired));
    whole.forEach((name, nanos) ->
        functions.add(new FunctionRow(name, self.getOrDefault(name, 0L) / total, nanos / total,
            retired.getOrDefault(name, 0L) / allRetired)));
    functions.sort(Comparator.comparingDouble(FunctionRow::self).thenComparing(FunctionRow::whole).reversed()
        .thenComparing(FunctionRow::name));
  }

  private static List<String> chain(Profile.Place place, GuestCode.Where where) {
    List<String> chain = new ArrayList<>();
    if (place.tier() == Tier.IDLE) {
      chain.add(IDLE);
    }
    CallChain.of(place, where).forEach(function -> chain.add(function.name()));
    if (chain.isEmpty()) {
      chain.add(where.fallback());
    }
    return chain;
  }

  private void makeUnits() {
    Map<Tier, Long> rest = new EnumMap<>(Tier.class);
    for (Spot spot : spots) {
      UnitKey unit = spot.place.unit();
      if (unit == null) {
        rest.merge(spot.place.tier(), spot.seen.nanos(), Long::sum);
      } else {
        spotsOfUnits.computeIfAbsent(unit, key -> new ArrayList<>()).add(spot);
      }
    }
    Map<UnitKey, Map<String, Long>> exits = exitsOf(spotsOfUnits.keySet());
    spotsOfUnits.forEach((key, seen) -> {
      Map<Tier, Long> tiers = tiersOf(seen);
      units.add(new UnitRow(code.name(key.linear(), profile.units().page(key)), sum(tiers) / total, most(tiers), key,
          profile.units().of(key), exits.getOrDefault(key, Map.of()), links(key)));
    });
    rest.forEach((tier, nanos) -> units.add(new UnitRow(switch (tier) {
      case INTERPRETER -> "[interpreter]";
      case MACHINE -> "[devices, timers, interrupts]";
      case IDLE -> IDLE;
      case DRAFT, OPTIMISED, UNIT -> "[units, not known which]";
    }, nanos / total, tier, null, UnitBook.Facts.NONE, Map.of(), List.of())));
    units.sort(Comparator.comparingDouble(UnitRow::share).reversed().thenComparing(UnitRow::name));
  }

  private static Map<Tier, Long> tiersOf(List<Spot> spots) {
    Map<Tier, Long> tiers = new EnumMap<>(Tier.class);
    spots.forEach(spot -> tiers.merge(spot.place.tier(), spot.seen.nanos(), Long::sum));
    return tiers;
  }

  private List<String> links(UnitKey key) {
    Region region = profile.units().region(key);
    GuestCode.Where where = code.where(key.linear(), profile.units().page(key));
    return region == null ? List.of() : region.links().keySet().stream().sorted()
        .map(distance -> code.name(region.linear() + distance, where)).distinct().toList();
  }

  /** Exits at the instructions of units; one at an instruction that several units have counts for each. */
  private Map<UnitKey, Map<String, Long>> exitsOf(Set<UnitKey> keys) {
    Map<GuestCode.Location, Map<String, Long>> found = new HashMap<>();
    profile.exits().exits().forEach((exit, count) -> found.computeIfAbsent(code.location(exit.rip(), exit.page()),
        place -> new HashMap<>()).merge(exit.reason(), count, Long::sum));
    Map<UnitKey, Map<String, Long>> exits = new HashMap<>();
    for (UnitKey key : keys) {
      Region region = profile.units().region(key);
      if (region != null) {
        Map<String, Long> sums = new TreeMap<>();
        GuestCode.Location head = code.location(key.linear(), profile.units().page(key));
        long distance = region.linear() - head.address();
        addresses(region).forEach(address -> found.getOrDefault(new GuestCode.Location(head.program(), address - distance), Map.of())
            .forEach((reason, count) -> sums.merge(reason, count, Long::sum)));
        exits.put(key, sums);
      }
    }
    return exits;
  }

  /** Where an instruction of a region begins or ends. */
  private static Set<Long> addresses(Region region) {
    Set<Long> addresses = new HashSet<>();
    for (RegionBlock block : region.blocks()) {
      long at = region.linear() + block.start();
      addresses.add(at);
      for (Instruction instruction : block.instructions()) {
        at += instruction.length();
        addresses.add(at);
      }
    }
    return addresses;
  }

  private static long sum(Map<?, Long> parts) {
    return parts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static <T> T most(Map<T, Long> parts) {
    return parts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  /** All units, the hottest first, and what is none of them; the shares sum to 1. */
  public List<UnitRow> units() {
    return List.copyOf(units);
  }

  /** All functions, the hottest first; their own shares sum to 1. */
  public List<FunctionRow> functions() {
    return List.copyOf(functions);
  }

  /** All pages of 4 KiB from which code ran, the hottest first. */
  public List<PageRow> pages() {
    Map<Long, Map<String, Long>> pages = new HashMap<>();
    for (Spot spot : spots) {
      if (spot.place.tier() != Tier.IDLE) {
        pages.computeIfAbsent(spot.place.rip() & ~0xFFFL, page -> new TreeMap<>())
            .merge(spot.chain.getFirst(), spot.seen.nanos(), Long::sum);
      }
    }
    return pages.entrySet().stream().map(page -> new PageRow("0x%x".formatted(page.getKey()), sum(page.getValue()) / total,
        most(page.getValue()))).sorted(Comparator.comparingDouble(PageRow::share).reversed().thenComparing(PageRow::page)).toList();
  }

  /** The instructions of a unit in the order of their addresses; empty if they are not kept. */
  public List<CodeRow> code(UnitKey key) {
    Region region = profile.units().region(key);
    if (region == null) {
      return List.of();
    }
    Map<Long, Long> samples = new HashMap<>();
    spotsOfUnits.getOrDefault(key, List.of()).forEach(spot -> samples.merge(spot.place.rip(), spot.seen.nanos(), Long::sum));
    Map<Long, CodeRow> rows = new TreeMap<>(Long::compareUnsigned);
    for (RegionBlock block : region.blocks()) {
      long at = region.linear() + block.start();
      for (Instruction instruction : block.instructions()) {
        rows.put(at, new CodeRow("0x%x".formatted(at), Disassembler.text(instruction, at),
            samples.getOrDefault(at, 0L) / total));
        at += instruction.length();
      }
    }
    return List.copyOf(rows.values());
  }

  /** What the units consist of, the most frequent first. */
  public List<MixRow> mix() {
    Map<String, Double> shares = new TreeMap<>();
    double all = 0;
    for (UnitRow unit : units) {
      Region region = unit.key() == null ? null : profile.units().region(unit.key());
      if (region != null) {
        all += unit.share();
        double each = unit.share() / region.size();
        region.blocks().forEach(block -> block.instructions().forEach(instruction ->
            shares.merge(instruction.op().name().toLowerCase(Locale.ROOT), each, Double::sum)));
      }
    }
    double whole = all;
    return shares.entrySet().stream().map(share -> new MixRow(share.getKey(), share.getValue() / whole))
        .sorted(Comparator.comparingDouble(MixRow::share).reversed().thenComparing(MixRow::operation)).toList();
  }

  /** Nanoseconds by stack: functions from the outermost to the innermost, with semicolons between. */
  public Map<String, Long> stacks() {
    return Map.copyOf(stacks);
  }

  /** Shares of the time by tier; those that have been seen. */
  public Map<Tier, Double> tiers() {
    Map<Tier, Double> tiers = new EnumMap<>(Tier.class);
    tiersOf(spots).forEach((tier, nanos) -> tiers.put(tier, nanos / total));
    return tiers;
  }

  /** The part of the samples that is named so, 0 to 1; those of all namings sum to 1 if there are samples. */
  public double named(Naming naming) {
    return namings.getOrDefault(naming, 0L) / (double) Math.max(1, sum(namings));
  }

  /** Names of the programs that samples are of and that name no functions. */
  public Set<String> stripped() {
    Set<String> names = new TreeSet<>();
    spots.stream().filter(spot -> spot.naming() == Naming.PROGRAM).forEach(spot -> {
      Program program = spot.where.program();
      if (program != null && program.isStripped()) {
        names.add(program.name());
      }
    });
    return names;
  }

  /** Exits by what they are, the most frequent first. */
  public List<ExitRow> exits() {
    Map<String, Map<String, Long>> reasons = new HashMap<>();
    profile.exits().exits().forEach((exit, count) -> {
      reasons.computeIfAbsent(exit.reason(), reason -> new TreeMap<>())
          .merge(code.function(exit.rip(), exit.page()), count, Long::sum);
    });
    return reasons.entrySet().stream().map(reason -> new ExitRow(reason.getKey(),
            sum(reason.getValue()), most(reason.getValue())))
        .sorted(Comparator.comparingLong(ExitRow::count).reversed().thenComparing(ExitRow::reason)).toList();
  }

  /** The profile that this is about. */
  public Profile profile() {
    return profile;
  }
}
