package dev.hagen.cli;

import dev.hagen.machine.Lockstep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code hagen run}: QEMU's spellings, with one or two dashes. */
final class RunOptions {
  static final String DEFAULT_MEMORY = "128M";

  @Parameters(arity = "0..1", paramLabel = "IMAGE",
      description = "A kernel (Linux bzImage, PVH or Multiboot ELF) or a flat binary. Default: the built-in guest.")
  @Nullable Path image;

  @Option(names = {"-kernel", "--kernel"}, paramLabel = "FILE", description = "The same as IMAGE.")
  @Nullable Path kernel;

  @Option(names = {"-initrd", "--initrd"}, paramLabel = "FILE[ ARGS][,…]",
      description = "Initial RAM disk; for Multiboot a list of modules with their arguments.")
  @Nullable String initrd;

  @Option(names = {"-append", "--append"}, paramLabel = "TEXT", defaultValue = "",
      description = "The kernel's command line.")
  String append = "";

  @Option(names = {"--load-address"}, paramLabel = "ADDR", converter = AddressConverter.class,
      description = "Treat the image as a flat binary: load it at ADDR and enter it there, below 1 MiB in real mode,"
          + " above in 32-bit protected mode.")
  @Nullable Long loadAddress;

  @Option(names = {"-m", "--m", "--memory"}, paramLabel = "SIZE", defaultValue = DEFAULT_MEMORY,
      converter = MemorySize.class, description = "Guest memory, in MiB or with a suffix K, M, G (default: 128M).")
  long memory;

  @Option(names = {"-smp", "--smp"}, paramLabel = "N", defaultValue = "1",
      description = "Number of processors; 1 for now.")
  String processors = "1";

  @Option(names = {"-cpu", "--cpu"}, paramLabel = "MODEL[,+FEATURE|,-FEATURE…]",
      description = "Processor model; 'help' lists them.")
  @Nullable String cpu;

  @Option(names = {"--pv"}, paramLabel = "on|off",
      description = "Whether the guest finds KVM's paravirtual interface: clock, end of interrupt, hypercalls (default: as"
          + " the processor model says, which is on).")
  @Nullable String paravirtual;

  @Option(names = {"-icount", "--icount"}, arity = "0..1", fallbackValue = "shift=0", paramLabel = "shift=0",
      description = "Deterministic: clock, timers and entropy follow from retired instructions, one nanosecond each.")
  @Nullable String icount;

  @Option(names = {"--lockstep"}, arity = "0..1", fallbackValue = "" + Lockstep.NO_LIMIT, paramLabel = "N",
      description = "Find defects of the translator: run an interpreting machine beside the translating one, compare them"
          + " whenever a unit ends, or has retired about N instructions, and stop at the first difference with exit code"
          + " 1. Implies -icount.")
  @Nullable Integer lockstep;

  @Option(names = {"-nographic", "--nographic"},
      description = "Accepted for QEMU's sake: there is no graphics yet, the console is the serial line.")
  boolean nographic;

  @Option(names = {"-serial", "--serial"}, paramLabel = "stdio|file:F|null|mon:stdio",
      description = "Where a serial line goes; give it again for the second one. mon:stdio (the default) is stdio with"
          + " the escape Ctrl-a.")
  List<String> serial = new ArrayList<>();

  @Option(names = {"-no-reboot", "--no-reboot"}, description = "End with exit code 32 when the guest resets.")
  boolean noReboot;

  @Option(names = {"-d", "--d"}, paramLabel = "ITEM[,…]",
      description = "Log: in_asm (instructions as they are decoded), int (interrupts and exceptions), cpu (registers"
          + " before every instruction), bytecode (each unit as it is translated, guest instructions beside bytecode).")
  @Nullable String log;

  @Option(names = {"-D", "--D"}, paramLabel = "FILE", description = "Where the log goes (default: stderr).")
  @Nullable Path logFile;

  @Option(names = {"-S", "--S"}, description = "Do not start the processor until Ctrl-a p is typed.")
  boolean startPaused;

