package dev.hagen.profile;

import dev.hagen.decode.Disassembler;
import dev.hagen.decode.Instruction;
import dev.hagen.profile.SymbolTable.Function;
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
import org.jspecify.annotations.Nullable;

/** What a profile says, by the guest's functions: tables whose shares sum to one. Names in brackets are no functions. */
public final class ProfileReport {
  private static final String IDLE = "[idle]";
  private static final String USER = "[user]";
  private static final String KERNEL = "[kernel]";
  private static final String BEFORE = "[before the kernel]";

  /**
   * A unit, or if {@code key} is null what is none.
   *
   * @param name the function that its head lies in, with the distance
   * @param share of the time, 0 to 1
   * @param tier in which most of that was
   * @param exits estimated numbers of exits, exceptions and interrupts at its instructions, by what they are
   */
  public record UnitRow(String name, double share, Tier tier, @Nullable UnitKey key, UnitBook.Facts facts,
      Map<String, Long> exits) {}

  /**
   * A function.
   *
   * @param self share of the time in its own code, 0 to 1
   * @param whole the same with all that it calls
   */
  public record FunctionRow(String name, double self, double whole) {}

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

  private final Profile profile;
  private final SymbolTable symbols;
  private final long kernelStart;
  private final Map<Profile.Place, Long> places;
  private final double total;
  private final List<UnitRow> units = new ArrayList<>();
  private final List<FunctionRow> functions = new ArrayList<>();
  private final Map<String, Long> stacks = new TreeMap<>();
  private double named;
  /** Time that the guest runs of which functions could be known. */
  private double nameable;

  /**
   * A report.
   *
   * @param files functions from files; they are moved if they are those of a kernel that has moved itself
   * @param kernel functions of the kernel that is in memory
   */
  public ProfileReport(Profile profile, SymbolTable files, SymbolTable kernel) {
    this.profile = profile;
    this.symbols = files.moved(files.distanceTo(kernel)).with(kernel);
    this.kernelStart = kernel.lowest();
    this.places = profile.places();
    this.total = Math.max(1, places.values().stream().mapToLong(Long::longValue).sum());
    makeFunctions();
    makeUnits();
  }

  private void makeFunctions() {
    Map<String, Long> self = new HashMap<>();
    Map<String, Long> whole = new HashMap<>();
    places.forEach((place, nanos) -> {
      List<String> chain = chain(place);
      self.merge(chain.getFirst(), nanos, Long::sum);
      new HashSet<>(chain).forEach(name -> whole.merge(name, nanos, Long::sum));
      stacks.merge(String.join(";", chain.reversed()), nanos, Long::sum);
      String inner = chain.getFirst();
      named += inner.startsWith("[") ? 0 : nanos;
      nameable += inner.equals(IDLE) || inner.equals(BEFORE) ? 0 : nanos;
    });
    whole.forEach((name, nanos) ->
        functions.add(new FunctionRow(name, self.getOrDefault(name, 0L) / total, nanos / total)));
    functions.sort(Comparator.comparingDouble(FunctionRow::self).thenComparing(FunctionRow::whole).reversed()
        .thenComparing(FunctionRow::name));
  }

  private List<String> chain(Profile.Place place) {
    if (place.tier() == Tier.IDLE) {
      return List.of(IDLE);
    }
    List<Function> chain = CallChain.of(place, symbols);
    return chain.isEmpty() ? List.of(unknown(place)) : chain.stream().map(Function::name).toList();
  }

  private String unknown(Profile.Place place) {
    if (place.user()) {
      return USER;
    }
    return Long.compareUnsigned(place.rip(), kernelStart) < 0 ? BEFORE : KERNEL;
  }

  private void makeUnits() {
    Map<UnitKey, Map<Tier, Long>> byUnit = new HashMap<>();
    Map<Tier, Long> rest = new EnumMap<>(Tier.class);
    places.forEach((place, nanos) -> {
      UnitKey unit = place.unit();
      Map<Tier, Long> tiers = unit == null ? rest : byUnit.computeIfAbsent(unit, key -> new EnumMap<>(Tier.class));
      tiers.merge(place.tier(), nanos, Long::sum);
    });
    Map<UnitKey, Map<String, Long>> exits = exitsOf(byUnit.keySet());
    byUnit.forEach((key, tiers) -> units.add(new UnitRow(name(key.linear()), sum(tiers) / total, most(tiers), key,
        profile.units().of(key), exits.getOrDefault(key, Map.of()))));
    rest.forEach((tier, nanos) -> units.add(new UnitRow(switch (tier) {
      case INTERPRETER -> "[interpreter]";
      case MACHINE -> "[devices, timers, interrupts]";
      case IDLE -> IDLE;
      case DRAFT, OPTIMISED, UNIT -> "[units, not known which]";
    }, nanos / total, tier, null, UnitBook.Facts.NONE, Map.of())));
    units.sort(Comparator.comparingDouble(UnitRow::share).reversed().thenComparing(UnitRow::name));
  }

  /** Exits at the instructions of units; one at an instruction that several units have counts for each. */
  private Map<UnitKey, Map<String, Long>> exitsOf(Set<UnitKey> keys) {
    Map<Long, Map<String, Long>> places = new HashMap<>();
    profile.exits().exits().forEach((exit, count) ->
        places.computeIfAbsent(exit.rip(), rip -> new HashMap<>()).merge(exit.reason(), count, Long::sum));
    Map<UnitKey, Map<String, Long>> exits = new HashMap<>();
    for (UnitKey key : keys) {
      Region region = profile.units().region(key);
      if (region != null) {
        Map<String, Long> sums = new TreeMap<>();
        addresses(region).forEach(address -> places.getOrDefault(address, Map.of())
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

  /** A function with the distance from its start, or the address. */
  private String name(long linear) {
    String name = symbols.at(linear);
    return name.isEmpty() ? "0x%x".formatted(linear) : name;
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
    places.forEach((place, nanos) -> {
      if (place.tier() != Tier.IDLE) {
        pages.computeIfAbsent(place.rip() & ~0xFFFL, page -> new TreeMap<>())
            .merge(chain(place).getFirst(), nanos, Long::sum);
      }
    });
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
    places.forEach((place, nanos) -> {
      if (key.equals(place.unit())) {
        samples.merge(place.rip(), nanos, Long::sum);
      }
    });
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
    Map<Tier, Long> sums = new EnumMap<>(Tier.class);
    places.forEach((place, nanos) -> sums.merge(place.tier(), nanos, Long::sum));
    Map<Tier, Double> tiers = new EnumMap<>(Tier.class);
    sums.forEach((tier, nanos) -> tiers.put(tier, nanos / total));
    return tiers;
  }

  /** The part of the time in which the guest neither halts nor unpacks its kernel whose function is known, 0 to 1. */
  public double named() {
    return nameable == 0 ? 0 : named / nameable;
  }

  /** Exits by what they are, the most frequent first. */
  public List<ExitRow> exits() {
    Map<String, Map<String, Long>> reasons = new HashMap<>();
    profile.exits().exits().forEach((exit, count) -> {
      Function function = symbols.find(exit.rip());
      reasons.computeIfAbsent(exit.reason(), reason -> new TreeMap<>())
          .merge(function == null ? name(exit.rip()) : function.name(), count, Long::sum);
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
