package dev.hagen.cli;

import dev.hagen.boot.BootException;
import dev.hagen.boot.FlatImage;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cache.CacheLimits;
import dev.hagen.cpu.CpuModel;
import dev.hagen.device.serial.SerialOutput;
import dev.hagen.machine.Lockstep;
import dev.hagen.machine.Machine;
import dev.hagen.machine.MachineConfig;
import dev.hagen.machine.MachineControl;
import dev.hagen.machine.TiersDiffer;
import dev.hagen.memory.HostMemory;
import dev.hagen.util.HotSpot;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.StopReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code hagen run}: runs a guest until it switches itself off. */
final class RunCommand implements Callable<Integer> {
  private static final String BUILT_IN = "/dev/hagen/guest/demo.elf";
  private static final int DEFAULT_DEBUG_EXIT = 0x501;
  /** What a machine may allocate beside its RAM, and lose to round offsets. */
  private static final long ALLOCATION_SLACK = 16 << 20;

  private RunOptions options = new RunOptions();

  private @Nullable CommandSpec spec;

  private final RunWatcher watcher;
  private final GuestFiles files = new GuestFiles();

  /** A run with options that are yet to be read, by {@link #command}. */
  RunCommand() {
    watcher = RunWatcher.NONE;
  }

  /** The command as picocli knows it. */
  CommandSpec command() {
    CommandSpec command = CommandSpec.wrapWithoutInspection(this).name("run");
    command.usageMessage().sortOptions(false).width(Main.USAGE_WIDTH)
        .description("Runs a guest: a kernel image, or the built-in guest if none is given.")
        .footer("", "Exit codes: 0 powered off, 1 internal error, 2 usage, 32 reset under -no-reboot, 34 guest panic,",
            "36 triple fault, 124 timeout; odd ones come from isa-debug-exit.");
    options.addTo(command);
    Main.addHelpTo(command);
    spec = command;
    return command;
  }

  /** A run with options that another command has read, a configuration file's among them. */
  RunCommand(RunOptions options, RunWatcher watcher) {
    this.options = options;
    this.watcher = watcher;
  }

  RunOptions options() {
    return options;
  }

  @Override
  public Integer call() throws IOException {
    if (options.config != null) {
      RunCommand again = new RunCommand();
      readConfig(options.config, java.util.Objects.requireNonNull(spec), again.command());
      options = again.options;
    }
    if ("help".equals(options.cpu)) {
      CpuModel.names().forEach(System.out::println);
      return ExitCode.OK;
    }
    if (options.tunables.contains("help")) {
      System.out.println(Tunables.standard());
      return ExitCode.OK;
    }
    checkProcessors();
    if (options.lockstep != null && options.lockstep < 1) {
      throw new UserError("--lockstep takes a number of instructions from 1 on, not " + options.lockstep + ".");
    }
    if (options.icount != null && !options.icount.equals("shift=0")) {
      throw new UserError("-icount " + options.icount + ": an instruction takes one nanosecond, shift=0.");
    }
    Statistics.parse(options.stats);
    files.addSymbols(options.symbols);
    GuestImage image;
    List<GuestImage.Module> modules;
    try {
      image = image();
      modules = modules();
      files.boot(image, modules);
    } catch (BootException e) {
      throw new UserError(String.valueOf(e.getMessage()));
    }
    try (SerialLines lines = new SerialLines(serialTargets())) {
      return run(image, modules, lines);
    }
  }

  private static void sayIfSlow(PrintStream err) {
    if (!HotSpot.IS_LAUNCHED) {
      err.println("hagen: the JVM was started without the flags of the launcher ./hagen, with which guests run faster.");
    }
  }

  /** Reads a command once more, with the entries of a configuration file behind what the command line says. */
  static void readConfig(Path path, CommandSpec command, CommandSpec again) {
    ParseResult given = command.commandLine().getParseResult();
    List<String> arguments = new ArrayList<>(ConfigFile.read(path).arguments(command, given));
    arguments.addAll(given.expandedArgs());
    new CommandLine(again).setOverwrittenOptionsAllowed(true).setPosixClusteredShortOptionsAllowed(false)
        .parseArgs(arguments.toArray(String[]::new));
  }

  private void checkProcessors() {
    String count = options.processors.replaceFirst("^cpus=", "").replaceFirst(",.*", "");
    if (!count.equals("1")) {
      throw new UserError(count.matches("[0-9]+") ? "-smp " + count + ": a machine has one processor for now."
          : "-smp takes a number, not '" + options.processors + "'.");
    }
  }

