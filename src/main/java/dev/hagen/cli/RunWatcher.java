package dev.hagen.cli;

import dev.hagen.machine.Machine;
import dev.hagen.profile.SymbolTable;

/** Is there when a machine runs. */
interface RunWatcher {
  /** Nobody is. */
  RunWatcher NONE = new RunWatcher() {
    @Override
    public void start(Machine machine, EndOfRun end) {}

    @Override
    public void end(Machine machine, SymbolTable symbols) {}
  };

  /** The machine is about to run. */
  void start(Machine machine, EndOfRun end);

  /**
   * The machine has run, and is still there.
   *
   * @param symbols what {@code --symbols} has named
   */
  void end(Machine machine, SymbolTable symbols);
}
