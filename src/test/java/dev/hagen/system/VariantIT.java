package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's kernels with a translator that does not do all that it can. */
class VariantIT {
  @ParameterizedTest
  @CsvSource({"amd64, --unit=block12", "i386, --unit=block12", "amd64, --no-adaptive", "i386, --no-adaptive",
      "amd64, --tunable=tiers=0", "i386, --tunable=intrinsics=0"})
  void kernel_boots(String architecture, String option) {
    List<String> arguments = new ArrayList<>(List.of(new DebianBoot(architecture).arguments()));
    arguments.addAll(List.of(option, "--exit-on-serial", "HAGEN-READY"));
    assertThat(HagenProcess.run(arguments.toArray(String[]::new)).exitCode()).isZero();
  }
}
