package dev.hagen.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.testing.EndOfRun;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.StopReason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Deterministic runs end alike to the last bit, translated or not. */
class TiersTest {
  private static final long MOST_INSTRUCTIONS = 1_000_000_000;

  @Test
  void demo_translatedInTheBackground_endsAsInterpreted() throws Exception {
    EndOfRun interpreted = demo(Tunables.standard().with(Tunable.THRESHOLD, 0));
    assertThat(interpreted.reason()).isEqualTo(StopReason.POWER_OFF);
    assertThat(demo(Tunables.standard().with(Tunable.THRESHOLD, 10)).differences(interpreted)).isEmpty();
  }

  @Test
  void demo_translatedAtOnce_endsAsInterpreted() throws Exception {
    EndOfRun interpreted = demo(Tunables.standard().with(Tunable.THRESHOLD, 0));
    Tunables atOnce = Tunables.standard().with(Tunable.THRESHOLD, 1).with(Tunable.BACKGROUND, 0);
    assertThat(demo(atOnce).differences(interpreted)).isEmpty();
  }

  @Test
  void demo_inRegionsOfOneBlock_endsAsInterpreted() throws Exception {
    EndOfRun interpreted = demo(Tunables.standard().with(Tunable.THRESHOLD, 0));
    Tunables small = Tunables.standard().with(Tunable.THRESHOLD, 1).with(Tunable.BACKGROUND, 0)
        .with(Tunable.REGION_BLOCKS, 1).with(Tunable.REGION_INSTRUCTIONS, 3);
    assertThat(demo(small).differences(interpreted)).isEmpty();
  }

  private static EndOfRun demo(Tunables tunables) throws BootException {
    GuestImage image = GuestImage.recognise(ImageFile.read(Path.of("guest-images", "demo", "demo.elf")));
    MachineConfig config = MachineConfig.standard().withMemory(16L << 20).withTunables(tunables);
    return EndOfRun.of(config, image, "", List.of(), "", MOST_INSTRUCTIONS);
  }
}
