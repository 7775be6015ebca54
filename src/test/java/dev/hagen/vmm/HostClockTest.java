package dev.hagen.vmm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.GuestClock.Timer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostClockTest {
  private static final long SECOND = 1_000_000_000;
  /** So long nothing that is due takes. */
  private static final int PATIENCE_SECONDS = 60;

  private final Semaphore woken = new Semaphore(0);
  private final HostClock clock = new HostClock(woken::release);
  private final Timer timer = clock.timer(() -> { });

  @AfterEach
  void close() {
    clock.close();
  }

  private void assertWakes() throws InterruptedException {
    assertTrue(woken.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
    clock.runDue();
  }

  @Test
  void earlierDeadline_threadSleepsForALaterOne_wakesForIt() throws InterruptedException {
    timer.at(clock.now() + 3600 * SECOND);
    Thread.sleep(20);
    timer.at(clock.now() + SECOND / 100);
    assertWakes();
  }

  @Test
  void laterDeadline_threadSleepsForAnEarlierOne_wakesForIt() throws InterruptedException {
    timer.at(clock.now() + SECOND / 50);
    Thread.sleep(5);
    timer.at(clock.now() + SECOND / 10);
    assertWakes();
  }

  @Test
  void deadlinesWithoutEnd_oneAfterTheOther_noneIsLost() throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      timer.at(clock.now() + 3600 * SECOND);
      timer.at(clock.now() + i % 3 * SECOND / 1000);
      assertWakes();
    }
  }

  @Test
  void runDue_nextTimerIsLater_wakesForIt() throws InterruptedException {
    Timer next = clock.timer(() -> { });
    timer.at(clock.now() + SECOND / 100);
    next.at(clock.now() + SECOND / 20);
    assertWakes();
    while (clock.nextDeadline() != MachineClock.NEVER) {
      assertWakes();
    }
  }
}
