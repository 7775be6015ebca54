package dev.hagen.cpu;

import static dev.hagen.cpu.CounterFamily.ADDRESS_SPACE_SWITCHES;
import static dev.hagen.cpu.CounterFamily.COMPILATIONS;
import static dev.hagen.cpu.CounterFamily.COMPILATIONS_LOST;
import static dev.hagen.cpu.CounterFamily.EXCEPTIONS;
import static dev.hagen.cpu.CounterFamily.INSTRUCTIONS;
import static dev.hagen.cpu.CounterFamily.INTERRUPTS;
import static dev.hagen.cpu.CounterFamily.PAGE_FAULTS;
import static dev.hagen.cpu.CounterFamily.RETRANSLATIONS;
import static dev.hagen.cpu.CounterFamily.SLOW_ACCESSES;
import static dev.hagen.cpu.CounterFamily.TLB_FLUSHES;
import static dev.hagen.cpu.CounterFamily.TLB_MISSES;
import static dev.hagen.cpu.CounterFamily.TRACES_ENDED;
import static dev.hagen.cpu.CounterFamily.UNITS_GONE;
import static dev.hagen.cpu.CounterFamily.UNITS_MADE;
import static dev.hagen.cpu.CounterFamily.UNIT_LEAVES;
import static dev.hagen.cpu.CounterFamily.VM_EXITS;

import dev.hagen.x86.Vector;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of one virtual processor: each slow path, each exit, and what becomes of translated code. The values are in
 * {@link Counters}. {@code docs/counters.md} is this list for users.
 */
public enum Counter {
  // @formatter:off
  INSTRUCTIONS_INTERPRETED(INSTRUCTIONS, "interpreter", "by the interpreter"),
  INSTRUCTIONS_IN_UNITS(   INSTRUCTIONS, "unit",        "by translation units"),
  GUEST_RUNS(              "Times that the run loop let guest code run."),
  SINGLE_STEPS(            "Instructions run one at a time: behind STI and MOV SS, under TF and instruction breakpoints, and for -d cpu."),
  DEVICE_RUNS(             "Times that the run loop looked after devices, timers, host input and finished translations."),
  SLEEPS(                  "Times that the processor's thread waited for an event while the guest halted."),

  BLOCKS_INTERPRETED(      "Blocks run by the interpreter."),
  BLOCKS_DECODED(          "Blocks decoded."),
  BLOCKS_RETIRED(          "Decoded blocks forgotten since their code was written."),
  BLOCK_CACHE_FLUSHES(     "Times that all decoded blocks, and with them all units, were forgotten for want of room."),
  CODE_WRITES(             "Writes onto lines of 64 bytes that hold decoded code."),

  UNITS_ENTERED(           "Entries of units by the run loop; calls and jumps from unit to unit are not among them."),
  UNITS_TRIED(             "Entries of units on trial, where HotSpot learns their ways."),
  LEAVE_END(               UNIT_LEAVES, "end",          "its region ended"),
  LEAVE_RETURN(            UNIT_LEAVES, "return",       "a return had no caller in a unit"),
  LEAVE_EVENT(             UNIT_LEAVES, "event",        "the run loop had to look"),
  LEAVE_TLB_MISS(          UNIT_LEAVES, "tlb_miss",     "an access found nothing in the TLB"),
  LEAVE_PAGE_FAULT(        UNIT_LEAVES, "page_fault",   "an access was forbidden"),
  LEAVE_PAGE_CROSSING(     UNIT_LEAVES, "page_crossing", "an access lay in two pages"),
  LEAVE_CODE_PAGE(         UNIT_LEAVES, "code_page",    "a store went into a page that holds code"),
  LEAVE_TRACED_PAGE(       UNIT_LEAVES, "traced_page",  "a store went into a page table that is traced"),
  LEAVE_CHECKED(           UNIT_LEAVES, "checked",      "alignment checks or data breakpoints were on"),
  LEAVE_VM_EXIT(           UNIT_LEAVES, "vm_exit",      "an instruction needed the virtual machine monitor, device memory among it"),
  LEAVE_INSTRUCTION(       UNIT_LEAVES, "instruction",  "a unit cannot do the instruction with these operands"),

