package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cpu.CpuState;
import dev.hagen.machine.MachineConfig;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.testing.EndOfRun;
import dev.hagen.testing.Requirements;
import dev.hagen.vmm.StopReason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Deterministic machines: the same input gives the same run, bit for bit. */
class DeterminismIT {
  private static final int MEBIBYTE = 1 << 20;

  /** Nothing of it is expected to run so long. */
  private static final long MOST = 20_000_000_000L;

  @Test
  void demo_runTwice_endsWithTheSameMemoryAndRegisters() throws Exception {
    EndOfRun first = demo();
    assertThat(first.reason()).isEqualTo(StopReason.POWER_OFF);
    assertThat(demo()).isEqualTo(first);
  }

  @Test
  void linux_bootedTwice_hasTheSameMemoryAndRegistersHalfWay() throws Exception {
    EndOfRun first = linux();
    assertThat(first.reason()).isEqualTo(StopReason.REQUEST);
    assertThat(first.output()).contains("Linux version");
    assertThat(linux()).isEqualTo(first);
  }

  private static EndOfRun demo() throws BootException {
    GuestImage image = GuestImage.recognise(ImageFile.read(Path.of("guest-images", "demo", "demo.elf")));
    return run(image, 16, "", List.of(), "\0");
  }

  private static EndOfRun linux() throws BootException {
    GuestImage image = GuestImage.recognise(ImageFile.read(Requirements.debianImage("vmlinuz-amd64")));
    ImageFile initrd = ImageFile.read(Requirements.debianImage("initrd-amd64"));
    return run(image, 256, "console=ttyS0", List.of(new GuestImage.Module(initrd, "")), "Calibrating delay loop");
  }

  /** Runs until the guest has printed {@code last}, or ends by itself. */
  private static EndOfRun run(GuestImage image, int mebibytes, String commandLine, List<GuestImage.Module> modules,
      String last) throws BootException {
    MachineConfig config = MachineConfig.standard().withMemory((long) mebibytes * MEBIBYTE);
    return EndOfRun.of(config, image, commandLine, modules, last, MOST);
  }

  @Test
  void registers_ofAProcessor_includeThoseThatMatter() {
    try (PhysicalMemory memory = new PhysicalMemory(2L * MEBIBYTE)) {
      CpuState cpu = new CpuState(MachineConfig.standard().model(), memory, new dev.hagen.cpu.NoVmm());
      assertThat(EndOfRun.registers(cpu)).containsKeys("gpr", "rip", "flags", "segment1.base", "tr.limit", "cr3",
          "xmm", "stSignificand", "retired");
    }
  }
}
