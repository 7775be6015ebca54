package dev.hagen.cli;

import java.io.IOException;
import java.io.InputStream;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** The terminal that standard input may be: raw while the guest has it, and put back afterwards. */
final class HostTerminal implements AutoCloseable {
  private final @Nullable Terminal terminal;
  private final @Nullable Attributes saved;

  private HostTerminal(@Nullable Terminal terminal, @Nullable Attributes saved) {
    this.terminal = terminal;
    this.saved = saved;
  }

  /** Takes the terminal, if there is one; {@code keys}: Ctrl-c and the like go to the guest. */
  static HostTerminal open(boolean keys) {
    if (System.console() == null || !System.console().isTerminal()) {
      return new HostTerminal(null, null);
    }
    try {
      // It is not asked what it can do, since its answers would arrive at the guest, and no type but "dumb" matters.
      Terminal terminal = TerminalBuilder.builder().system(true).type("vt100").graphemeCluster(false).build();
      Attributes saved = terminal.enterRawMode();
      Attributes raw = terminal.getAttributes();
      raw.setControlChar(Attributes.ControlChar.VMIN, 1);
      raw.setControlChar(Attributes.ControlChar.VTIME, 0);
      raw.setLocalFlag(Attributes.LocalFlag.ISIG, !keys);
      terminal.setAttributes(raw);
      HostTerminal host = new HostTerminal(terminal, saved);
      Runtime.getRuntime().addShutdownHook(new Thread(host::restore, "hagen-terminal"));
      return host;
    } catch (IOException e) {
      return new HostTerminal(null, null);
    }
  }

  boolean isTerminal() {
    return terminal != null;
  }

  /**
   * What is typed. This is not the terminal library's own stream: that one holds a lock while it waits for a key, and
   * the library's end of the JVM waits for that lock.
   */
  InputStream input() {
    return System.in;
  }

  private synchronized void restore() {
    if (terminal != null && saved != null) {
      terminal.setAttributes(saved);
    }
  }

  @Override
  public void close() {
    restore();
  }
}
