package dev.hagen.cli;

import dev.hagen.machine.Lockstep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The options of {@code hagen run}: QEMU's spellings, with one or two dashes. */
final class RunOptions {
  static final String DEFAULT_MEMORY = "128M";

  @Nullable Path image;
  @Nullable Path kernel;
  @Nullable String initrd;
  String append = "";
  @Nullable Long loadAddress;
  long memory;
  String processors = "1";
  @Nullable String cpu;
  @Nullable String paravirtual;
  @Nullable String icount;
  @Nullable Integer lockstep;
  boolean nographic;
  List<String> serial = new ArrayList<>();
  boolean noReboot;
  @Nullable String log;
  @Nullable Path logFile;
  boolean startPaused;
  List<String> devices = new ArrayList<>();
  @Nullable Double timeout;
  @Nullable String exitOnSerial;
  @Nullable Path config;
  String unit = "region";
  boolean notAdaptive;
  @Nullable String mmu;
  @Nullable String trace;
  List<String> tunables = new ArrayList<>();
  @Nullable String cache;
  @Nullable String traceUnits;
  @Nullable String stats;
  @Nullable String metrics;
  @Nullable Path recording;
  List<Path> symbols = new ArrayList<>();

  /** Adds the options to a command's. */
  void addTo(CommandSpec command) {
    BoundField<Path> parameter = new BoundField<>(value -> image = value);
    command.addPositional(PositionalParamSpec.builder().type(Path.class).getter(parameter).setter(parameter)
        .hasInitialValue(false).paramLabel("IMAGE").arity("0..1")
        .description("A kernel (Linux bzImage, PVH or Multiboot ELF) or a flat binary. Default: the built-in guest.").build());
    BoundField.addTo(command,
        BoundField.option(Path.class, value -> kernel = value, "-kernel", "--kernel")
            .paramLabel("FILE")
            .description("The same as IMAGE."),
        BoundField.option(String.class, value -> initrd = value, "-initrd", "--initrd")
            .paramLabel("FILE[ ARGS][,…]")
            .description("Initial RAM disk; for Multiboot a list of modules with their arguments."),
        BoundField.option(String.class, value -> append = value, "-append", "--append")
            .paramLabel("TEXT").defaultValue("")
            .description("The kernel's command line."),
        BoundField.option(Long.class, value -> loadAddress = value, "--load-address")
            .paramLabel("ADDR").converters(new AddressConverter())
            .description("Treat the image as a flat binary: load it at ADDR and enter it there, below 1 MiB in real mode,"
                + " above in 32-bit protected mode."),
        BoundField.option(long.class, value -> memory = value, "-m", "--m", "--memory")
            .paramLabel("SIZE").defaultValue(DEFAULT_MEMORY).converters(new MemorySize())
            .description("Guest memory, in MiB or with a suffix K, M, G (default: 128M)."),
        BoundField.option(String.class, value -> processors = value, "-smp", "--smp")
            .paramLabel("N").defaultValue("1")
            .description("Number of processors; 1 for now."),
        BoundField.option(String.class, value -> cpu = value, "-cpu", "--cpu")
            .paramLabel("MODEL[,+FEATURE|,-FEATURE…]")
            .description("Processor model; 'help' lists them."),
        BoundField.option(String.class, value -> paravirtual = value, "--pv")
            .paramLabel("on|off")
            .description("Whether the guest finds KVM's paravirtual interface: clock, end of interrupt, hypercalls (default: as"
                + " the processor model says, which is on)."),
        BoundField.option(String.class, value -> icount = value, "-icount", "--icount")
            .paramLabel("shift=0").arity("0..1").fallbackValue("shift=0")
            .description("Deterministic: clock, timers and entropy follow from retired instructions, one nanosecond each."),
        BoundField.option(Integer.class, value -> lockstep = value, "--lockstep")
            .paramLabel("N").arity("0..1").fallbackValue("" + Lockstep.NO_LIMIT)
            .description("Find defects of the translator: run an interpreting machine beside the translating one, compare them"
                + " whenever a unit ends, or has retired about N instructions, and stop at the first difference with exit code"
                + " 1. Implies -icount."),
        BoundField.flag(value -> nographic = value, "-nographic", "--nographic")
            .description("Accepted for QEMU's sake: there is no graphics yet, the console is the serial line."),
        BoundField.list(String.class, value -> serial = value, "-serial", "--serial")
            .paramLabel("stdio|file:F|null|mon:stdio")
            .description("Where a serial line goes; give it again for the second one. mon:stdio (the default) is stdio with"
                + " the escape Ctrl-a."),
        BoundField.flag(value -> noReboot = value, "-no-reboot", "--no-reboot")
            .description("End with exit code 32 when the guest resets."),
        BoundField.option(String.class, value -> log = value, "-d", "--d")
            .paramLabel("ITEM[,…]")
            .description("Log: in_asm (instructions as they are decoded), int (interrupts and exceptions), cpu (registers"
                + " before every instruction), bytecode (each unit as it is translated, guest instructions beside bytecode)."),
        BoundField.option(Path.class, value -> logFile = value, "-D", "--D")
            .paramLabel("FILE")
            .description("Where the log goes (default: stderr)."),
        BoundField.flag(value -> startPaused = value, "-S", "--S")
            .description("Do not start the processor until Ctrl-a p is typed."),
        BoundField.list(String.class, value -> devices = value, "-device", "--device")
            .paramLabel("DEVICE")
            .description("isa-debug-exit[,iobase=PORT]: a write of V ends the run with exit code 2V+1."),
        BoundField.option(Double.class, value -> timeout = value, "--timeout")
            .paramLabel("SECONDS")
            .description("End with exit code 124 after so many seconds."),
        BoundField.option(String.class, value -> exitOnSerial = value, "--exit-on-serial")
            .paramLabel("REGEX")
            .description("End with exit code 0 when a line on the first serial line matches."),
        BoundField.option(Path.class, value -> config = value, "--config")
            .paramLabel("FILE")
            .description("Options from a JSON object, by their names without dashes; those on the command line win."),
        BoundField.option(String.class, value -> unit = value, "--unit")
            .paramLabel("KIND")
            .description("What is translated together: 'region' (the default: whole loops and functions) or 'block12' (at most"
                + " twelve instructions up to the first jump, for comparison)."),
        BoundField.flag(value -> notAdaptive = value, "--no-adaptive")
            .description("Do not make a unit anew that is left often at one of its instructions, for comparison."),
        BoundField.option(String.class, value -> mmu = value, "--mmu")
            .paramLabel("shadow|asid|flush")
            .description("What becomes of translated addresses when the guest enters an address space: 'flush' forgets them (as QEMU"
                + " does), 'asid' (the default) keeps them under PCIDs as far as the guest wants that, 'shadow' keeps them with the"
                + " page tables, which are traced."),
        BoundField.option(String.class, value -> trace = value, "--trace")
            .paramLabel("adaptive|always-exit")
            .description("With --mmu=shadow, how translated code stores into page tables: 'adaptive' (the default) comes to do it"
                + " without leaving, 'always-exit' leaves each time, as --no-adaptive implies. Not with another --mmu."),
        BoundField.list(String.class, value -> tunables = value, "--tunable")
            .paramLabel("NAME=NUMBER")
            .description("Tune the translator; may be given again. 'help' lists what there is."),
        BoundField.option(String.class, value -> cache = value, "--cache")
            .paramLabel("[policy=NAME][,max=SIZE]")
            .description("Translated code that is kept: max bytes of class files (64M if not given), and what goes when they are"
                + " full: w-tinylfu (the default: what is used seldom), lru, fifo, lfu, clock, sieve, s3-fifo, arc, flush (everything),"
                + " unbounded (nothing)."),
        BoundField.option(String.class, value -> traceUnits = value, "--trace-units")
            .paramLabel("FILE[,max=SIZE]")
            .description("Record what is asked of the translation cache, for 'hagen tune'; of a long run the beginning and the end"
                + " are kept, with SIZE bytes of compressed events in all (16M if not given)."),
        BoundField.option(String.class, value -> stats = value, "--stats")
            .paramLabel("text|json").arity("0..1").fallbackValue("text").preprocessor(new AttachedValue())
            .description("At the end print instructions, seconds and all counters that are not zero to stderr; --stats=json: all"
                + " of them, as a JSON object on one line."),
        BoundField.option(String.class, value -> metrics = value, "--metrics")
            .paramLabel("HOST:PORT")
            .description("Serve the counters over HTTP while the guest runs: /metrics in the text format of OpenMetrics, and"
                + " /healthz. Port 0: any that is free."),
        BoundField.option(Path.class, value -> recording = value, "--jfr")
            .paramLabel("FILE")
            .description("Record what becomes of translated code, and samples of VM exits, with JDK Flight Recorder; FILE is"
                + " written at the end."),
        BoundField.list(Path.class, value -> symbols = value, "--symbols")
            .paramLabel("FILE")
            .description("Names of guest functions for events and profiles: an ELF file that is not stripped, a System.map, or"
                + " a directory of debug files like /usr/lib/debug, which are found by build identifiers; may be given again."));
  }
}
