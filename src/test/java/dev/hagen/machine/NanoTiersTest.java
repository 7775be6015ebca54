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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System calls, exceptions, interrupts and returns from them, a million instructions of each, in all tiers. */
class NanoTiersTest {
  private static final long MEMORY = 128L << 20;
  private static final long MOST_INSTRUCTIONS = 200_000_000;
  private static final long INSTRUCTIONS_IN_LOCKSTEP = 4_000_000;
  private static final String COMMAND_LINE = "ms=1";

  @ParameterizedTest
  @ValueSource(ints = {32, 64})
  void nano_translatedAtOnce_endsAsInterpreted(int bits) throws Exception {
    EndOfRun interpreted = run(bits, Tunables.standard().with(Tunable.THRESHOLD, 0));
    assertThat(interpreted.output()).contains("nano: done");
    Tunables atOnce = Tunables.standard().with(Tunable.THRESHOLD, 10).with(Tunable.BACKGROUND, 0);
    assertThat(run(bits, atOnce).differences(interpreted)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64})
  void nano_inLockstep_runsAlike(int bits) throws Exception {
    MachineConfig config = MachineConfig.standard().withMemory(MEMORY);
    try (Lockstep lockstep = new Lockstep(config, Lockstep.NO_LIMIT, image(bits), COMMAND_LINE, List.of())) {
      assertThat(lockstep.runTo(INSTRUCTIONS_IN_LOCKSTEP)).isEqualTo(StopReason.REQUEST);
    }
  }

  private static EndOfRun run(int bits, Tunables tunables) throws BootException {
    MachineConfig config = MachineConfig.standard().withMemory(MEMORY).withTunables(tunables);
    return EndOfRun.of(config, image(bits), COMMAND_LINE, List.of(), "", MOST_INSTRUCTIONS);
  }

  private static GuestImage image(int bits) throws BootException {
    return GuestImage.recognise(ImageFile.read(Path.of("guest-images", "nano", "nano%d.elf".formatted(bits))));
  }
}
