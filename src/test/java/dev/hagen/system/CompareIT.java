package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.hagen.system.HagenProcess.Result;
import dev.hagen.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code hagen compare} as a user sees it; QEMU is not asked for, since it need not be there. */
class CompareIT {
  private static final int USAGE = 2;
  private static final String DEMO = "guest-images/demo/demo.elf";

  @TempDir
  private Path directory;

  @Test
  void builtInGuest_isComparedOperationByOperation() throws IOException {
    Result result = HagenProcess.run("compare", "--with=interpreter,simple,adaptive,paravirtual", "--rounds=1",
        "--against=interpreter", "-append", "ms=2", "-o", directory.resolve("new/one").toString());
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("nanobenchmarks, 64-bit\nnanoseconds\n").containsPattern("\nptemod( +[0-9.,]+){4}\n")
        .containsPattern("\nhypercall +- +- +- +[0-9.,]+\n").contains("\ntimes faster than interpreter\n");
    JsonObject json =
        new Gson().fromJson(Files.readString(directory.resolve("new/one/compare.json")), JsonObject.class);
    assertThat(json.get("guest").getAsString()).isEqualTo("nanobenchmarks, 64-bit");
    assertThat(json.getAsJsonObject("operations").getAsJsonObject("syscall").keySet())
        .containsExactly("interpreter", "simple", "adaptive", "paravirtual");
    assertThat(Files.readString(directory.resolve("new/one/compare.html"))).contains("class=\"bar\"", ">syscall</div>");
  }

  @Test
  void otherGuest_isMeasuredToItsEnd() {
    Result result = HagenProcess.run("compare", DEMO, "--with=interpreter,adaptive", "--rounds=2");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("\nseconds\n").containsPattern("\nseconds( +[0-9.]+ \\S+\\d%){2}\n");
  }

  @Test
  void otherGuest_isMeasuredUntilALine() {
    Result result = HagenProcess.run("compare", DEMO, "--with=adaptive", "--rounds=1", "--until=real mode");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).containsPattern("\nseconds +[0-9.]+\n");
  }

  @Test
  void forkwait_isMeasuredFromTheFirstProcessToTheLast() {
    Requirements.debianImage("vmlinuz-amd64");
    Requirements.benchImage("initrd-amd64");
    Result result = HagenProcess.run("compare", "--guest=forkwait", "--processes=100", "--with=adaptive,shadow",
        "--rounds=1");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("100 processes, 64-bit\nseconds\n").containsPattern("\nseconds( +[0-9.]+){2}\n");
  }

  @Test
  void system_isMeasuredProgramByProgram() {
    Requirements.debianImage("vmlinuz-i386");
    Requirements.benchImage("initrd-i386");
    Result result = HagenProcess.run("compare", "--guest=system", "--bits=32", "--with=adaptive", "--rounds=1");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("what Linux does for programs, 32-bit\nseconds\n");
    for (String program : List.of("getppid", "fork", "exec", "pipe", "map", "faults")) {
      assertThat(result.out()).containsPattern("\n" + program + " +[0-9.]+\n");
    }
  }

  @Test
  void commandLineOfABenchGuest_isItsOwn() {
    Result result = HagenProcess.run("compare", "--guest=forkwait", "-append", "quiet");
    assertThat(result.exitCode()).isEqualTo(USAGE);
    assertThat(result.err()).contains("hagen: --guest=forkwait has its own command line");
  }

  @Test
  void guestWhoseFirstLineNeverComes_isNamed() {
    Result result = HagenProcess.run("compare", DEMO, "--with=adaptive", "--rounds=1", "--from=no such line");
    assertThat(result.exitCode()).isEqualTo(USAGE);
    assertThat(result.err()).contains("hagen: adaptive ended without a result; the guest's last line was '");
  }

  @Test
  void guest_thatIsUnknown_isAMistake() {
    Result result = HagenProcess.run("compare", "--guest=spoon");
    assertThat(result.exitCode()).isEqualTo(USAGE);
    assertThat(result.err()).contains("--guest is nano, forkwait or system, not 'spoon'.");
  }

  @Test
  void guestWithoutTheLine_isNamedWithItsLastLine() {
    Result result = HagenProcess.run("compare", DEMO, "--with=adaptive", "--rounds=1", "--until=no such line");
    assertThat(result.exitCode()).isEqualTo(USAGE);
    assertThat(result.err()).contains("hagen: adaptive ended without a result; the guest's last line was '");
  }

  @Test
  void contenderThatFails_isLeftOut() {
    Result result = HagenProcess.run("compare", "guest-images/nano/nano64.elf", "-append", "ms=1", "--rounds=1",
        "--with=adaptive,paravirtual", "--until=hypervisor KVM");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("hagen: adaptive ended without a result; the guest's last line was 'nano: done'.");
    assertThat(result.out()).startsWith("nano64.elf\nseconds\n               paravirtual\n");
  }

  @Test
  void guestThatTakesTooLong_isEnded() {
    Result result = HagenProcess.run("compare", "--with=interpreter", "--timeout=1");
    assertThat(result.exitCode()).isEqualTo(USAGE);
    assertThat(result.err()).contains("hagen: interpreter ended without a result");
  }

  @Test
  void unknownContender_isNamed() {
    Result result = HagenProcess.run("compare", "--with=adaptive,sorcery");
    assertThat(result.exitCode()).isEqualTo(USAGE);
    assertThat(result.err()).contains("--with: there is no 'sorcery' here, but interpreter, simple, adaptive");
  }

  @Test
  void missingImage_isNamed() {
    Result result = HagenProcess.run("compare", "no/such/file");
    assertThat(result.exitCode()).isEqualTo(USAGE);
    assertThat(result.err()).contains("no/such/file is no file that can be read.");
  }
}