  private GuestImage image() throws BootException {
    if (options.image != null && options.kernel != null) {
      throw new UserError("Both IMAGE and -kernel are given; give one of them.");
    }
    Path path = options.kernel != null ? options.kernel : options.image;
    if (path == null) {
      if (options.initrd != null || !options.append.isEmpty()) {
        throw new UserError("-initrd and -append need a kernel; give one with -kernel.");
      }
      return GuestImage.recognise(builtIn());
    }
    ImageFile file = ImageFile.read(path);
    files.addImage(file);
    return options.loadAddress != null ? new FlatImage(file, options.loadAddress) : GuestImage.recognise(file);
  }

  private static ImageFile builtIn() {
    try (InputStream in = RunCommand.class.getResourceAsStream(BUILT_IN)) {
      if (in == null) {
        throw new IllegalStateException("the built-in guest is missing from the jar");
      }
      return new ImageFile("the built-in guest", in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<GuestImage.Module> modules() throws BootException {
    List<GuestImage.Module> modules = new ArrayList<>();
    if (options.initrd != null) {
      for (String part : Main.commaSeparated(options.initrd)) {
        int space = part.indexOf(' ');
        String name = space < 0 ? part : part.substring(0, space);
        modules.add(new GuestImage.Module(ImageFile.read(Path.of(name)), part));
      }
    }
    return modules;
  }

  private List<SerialTarget> serialTargets() {
    if (options.serial.isEmpty()) {
      return List.of(SerialTarget.parse("mon:stdio"));
    }
    if (options.serial.size() > 2) {
      throw new UserError("-serial may be given twice: a machine has two serial lines.");
    }
    return options.serial.stream().map(SerialTarget::parse).toList();
  }

  private int debugExitPort() {
    int port = MachineConfig.NO_DEBUG_EXIT;
    for (String device : options.devices) {
      List<String> parts = Main.commaSeparated(device);
      if (parts.isEmpty() || !parts.getFirst().equals("isa-debug-exit")) {
        throw new UserError("-device " + device + ": the only device that can be added is isa-debug-exit.");
      }
      port = DEFAULT_DEBUG_EXIT;
      for (String property : parts.subList(1, parts.size())) {
        if (property.startsWith("iobase=")) {
          port = Math.toIntExact(new AddressConverter().convert(property.substring("iobase=".length())) & 0xFFFF);
        } else if (!property.startsWith("iosize=")) {
          throw new UserError("-device " + device + ": isa-debug-exit has no property '" + property + "'.");
        }
      }
    }
    return port;
  }

  private CpuModel model() {
    CpuModel model;
    try {
      model = options.cpu == null ? CpuModel.standard() : CpuModel.named(options.cpu);
    } catch (IllegalArgumentException e) {
      throw new UserError(String.valueOf(e.getMessage()));
    }
    if (options.paravirtual == null) {
      return model;
    }
    return switch (options.paravirtual) {
      case "on" -> model.withParavirtualization(true);
      case "off" -> model.withParavirtualization(false);
      default -> throw new UserError("--pv is on or off, not '" + options.paravirtual + "'.");
    };
  }

  private Tunables tunables() {
    Tunables tunables = switch (options.unit) {
      case "region" -> Tunables.standard();
      case "block12" -> Tunables.standard().with(Tunable.REGION_BLOCKS, 1).with(Tunable.REGION_INSTRUCTIONS, 12);
      default -> throw new UserError("--unit is region or block12, not '" + options.unit + "'.");
    };
    if (options.notAdaptive) {
      tunables = tunables.with(Tunable.ADAPTIVE, 0);
    }
    tunables = MmuOption.apply(tunables, options.mmu, options.trace);
    for (String setting : options.tunables) {
      try {
        tunables = tunables.with(setting);
      } catch (IllegalArgumentException e) {
        throw new UserError("--tunable: " + e.getMessage() + ".");
      }
    }
    MmuOption.check(tunables, options.trace);
    return tunables;
  }

  private Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new UserError("--exit-on-serial: '" + text + "' is no regular expression: " + e.getDescription() + ".");
    }
  }

  private int run(GuestImage image, List<GuestImage.Module> modules, SerialLines lines) throws IOException {
    EndOfRun end = new EndOfRun();
    List<SerialOutput> outputs = new ArrayList<>(lines.outputs());
    MachineControl[] running = new MachineControl[1];
    if (options.exitOnSerial != null) {
      SerialMatcher matcher = new SerialMatcher(pattern(options.exitOnSerial), () -> {
        end.decide(ExitCode.OK);
        running[0].stop(StopReason.REQUEST);
      });
      SerialOutput first = outputs.getFirst();
      outputs.set(0, value -> {
        first.transmit(value);
        matcher.accept(value);
      });
    }
    CacheLimits limits = CacheOption.parse(options.cache);
    MachineConfig config = new MachineConfig(options.memory, model(), options.icount != null, outputs,
        SerialOutput.NOWHERE, debugExitPort(), tunables(), limits);
    // Lockstep runs two machines.
    HostMemory.expect((options.lockstep == null ? 1 : 2) * (options.memory + ALLOCATION_SLACK));
    try (LogFile log = LogFile.open(options.log, options.logFile); TraceOutput trace = TraceOutput.open(options.traceUnits, limits,
            config.tunables().get(Tunable.THRESHOLD))) {
      if (options.lockstep != null) {
        try (Lockstep lockstep = new Lockstep(config, options.lockstep, image, options.append, modules)) {
          running[0] = lockstep;
          return run(lockstep, lockstep.translated(), log, trace, lines, end);
        }
      }
      try (Machine machine = new Machine(config)) {
        machine.boot(image, options.append, modules);
        running[0] = machine;
        return run(machine, machine, log, trace, lines, end);
      }
    } catch (BootException e) {
      throw new UserError(String.valueOf(e.getMessage()));
    } catch (OutOfMemoryError e) {
      throw new UserError("-m: the host has " + e.getMessage() + ".");
    }
  }

  private int run(MachineControl control, Machine machine, LogFile log, TraceOutput trace, SerialLines lines, EndOfRun end)
      throws BootException {
    int code;
    long nanos;
    try (Observation _ = Observation.start(options, machine.counters(), System.err)) {
      log.attach(machine);
      trace.attach(machine);
      machine.setSymbols(files.symbols());
      control.setPaused(options.startPaused);
      lines.connect(control, end);
      if (options.timeout != null) {
        endAfter(control, end, options.timeout, ExitCode.TIMEOUT);
      }
      watcher.start(machine, end);
      sayIfSlow(System.err);
      long start = System.nanoTime();
      code = runToEnd(control, machine, end);
      nanos = System.nanoTime() - start;
      lines.close();
      trace.finish(machine);
    }
    Statistics statistics = Statistics.parse(options.stats);
    if (statistics != null) {
      System.err.print(statistics.of(machine, nanos));
    }
    watcher.end(machine, files);
    return code;
  }

  /** Ends a run with an exit code after some time. */
  static void endAfter(MachineControl machine, EndOfRun end, double seconds, int code) {
    Thread.ofPlatform().daemon().name("hagen-timeout").start(() -> {
      try {
        Thread.sleep((long) (seconds * 1000));
      } catch (InterruptedException e) {
        return;
      }
      end.decide(code);
      machine.stop(StopReason.REQUEST);
    });
  }

  private int runToEnd(MachineControl control, Machine machine, EndOfRun end) throws BootException {
    while (true) {
      StopReason reason;
      try {
        reason = control.run();
      } catch (TiersDiffer e) {
        System.err.println("hagen: " + e.getMessage());
        return ExitCode.INTERNAL_ERROR;
      }
      switch (reason) {
        case RESET -> {
          if (options.noReboot) {
            return end.or(ExitCode.RESET);
          }
          control.reboot();
        }
        case POWER_OFF, REQUEST -> {
          return end.or(ExitCode.OK);
        }
        case TRIPLE_FAULT -> {
          return end.or(tripleFault(machine, System.err));
        }
        case GUEST_PANIC -> {
          return end.or(ExitCode.GUEST_PANIC);
        }
        case DEBUG_EXIT -> {
          return end.or(machine.debugExitCode());
        }
        default -> throw new AssertionError(reason);
      }
    }
  }

  private static int tripleFault(Machine machine, PrintStream err) {
    err.printf("hagen: triple fault at %04x:%016x.%n", machine.cpu().segment[1].selector, machine.cpu().rip);
    return ExitCode.TRIPLE_FAULT;
  }
}
