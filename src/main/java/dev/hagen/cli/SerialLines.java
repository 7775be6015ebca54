package dev.hagen.cli;

import dev.hagen.device.serial.SerialOutput;
import dev.hagen.machine.MachineControl;
import dev.hagen.vmm.StopReason;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** The host's ends of a machine's serial lines. */
final class SerialLines implements AutoCloseable {
  private static final int NO_LINE = -1;

  private final List<SerialOutput> outputs = new ArrayList<>();
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private int consoleLine = NO_LINE;
  private boolean escapes;

  SerialLines(List<SerialTarget> targets) {
    for (int i = 0; i < targets.size(); i++) {
      outputs.add(open(targets.get(i), i));
    }
  }

  private SerialOutput open(SerialTarget target, int line) {
    if (target instanceof SerialTarget.ToFile file) {
      return toFile(file);
    } else if (target instanceof SerialTarget.Stdio stdio) {
      if (consoleLine != NO_LINE) {
        throw new UserError("Only one serial line can go to stdio.");
      }
      consoleLine = line;
      escapes = stdio.escapes();
      return console(new ConsoleOutput(new FileOutputStream(FileDescriptor.out)));
    }
    return SerialOutput.NOWHERE;
  }

  private SerialOutput toFile(SerialTarget.ToFile file) {
    try {
      return console(new ConsoleOutput(new BufferedOutputStream(Files.newOutputStream(file.path()))));
    } catch (IOException e) {
      throw new UserError(file.path() + " cannot be written: " + Main.reason(e) + ".");
    }
  }

  private SerialOutput console(ConsoleOutput output) {
    toClose.add(output);
    return output::write;
  }

  List<SerialOutput> outputs() {
    return outputs;
  }

  /** Lets what is typed go to the guest. */
  void connect(MachineControl machine, EndOfRun end) {
    if (consoleLine == NO_LINE) {
      return;
    }
    int line = consoleLine;
    HostTerminal terminal = HostTerminal.open(escapes);
    toClose.add(terminal);
    ConsoleInput.Commands commands = new ConsoleInput.Commands() {
      @Override
      public void quit() {
        end.decide(ExitCode.OK);
        machine.stop(StopReason.REQUEST);
      }

      @Override
      public void togglePause() {
        machine.setPaused(!machine.isPaused());
      }

      @Override
      public void sendBreak() {
        machine.typeBreak(line);
      }

      @Override
      public void help() {
        System.err.print(ConsoleInput.HELP);
      }
    };
    new ConsoleInput(terminal.input(), value -> machine.type(line, value), commands, escapes).start();
  }

  @Override
  public void close() {
    for (AutoCloseable closeable : toClose) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new UserError("The serial output cannot be written: " + e.getMessage() + ".");
      }
    }
    toClose.clear();
  }
}
