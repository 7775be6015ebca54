package dev.hagen.machine;

import dev.hagen.boot.BootException;
import dev.hagen.vmm.StopReason;

/** What whoever runs a machine does with it. */
public interface MachineControl {
  /** Runs until the machine stops; answers why. */
  StopReason run();

  /** Resets the machine and puts the same guest into it again; only while it does not run. */
  void reboot() throws BootException;

  /** Ends {@link #run}; any thread may call. */
  void stop(StopReason reason);

  /** Holds the processor or lets it go on; any thread may call. */
  void setPaused(boolean paused);

  boolean isPaused();

  /** Sends a character to a serial line of the guest; any thread may call. */
  void type(int line, int character);

  /** Sends a break to a serial line of the guest; any thread may call. */
  void typeBreak(int line);
}
