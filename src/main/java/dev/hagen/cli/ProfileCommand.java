package dev.hagen.cli;

import dev.hagen.machine.Machine;
import dev.hagen.profile.Naming;
import dev.hagen.profile.ProfileReport;
import dev.hagen.profile.ProfileText;
import dev.hagen.profile.Sampler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code hagen profile}: runs a guest and shows where its time goes. */
final class ProfileCommand implements Callable<Integer>, RunWatcher {
  private static final double HIGHEST_RATE = 10_000;
  /** A part of samples without names that nobody minds. */
  private static final double FEW = 0.01;

  private final RunOptions options = new RunOptions();
  private @Nullable String until;
  private @Nullable Double duration;
  private int top;
  private double rate;
  private @Nullable Path output;
  private @Nullable CommandSpec spec;

  private @Nullable Sampler sampler;

  /** The command as picocli knows it. */
  CommandSpec command() {
    CommandSpec command = CommandSpec.wrapWithoutInspection(this).name("profile");
    command.usageMessage().sortOptions(false).width(Main.USAGE_WIDTH)
        .description("Runs a guest as 'hagen run' does, with its options, and shows at the end where the time has gone: to which"
            + " translation units and to which functions of the guest. A Linux kernel's functions are found in its memory, those"
            + " of programs in its initial RAM disk.");
    options.addTo(command);
    BoundField.addTo(command,
        BoundField.option(String.class, value -> until = value, "--until").paramLabel("REGEX")
            .description("End when a line on the first serial line matches."),
        BoundField.option(Double.class, value -> duration = value, "--duration").paramLabel("SECONDS")
            .description("End after so many seconds."),
        BoundField.option(int.class, value -> top = value, "--top").paramLabel("N").defaultValue("20")
            .description("Rows in a table (default: 20)."),
        BoundField.option(double.class, value -> rate = value, "--rate").paramLabel("N").defaultValue("200")
            .description("How many times a second to look what runs (default: 200)."),
        BoundField.option(Path.class, value -> output = value, "-o", "--output").paramLabel("DIR")
            .description("Write profile.html, profile.json and profile.folded into this directory."));
    Main.addHelpTo(command);
    spec = command;
    return command;
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  @Override
  public Integer call() throws IOException {
    if (options.config != null) {
      ProfileCommand again = new ProfileCommand();
      RunCommand.readConfig(options.config, spec(), again.command());
      again.spec = spec;
      again.options.config = null;
      return again.call();
    }
    check();
    if (until != null) {
      options.exitOnSerial = until;
    }
    return new RunCommand(options, this).call();
  }

  private void check() {
    if (options.lockstep != null) {
      throw new UserError("--lockstep runs two machines, of which there is no profile; leave it out.");
    }
    if (until != null && options.exitOnSerial != null) {
      throw new UserError("--until and --exit-on-serial are the same; give one of them.");
    }
    if (top < 1) {
      throw new UserError("--top takes a number from 1 on, not " + top + ".");
    }
    if (!(rate >= 1 && rate <= HIGHEST_RATE)) {
      throw new UserError("--rate takes a number from 1 to 10000, not " + rate + ".");
    }
    if (duration != null && !(duration > 0)) {
      throw new UserError("--duration takes a number of seconds above 0, not " + duration + ".");
    }
    try {
      Pattern.compile(until == null ? "" : until);
    } catch (PatternSyntaxException e) {
      throw new UserError("--until: '" + until + "' is no regular expression: " + e.getDescription() + ".");
    }
    if (output != null) {
      ProfileFiles.createDirectory(output);
    }
  }

  @Override
  public void start(Machine machine, EndOfRun end) {
    if (duration != null) {
      RunCommand.endAfter(machine, end, duration, ExitCode.OK);
    }
    sampler = machine.sample(rate);
  }

  @Override
  public void end(Machine machine, GuestFiles files) {
    Sampler sampling = sampler;
    if (sampling == null) {
      throw new IllegalStateException("not started");
    }
    sampling.close();
    machine.takeStock();
    ProfileReport report = new ProfileReport(sampling.profile(), files.name(machine));
    if (files.isIncomplete() && report.named(Naming.NOTHING) > FEW) {
      spec().commandLine().getErr().println("hagen: the initial RAM disk is compressed in another way than by gzip, so its programs"
          + " are not known; give the important ones with --symbols.");
    }
    PrintWriter out = spec().commandLine().getOut();
    out.print(ProfileText.of(report, top));
    out.flush();
    if (output != null) {
      ProfileFiles.write(report, output);
    }
  }
}
