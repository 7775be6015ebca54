package dev.hagen.cache;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.emit.UnitFactory;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.RegionCode;
import dev.hagen.interpret.VectorMachine;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBuilder;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Executes recorded cases in translation units: whatever is at RIP is translated before it runs for the first time. Units
 * are kept, since many cases differ only in their operands.
 */
final class TranslatedTier implements VectorMachine.Tier {
  /** Units run only if so many more instructions may follow. */
  private static final int MARGIN = CpuState.MARGIN;
  private static final int MOST_INSTRUCTIONS = 16;
  private static final int LONGEST = 32;

  /** What a unit is made from. */
  private record Key(int context, long linear, String code) {}

  private final VectorMachine machine;
  private final boolean draft;
  private final int record;
  private final RegionBuilder regions;
  private final UnitFactory factory;
  private final Map<Key, UnitFactory.Made> units = new HashMap<>();
  private int entered;

  TranslatedTier(VectorMachine machine, boolean intrinsics, boolean draft, int record) {
    this.machine = machine;
    this.draft = draft;
    this.record = record;
    Tunables tunables = Tunables.standard().with(Tunable.INTRINSICS, intrinsics ? 1 : 0);
    this.regions = new RegionBuilder(machine.cpu(), machine.interpreter(), machine.decoder(), tunables);
    this.factory = new UnitFactory(machine.interpreter(), tunables);
  }

  @Override
  public void run() {
    CpuState cpu = machine.cpu();
    int context = cpu.context;
    boolean flat32 = ExecutionContext.codeSize(context) == 4 && ExecutionContext.stackSize(context) == 4
        && ExecutionContext.isFlat(context);
    if (ExecutionContext.codeSize(context) == 8 || flat32) {
      translate(Interpreter.linearRip(cpu));
    }
    machine.interpreter().run(0, cpu.retired + MARGIN + MOST_INSTRUCTIONS);
  }

  private void translate(long linear) {
    Region region = withRecord(regions.build(linear));
    if (region == null) {
      return;
    }
    RegionCode code = machine.interpreter().attach(linear, region.pages(), List.of());
    if (code == null) {
      return;
    }
    UnitFactory.Made unit = unit(region);
    if (unit != null) {
      machine.interpreter().publish(code, unit.unit(), unit.entries());
      entered++;
    }
  }

  private @Nullable Region withRecord(@Nullable Region region) {
    if (region == null || record == 0) {
      return region;
    }
    Map<Long, Integer> records = new HashMap<>();
    region.blocks().forEach(block -> LongStream.range(block.start(), block.end()).forEach(at -> records.put(at, record)));
    return new Region(region.linear(), region.context(), region.blocks(), region.pages(), records, region.changing(),
        region.links());
  }

  private UnitFactory.@Nullable Made unit(Region region) {
    int address = (int) region.linear();
    int length = Math.min(LONGEST, 0x1000 - (address & 0xFFF));
    Key key = new Key(region.context(), region.linear(), java.util.HexFormat.of().formatHex(machine.read(address, length)));
    return units.computeIfAbsent(key, missing -> factory.make(region, draft));
  }

  /** How often a unit has been there to run. */
  int entered() {
    return entered;
  }

  /** How many different units there are. */
  int size() {
    return units.size();
  }

  /** Forgets the units, so that their classes can go. */
  void clear() {
    units.clear();
  }
}
