package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.machine.Lockstep;
import dev.hagen.machine.MachineConfig;
import dev.hagen.system.HagenProcess.Result;
import dev.hagen.testing.Requirements;
import dev.hagen.vmm.StopReason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Translated and interpreted code side by side; {@code -Pnightly} takes a billion instructions of each kernel. */
class LockstepIT {
  private static final long INSTRUCTIONS = Long.getLong("lockstep.instructions", 30_000_000);
  private static final long MEMORY = 512L << 20;

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "i386"})
  void kernel_translatedAndInterpreted_isTheSame(String architecture) throws Exception {
    GuestImage image = GuestImage.recognise(ImageFile.read(Requirements.debianImage("vmlinuz-" + architecture)));
    ImageFile initrd = ImageFile.read(Requirements.debianImage("initrd-" + architecture));
    try (Lockstep lockstep = new Lockstep(MachineConfig.standard().withMemory(MEMORY), Lockstep.NO_LIMIT, image,
        "console=ttyS0", List.of(new GuestImage.Module(initrd, "")))) {
      assertThat(lockstep.runTo(INSTRUCTIONS)).isEqualTo(StopReason.REQUEST);
      assertThat(lockstep.translated().cpu().retired).isEqualTo(INSTRUCTIONS);
    }
  }

  @Test
  void demo_inLockstep_runsAsAlone() {
    Result result = HagenProcess.run("run", "--lockstep=100");
    assertThat(result.out()).contains("primes below 100: 2 3 5 7 11");
    assertThat(result.exitCode()).isZero();
  }
}
