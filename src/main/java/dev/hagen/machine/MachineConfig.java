package dev.hagen.machine;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cpu.CpuModel;
import dev.hagen.device.serial.SerialOutput;
import dev.hagen.util.Tunables;
import java.util.List;

/**
 * What a machine is made of.
 *
 * @param memory bytes of RAM, a multiple of 4 KiB, 2 MiB at least
 * @param model the processor
 * @param deterministic clock, timers and entropy follow from retired instructions
 * @param serial where COM1 and COM2 transmit to; as many lines exist as there are elements, two at most
 * @param debugConsole where bytes written to port E9h go
 * @param debugExitPort the first of four ports of the device that ends the run with the guest's code; negative: none
 * @param tunables what only speed depends on
 * @param cache how much translated code is kept
 */
public record MachineConfig(long memory, CpuModel model, boolean deterministic, List<SerialOutput> serial,
    SerialOutput debugConsole, int debugExitPort, Tunables tunables, CacheLimits cache) {
  /** No isa-debug-exit device. */
  public static final int NO_DEBUG_EXIT = -1;
  public static final long DEFAULT_MEMORY = 128L << 20;

  public MachineConfig {
    serial = List.copyOf(serial);
    if (serial.size() > 2) {
      throw new IllegalArgumentException("a machine has two serial lines at most");
    }
  }

  /** 128 MiB, the standard processor, one serial line to nowhere. */
  public static MachineConfig standard() {
    return new MachineConfig(DEFAULT_MEMORY, CpuModel.standard(), false, List.of(SerialOutput.NOWHERE),
        SerialOutput.NOWHERE, NO_DEBUG_EXIT, Tunables.standard(), CacheLimits.standard());
  }

  public MachineConfig withMemory(long bytes) {
    return new MachineConfig(bytes, model, deterministic, serial, debugConsole, debugExitPort, tunables, cache);
  }

  public MachineConfig withModel(CpuModel newModel) {
    return new MachineConfig(memory, newModel, deterministic, serial, debugConsole, debugExitPort, tunables, cache);
  }

  public MachineConfig withDeterminism(boolean on) {
    return new MachineConfig(memory, model, on, serial, debugConsole, debugExitPort, tunables, cache);
  }

  public MachineConfig withSerial(List<SerialOutput> outputs) {
    return new MachineConfig(memory, model, deterministic, outputs, debugConsole, debugExitPort, tunables, cache);
  }

  public MachineConfig withDebugConsole(SerialOutput output) {
    return new MachineConfig(memory, model, deterministic, serial, output, debugExitPort, tunables, cache);
  }

  public MachineConfig withDebugExit(int port) {
    return new MachineConfig(memory, model, deterministic, serial, debugConsole, port, tunables, cache);
  }

  public MachineConfig withTunables(Tunables newTunables) {
    return new MachineConfig(memory, model, deterministic, serial, debugConsole, debugExitPort, newTunables, cache);
  }

  public MachineConfig withCache(CacheLimits limits) {
    return new MachineConfig(memory, model, deterministic, serial, debugConsole, debugExitPort, tunables, limits);
  }
}
