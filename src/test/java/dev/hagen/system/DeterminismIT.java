package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.BootException;
import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cpu.CpuState;
import dev.hagen.machine.Machine;
import dev.hagen.machine.MachineConfig;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.testing.Requirements;
import dev.hagen.vmm.StopReason;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Deterministic machines: the same input gives the same run, bit for bit. */
class DeterminismIT {
  /** What the host decides and no guest sees: where its memory lies, and objects. */
  private static final Set<String> NOT_ARCHITECTURAL = Set.of("tlb", "tlbInfo", "model", "memory", "vmm");
  private static final int MEBIBYTE = 1 << 20;

  /** The end of a run: all memory as a digest, every register, what was printed. */
  private record End(StopReason reason, String memory, Map<String, String> registers, String output) {}

  @Test
  void demo_runTwice_endsWithTheSameMemoryAndRegisters() throws Exception {
    End first = demo();
    assertThat(first.reason()).isEqualTo(StopReason.POWER_OFF);
    assertThat(demo()).isEqualTo(first);
  }

  @Test
  void linux_bootedTwice_hasTheSameMemoryAndRegistersHalfWay() throws Exception {
    End first = linux();
    assertThat(first.reason()).isEqualTo(StopReason.REQUEST);
    assertThat(first.output()).contains("Linux version");
    assertThat(linux()).isEqualTo(first);
  }

  private static End demo() throws BootException {
    GuestImage image = GuestImage.recognise(ImageFile.read(Path.of("guest-images", "demo", "demo.elf")));
    return run(image, 16, "", List.of(), "\0");
  }

  private static End linux() throws BootException {
    GuestImage image = GuestImage.recognise(ImageFile.read(Requirements.debianImage("vmlinuz-amd64")));
    ImageFile initrd = ImageFile.read(Requirements.debianImage("initrd-amd64"));
    return run(image, 256, "console=ttyS0", List.of(new GuestImage.Module(initrd, "")), "Calibrating delay loop");
  }

  /** Runs until the guest has printed {@code last}, or ends by itself. */
  private static End run(GuestImage image, int mebibytes, String commandLine, List<GuestImage.Module> modules,
      String last) throws BootException {
    StringBuilder output = new StringBuilder();
    Machine[] running = new Machine[1];
    MachineConfig config = MachineConfig.standard().withMemory((long) mebibytes * MEBIBYTE).withDeterminism(true)
        .withSerial(List.of(value -> {
          output.append((char) value);
          if (value == last.charAt(last.length() - 1) && output.toString().endsWith(last)) {
            running[0].stop(StopReason.REQUEST);
          }
        }));
    try (Machine machine = new Machine(config)) {
      running[0] = machine;
      machine.boot(image, commandLine, modules);
      StopReason reason = machine.run();
      return new End(reason, digest(machine.memory()), registers(machine.cpu(), ""), output.toString());
    }
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

  /** All public fields of the processor's state, those of segment registers included. */
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

  @Test
  void registers_ofAProcessor_includeThoseThatMatter() {
    try (PhysicalMemory memory = new PhysicalMemory(2L * MEBIBYTE)) {
      CpuState cpu = new CpuState(MachineConfig.standard().model(), memory, new dev.hagen.cpu.NoVmm());
      assertThat(registers(cpu, "")).containsKeys("gpr", "rip", "flagResult", "segment1.base", "tr.limit", "cr3",
          "xmm", "stSignificand", "retired");
    }
  }
}
