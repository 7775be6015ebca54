package dev.hagen.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the host clears before the guest writes it. */
class ClearedAheadTest {
  private static final int PAGE = 4096;
  private static final int LARGE = 2 << 20;
  private static final int SIZE = 4 * LARGE + 3 * PAGE;

  private final PhysicalMemory memory = new PhysicalMemory(SIZE);

  @AfterEach
  void close() {
    memory.close();
  }

  @BeforeEach
  void assumeHostCan() {
    String[] version = System.getProperty("os.version").split("[^0-9]");
    assumeTrue(1000 * Integer.parseInt(version[0]) + Integer.parseInt(version[1]) >= 5014, "needs Linux 5.14 or newer");
  }

  @Test
  void willWrite_largePageNeverWritten_nextOneIsBackedAndNoOther() throws Exception {
    memory.willWrite(LARGE / PAGE + 7);
    await(() -> isBacked(2 * LARGE) && isBacked(3 * LARGE - PAGE));
    assertFalse(isBacked(0));
    // Where the range is large it need not begin with a large page, so that more is backed than was asked for.
    assertFalse(isBacked(4 * LARGE));
  }

  @Test
  void willWrite_lastLargePageIsCutOff_itsPagesAreBacked() throws Exception {
    memory.willWrite(3 * LARGE / PAGE);
    await(() -> isBacked(4 * LARGE) && isBacked(SIZE - 2 * PAGE));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, SIZE / PAGE - 1})
  void willWrite_memoryHasContents_theyStay(int page) throws InterruptedException {
    for (long at = 0; at < SIZE; at += PAGE) {
      memory.write(at, at + 1, 8);
    }
    memory.willWrite(page);
    for (int round = 0; round < 20; round++) {
      for (long at = 0; at < SIZE; at += PAGE) {
        assertEquals(at + 1, memory.read(at, 8));
      }
      Thread.sleep(1);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
    assertTrue(condition.getAsBoolean(), "not within 10 seconds");
  }

  /** Whether the host has a page for a guest-physical address: bit 63 of the page's word in Linux's /proc/self/pagemap. */
  private boolean isBacked(long address) {
    try (RandomAccessFile pages = new RandomAccessFile("/proc/self/pagemap", "r")) {
      pages.seek((HostMemory.base() + memory.ramOffset(address)) / PAGE * 8);
      return Long.reverseBytes(pages.readLong()) < 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
