package dev.hagen.profile;

import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.interpret.Interpreter;
import dev.hagen.machine.Machine;
import dev.hagen.machine.MachineConfig;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.StopReason;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts instructions by the function that they are of, without a profile: a deterministic machine that translates nothing is
 * stopped every so many instructions, exactly there, and RIP is looked at.
 */
public final class InstructionCount {
  private record Place(long rip, long page) {}

  private InstructionCount() {}

  /** Runs a Linux kernel until it switches itself off; answers how many instructions each function has, in units of {@code every}. */
  public static Map<String, Long> of(Path kernel, Path initrd, String commandLine, long memory, long every)
      throws BootException {
    GuestImage image = GuestImage.recognise(ImageFile.read(kernel));
    ImageFile disk = ImageFile.read(initrd);
    Map<Place, Long> places = new HashMap<>();
    MachineConfig config = MachineConfig.standard().withMemory(memory).withDeterminism(true)
        .withTunables(Tunables.standard().with(Tunable.THRESHOLD, 0));
    try (Machine machine = new Machine(config)) {
      machine.boot(image, commandLine, List.of(new GuestImage.Module(disk, "")));
      StopReason reason = StopReason.REQUEST;
      for (long next = every; reason == StopReason.REQUEST; next += every) {
        machine.stopAt(next);
        reason = machine.run();
        if (!machine.cpu().halted) {
          long rip = Interpreter.linearRip(machine.cpu());
          places.merge(new Place(rip, LinearView.userPage(machine.cpu(), rip)), 1L, Long::sum);
        }
      }
      if (reason != StopReason.POWER_OFF) {
        throw new IllegalStateException("the guest has not switched itself off, but " + reason);
      }
      GuestCode code = GuestCode.of(machine.cpu(), SymbolTable.EMPTY, RamDiskFiles.read(disk.bytes()).programs(), image.stages());
      Map<String, Long> counts = new HashMap<>();
      places.forEach((place, count) -> counts.merge(code.function(place.rip, place.page), count, Long::sum));
      return counts;
    }
  }
}
