package dev.hagen.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TrainingTest {
  @Test
  void run_everyLineIsRight_isNoFailure() {
    assertEquals(ExitCode.OK, Training.run("--version", "--", "--help"));
  }

  @Test
  void run_anyLineIsWrong_isAFailure() {
    assertEquals(ExitCode.USAGE, Training.run("--no-such-option", "--", "--version"));
    assertEquals(ExitCode.USAGE, Training.run("--version", "--", "--no-such-option"));
  }
}
