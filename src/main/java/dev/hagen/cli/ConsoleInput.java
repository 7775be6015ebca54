package dev.hagen.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntConsumer;

/** Reads what a person types and takes out the commands that begin with Ctrl-a. */
final class ConsoleInput {
  static final String HELP = """

      Ctrl-a h   this help
      Ctrl-a x   end Hagen
      Ctrl-a p   pause or go on
      Ctrl-a b   send a break
      Ctrl-a Ctrl-a   send Ctrl-a
      """;
  private static final int ESCAPE = 1;

  /** What the commands do. */
  interface Commands {
    void quit();

    void togglePause();

    void sendBreak();

    void help();
  }

  private final InputStream input;
  private final IntConsumer guest;
  private final Commands commands;
  private final boolean escapes;
  private boolean escaped;

  ConsoleInput(InputStream input, IntConsumer guest, Commands commands, boolean escapes) {
    this.input = input;
    this.guest = guest;
    this.commands = commands;
    this.escapes = escapes;
  }

  /** Reads until the input ends, on a thread of its own. */
  void start() {
    Thread.ofPlatform().daemon().name("hagen-input").start(this::readAll);
  }

  private void readAll() {
    try {
      for (int value = input.read(); value >= 0; value = input.read()) {
        accept(value);
      }
    } catch (IOException e) {
      // The terminal is gone: there is nothing more to read.
    }
  }

  void accept(int value) {
    if (escaped) {
      escaped = false;
      command(value);
    } else if (escapes && value == ESCAPE) {
      escaped = true;
    } else {
      guest.accept(value);
    }
  }

  private void command(int value) {
    switch (value) {
      case 'x' -> commands.quit();
      case 'p' -> commands.togglePause();
      case 'b' -> commands.sendBreak();
      case 'h', '?' -> commands.help();
      case ESCAPE -> guest.accept(ESCAPE);
      default -> {
      }
    }
  }
}
