package dev.hagen.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hagen.boot.BootException;
import dev.hagen.boot.FlatImage;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cpu.CpuState;
import dev.hagen.interpret.Unit;
import dev.hagen.testing.EndOfRun;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.StopReason;
import dev.hagen.x86.Reg;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Lockstep: silent where both tiers agree, and exact where they do not. */
class LockstepTest {
  private static final Tunables SOON = Tunables.standard().with(Tunable.THRESHOLD, 5);
  /** In the demo guest's loop over primes. */
  private static final long PLANTED = 2_000_000;
  /** EFLAGS.ID, which the guest leaves alone. */
  private static final int IDENTIFICATION = 1 << 21;
  /** RAM that the demo guest does not use. */
  private static final long UNUSED = 0xC0_0000;

  /** Echoes what the serial line receives, and switches off after an x. */
  private static final String ECHO = "ba fd 03 ec a8 01 74 f8 ba f8 03 ec ee 3c 78 75 ef ba 04 06 b8 00 20 ef f4";

  private final StringBuilder output = new StringBuilder();

  @Test
  void demo_withSoundUnits_runsToItsEnd() throws Exception {
    try (Lockstep lockstep = demo(Lockstep.NO_LIMIT, UnaryOperator.identity())) {
      assertThat(lockstep.run()).isEqualTo(StopReason.POWER_OFF);
      assertThat(output.toString()).contains("primes below 100: 2 3 5 7 11");
    }
  }

  @Test
  void demo_comparedOften_runsToItsEnd() throws Exception {
    try (Lockstep lockstep = demo(1, UnaryOperator.identity())) {
      assertThat(lockstep.run()).isEqualTo(StopReason.POWER_OFF);
    }
  }

  @Test
  void demo_hasTheSameEndAsWithoutLockstep() throws Exception {
    EndOfRun alone = EndOfRun.of(config(), image(), "", List.of(), "", Long.MAX_VALUE);
    try (Lockstep lockstep = demo(Lockstep.NO_LIMIT, UnaryOperator.identity())) {
      lockstep.run();
      assertThat(EndOfRun.registers(lockstep.translated().cpu())).isEqualTo(alone.registers());
    }
  }

  @Test
  void runTo_endsAtTheCountOfInstructions() throws Exception {
    try (Lockstep lockstep = demo(Lockstep.NO_LIMIT, UnaryOperator.identity())) {
      assertThat(lockstep.runTo(100_000)).isEqualTo(StopReason.REQUEST);
      assertThat(lockstep.translated().cpu().retired).isEqualTo(100_000);
    }
  }

  @Test
  void wrongRegister_isFoundWithinTheUnit() throws Exception {
    try (Lockstep lockstep = demo(1, unit -> new Wrong(unit, cpu -> cpu.gpr[Reg.R15] |= 4))) {
      TiersDiffer report = catchThrowableOfType(TiersDiffer.class, lockstep::run);
      assertThat(report.from()).isLessThan(PLANTED);
      assertThat(report.to()).isBetween(PLANTED, report.from() + 1000);
      assertThat(report.getMessage()).startsWith("Registers differ").containsPattern("\\n\\* R15 ")
          .doesNotContainPattern("\\n\\* RIP ").containsPattern("\\n  [0-9a-f]{4}:[0-9a-f]{16}  \\w+ ");
    }
  }

  @Test
  void wrongFlag_isFound() throws Exception {
    try (Lockstep lockstep = demo(1, unit -> new Wrong(unit, cpu -> cpu.systemFlags |= IDENTIFICATION))) {
      assertThat(catchThrowableOfType(TiersDiffer.class, lockstep::run)).hasMessageContaining("\n* RFLAGS ");
    }
  }

  @Test
  void wrongMemory_isTracedBackToTheUnit() throws Exception {
    try (Lockstep lockstep = demo(1, unit -> new Wrong(unit, cpu -> cpu.memory.write(UNUSED + 1, 0x77, 1)))) {
      TiersDiffer report = catchThrowableOfType(TiersDiffer.class, lockstep::run);
      assertThat(report.from()).isLessThan(PLANTED);
      assertThat(report.to()).isBetween(PLANTED, report.from() + 1000);
      assertThat(report.getMessage()).startsWith("Memory differs").containsPattern("\\n\\* c00000 +0{12}7700  0{16}");
    }
  }

  @Test
  void keysTyped_reachBothMachines() throws Exception {
    GuestImage image = new FlatImage(new ImageFile("echo", HexFormat.ofDelimiter(" ").parseHex(ECHO)), 0x7C00);
    try (Lockstep lockstep = new Lockstep(config().withSerial(List.of(value -> output.append((char) value))), 1, image, "",
        List.of())) {
      lockstep.type(0, 'a');
      assertThat(lockstep.runTo(100_000)).isEqualTo(StopReason.REQUEST);
      lockstep.type(0, 'x');
      assertThat(lockstep.run()).isEqualTo(StopReason.POWER_OFF);
      assertThat(output.toString()).isEqualTo("ax");
    }
  }

  private Lockstep demo(int room, UnaryOperator<Unit> finish) throws BootException {
    return new Lockstep(config().withSerial(List.of(value -> output.append((char) value))), room, image(), "", List.of(),
        finish);
  }

  private static GuestImage image() throws BootException {
    return GuestImage.recognise(ImageFile.read(Path.of("guest-images", "demo", "demo.elf")));
  }

  private static MachineConfig config() {
    return MachineConfig.standard().withMemory(16L << 20).withTunables(SOON).withDeterminism(true);
  }

  /** A unit that does something wrong at the end of the run in which the planted instruction retires. */
  private static final class Wrong extends Unit {
    private final Unit right;
    private final Consumer<CpuState> mistake;

    Wrong(Unit right, Consumer<CpuState> mistake) {
      this.right = right;
      this.mistake = mistake;
    }

    @Override
    public int run(CpuState cpu, int entry, int depth) {
      long before = cpu.retired + cpu.countdown;
      int result = right.run(cpu, entry, depth);
      if (before < PLANTED && cpu.retired + cpu.countdown >= PLANTED) {
        mistake.accept(cpu);
      }
      return result;
    }
  }
}
