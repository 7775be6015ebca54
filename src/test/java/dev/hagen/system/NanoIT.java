package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.system.HagenProcess.Result;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The nanobenchmark guests as a user starts them. */
class NanoIT {
  /** What they write to isa-debug-exit, 10h, twice and one more. */
  private static final int GOOD = 33;

  private static String image(int bits) {
    return "guest-images/nano/nano" + bits + ".elf";
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64})
  void guest_withDebugExit_printsTableAndJsonAndEndsWithItsCode(int bits) {
    Result result = HagenProcess.run("run", image(bits), "-append", "ms=20", "-device", "isa-debug-exit");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(GOOD);
    assertThat(result.out()).startsWith("nano: " + bits + "-bit, ").endsWith("nano: done\n")
        .containsPattern("\nsyscall +\\d+\\.\\d\\d +\\d+\\.\\d\\d  SYS")
        .contains("\n{\"guest\":\"nano\",\"bits\":" + bits + ",\"tsc_khz\":");
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64})
  void guest_withoutDebugExit_powersOff(int bits) {
    Result result = HagenProcess.run("run", image(bits), "-append", "ms=1", "--pv=off");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("nano: done").doesNotContain("hypercall", "hypervisor KVM");
  }
}
