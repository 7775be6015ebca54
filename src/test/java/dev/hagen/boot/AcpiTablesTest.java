package dev.hagen.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.memory.PhysicalMemory;
import dev.hagen.testing.Requirements;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcpiTablesTest {
  private static final int HEADER = 36;

  private final PhysicalMemory memory = new PhysicalMemory(16 << 20);
  private final Map<String, Long> tables = new TreeMap<>();
  private long root;

  @BeforeEach
  void write() {
    root = AcpiTables.write(memory, 1);
    long xsdt = memory.read(root + 24, 8);
    tables.put("XSDT", xsdt);
    for (long at = xsdt + HEADER; at < xsdt + length(xsdt); at += 8) {
      long table = memory.read(at, 8);
      tables.put(text(table, 4), table);
    }
    long fadt = tables.getOrDefault("FACP", 0L);
    tables.put("DSDT", memory.read(fadt + 140, 8));
    tables.put("RSDT", memory.read(root + 16, 4));
  }

  @AfterEach
  void release() {
    memory.close();
  }

  @Test
  void rootPointer_isWhereGuestsLookForIt_withBothChecksums() {
    assertThat(text(root, 8)).isEqualTo("RSD PTR ");
    assertThat(root).isBetween(0xE_0000L, 0xF_FFF0L);
    assertThat(root % 16).isZero();
    assertThat(sum(root, 20)).isZero();
    assertThat(sum(root, 36)).isZero();
  }

  @Test
  void tables_areAllThere_withTheirChecksums() {
    assertThat(tables).containsOnlyKeys("XSDT", "RSDT", "FACP", "APIC", "HPET", "DSDT");
    assertThat(tables).allSatisfy((name, at) -> {
      assertThat(text(at, 4)).isEqualTo(name);
      assertThat(sum(at, length(at))).as(name).isZero();
    });
  }

  @Test
  void tables_lieInTheFirmwareArea() {
    assertThat(tables.values()).allSatisfy(at -> {
      assertThat(at).isGreaterThan(root);
      assertThat(at + length(at)).isLessThan(0x10_0000);
    });
  }

  @Test
  void rsdt_namesTheTablesOfTheXsdt() {
    long rsdt = tables.get("RSDT");
    long xsdt = tables.get("XSDT");
    List<Long> narrow = new ArrayList<>();
    List<Long> wide = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      narrow.add(memory.read(rsdt + HEADER + 4L * i, 4));
      wide.add(memory.read(xsdt + HEADER + 8L * i, 8));
    }
    assertThat(narrow).isEqualTo(wide);
  }

  @Test
  void fadt_saysAcpiIsOnAlready() {
    long fadt = tables.get("FACP");
    assertThat(memory.read(fadt + 48, 4)).as("SMI command port").isZero();
    assertThat(memory.read(fadt + 46, 2)).as("SCI").isEqualTo(9);
    assertThat(text(memory.read(fadt + 36, 4), 4)).isEqualTo("FACS");
  }

  @Test
  void fadt_saysNoVgaAndAKeyboardController() {
    final int keyboard = 1 << 1;
    final int noVga = 1 << 2;
    assertThat(memory.read(tables.get("FACP") + 109, 2) & (keyboard | noVga)).isEqualTo(keyboard | noVga);
  }

  @Test
  void madt_sendsTheTimerToPin2AndTheSciByLevel() {
    List<String> entries = new ArrayList<>();
    long madt = tables.get("APIC");
    for (long at = madt + HEADER + 8; at < madt + length(madt); at += memory.read(at + 1, 1)) {
      StringBuilder entry = new StringBuilder();
      for (int i = 0; i < memory.read(at + 1, 1); i++) {
        entry.append(String.format("%02x", memory.read(at + i, 1)));
      }
      entries.add(entry.toString());
    }
    assertThat(entries).contains("0008000001000000", "010c00000000c0fe00000000", "020a0000020000000000",
        "020a0009090000000d00", "0406ff000001");
  }

  @Test
  void dsdt_disassembledByTheReferenceCompiler_isWhatGuestsNeed(@TempDir Path directory) throws Exception {
    Requirements.program("iasl", "acpica-tools");
    Path aml = dump("DSDT", directory);
    assertThat(iasl(directory, "-d", aml.toString())).doesNotContainIgnoringCase("error", "warning");
    String source = Files.readString(directory.resolve("DSDT.dsl"));
    assertThat(source).contains("PNP0A03", "PNP0501", "_CRS", "_PRT", "_S5", "WordBusNumber");
    // What the disassembler has written must compile again.
    assertThat(iasl(directory, "-ve", directory.resolve("DSDT.dsl").toString())).contains("Compilation successful. 0 Errors");
  }

  @Test
  void otherTables_areUnderstoodByTheReferenceDisassembler(@TempDir Path directory) throws Exception {
    Requirements.program("iasl", "acpica-tools");
    for (String name : List.of("FACP", "APIC", "HPET", "XSDT", "RSDT")) {
      assertThat(iasl(directory, "-d", dump(name, directory).toString())).as(name)
          .doesNotContainIgnoringCase("error", "warning", "invalid");
    }
  }

  private Path dump(String name, Path directory) throws IOException {
    byte[] table = new byte[length(tables.get(name))];
    memory.copyOut(tables.get(name), table, 0, table.length);
    return Files.write(directory.resolve(name + ".aml"), table);
  }

  private static String iasl(Path directory, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("iasl"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  private int length(long table) {
    return (int) memory.read(table + 4, 4);
  }

  private int sum(long at, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (int) memory.read(at + i, 1);
    }
    return sum & 0xFF;
  }

  private String text(long at, int length) {
    byte[] bytes = new byte[length];
    memory.copyOut(at, bytes, 0, length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
