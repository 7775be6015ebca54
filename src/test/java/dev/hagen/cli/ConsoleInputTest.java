package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleInputTest {
  private final List<String> seen = new ArrayList<>();
  private final ConsoleInput.Commands commands = new ConsoleInput.Commands() {
    @Override
    public void quit() {
      seen.add("quit");
    }

    @Override
    public void togglePause() {
      seen.add("pause");
    }

    @Override
    public void sendBreak() {
      seen.add("break");
    }

    @Override
    public void help() {
      seen.add("help");
    }
  };

  @Test
  void ordinaryKeys_reachTheGuest() {
    type(true, "ab\3");
    assertThat(seen).containsExactly("61", "62", "3");
  }

  @Test
  void keyBehindCtrlA_isACommand() {
    type(true, "\1h\1?\1p\1b\1x");
    assertThat(seen).containsExactly("help", "help", "pause", "break", "quit");
  }

  @Test
  void ctrlATwice_reachesTheGuestOnce() {
    type(true, "\1\1x");
    assertThat(seen).containsExactly("1", "78");
  }

  @Test
  void unknownCommand_isSwallowed() {
    type(true, "\1zx");
    assertThat(seen).containsExactly("78");
  }

  @Test
  void ctrlA_withoutEscapes_reachesTheGuest() {
    type(false, "\1x");
    assertThat(seen).containsExactly("1", "78");
  }

  private void type(boolean escapes, String keys) {
    ConsoleInput input = new ConsoleInput(InputStream.nullInputStream(),
        value -> seen.add(Integer.toHexString(value)), commands, escapes);
    keys.chars().forEach(input::accept);
  }
}