  TLB_MISS_READ(           TLB_MISSES, "read",          "loads"),
  TLB_MISS_WRITE(          TLB_MISSES, "write",         "stores"),
  TLB_MISS_EXECUTE(        TLB_MISSES, "execute",       "instruction fetches"),
  PAGE_WALKS(              "Walks of the guest's page tables."),
  PAGE_FAULT_NOT_PRESENT(  PAGE_FAULTS, "not_present",  "an entry was not present"),
  PAGE_FAULT_PROTECTION(   PAGE_FAULTS, "protection",   "the access had no right"),
  PAGE_FAULT_RESERVED(     PAGE_FAULTS, "reserved",     "an entry had reserved bits set"),
  SLOW_PAGE_CROSSING(      SLOW_ACCESSES, "page_crossing", "the access lay in two pages"),
  SLOW_CODE_PAGE(          SLOW_ACCESSES, "code_page",  "a store went into a page that holds code"),
  SLOW_TRACED_PAGE(        SLOW_ACCESSES, "traced_page", "a store went into a page table that is traced"),
  SLOW_CHECKED(            SLOW_ACCESSES, "checked",    "alignment checks or data breakpoints were on"),
  SLOW_SYSTEM(             SLOW_ACCESSES, "system",     "the TLB had no descriptor table, task state or handler's stack"),

  FLUSH_ALL(               TLB_FLUSHES, "all",          "everything"),
  FLUSH_LOCAL(             TLB_FLUSHES, "local",        "what is not global, in all address spaces"),
  FLUSH_PCID(              TLB_FLUSHES, "pcid",         "what is not global, in one address space"),
  FLUSH_PAGE(              TLB_FLUSHES, "page",         "one page"),
  SWITCH_KEPT(             ADDRESS_SPACE_SWITCHES, "kept",    "they were remembered and still hold"),
  SWITCH_DROPPED(          ADDRESS_SPACE_SWITCHES, "dropped", "they were remembered and hold no more"),
  SWITCH_NEW(              ADDRESS_SPACE_SWITCHES, "new",     "there were none"),
  ADDRESS_SPACES_FORGOTTEN("Address spaces that were forgotten since too many are remembered."),

  TRACES_BEGUN(            "Pages that came to be traced since page tables lie in them."),
  TRACES_ENDED_UNUSED(     TRACES_ENDED, "unused",      "nothing is translated through them any more"),
  TRACES_ENDED_STORES(     TRACES_ENDED, "stores",      "many stores went into them and nothing was translated through them meanwhile"),
  TRACES_ENDED_BULK(       TRACES_ENDED, "bulk",        "a string instruction or a device filled them"),
  TABLE_WRITES(            "Writes into pages that are traced."),
  TABLE_CHANGES(           "Entries of traced page tables that had changed when the guest had translations invalidated."),

  PORT_READS(              VM_EXITS, "port_read",       "IN, INS"),
  PORT_WRITES(             VM_EXITS, "port_write",      "OUT, OUTS"),
  MMIO_READS(              VM_EXITS, "mmio_read",       "loads from device memory"),
  MMIO_WRITES(             VM_EXITS, "mmio_write",      "stores into device memory"),
  MSR_READS(               VM_EXITS, "msr_read",        "RDMSR"),
  MSR_WRITES(              VM_EXITS, "msr_write",       "WRMSR"),
  CR_READS(                VM_EXITS, "cr_read",         "MOV from a control register"),
  CR_WRITES(               VM_EXITS, "cr_write",        "MOV to a control register"),
  DR_READS(                VM_EXITS, "dr_read",         "MOV from a debug register"),
  DR_WRITES(               VM_EXITS, "dr_write",        "MOV to a debug register"),
  CPUID_READS(             VM_EXITS, "cpuid",           "CPUID"),
  TIMESTAMP_READS(         VM_EXITS, "rdtsc",           "RDTSC, RDTSCP"),
  RANDOM_READS(            VM_EXITS, "rdrand",          "RDRAND, RDSEED"),
  HALTS(                   VM_EXITS, "hlt",             "HLT"),
  HYPERCALLS(              VM_EXITS, "hypercall",       "VMCALL, VMMCALL"),
  PAUSES(                  VM_EXITS, "pause",           "PAUSE"),
  FPU_ERRORS(              VM_EXITS, "fpu_error",       "x87 errors that go to the interrupt controller"),

