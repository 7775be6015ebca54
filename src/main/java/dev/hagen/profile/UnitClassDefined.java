package dev.hagen.profile;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The JVM has a class more. */
@Name("dev.hagen.UnitClassDefined")
@Label("Unit Class Defined")
@Description("A class has been defined for a unit")
@Category({"Hagen", "Translation"})
@StackTrace(false)
final class UnitClassDefined extends Event {
  @Label("Class")
  @Description("Name of the class")
  String className = "";

  @Label("Address")
  @Description("Linear address of the guest code")
  @MemoryAddress
  long address;

  @Label("Size")
  @Description("Bytes of the class file")
  @DataAmount
  int size;
}
