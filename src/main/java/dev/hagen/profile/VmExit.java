package dev.hagen.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One exit in many, so that the events are spread over reasons as the exits are. */
@Name("dev.hagen.VmExit")
@Label("VM Exit")
@Description("A sample of what the virtual machine monitor had to do for the guest")
@Category({"Hagen", "Processor"})
@StackTrace(false)
final class VmExit extends Event {
  @Label("Processor")
  @Description("Number of the virtual processor")
  int processor;

  @Label("Reason")
  @Description("The counter of the exit, exception or interrupt")
  String reason = "";

  @Label("Instruction Pointer")
  @Description("Linear address where the guest goes on")
  @MemoryAddress
  long instructionPointer;

  @Label("Symbol")
  @Description("Guest function there and distance from its start, if known")
  String symbol = "";

  @Label("Weight")
  @Description("Number of exits that this one stands for")
  int weight;
}
