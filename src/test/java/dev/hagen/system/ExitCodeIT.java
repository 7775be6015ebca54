package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.system.HagenProcess.Result;
import dev.hagen.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user's mistakes, and a guest's ways to end, become on the command line. */
class ExitCodeIT {
  private static final int USAGE = 2;

  @TempDir
  private Path directory;

  @Test
  void unknownOption_isUsage() {
    assertUsage(HagenProcess.run("run", "--sausage"), "--sausage");
  }

  @Test
  void paravirtualization_neitherOnNorOff_isUsage() {
    assertUsage(HagenProcess.run("run", "--pv=perhaps"), "--pv is on or off, not 'perhaps'.");
  }

  @Test
  void missingCommand_isUsage() {
    assertUsage(HagenProcess.run(), "hagen run");
  }

  @Test
  void missingFile_isNamed() {
    assertUsage(HagenProcess.run("run", "-kernel", "no/such/file"), "no/such/file does not exist.");
  }

  @Test
  void directory_isNamed() {
    assertUsage(HagenProcess.run("run", directory.toString()), directory + " is a directory");
  }

  @Test
  void garbage_isNamed() throws IOException {
    byte[] garbage = new byte[100_000];
    new Random(1).nextBytes(garbage);
    Path file = write("garbage", garbage);
    assertUsage(HagenProcess.run("run", file.toString()), file + " is no Linux kernel, PVH or Multiboot image");
  }

  @Test
  void emptyFile_isNamed() throws IOException {
    Path file = write("empty", new byte[0]);
    assertUsage(HagenProcess.run("run", file.toString()), file.toString());
  }

  @Test
  void truncatedKernel_isNamed() throws IOException {
    byte[] kernel = Files.readAllBytes(Requirements.debianImage("vmlinuz-amd64"));
    Path file = write("half a kernel", Arrays.copyOf(kernel, kernel.length / 2));
    assertUsage(HagenProcess.run("run", "-kernel", file.toString()), file + " is truncated");
  }

  @Test
  void kernelLargerThanMemory_isNamed() {
    Path kernel = Requirements.debianImage("vmlinuz-amd64");
    assertUsage(HagenProcess.run("run", "-kernel", kernel.toString(), "-m", "16"),
        kernel + " does not fit into 16 MiB");
  }

  @Test
  void missingInitrd_isNamed() {
    Path kernel = Requirements.debianImage("vmlinuz-amd64");
    assertUsage(HagenProcess.run("run", "-kernel", kernel.toString(), "-initrd", "no/initrd"),
        "no/initrd does not exist.");
  }

  @Test
  void twoProcessors_areRefused() {
    assertUsage(HagenProcess.run("run", "-smp", "2"), "-smp 2: a machine has one processor for now.");
  }

  @Test
  void otherShiftOfIcount_isRefused() {
    assertUsage(HagenProcess.run("run", "-icount=shift=7"), "-icount shift=7: an instruction takes one nanosecond");
  }

  @Test
  void unknownProcessorModel_isNamed() {
    assertUsage(HagenProcess.run("run", "-cpu", "abacus"), "'abacus'");
  }

  @Test
  void memorySize_withoutSense_isRefused() {
    assertUsage(HagenProcess.run("run", "-m", "much"), "'much' is no memory size");
  }

  @Test
  void configFile_withUnknownEntry_isNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), "{\"sausage\": 1}");
    assertUsage(HagenProcess.run("run", "--config", file.toString()), file + " has an entry 'sausage'");
  }

  @Test
  void serialFile_thatCannotBeWritten_isNamed() {
    assertUsage(HagenProcess.run("run", "-serial", "file:no/such/directory/log"), "no/such/directory/log");
  }

  @Test
  void powerOff_isZero() throws IOException {
    // mov dx, 604h; mov ax, 2000h; out dx, ax: the guest writes SLP_EN to PM1a_CNT.
    assertThat(flat("ba 04 06 b8 00 20 ef f4").exitCode()).isZero();
  }

  @Test
  void reset_underNoReboot_is32() throws IOException {
    // mov al, FEh; out 64h, al is the keyboard controller's; here mov dx, CF9h; mov al, 6; out dx, al.
    assertThat(flat("ba f9 0c b0 06 ee f4", "-no-reboot").exitCode()).isEqualTo(32);
  }

  @Test
  void guestPanic_is34() throws IOException {
    // mov dx, 505h; mov al, 1; out dx, al: the pvpanic device.
    assertThat(flat("ba 05 05 b0 01 ee f4").exitCode()).isEqualTo(34);
  }

  @Test
  void tripleFault_is36() throws IOException {
    // lidt [zero limit]; int3: neither the interrupt nor the double fault has a gate.
    Result result = flat("0f 01 1e 06 7c cc 00 00 00 00 00 00");
    assertThat(result.exitCode()).isEqualTo(36);
    assertThat(result.err().lines()).singleElement().asString().startsWith("hagen: triple fault at 07c0:");
  }

  @Test
  void timeout_is124() throws IOException {
    // jmp $.
    assertThat(flat("eb fe", "--timeout", "1").exitCode()).isEqualTo(124);
  }

  @Test
  void timeout_ofHaltedGuest_is124() throws IOException {
    // cli; hlt.
    assertThat(flat("fa f4", "--timeout", "1").exitCode()).isEqualTo(124);
  }

  @Test
  void debugExit_passesTheGuestsCode() throws IOException {
    // mov dx, 501h; mov al, 21; out dx, al: 2 * 21 + 1.
    assertThat(flat("ba 01 05 b0 15 ee f4", "-device", "isa-debug-exit").exitCode()).isEqualTo(43);
  }

  @Test
  void debugExit_atAnotherPort_passesTheGuestsCode() throws IOException {
    // mov al, 0; out F4h, al.
    assertThat(flat("b0 00 e6 f4 f4", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04").exitCode()).isEqualTo(1);
  }

  private Result flat(String code, String... options) throws IOException {
    Path file = write("flat", HexFormat.ofDelimiter(" ").parseHex(code));
    String[] arguments = Arrays.copyOf(new String[] {"run", file.toString(), "--load-address", "0x7c00", "-serial",
        "null"}, 6 + options.length);
    System.arraycopy(options, 0, arguments, 6, options.length);
    return HagenProcess.run(arguments);
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(directory.resolve(name), bytes);
  }

  /** One sentence that contains {@code words}, and perhaps a hint at the help. */
  private static void assertUsage(Result result, String words) {
    assertThat(result.err().lines().filter(line -> !line.startsWith("Try '"))).singleElement().asString()
        .startsWith("hagen: ").contains(words).endsWith(".");
    assertThat(result.out()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(USAGE);
  }
}
