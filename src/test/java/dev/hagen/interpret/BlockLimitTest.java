package dev.hagen.interpret;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** When a block is reported as hot that regions have. */
final class BlockLimitTest {
  private static final int THRESHOLD = 100;
  private static final int PATIENCE = 400;

  private final Block block = new Block(0x1000, 0, List.of(new SystemSteps.Raise(0, 0)), 1, Block.ONE_PAGE, false, 1);

  /** Enters the block; answers how often until it is reported, or 0 if it is not. */
  private int enter(int times) {
    for (int i = 1; i <= times; i++) {
      if (++block.heat == block.limit) {
        return i;
      }
    }
    return 0;
  }

  @Test
  void suspended_isNotReported() {
    block.limit = THRESHOLD;
    block.suspend();
    block.suspend();
    assertThat(enter(10 * PATIENCE)).isZero();
  }

  @Test
  void resumed_isReportedAfterPatience() {
    block.limit = THRESHOLD;
    enter(30);
    block.suspend();
    enter(20);
    block.resume(THRESHOLD, PATIENCE);
    assertThat(enter(10 * PATIENCE)).isEqualTo(PATIENCE);
  }

  @Test
  void resumedAgain_isNotPutOff() {
    block.limit = THRESHOLD;
    block.suspend();
    block.resume(THRESHOLD, PATIENCE);
    enter(50);
    block.suspend();
    enter(50);
    block.resume(THRESHOLD, PATIENCE);
    assertThat(enter(10 * PATIENCE)).isEqualTo(PATIENCE - 100);
  }

  @Test
  void resumedBehindWhatWasSaid_isReportedAfterThreshold() {
    block.limit = THRESHOLD;
    block.suspend();
    block.resume(THRESHOLD, PATIENCE);
    block.suspend();
    enter(2 * PATIENCE);
    block.resume(THRESHOLD, PATIENCE);
    assertThat(enter(10 * PATIENCE)).isEqualTo(THRESHOLD);
  }
}
