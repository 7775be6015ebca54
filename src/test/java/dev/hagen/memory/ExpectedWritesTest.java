package dev.hagen.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of coming writes changes no memory, whatever an image says. */
class ExpectedWritesTest {
  private static final int SIZE = 8 << 20;

  private final PhysicalMemory memory = new PhysicalMemory(SIZE);

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void expectWrites_memoryHasContents_theyStay() throws InterruptedException {
    for (long at = 0; at < SIZE; at += 4096) {
      memory.write(at, at + 1, 8);
    }
    memory.expectWrites(1, SIZE);
    for (int round = 0; round < 20; round++) {
      for (long at = 0; at < SIZE; at += 4096) {
        assertEquals(at + 1, memory.read(at, 8));
      }
      Thread.sleep(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"-4096,8192", "8388608,4096", "4294967296,4096", "4096,-1", "4096,0", "9223372036854775807,9223372036854775807",
      "4096,9223372036854775807", "8384512,4294967295"})
  void expectWrites_rangeNotInRam_isCutOrLeftAlone(long address, long length) {
    memory.write(SIZE - 8, 5, 8);
    memory.expectWrites(address, length);
    assertEquals(5, memory.read(SIZE - 8, 8));
  }
}
