package dev.hagen.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.CpuState;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegionCodeTest {
  private static final int TRIAL = 4000;
  private static final int IMPROVEMENTS = 5;
  /** A change of page in fewer instructions is often. */
  private static final int OFTEN = 40;

  /** A unit whose accesses of group 2 have met another page so many times. */
  private static final class Wandering extends Unit {
    Wandering(int changes) {
      pageChanges[2] = changes;
    }

    @Override
    public int run(CpuState cpu, int entry, int depth) {
      return LEFT;
    }
  }

  private final Block head = new Block(0x1000, 0, List.of(new SystemSteps.Raise(0, 0)), 1, Block.ONE_PAGE, false, 1);
  private final RegionCode code = new RegionCode(head, 0x1000, List.of(), List.of(0L), IMPROVEMENTS);

  private void tryOut(int changes) {
    code.improve(new Wandering(changes));
    code.startTrial(1, TRIAL);
    code.enterTrial();
    code.spend(TRIAL);
  }

  @Test
  void trial_pageChangesAllTheTime_anotherUnitIsWantedOnce() {
    tryOut(TRIAL / 4);
    assertFalse(code.passesTrial(OFTEN));
    assertEquals(1 << 2, code.changingPages());
    assertTrue(code.takeAnew());
    assertFalse(code.takeAnew());
  }

  @Test
  void trial_pageChangesSeldom_unitPasses() {
    tryOut(TRIAL / 400);
    assertTrue(code.passesTrial(OFTEN));
    assertEquals(0, code.changingPages());
    assertFalse(code.takeAnew());
  }

  @Test
  void trial_secondUnitOfRegion_passesWhateverItsPagesDo() {
    tryOut(TRIAL / 4);
    code.passesTrial(OFTEN);
    code.takeAnew();
    tryOut(TRIAL / 4);
    assertTrue(code.passesTrial(OFTEN));
  }
}
