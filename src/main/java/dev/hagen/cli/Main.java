package dev.hagen.cli;

import dev.hagen.machine.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The command line: {@code hagen COMMAND …}. */
public final class Main implements Runnable {
  /** What is said before the stack trace of a defect of Hagen's own. */
  static final String INTERNAL_ERROR = "internal error; please report it with the lines below.";

  private static final Map<String, Supplier<Object>> COMMANDS = commands();
  private static final String RUN = "run";
  private static final String TUNE = "tune";

  /** Columns of what the commands with many options say under --help. */
  static final int USAGE_WIDTH = 100;

  private final CommandSpec model = CommandSpec.wrapWithoutInspection(this).name("hagen");

  private Main() {
    model.usageMessage().description("An x86 virtual machine monitor for the JVM.").synopsisSubcommandLabel("COMMAND");
    addHelpTo(model);
  }

  public static void main(String[] arguments) {
    if (arguments.length > 0 && arguments[0].equals(RUN)) {
      // Meanwhile the command line is read.
      Thread.ofPlatform().daemon().name("hagen-prepare").start(Machine::prepare);
    }
    System.exit(execute(arguments));
  }

  private static Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put(RUN, () -> new RunCommand().command());
    commands.put("profile", () -> new ProfileCommand().command());
    commands.put(TUNE, TuneCommand::new);
    commands.put("disasm", DisasmCommand::new);
    commands.put("compare", CompareCommand::new);
    // Not a reference to the constructor: the JVM cannot archive one of a class as old as picocli's, and fails to archive any then.
    commands.put("help", () -> new CommandLine.HelpCommand());
    return commands;
  }

  /** Runs a command; answers the exit code. */
  static int execute(String... arguments) {
    CommandLine line = new CommandLine(new Main().model);
    // To learn the options of a command takes a while, of one that has annotations as long as the JVM's own start: only of the one that is
    // named.
    String named = arguments.length > 0 && COMMANDS.containsKey(arguments[0]) ? arguments[0] : null;
    COMMANDS.forEach((name, command) -> {
      if (named == null || named.equals("help") || named.equals(name)) {
        line.addSubcommand(name, command.get());
      }
    });
    CommandLine tune = line.getSubcommands().get(TUNE);
    line.setPosixClusteredShortOptionsAllowed(false)
        .setExpandAtFiles(true)
        .setOverwrittenOptionsAllowed(true)
        .setParameterExceptionHandler(Main::reportUsage)
        .setExecutionExceptionHandler(Main::reportFailure);
    if (tune != null) {
      // What it does not know itself may be for run.
      tune.setStopAtUnmatched(true);
    }
    return line.execute(arguments);
  }

  /** Adds -h and -V to a command. */
  static void addHelpTo(CommandSpec command) {
    command.versionProvider(new Version());
    command.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this help message and exit.").build());
    command.addOption(OptionSpec.builder("-V", "--version").versionHelp(true).description("Print version information and exit.").build());
  }

  private static int reportUsage(ParameterException exception, String[] arguments) {
    PrintWriter err = exception.getCommandLine().getErr();
    err.println("hagen: " + oneSentence(String.valueOf(exception.getMessage())));
    err.println("Try '" + exception.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  private static String oneSentence(String message) {
    return message.endsWith(".") ? message : message + ".";
  }

  private static int reportFailure(Exception exception, CommandLine line, CommandLine.ParseResult result) {
    PrintWriter err = line.getErr();
    if (exception instanceof UserError) {
      err.println("hagen: " + exception.getMessage());
      return ExitCode.USAGE;
    }
    err.println("hagen: " + INTERNAL_ERROR);
    exception.printStackTrace(err);
    err.flush();
    return ExitCode.INTERNAL_ERROR;
  }

  @Override
  public void run() {
    throw new ParameterException(model.commandLine(), "A command is missing, for example 'hagen run'");
  }

  /** The bytes of a file that the user named. */
  static byte[] readFile(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UserError(path + " cannot be read: " + reason(e) + ".");
    }
  }

  /** Writes a file that the user named; it appears when it is complete. */
  static void writeFile(Path path, String text) {
    Path unfinished = path.resolveSibling(path.getFileName() + ".part");
    try {
      Files.writeString(unfinished, text);
      Files.move(unfinished, path, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UserError(path + " cannot be written: " + reason(e) + ".");
    }
  }

  /** The reason in a failed file operation, without the path that its message may begin with. */
  static String reason(IOException exception) {
    if (exception instanceof java.nio.file.NoSuchFileException) {
      return "there is no such file";
    }
    if (exception instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    String message = exception.getMessage();
    return message == null ? exception.getClass().getSimpleName() : message;
  }

  static List<String> commaSeparated(String text) {
    List<String> parts = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        parts.add(part.strip());
      }
    }
    return parts;
  }
}