  @Option(names = {"-device", "--device"}, paramLabel = "DEVICE",
      description = "isa-debug-exit[,iobase=PORT]: a write of V ends the run with exit code 2V+1.")
  List<String> devices = new ArrayList<>();

  @Option(names = {"--timeout"}, paramLabel = "SECONDS", description = "End with exit code 124 after so many seconds.")
  @Nullable Double timeout;

  @Option(names = {"--exit-on-serial"}, paramLabel = "REGEX",
      description = "End with exit code 0 when a line on the first serial line matches.")
  @Nullable String exitOnSerial;

  @Option(names = {"--config"}, paramLabel = "FILE",
      description = "Options from a JSON object, by their names without dashes; those on the command line win.")
  @Nullable Path config;

  @Option(names = {"--unit"}, paramLabel = "KIND",
      description = "What is translated together: 'region' (the default: whole loops and functions) or 'block12' (at most"
          + " twelve instructions up to the first jump, for comparison).")
  String unit = "region";

  @Option(names = {"--no-adaptive"},
      description = "Do not make a unit anew that is left often at one of its instructions, for comparison.")
  boolean notAdaptive;

  @Option(names = {"--mmu"}, paramLabel = "shadow|asid|flush",
      description = "What becomes of translated addresses when the guest enters an address space: 'flush' forgets them (as QEMU"
          + " does), 'asid' (the default) keeps them under PCIDs as far as the guest wants that, 'shadow' keeps them with the"
          + " page tables, which are traced.")
  @Nullable String mmu;

  @Option(names = {"--trace"}, paramLabel = "adaptive|always-exit",
      description = "With --mmu=shadow, how translated code stores into page tables: 'adaptive' (the default) comes to do it"
          + " without leaving, 'always-exit' leaves each time, as --no-adaptive implies. Not with another --mmu.")
  @Nullable String trace;

  @Option(names = {"--tunable"}, paramLabel = "NAME=NUMBER",
      description = "Tune the translator; may be given again. 'help' lists what there is.")
  List<String> tunables = new ArrayList<>();

  @Option(names = {"--cache"}, paramLabel = "[policy=NAME][,max=SIZE]",
      description = "Translated code that is kept: max bytes of class files (64M if not given), and what goes when they are"
          + " full: w-tinylfu (the default: what is used seldom), lru, fifo, lfu, clock, sieve, s3-fifo, arc, flush (everything),"
          + " unbounded (nothing).")
  @Nullable String cache;

  @Option(names = {"--trace-units"}, paramLabel = "FILE[,max=SIZE]",
      description = "Record what is asked of the translation cache, for 'hagen tune'; of a long run the beginning and the end"
          + " are kept, with SIZE bytes of compressed events in all (16M if not given).")
  @Nullable String traceUnits;

  @Option(names = {"--stats"}, arity = "0..1", fallbackValue = "text", preprocessor = AttachedValue.class,
      paramLabel = "text|json",
      description = "At the end print instructions, seconds and all counters that are not zero to stderr; --stats=json: all"
          + " of them, as a JSON object on one line.")
  @Nullable String stats;

  @Option(names = {"--metrics"}, paramLabel = "HOST:PORT",
      description = "Serve the counters over HTTP while the guest runs: /metrics in the text format of OpenMetrics, and"
          + " /healthz. Port 0: any that is free.")
  @Nullable String metrics;

  @Option(names = {"--jfr"}, paramLabel = "FILE",
      description = "Record what becomes of translated code, and samples of VM exits, with JDK Flight Recorder; FILE is"
          + " written at the end.")
  @Nullable Path recording;

  @Option(names = {"--symbols"}, paramLabel = "FILE",
      description = "Names of guest functions for events and profiles: an ELF file that is not stripped, a System.map, or"
          + " a directory of debug files like /usr/lib/debug, which are found by build identifiers; may be given again.")
  List<Path> symbols = new ArrayList<>();
}
