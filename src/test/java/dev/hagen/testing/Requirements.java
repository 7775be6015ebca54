package dev.hagen.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs and files that a test needs and a machine may not have. Without them a test is skipped on a user's machine
 * and fails where the environment says {@code CI=true}.
 */
public final class Requirements {
  private static final Path DEBIAN = Path.of("target", "guest-images", "debian");
  private static final Path BENCH = Path.of("target", "guest-images", "bench");

  private Requirements() {}

  /** Demands a program on the PATH; {@code debianPackage} is where it comes from. */
  public static void program(String name, String debianPackage) {
    boolean found = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    if (!found) {
      missing("needs the program '" + name + "': apt-get install " + debianPackage);
    }
  }

  /** Demands one of the files that guest-images/debian/build.sh makes, and answers its path. */
  public static Path debianImage(String name) {
    return image(DEBIAN.resolve(name), "guest-images/debian/build.sh");
  }

  /** Demands one of the files that guest-images/bench/build.sh makes, and answers its path. */
  public static Path benchImage(String name) {
    return image(BENCH.resolve(name), "guest-images/bench/build.sh");
  }

  private static Path image(Path path, String script) {
    if (!Files.isReadable(path)) {
      missing("needs " + path + ": run " + script + " first");
    }
    return path;
  }

  /** Ends the calling test because something is missing, which {@code reason} names. */
  public static void missing(String reason) {
    String sentence = "This test " + reason + ".";
    if ("true".equals(System.getenv("CI"))) {
      fail(sentence);
    }
    System.out.println("Skipped: " + sentence);
    Assumptions.abort(sentence);
  }
}
