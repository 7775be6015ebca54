package dev.hagen.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cpu.CpuModel;
import dev.hagen.guests.RecordedOutcomes;
import dev.hagen.testing.EndOfRun;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.StopReason;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bare-metal guests on whole machines: they print what has been recorded under other emulators and decided by the
 * manuals, whether their code is interpreted or translated, and both runs end alike to the last bit.
 */
class BareGuestMachineTest {
  private static final int DEBUG_EXIT = 0xF4;
  /** Enough for every guest several times over. */
  private static final long MOST_INSTRUCTIONS = 50_000_000;
  /** The ends of the interpreted runs, which several tests look at. */
  private static final Map<String, EndOfRun> INTERPRETED_ENDS = new HashMap<>();
  private static final Tunables INTERPRETED = Tunables.standard().with(Tunable.THRESHOLD, 0);
  /** Low enough for the guests' loops, which are short. */
  private static final Tunables TRANSLATED =
      Tunables.standard().with(Tunable.THRESHOLD, 2).with(Tunable.BACKGROUND, 0);
  private static final Tunables PLAIN = TRANSLATED.with(Tunable.INTRINSICS, 0);

  /**
   * AMD's processors know no far pointers with 64-bit offsets (APM vol. 3 "JMP (Far)"); both emulators do. And they check
   * sixteen bytes for alignment too, as the vectors recorded on one show; Intel's and both emulators do not.
   */
  private static final Set<String> NOT_ON_AMD =
      Set.of("far_call_and_return_64", "far_jump_through_memory_m16_64", "ring3_movups_unaligned");

  @ParameterizedTest
  @MethodSource("dev.hagen.guests.RecordedOutcomes#guests")
  void guest_interpretedOnAmdProcessor_printsWhatIsExpected(String guest) throws Exception {
    assertThat(differences(guest, interpreted(guest, "max"))).filteredOn(BareGuestMachineTest::countsOnAmd).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.hagen.guests.RecordedOutcomes#guests")
  void guest_interpretedOnIntelProcessor_printsWhatIsExpected(String guest) throws Exception {
    assertThat(differences(guest, interpreted(guest, "max-intel"))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.hagen.guests.RecordedOutcomes#guests")
  void guest_translatedOnAmdProcessor_endsAsInterpreted(String guest) throws Exception {
    assertThat(run(guest, "max", TRANSLATED).differences(interpreted(guest, "max"))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.hagen.guests.RecordedOutcomes#guests")
  void guest_translatedOnIntelProcessor_endsAsInterpreted(String guest) throws Exception {
    assertThat(run(guest, "max-intel", TRANSLATED).differences(interpreted(guest, "max-intel"))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.hagen.guests.RecordedOutcomes#guests")
  void guest_translatedWithoutIntrinsics_endsAsInterpreted(String guest) throws Exception {
    assertThat(run(guest, "max", PLAIN).differences(interpreted(guest, "max"))).isEmpty();
  }

  private static boolean countsOnAmd(String difference) {
    return !NOT_ON_AMD.contains(RecordedOutcomes.name(difference));
  }

  private static List<String> differences(String guest, EndOfRun end) throws IOException {
    assertThat(end.reason()).isEqualTo(StopReason.POWER_OFF);
    return RecordedOutcomes.differences(guest, end.debugOutput().lines().toList());
  }

  private static EndOfRun interpreted(String guest, String model) {
    return INTERPRETED_ENDS.computeIfAbsent(guest + " " + model, missing -> {
      try {
        return run(guest, model, INTERPRETED);
      } catch (BootException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private static EndOfRun run(String guest, String model, Tunables tunables) throws BootException {
    MachineConfig config = MachineConfig.standard().withModel(CpuModel.named(model)).withDebugExit(DEBUG_EXIT)
        .withTunables(tunables).withMemory(16L << 20);
    GuestImage image = GuestImage.recognise(ImageFile.read(RecordedOutcomes.image(guest)));
    return EndOfRun.of(config, image, "", List.of(), "", MOST_INSTRUCTIONS);
  }
}
