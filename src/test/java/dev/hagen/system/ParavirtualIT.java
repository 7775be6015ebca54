package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.testing.Requirements;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's unmodified kernels find KVM's paravirtual interface and use it, or do without. */
class ParavirtualIT {
  /** A line of the kernel behind all those that the tests look for. */
  private static final String CLOCK_CHOSEN = "clocksource: Switched to clocksource";

  private static String log(String architecture, String... options) {
    List<String> arguments = new ArrayList<>(List.of("run", "-kernel",
        Requirements.debianImage("vmlinuz-" + architecture).toString(), "-initrd",
        Requirements.debianImage("initrd-" + architecture).toString(), "-append", "console=ttyS0", "-m", "512",
        "-no-reboot", "--exit-on-serial", CLOCK_CHOSEN));
    arguments.addAll(List.of(options));
    HagenProcess.Result result = HagenProcess.run(arguments.toArray(String[]::new));
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "i386"})
  void kernel_byDefault_usesClockAndKnowsItsFrequency(String architecture) {
    assertThat(log(architecture)).contains("Hypervisor detected: KVM", "kvm-clock: Using msrs 4b564d01 and 4b564d00",
        "Booting paravirtualized kernel on KVM", "tsc: Detected 1000.000 MHz processor", CLOCK_CHOSEN + " kvm-clock");
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "i386"})
  void kernel_withoutParavirtualization_seesBareHardware(String architecture) {
    assertThat(log(architecture, "--pv=off")).contains("Booting paravirtualized kernel on bare hardware")
        .doesNotContain("Hypervisor detected", "kvm-clock", "KVM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "i386"})
  void kernel_onDeterministicMachine_usesClock(String architecture) {
    assertThat(log(architecture, "--pv=on", "-icount")).contains("kvm-clock: Using msrs 4b564d01 and 4b564d00",
        CLOCK_CHOSEN + " kvm-clock");
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "i386"})
  void kernel_onIntelsProcessor_usesClock(String architecture) {
    assertThat(log(architecture, "-cpu", "intel-v2")).contains("kvm-clock: Using msrs 4b564d01 and 4b564d00");
  }
}
