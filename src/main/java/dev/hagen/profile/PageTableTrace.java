package dev.hagen.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Tracing of a page begins or ends. */
@Name("dev.hagen.PageTableTrace")
@Label("Page Table Trace")
@Description("A page of the guest's page tables has come to be traced, or is traced no more")
@Category({"Hagen", "Processor"})
@StackTrace(false)
final class PageTableTrace extends Event {
  @Label("Processor")
  @Description("Number of the virtual processor")
  int processor;

  @Label("Page")
  @Description("Guest-physical address of the page")
  @MemoryAddress
  long page;

  @Label("Begins")
  @Description("Whether it is traced from now on")
  boolean begins;

  @Label("Cause")
  @Description("Why it is traced no more")
  String cause = "";
}
