package dev.hagen.cli;

import dev.hagen.machine.Machine;

/** Is there when a machine runs. */
interface RunWatcher {
  /** Nobody is. */
  RunWatcher NONE = new RunWatcher() {
    @Override
    public void start(Machine machine, EndOfRun end) {}

    @Override
    public void end(Machine machine, GuestFiles files) {}
  };

  /** The machine is about to run. */
  void start(Machine machine, EndOfRun end);

  /**
   * The machine has run, and is still there.
   *
   * @param files what names the guest's code
   */
  void end(Machine machine, GuestFiles files);
}
