package dev.hagen.util;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class NativeThreadsTest {
  /** Fields of a thread's stat behind its name, which is in parentheses (proc(5)): niceness is the 17th. */
  private static final int NICENESS = 16;

  /** Threads whose names begin so, in order of their numbers. */
  private static List<Integer> niceness(String prefix) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.sorted().map(NativeThreadsTest::stat).filter(stat -> stat.contains("(" + prefix))
          .map(stat -> Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICENESS])).toList();
    }
  }

  private static String stat(Path task) {
    try {
      return Files.readString(task.resolve("stat"));
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void standBack_threadsWithPrefix_areNicerThanOthers() throws IOException, InterruptedException {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch end = new CountDownLatch(1);
    Thread modest = Thread.ofPlatform().name("modest-one").start(() -> await(begun, end));
    Thread proud = Thread.ofPlatform().name("proud-one").start(() -> await(begun, end));
    // The operating system has their names by then.
    begun.await();
    int before = niceness("proud").getFirst();

    NativeThreads.standBack("modest", 1);

    assertEquals(List.of(Math.min(19, before + 1)), niceness("modest"));
    assertEquals(List.of(before), niceness("proud"));
    end.countDown();
    modest.join();
    proud.join();
  }

  private static void await(CountDownLatch begun, CountDownLatch end) {
    begun.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
