package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class RunOptionsTest {
  private static final CommandLine RUN = new CommandLine(new RunCommand().command()).setPosixClusteredShortOptionsAllowed(false);

  @ParameterizedTest
  @ValueSource(strings = {"kernel", "initrd", "append", "m", "smp", "cpu", "icount", "nographic", "serial", "no-reboot",
      "d", "D", "S", "device"})
  void qemusOption_hasOneOrTwoDashes(String name) {
    OptionSpec option = RUN.getCommandSpec().findOption("-" + name);
    assertThat(option).isNotNull().isSameAs(RUN.getCommandSpec().findOption("--" + name));
  }

  static Stream<OptionSpec> options() {
    return RUN.getCommandSpec().options().stream();
  }

  @ParameterizedTest
  @MethodSource("options")
  void option_hasADescriptionAndIsInTheReadme(OptionSpec option) throws IOException {
    assertThat(option.description()).isNotEmpty();
    assertThat(Files.readString(Path.of("README.md")).contains("`" + option.names()[0]))
        .as("README.md describes " + option.names()[0]).isTrue();
  }

  @Test
  void commandLine_inQemusWay_isUnderstood() {
    RunCommand command = new RunCommand();
    List<String> arguments = List.of("-kernel", "k", "-initrd", "i", "-append", "console=ttyS0 quiet", "-m", "512",
        "-nographic", "-no-reboot", "-smp", "1", "-serial", "mon:stdio", "-d", "in_asm,int", "-D", "log", "-S",
        "-icount", "shift=0", "-cpu", "max");
    new CommandLine(command.command()).setPosixClusteredShortOptionsAllowed(false).parseArgs(arguments.toArray(String[]::new));
    assertThat(command.options().kernel).isEqualTo(Path.of("k"));
    assertThat(command.options().append).isEqualTo("console=ttyS0 quiet");
    assertThat(command.options().memory).isEqualTo(512L << 20);
    assertThat(command.options().serial).containsExactly("mon:stdio");
    assertThat(command.options().icount).isEqualTo("shift=0");
  }

  @Test
  void option_thatIsNotGiven_hasItsDefault() {
    RunCommand command = new RunCommand();
    new CommandLine(command.command()).setPosixClusteredShortOptionsAllowed(false).parseArgs();
    assertThat(command.options().memory).isEqualTo(128L << 20);
    assertThat(command.options().unit).isEqualTo("region");
    assertThat(command.options().serial).isEmpty();
    assertThat(command.options().kernel).isNull();
    assertThat(command.options().nographic).isFalse();
  }

  @Test
  void option_givenAgain_hasAllValues() {
    RunCommand command = new RunCommand();
    new CommandLine(command.command()).setPosixClusteredShortOptionsAllowed(false)
        .parseArgs("-serial", "null", "--tunable", "a=1", "-serial", "stdio", "--tunable", "b=2");
    assertThat(command.options().serial).containsExactly("null", "stdio");
    assertThat(command.options().tunables).containsExactly("a=1", "b=2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "run", "profile", "tune", "disasm", "compare"})
  void version_ofAnyCommand_isPrinted(String command) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      int code = command.isEmpty() ? Main.execute("--version") : Main.execute(command, "--version");
      assertThat(code).isZero();
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).startsWith("hagen ").contains("Java ");
  }

  @Test
  void stats_withoutValue_leavesTheNextArgumentAlone() {
    RunCommand command = new RunCommand();
    new CommandLine(command.command()).setPosixClusteredShortOptionsAllowed(false).parseArgs("--stats", "image");
    assertThat(Statistics.parse(command.options().stats)).isEqualTo(Statistics.TEXT);
    assertThat(command.options().image).isEqualTo(Path.of("image"));
  }

  @Test
  void stats_withValue_isThatFormat() {
    RunCommand command = new RunCommand();
    new CommandLine(command.command()).setPosixClusteredShortOptionsAllowed(false).parseArgs("--stats=json", "image");
    assertThat(Statistics.parse(command.options().stats)).isEqualTo(Statistics.JSON);
  }

  @Test
  void stats_atTheEnd_isText() {
    RunCommand command = new RunCommand();
    new CommandLine(command.command()).setPosixClusteredShortOptionsAllowed(false).parseArgs("image", "--stats");
    assertThat(Statistics.parse(command.options().stats)).isEqualTo(Statistics.TEXT);
  }

  @Test
  void stats_inAFormatThatThereIsNot_isRefused() {
    assertThatThrownBy(() -> Statistics.parse("xml")).isInstanceOf(UserError.class)
        .hasMessage("--stats is text or json, not 'xml'.");
  }

  @Test
  void icount_withoutValue_isAllowed() {
    RunCommand command = new RunCommand();
    new CommandLine(command.command()).setPosixClusteredShortOptionsAllowed(false).parseArgs("-icount", "-S", "image");
    assertThat(command.options().icount).isEqualTo("shift=0");
    assertThat(command.options().image).isEqualTo(Path.of("image"));
  }
}
