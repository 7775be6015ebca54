package dev.hagen.emit;

import dev.hagen.cpu.CpuState;
import dev.hagen.interpret.Link;
import dev.hagen.interpret.Unit;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/** What the class of a unit is initialised with, and the one unit that it makes then. */
final class UnitSeed {
  final CpuState cpu;
  final Link[] links;
  @Nullable Unit unit;

  UnitSeed(CpuState cpu, Link[] links) {
    this.cpu = cpu;
    this.links = links;
  }

  /** The seed of the class that asks; for its initialiser. */
  static UnitSeed of(MethodHandles.Lookup lookup) throws IllegalAccessException {
    return MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, UnitSeed.class);
  }
}