  EXCEPTION_DE(            EXCEPTIONS, "de",            "divide error"),
  EXCEPTION_DB(            EXCEPTIONS, "db",            "debug"),
  EXCEPTION_BP(            EXCEPTIONS, "bp",            "breakpoint"),
  EXCEPTION_OF(            EXCEPTIONS, "of",            "overflow"),
  EXCEPTION_BR(            EXCEPTIONS, "br",            "bound range exceeded"),
  EXCEPTION_UD(            EXCEPTIONS, "ud",            "invalid opcode"),
  EXCEPTION_NM(            EXCEPTIONS, "nm",            "device not available"),
  EXCEPTION_DF(            EXCEPTIONS, "df",            "double fault"),
  EXCEPTION_TS(            EXCEPTIONS, "ts",            "invalid TSS"),
  EXCEPTION_NP(            EXCEPTIONS, "np",            "segment not present"),
  EXCEPTION_SS(            EXCEPTIONS, "ss",            "stack fault"),
  EXCEPTION_GP(            EXCEPTIONS, "gp",            "general protection"),
  EXCEPTION_PF(            EXCEPTIONS, "pf",            "page fault"),
  EXCEPTION_MF(            EXCEPTIONS, "mf",            "x87 error"),
  EXCEPTION_AC(            EXCEPTIONS, "ac",            "alignment check"),
  EXCEPTION_XM(            EXCEPTIONS, "xm",            "SSE error"),
  EXCEPTION_OTHER(         EXCEPTIONS, "other",         "any other vector"),
  INTERRUPTS_EXTERNAL(     INTERRUPTS, "external",      "from the interrupt controller"),
  INTERRUPTS_NMI(          INTERRUPTS, "nmi",           "not maskable"),
  INTERRUPTS_SOFTWARE(     INTERRUPTS, "software",      "INT n"),

  REGIONS_FORMED(          "Regions formed from hot code."),
  REGIONS_REFUSED(         "Times that code was hot of which no region was formed: 16-bit or segmented code, a head in two pages, or one that is being translated already."),
  REGIONS_SPLIT(           "Regions too large for one method, of which the first half was tried instead."),
  REGIONS_GIVEN_UP(        "Regions of which no unit could be made."),
  UNITS_DISCARDED(         "Units that were made in vain: their code had been written meanwhile."),
  UNITS_TOO_LARGE(         "Units that were not made anew since they would have been larger than HotSpot compiles: what ran before runs on."),
  UNITS_TRANSLATED(        UNITS_MADE, "hot",           "hot code's first unit"),
  UNITS_PROMOTED(          UNITS_MADE, "promoted",      "made for C2 in place of a draft that ran for long"),
  UNITS_ADAPTED(           UNITS_MADE, "adapted",       "made anew since the one before was left often"),
  UNITS_CHANGING_PAGES(    UNITS_MADE, "changing_pages", "made anew since one on trial remembered pages that change all the time"),
  UNITS_EVICTED(           UNITS_GONE, "evicted",       "the translation cache was full"),
  UNITS_REPLACED(          UNITS_GONE, "replaced",      "another region begins at the same place"),
  UNITS_RETIRED(           UNITS_GONE, "retired",       "their code was written"),
  UNITS_FLUSHED(           UNITS_GONE, "flushed",       "all decoded code was forgotten"),
  RETRANSLATED_TLB_MISS(   RETRANSLATIONS, "tlb_miss",  "an access found nothing in the TLB"),
  RETRANSLATED_PAGE_FAULT( RETRANSLATIONS, "page_fault", "an access was forbidden"),
  RETRANSLATED_PAGE_CROSSING(RETRANSLATIONS, "page_crossing", "an access lay in two pages"),
  RETRANSLATED_CODE_PAGE(  RETRANSLATIONS, "code_page", "a store went into a page that holds code"),
  RETRANSLATED_TRACED_PAGE(RETRANSLATIONS, "traced_page", "a store went into a page table that is traced"),
  RETRANSLATED_CHECKED(    RETRANSLATIONS, "checked",   "alignment checks or data breakpoints were on"),
  RETRANSLATED_VM_EXIT(    RETRANSLATIONS, "vm_exit",   "an instruction needed the virtual machine monitor"),
  RETRANSLATED_INSTRUCTION(RETRANSLATIONS, "instruction", "a unit cannot do the instruction with such operands"),
  COMPILED_C1(             COMPILATIONS, "c1",          "drafts"),
  COMPILED_C2(             COMPILATIONS, "c2",          "units made for it"),
  LOST_C1(                 COMPILATIONS_LOST, "c1",     "drafts, which run all the same"),
  LOST_C2(                 COMPILATIONS_LOST, "c2",     "units in place of which the draft runs until they are compiled again, if they are"),
  CLASSES_DEFINED(         "Classes defined for units."),
  CLASSES_UNLOADED(        "Classes of units that the JVM has unloaded."),
  CACHE_HITS(              "Look-ups of the translation cache's policy that found their unit: once for each unit that was entered between two looks."),
  UNITS_HELD(              Kind.GAUGE, "Units in the translation cache."),
  UNITS_HELD_BYTES(        Kind.GAUGE, "Bytes of the class files of the units in the translation cache.");
  // @formatter:on

