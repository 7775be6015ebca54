package dev.hagen.cpu;

import java.util.Locale;

/** Counters that count the same thing, apart by one property: their sum is how often it has happened at all. */
public enum CounterFamily {
  // @formatter:off
  INSTRUCTIONS(           "tier",   "Guest instructions retired; a repeated string instruction counts once."),
  UNIT_LEAVES(            "cause",  "Times that a unit gave control back, by why."),
  TLB_MISSES(             "access", "Accesses that found no entry in the TLB and were answered by a walk or, without paging, at once."),
  SLOW_ACCESSES(          "cause",  "Accesses that took the slow path although their page is known."),
  PAGE_FAULTS(            "cause",  "Walks that found the access forbidden; those made for a unit in advance raise no exception."),
  TLB_FLUSHES(            "scope",  "Times that translations were forgotten, by how many."),
  ADDRESS_SPACE_SWITCHES( "translations", "Times that another address space was entered, by what was known of it."),
  TRACES_ENDED(           "cause",  "Pages that are traced no more."),
  VM_EXITS(               "reason", "Times that an instruction needed the virtual machine monitor."),
  EXCEPTIONS(             "vector", "Exceptions delivered to the guest."),
  INTERRUPTS(             "source", "Interrupts delivered to the guest."),
  UNITS_MADE(             "reason", "Units that came to run."),
  UNITS_GONE(             "cause",  "Units that run no more."),
  RETRANSLATIONS(         "cause",  "Units made anew since they were left often at an instruction, by why they were left there."),
  COMPILATIONS(           "compiler", "Units for which HotSpot's code was there, as asked."),
  COMPILATIONS_LOST(      "compiler", "Units that HotSpot would not compile, or whose code it threw away.");
  // @formatter:on

  private final String property;
  private final String description;

  CounterFamily(String property, String description) {
    this.property = property;
    this.description = description;
  }

  /** What tells its counters apart: {@code reason}. */
  public String property() {
    return property;
  }

  /** What is counted: one sentence. */
  public String description() {
    return description;
  }

  /** How users spell it: {@code vm_exits}. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
