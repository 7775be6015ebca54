package dev.hagen.util;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The operating system's threads of this process, those that Java does not know among them. */
public final class NativeThreads {
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final int PRIO_PROCESS = 0;

  private NativeThreads() {}

  /**
   * Lets threads stand back behind others by their niceness (setpriority(2)); where that cannot be done, nothing happens.
   *
   * @param prefix what the threads' names begin with, of which Linux keeps 15 characters
   * @param more what is added to the process's niceness, 0 to 19
   */
  public static void standBack(String prefix, int more) {
    if (!Files.isDirectory(TASKS)) {
      return;
    }
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      HostFunction set = HostFunction.of("setpriority");
      int nice = (int) HostFunction.of("getpriority").call(PRIO_PROCESS, 0) + more;
      for (Path task : tasks) {
        if (name(task).startsWith(prefix)) {
          set.call(PRIO_PROCESS, Integer.parseInt(task.getFileName().toString()), nice);
        }
      }
    } catch (IOException e) {
      // Without /proc nobody stands back.
    }
  }

  /** The name of a thread; empty if it has ended. */
  private static String name(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
