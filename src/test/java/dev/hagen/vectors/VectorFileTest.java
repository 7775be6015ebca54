package dev.hagen.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reader against the recorded files: what it derives from seeds must fit what was recorded. */
final class VectorFileTest {
  private static final Path VECTORS = Path.of("src/test/vectors");

  static List<Path> files() throws IOException {
    try (Stream<Path> paths = Files.walk(VECTORS)) {
      return paths.filter(p -> p.toString().endsWith(".vec")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void file_read_holdsAsManyCasesAsItSays(Path path) throws IOException {
    VectorFile file = VectorFile.read(path);
    assertEquals(file.count(), file.cases().count());
    assertTrue(path.endsWith(file.mode().bits() + "/" + file.group() + ".vec"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void cases_changeOnlyWritableMemory(Path path) throws IOException {
    List<VectorCase> strays =
        VectorFile.read(path)
            .cases()
            .filter(c -> !c.memoryAfter().stream().allMatch(VectorFileTest::isWritable))
            .toList();
    assertEquals(List.of(), strays);
  }

  @ParameterizedTest
  @MethodSource("files")
  void cases_lieInTheCodePages(Path path) throws IOException {
    assertTrue(VectorFile.read(path).cases().allMatch(c -> MemoryLayout.REGIONS.get(1).contains(c.address())));
  }

  /** XCHG of two registers: their defaults come from the seed, their new values from the file. */
  @Test
  void exchangedRegisters_holdEachOthersSeededValues() throws IOException {
    List<VectorCase> wrong =
        VectorFile.read(VECTORS.resolve("64/exchange.vec"))
            .cases()
            .filter(c -> c.code().length == 3 && c.code()[0] == 0x48 && c.code()[1] == (byte) 0x87)
            .filter(c -> (c.code()[2] & 0xC0) == 0xC0)
            .filter(c -> c.after().gpr()[c.code()[2] & 7] != c.before().gpr()[c.code()[2] >> 3 & 7])
            .toList();
    assertEquals(List.of(), wrong);
  }

  /** MOV AL, [offset]: what it loads is the background where the case brings no bytes of its own. */
  @Test
  void loadedByte_isTheBackground() throws IOException {
    List<VectorCase> loads =
        VectorFile.read(VECTORS.resolve("32/move.vec"))
            .cases()
            .filter(c -> c.code().length == 5 && c.code()[0] == (byte) 0xA0 && c.fault().isEmpty())
            .toList();
    List<VectorCase> wrong =
        loads.stream()
            .filter(c -> (byte) c.after().gpr()[Registers.RAX] != MemoryLayout.background(offset(c)))
            .toList();
    assertTrue(loads.size() > 5);
    assertEquals(List.of(), wrong);
  }

  @Test
  void describe_namesCodeInputsAndOutputs() throws IOException {
    VectorCase first = VectorFile.read(VECTORS.resolve("64/exchange.vec")).cases().findFirst().orElseThrow();
    assertTrue(first.describe().startsWith("case 0, 64-bit: "), first.describe());
    assertTrue(first.describe().contains("  before: rax="), first.describe());
    assertTrue(first.describe().contains("  after:  "), first.describe());
  }

  @Test
  void truncatedFile_isRefusedByName(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("short.vec");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write("HAGENVEC".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
    Files.write(path, bytes.toByteArray());
    assertEquals(path + " is truncated", assertThrows(IOException.class, () -> VectorFile.read(path)).getMessage());
  }

  private static int offset(VectorCase c) {
    return c.code()[1] & 0xFF | (c.code()[2] & 0xFF) << 8 | (c.code()[3] & 0xFF) << 16 | c.code()[4] << 24;
  }

  private static boolean isWritable(MemoryBytes m) {
    return MemoryLayout.REGIONS.stream()
        .filter(r -> r.permissions() == MemoryLayout.Permissions.READ_WRITE)
        .anyMatch(r -> r.contains(m.address()) && r.contains(m.address() + m.bytes().length - 1));
  }
}
