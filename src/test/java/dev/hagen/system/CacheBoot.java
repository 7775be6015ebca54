package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cache.CacheLimits;
import dev.hagen.cpu.Counters;
import dev.hagen.machine.Machine;
import dev.hagen.machine.MachineConfig;
import dev.hagen.testing.Requirements;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.StopReason;
import java.time.Duration;
import java.util.List;

/** The boot of one of Debian's kernels with limits for its translation cache. */
final class CacheBoot {
  /** Translates much. */
  static final Tunables EAGER = Tunables.standard().with(Tunable.THRESHOLD, 50);
  static final Tunables WARY = Tunables.standard().with(Tunable.THRESHOLD, 1000);

  private static final long MEMORY = 512L << 20;
  private static final String READY = "HAGEN-READY";
  /** How often a machine is stopped to look at its caches. */
  private static final Duration LOOK = Duration.ofSeconds(4);

  private final StringBuilder output = new StringBuilder();

  /** As {@link #run(String, MachineConfig)}, with the host's clock. */
  Counters run(String architecture, CacheLimits limits, Tunables tunables)
      throws BootException, InterruptedException {
    return run(architecture, MachineConfig.standard().withTunables(tunables).withCache(limits));
  }

  /** Runs up to the shell, and looks at the caches on the way. */
  Counters run(String architecture, MachineConfig base) throws BootException, InterruptedException {
    GuestImage image = GuestImage.recognise(ImageFile.read(Requirements.debianImage("vmlinuz-" + architecture)));
    ImageFile initrd = ImageFile.read(Requirements.debianImage("initrd-" + architecture));
    MachineConfig config = base.withMemory(MEMORY).withSerial(List.of(value -> output.append((char) value)));
    try (Machine machine = new Machine(config)) {
      machine.boot(image, "console=ttyS0", List.of(new GuestImage.Module(initrd, "")));
      while (output.indexOf(READY) < 0) {
        Thread stopper = Thread.ofPlatform().daemon().start(() -> stopLater(machine));
        assertThat(machine.run()).as("%s", output).isEqualTo(StopReason.REQUEST);
        machine.assertConsistent();
        stopper.join();
      }
      return machine.counters().getFirst();
    }
  }

  private static void stopLater(Machine machine) {
    try {
      Thread.sleep(LOOK);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    machine.stop(StopReason.REQUEST);
  }
}
