package dev.hagen.decode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The recordings under {@code src/test/decoder}. */
final class Recording {
  private static final Path FOLDER = Path.of("src/test/decoder");

  private Recording() {}

  /** All lines of the recording of a kind and mode. */
  static List<String> lines(String kind, int mode) throws IOException {
    Path file = FOLDER.resolve(kind + "-" + mode + ".txt.gz");
    try (BufferedReader reader = new BufferedReader(
        new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
      return reader.lines().toList();
    }
  }
}
