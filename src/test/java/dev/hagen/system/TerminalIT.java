package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person at a terminal, with a guest that sends back whatever arrives on its serial line. */
class TerminalIT {
  // mov dx, 3F8h; mov al, '>'; out dx, al; mov dx, 3FDh; l: in al, dx; test al, 1; jz l; mov dl, F8h; in al, dx; out dx, al; mov dl, FDh; jmp l
  private static final String ECHO = "baf803 b03e ee bafd03 ec a801 74fb b2f8 ec ee b2fd ebf3".replace(" ", "");
  private static final String CTRL_A = "\1";
  private static final String CTRL_C = "\3";

  @TempDir
  private Path directory;
  private Path guest = Path.of("");

  @BeforeEach
  void writeGuest() throws IOException {
    Requirements.program("script", "bsdutils");
    guest = Files.write(directory.resolve("echo"), HexFormat.of().parseHex(ECHO));
  }

  @Test
  void keys_inRawMode_reachTheGuestOnceAndUnchanged() {
    try (HagenProcess hagen = readyTerminal("")) {
      hagen.type("a\r\tb");
      hagen.waitFor("\\Ga\r\tb", HagenProcess.SHORT);
      hagen.type(CTRL_C + CTRL_A + CTRL_A + "c");
      hagen.waitFor("\\G\3\1c", HagenProcess.SHORT);
      hagen.type(CTRL_A + "x");
      assertThat(hagen.end().exitCode()).isZero();
    }
  }

  @Test
  void ctrlA_h_helps() {
    try (HagenProcess hagen = readyTerminal("")) {
      hagen.type(CTRL_A + "h");
      hagen.waitFor("Ctrl-a x +end Hagen\r\n", HagenProcess.SHORT);
      hagen.type(CTRL_A + "x");
      assertThat(hagen.end().exitCode()).isZero();
    }
  }

  @Test
  void ctrlA_b_sendsABreak() {
    try (HagenProcess hagen = readyTerminal("")) {
      hagen.type(CTRL_A + "b" + "z");
      // The receiver sees a break as a zero character.
      hagen.waitFor("\\G\0z", HagenProcess.SHORT);
      hagen.type(CTRL_A + "x");
      assertThat(hagen.end().exitCode()).isZero();
    }
  }

  @Test
  void ctrlA_p_pausesAndGoesOn() throws InterruptedException {
    try (HagenProcess hagen = readyTerminal("")) {
      hagen.type("a");
      hagen.waitFor("a", HagenProcess.SHORT);
      hagen.type(CTRL_A + "p" + "b");
      Thread.sleep(1000);
      assertThat(hagen.output()).isEqualTo(">a");
      hagen.type(CTRL_A + "p");
      hagen.waitFor("b", HagenProcess.SHORT);
      hagen.type(CTRL_A + "x");
      assertThat(hagen.end().exitCode()).isZero();
    }
  }

  @Test
  void startPaused_waitsForCtrlA_p() throws InterruptedException {
    try (HagenProcess hagen = terminal("-S")) {
      hagen.type(CTRL_A + "h");
      hagen.waitFor("send Ctrl-a\r\n", HagenProcess.SHORT);
      Thread.sleep(1000);
      assertThat(hagen.output()).doesNotContain(">");
      hagen.type(CTRL_A + "p");
      hagen.waitFor("\\G>", HagenProcess.SHORT);
      hagen.type(CTRL_A + "x");
      assertThat(hagen.end().exitCode()).isZero();
    }
  }

  @Test
  void serialStdio_hasNoEscapes_andCtrlCEndsHagen() {
    try (HagenProcess hagen = readyTerminal("-serial stdio")) {
      hagen.type(CTRL_A + "xy");
      hagen.waitFor("\\G\1xy", HagenProcess.SHORT);
      hagen.type(CTRL_C);
      final int interrupted = 128 + 2;
      assertThat(hagen.end().exitCode()).isEqualTo(interrupted);
    }
  }

  @Test
  void terminal_afterTheRun_isAsBefore() {
    try (HagenProcess shell = pseudoTerminal("stty -g; ./hagen run -serial mon:stdio >/dev/null; stty -g")) {
      shell.closeInput();
      String[] settings = shell.end().out().strip().split("\\R");
      assertThat(settings).hasSize(2);
      assertThat(settings[1]).isEqualTo(settings[0]);
    }
  }

  /** A terminal with the guest waiting for keys. */
  private HagenProcess readyTerminal(String options) {
    HagenProcess hagen = terminal(options);
    hagen.waitFor("\\A>", HagenProcess.SHORT);
    return hagen;
  }

  /** A terminal that does not show what is typed before Hagen takes it. */
  private HagenProcess terminal(String options) {
    return pseudoTerminal("stty -echo; ./hagen run " + guest + " --load-address 0x7c00 --timeout 300 " + options);
  }

  private static HagenProcess pseudoTerminal(String command) {
    return HagenProcess.start(new ProcessBuilder(), "script", "-qec", command, "/dev/null");
  }
}