  /** Whether a value only grows. */
  public enum Kind {
    /** How often something has happened: it only grows. */
    COUNT,
    /** How much there is of something: it grows and shrinks. */
    GAUGE
  }

  private static final Counter[] BY_VECTOR = new Counter[32];

  static {
    Arrays.fill(BY_VECTOR, EXCEPTION_OTHER);
    BY_VECTOR[Vector.DE] = EXCEPTION_DE;
    BY_VECTOR[Vector.DB] = EXCEPTION_DB;
    BY_VECTOR[Vector.BP] = EXCEPTION_BP;
    BY_VECTOR[Vector.OF] = EXCEPTION_OF;
    BY_VECTOR[Vector.BR] = EXCEPTION_BR;
    BY_VECTOR[Vector.UD] = EXCEPTION_UD;
    BY_VECTOR[Vector.NM] = EXCEPTION_NM;
    BY_VECTOR[Vector.DF] = EXCEPTION_DF;
    BY_VECTOR[Vector.TS] = EXCEPTION_TS;
    BY_VECTOR[Vector.NP] = EXCEPTION_NP;
    BY_VECTOR[Vector.SS] = EXCEPTION_SS;
    BY_VECTOR[Vector.GP] = EXCEPTION_GP;
    BY_VECTOR[Vector.PF] = EXCEPTION_PF;
    BY_VECTOR[Vector.MF] = EXCEPTION_MF;
    BY_VECTOR[Vector.AC] = EXCEPTION_AC;
    BY_VECTOR[Vector.XM] = EXCEPTION_XM;
  }

  private final Kind kind;
  private final @Nullable CounterFamily family;
  private final String value;
  private final String description;

  Counter(String description) {
    this(Kind.COUNT, description);
  }

  Counter(Kind kind, String description) {
    this.kind = kind;
    this.family = null;
    this.value = "";
    this.description = description;
  }

  Counter(CounterFamily family, String value, String description) {
    this.kind = Kind.COUNT;
    this.family = family;
    this.value = value;
    this.description = description;
  }

  /** What counts exception {@code vector}, 0 to 31. */
  public static Counter exception(int vector) {
    return BY_VECTOR[vector];
  }

  /**
   * What counts units made anew since they were left for a cause.
   *
   * @param leave one of the {@link CounterFamily#UNIT_LEAVES} that an instruction is the cause of
   */
  public static Counter retranslation(Counter leave) {
    return switch (leave) {
      case LEAVE_TLB_MISS -> RETRANSLATED_TLB_MISS;
      case LEAVE_PAGE_FAULT -> RETRANSLATED_PAGE_FAULT;
      case LEAVE_PAGE_CROSSING -> RETRANSLATED_PAGE_CROSSING;
      case LEAVE_CODE_PAGE -> RETRANSLATED_CODE_PAGE;
      case LEAVE_TRACED_PAGE -> RETRANSLATED_TRACED_PAGE;
      case LEAVE_CHECKED -> RETRANSLATED_CHECKED;
      case LEAVE_VM_EXIT -> RETRANSLATED_VM_EXIT;
      default -> RETRANSLATED_INSTRUCTION;
    };
  }

  public Kind kind() {
    return kind;
  }

  /** The counters that it is one of, or null if it stands alone. */
  public @Nullable CounterFamily family() {
    return family;
  }

  /** What tells it from others of its family, {@code port_read}; empty if it stands alone. */
  public String value() {
    return value;
  }

  /** What it counts: a sentence, or within a family what is special, which is not one. */
  public String description() {
    return description;
  }

  /** What it counts: a sentence, or for a family's counter a sentence and what is special. */
  public String sentence() {
    return family == null ? description : family.description() + " This one: " + description + ".";
  }

  /** What it is measured in; empty if it is a number of things. */
  public String unit() {
    return this == UNITS_HELD_BYTES ? "bytes" : "";
  }

  /** How users spell what is counted: the family if there is one, {@code vm_exits} or {@code page_walks}. */
  public String metric() {
    return family == null ? name().toLowerCase(Locale.ROOT) : family.spelling();
  }

  /** How users spell the counter: {@code vm_exits.port_read} or {@code page_walks}. */
  public String spelling() {
    return family == null ? metric() : metric() + "." + value;
  }
}
