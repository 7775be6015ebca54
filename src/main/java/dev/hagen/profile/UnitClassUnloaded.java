package dev.hagen.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The JVM has a class less. */
@Name("dev.hagen.UnitClassUnloaded")
@Label("Unit Class Unloaded")
@Description("The class of a unit that runs no more has been unloaded; noticed some milliseconds later")
@Category({"Hagen", "Translation"})
@StackTrace(false)
final class UnitClassUnloaded extends Event {
  @Label("Class")
  @Description("Name of the class")
  String className = "";

  @Label("Address")
  @Description("Linear address of the guest code that it was made from")
  @MemoryAddress
  long address;
}
