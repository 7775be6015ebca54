package dev.hagen.profile;

import dev.hagen.interpret.RegionCode;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.StackTrace;

/** Something that happens to a translation unit. */
@Category({"Hagen", "Translation"})
@StackTrace(false)
abstract sealed class UnitEvent extends Event permits UnitTranslated, UnitRetranslated, UnitEvicted, UnitRetired {
  @Label("Address")
  @Description("Linear address of the guest code when it was found to be hot")
  @MemoryAddress
  long address;

  @Label("Physical Address")
  @Description("Guest-physical address of the guest code")
  @MemoryAddress
  long physicalAddress;

  @Label("Symbol")
  @Description("Guest function and distance from its start, if known")
  String symbol = "";

  final void setPlace(RegionCode code, Symbols symbols) {
    address = code.linear();
    physicalAddress = code.physical();
    symbol = symbols.at(address);
  }
}
