package dev.hagen.profile;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A unit has become wrong. */
@Name("dev.hagen.UnitRetired")
@Label("Unit Retired")
@Description("A unit runs no more since it is no longer what memory holds")
final class UnitRetired extends UnitEvent {
  @Label("Cause")
  @Description("retired: its code was written; flushed: all decoded code was forgotten")
  String cause = "";
}
