package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.memory.PhysicalMemory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HarvestTimerTest {
  private static final int RAM = 0x1000;

  private static CpuState processor(boolean halted) {
    CpuState cpu = new CpuState(CpuModel.standard(), new PhysicalMemory(RAM), new NoVmm());
    cpu.halted = halted;
    return cpu;
  }

  @Test
  void processor_isAskedAgainAndAgain() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(3);
    try (HarvestTimer timer = new HarvestTimer(processor(false), asked::countDown)) {
      timer.note();
      assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void processor_isLeftAlone_whileItIsHalted() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    try (HarvestTimer timer = new HarvestTimer(processor(true), asked::countDown)) {
      timer.note();
      assertThat(asked.await(100, TimeUnit.MILLISECONDS)).isFalse();
    }
  }
}
