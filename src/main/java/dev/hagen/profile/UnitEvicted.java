package dev.hagen.profile;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A unit has gone for want of room. */
@Name("dev.hagen.UnitEvicted")
@Label("Unit Evicted")
@Description("A unit had to go since the translation cache was full")
final class UnitEvicted extends UnitEvent {
  @Label("Size")
  @Description("Bytes of class files that count no more")
  @DataAmount
  int size;
}
