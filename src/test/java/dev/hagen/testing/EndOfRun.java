package dev.hagen.testing;

import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.cpu.CpuState;
import dev.hagen.machine.Machine;
import dev.hagen.machine.MachineConfig;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.vmm.StopReason;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How a machine's run has ended: why, all memory as a digest, every register and the count of retired instructions, what
 * the guest printed on its first serial line and on the debug console.
 */
public record EndOfRun(StopReason reason, String memory, Map<String, String> registers, String output,
    String debugOutput) {
  /** What the host decides and no guest sees: where its memory lies, what is cached, and objects. */
  private static final Set<String> NOT_ARCHITECTURAL = Set.of("tlb", "readTlb", "writeTlb", "executeTlb", "model",
      "memory", "vmm", "tracing", "flagResult", "flagCarries", "mappingEpoch", "addressSpaces", "largePages", "lastEpoch",
      "retiredInBlock", "leaveBlock", "transferred", "lazyKind", "lazyA", "lazyB", "lazyC", "wanted", "attention",
      "countdown");
  private static final int MEBIBYTE = 1 << 20;

  /**
   * Runs a guest until it has printed {@code last}, or ends by itself, or {@code most} instructions have retired.
   *
   * @param config of a deterministic machine; where it prints to is replaced
   */
  public static EndOfRun of(MachineConfig config, GuestImage image, String commandLine,
      List<GuestImage.Module> modules, String last, long most) throws BootException {
    StringBuilder output = new StringBuilder();
    StringBuilder debugOutput = new StringBuilder();
    Machine[] running = new Machine[1];
    dev.hagen.device.serial.SerialOutput sink = value -> {
      output.append((char) value);
      if (!last.isEmpty() && value == last.charAt(last.length() - 1) && output.toString().endsWith(last)) {
        running[0].stop(StopReason.REQUEST);
      }
    };
    MachineConfig printing = config.withDeterminism(true).withSerial(List.of(sink))
        .withDebugConsole(value -> debugOutput.append((char) value));
    try (Machine machine = new Machine(printing)) {
      running[0] = machine;
      machine.boot(image, commandLine, modules);
      machine.stopAt(most);
      StopReason reason = machine.run();
      return new EndOfRun(reason, digest(machine.memory()), registers(machine.cpu()), output.toString(),
          debugOutput.toString());
    }
  }

  /** What is otherwise in {@code other}: {@code NAME: this | other}. */
  public List<String> differences(EndOfRun other) {
    Map<String, String> mine = all();
    Map<String, String> others = other.all();
    return mine.keySet().stream().filter(name -> !mine.get(name).equals(others.get(name)))
        .map(name -> name + ": " + mine.get(name) + " | " + others.get(name)).toList();
  }

  private Map<String, String> all() {
    Map<String, String> all = new TreeMap<>(registers);
    all.put("(reason)", reason.toString());
    all.put("(memory)", memory);
    all.put("(output)", output);
    all.put("(debug output)", debugOutput);
    return all;
  }

  private static String digest(PhysicalMemory memory) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] part = new byte[MEBIBYTE];
      for (long at = 0; at < memory.ramSize(); at += part.length) {
        memory.copyOut(at, part, 0, part.length);
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All public fields of a processor's state that are architectural, those of segment registers included. */
  public static Map<String, String> registers(CpuState cpu) {
    Map<String, String> values = registers(cpu, "");
    values.put("flags", Integer.toHexString(cpu.flags()));
    return values;
  }

  private static Map<String, String> registers(Object state, String prefix) {
    Map<String, String> values = new TreeMap<>();
    for (Field field : state.getClass().getFields()) {
      String name = prefix + field.getName();
      if (!Modifier.isStatic(field.getModifiers()) && !NOT_ARCHITECTURAL.contains(name)) {
        addRegister(values, name, get(field, state));
      }
    }
    return values;
  }

  private static void addRegister(Map<String, String> values, String name, Object value) {
    switch (value) {
      case long[] array -> values.put(name, Arrays.toString(array));
      case int[] array -> values.put(name, Arrays.toString(array));
      case Object[] array -> {
        for (int i = 0; i < array.length; i++) {
          addRegister(values, name + i, array[i]);
        }
      }
      case Number number -> values.put(name, number.toString());
      case Boolean flag -> values.put(name, flag.toString());
      default -> values.putAll(registers(value, name + "."));
    }
  }

  private static Object get(Field field, Object state) {
    try {
      return field.get(state);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
