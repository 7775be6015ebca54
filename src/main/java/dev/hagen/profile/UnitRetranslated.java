package dev.hagen.profile;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;

/** A unit is to be made anew for the sake of one instruction; an event of its translation follows. */
@Name("dev.hagen.UnitRetranslated")
@Label("Unit Retranslated")
@Description("A unit is made anew since it is left often at one of its instructions")
final class UnitRetranslated extends UnitEvent {
  @Label("Instruction")
  @Description("Linear address of the instruction")
  @MemoryAddress
  long instruction;

  @Label("Cause")
  @Description("What the unit was left there for last, as in the counters unit_leaves")
  String cause = "";
}
