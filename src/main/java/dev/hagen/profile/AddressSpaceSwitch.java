package dev.hagen.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** CR3 has changed. */
@Name("dev.hagen.AddressSpaceSwitch")
@Label("Address Space Switch")
@Description("The guest has entered another address space")
@Category({"Hagen", "Processor"})
@StackTrace(false)
final class AddressSpaceSwitch extends Event {
  @Label("Processor")
  @Description("Number of the virtual processor")
  int processor;

  @Label("CR3")
  @Description("The register's new value: page tables and process-context identifier")
  @MemoryAddress
  long cr3;

  @Label("Kept")
  @Description("Whether translations are remembered of the address space and hold")
  boolean kept;
}
