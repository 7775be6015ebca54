package dev.hagen.cli;

import dev.hagen.machine.Machine;
import dev.hagen.profile.Naming;
import dev.hagen.profile.ProfileReport;
import dev.hagen.profile.ProfileText;
import dev.hagen.profile.Sampler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hagen profile}: runs a guest and shows where its time goes. */
@Command(name = "profile", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 100,
    description = "Runs a guest as 'hagen run' does, with its options, and shows at the end where the time has gone: to which"
        + " translation units and to which functions of the guest. A Linux kernel's functions are found in its memory, those"
        + " of programs in its initial RAM disk.")
final class ProfileCommand implements Callable<Integer>, RunWatcher {
  private static final double HIGHEST_RATE = 10_000;
  /** A part of samples without names that nobody minds. */
  private static final double FEW = 0.01;

  @Mixin
  private RunOptions options = new RunOptions();

  @Option(names = {"--until"}, paramLabel = "REGEX",
      description = "End when a line on the first serial line matches.")
  private @Nullable String until;

  @Option(names = {"--duration"}, paramLabel = "SECONDS", description = "End after so many seconds.")
  private @Nullable Double duration;

  @Option(names = {"--top"}, paramLabel = "N", defaultValue = "20", description = "Rows in a table (default: 20).")
  private int top;

  @Option(names = {"--rate"}, paramLabel = "N", defaultValue = "200",
      description = "How many times a second to look what runs (default: 200).")
  private double rate;

  @Option(names = {"-o", "--output"}, paramLabel = "DIR",
      description = "Write profile.html, profile.json and profile.folded into this directory.")
  private @Nullable Path output;

  @Spec
  private CommandSpec spec;

  private @Nullable Sampler sampler;

  @Override
  public Integer call() throws IOException {
    if (options.config != null) {
      ProfileCommand again = new ProfileCommand();
      RunCommand.readConfig(options.config, spec, again);
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
      spec.commandLine().getErr().println("hagen: the initial RAM disk is compressed in another way than by gzip, so its programs"
          + " are not known; give the important ones with --symbols.");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(ProfileText.of(report, top));
    out.flush();
    if (output != null) {
      ProfileFiles.write(report, output);
    }
  }
}
