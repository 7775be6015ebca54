package dev.hagen.machine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cpu.CpuModel;
import dev.hagen.testing.EndOfRun;
import dev.hagen.vmm.StopReason;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The nanobenchmark guests on machines whose time-stamp counter counts instructions: what they measure is known. A loop has
 * eight operations and two instructions of its own.
 */
class NanoGuestTest {
  private static final long MOST_INSTRUCTIONS = 2_000_000_000;
  private static final Offset<Double> ROUNDING = Offset.offset(0.02);
  /** Calibrated by a timer that ticks every 838 instructions, for 25 milliseconds. */
  private static final Offset<Integer> CALIBRATION = Offset.offset(500);

  /** The guest's line of JSON. */
  private record Report(int bits, int tsc_khz, String hypervisor, List<Row> results) {
    double ticks(String name) {
      return results.stream().filter(row -> row.name.equals(name)).findFirst().orElseThrow().ticks;
    }

    String names() {
      return results.stream().map(Row::name).collect(Collectors.joining(" "));
    }
  }

  private record Row(String name, double ticks, double ns, long operations, int rounds) {}

  private static EndOfRun run(int bits, CpuModel model) throws BootException {
    GuestImage image =
        GuestImage.recognise(ImageFile.read(Path.of("guest-images", "nano", "nano" + bits + ".elf")));
    MachineConfig config = MachineConfig.standard().withMemory(16L << 20).withModel(model).withDebugExit(0x501);
    return EndOfRun.of(config, image, "ms=1", List.of(), "", MOST_INSTRUCTIONS);
  }

  private static Report report(EndOfRun end) {
    assertThat(end.reason()).as(end.output()).isEqualTo(StopReason.DEBUG_EXIT);
    String line = end.output().lines().filter(text -> text.startsWith("{")).findFirst().orElseThrow();
    return new Gson().fromJson(line, Report.class);
  }

  @ParameterizedTest
  @CsvSource({"32, 4.25, 4.25", "64, 2.25, 7.25"})
  void guest_onMachineThatCountsInstructions_measuresThem(int bits, double syscall, double iret) throws Exception {
    Report report = report(run(bits, CpuModel.standard()));

    assertThat(report.bits).isEqualTo(bits);
    assertThat(report.tsc_khz).isCloseTo(1_000_000, CALIBRATION);
    assertThat(report.hypervisor).isEqualTo("KVMKVMKVM");
    assertThat(report.ticks("callret")).isCloseTo(2.25, ROUNDING);
    assertThat(report.ticks("in")).isCloseTo(1.25, ROUNDING);
    assertThat(report.ticks("cr3wr64")).isCloseTo(65.25, ROUNDING);
    assertThat(report.ticks("ptemod")).isCloseTo(2.25, ROUNDING);
    assertThat(report.ticks("divzero")).isCloseTo(2.25, ROUNDING);
    assertThat(report.ticks("pgfault")).isCloseTo(8.25, ROUNDING);
    assertThat(report.ticks("syscall")).isCloseTo(syscall, ROUNDING);
    assertThat(report.ticks("iret")).isCloseTo(iret, ROUNDING);
    assertThat(report.ticks("int")).isCloseTo(2.25, ROUNDING);
    assertThat(report.ticks("irq")).isCloseTo(10.25, ROUNDING);
    assertThat(report.ticks("hypercall")).isCloseTo(2.25, ROUNDING);
    assertThat(report.results).allSatisfy(row -> assertThat(row.rounds).isGreaterThanOrEqualTo(3));
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64})
  void guest_onIntelsProcessorWithoutHypervisor_measuresAllButHypercalls(int bits) throws Exception {
    Report report = report(run(bits, CpuModel.named("intel-v2").withParavirtualization(false)));

    assertThat(report.hypervisor).isEmpty();
    assertThat(report.names()).isEqualTo("callret rdtsc cpuid sti/cli in mmio cr3wr cr3wr64 invlpg ptestore ptemod pteuse"
        + " divzero pgfault iret syscall int irq");
  }

  @Test
  void guest_onIntelsProcessor_makesHypercallsByVmcall() throws Exception {
    assertThat(report(run(64, CpuModel.named("intel-v2"))).ticks("hypercall")).isCloseTo(2.25, ROUNDING);
  }
}
