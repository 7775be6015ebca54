package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ConfigFileTest {
  @TempDir
  private Path directory;

  @Test
  void entries_becomeOptions() throws IOException {
    String json = """
        {"kernel": "vmlinuz", "m": 512, "stats": true, "S": false, "timeout": 1.5, "serial": ["null", "stdio"]}
        """;
    assertThat(arguments(json)).containsExactly("--kernel", "vmlinuz", "--memory", "512", "--stats", "--timeout", "1.5",
        "--serial", "null", "--serial", "stdio");
  }

  @Test
  void entry_ofAnOptionThatNeedsNoValue_isAttachedToItsName() throws IOException {
    assertThat(arguments("{\"stats\": \"json\", \"icount\": \"shift=0\"}"))
        .containsExactly("--stats=json", "--icount=shift=0");
  }

  @Test
  void entry_thatTheCommandLineHas_isLeftOut() throws IOException {
    assertThat(arguments("{\"m\": 512, \"stats\": true}", "-m", "64")).containsExactly("--stats");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[1]", "{\"m\": }", "text", "{\"m\": null}", "{\"m\": {}}", "{\"--m\": 1}"})
  void file_thatIsNoObjectOfOptions_isRefusedByName(String json) {
    assertThatThrownBy(() -> arguments(json)).isInstanceOf(UserError.class)
        .hasMessageStartingWith(directory.resolve("config.json") + " ").hasMessageEndingWith(".");
  }

  @Test
  void missingFile_isRefusedByName() {
    assertThatThrownBy(() -> ConfigFile.read(directory.resolve("none"))).isInstanceOf(UserError.class)
        .hasMessage(directory.resolve("none") + " cannot be read: there is no such file.");
  }

  @Test
  void entry_isPutIntoANewFile() throws IOException {
    Path file = directory.resolve("new.json");
    ConfigFile.put(file, "cache", "policy=lru,max=1M");
    assertThat(arguments(Files.readString(file))).containsExactly("--cache", "policy=lru,max=1M");
  }

  @Test
  void entry_isPutIntoAFileWhoseOthersStay() throws IOException {
    Path file = Files.writeString(directory.resolve("old.json"), "{\"m\": 512, \"cache\": \"max=2M\", \"append\": \"a<b&c\"}");
    ConfigFile.put(file, "cache", "policy=lru,max=1M");
    assertThat(arguments(Files.readString(file))).containsExactly("--memory", "512", "--cache", "policy=lru,max=1M", "--append",
        "a<b&c");
    assertThat(directory.resolve("old.json.part")).doesNotExist();
  }

  @Test
  void entry_isNotPutIntoWhatIsNoConfiguration() throws IOException {
    Path file = Files.writeString(directory.resolve("letter.txt"), "Dear reader");
    assertThatThrownBy(() -> ConfigFile.put(file, "cache", "max=1M")).isInstanceOf(UserError.class);
    assertThat(file).hasContent("Dear reader");
  }

  private List<String> arguments(String json, String... given) throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), json);
    CommandLine line = new CommandLine(new RunCommand().command()).setPosixClusteredShortOptionsAllowed(false);
    return ConfigFile.read(file).arguments(line.getCommandSpec(), line.parseArgs(given));
  }
}
