package dev.hagen.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Extension;
import dev.hagen.device.PortDevice;
import dev.hagen.device.PortMap;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the bare-metal guests, whose output has been recorded under other emulators and decided by the manuals, on a
 * processor without any device but a console.
 */
class BareGuestTest {
  private static final Path GUESTS = Path.of("guest-images", "bare");
  private static final int CONSOLE = 0xE9;
  private static final int LINE_STATUS = 0x3FD;
  private static final int DEBUG_EXIT = 0xF4;
  /** Enough for every guest several times over. */
  private static final long MOST_INSTRUCTIONS = 50_000_000;

  private final StringBuilder output = new StringBuilder();

  /**
   * AMD's processors know no far pointers with 64-bit offsets (APM vol. 3 "JMP (Far)"); both emulators do. And they check
   * sixteen bytes for alignment too, as the vectors recorded on one show; Intel's and both emulators do not.
   */
  private static final Set<String> NOT_ON_AMD =
      Set.of("far_call_and_return_64", "far_jump_through_memory_m16_64", "ring3_movups_unaligned");

  @ParameterizedTest
  @ValueSource(strings = {"exceptions32", "exceptions64", "gates32", "paging32", "paging64", "segments32", "segments64",
      "tasks32", "v86_32"})
  void guest_onAmdProcessor_observesWhatTheManualsSay(String name) throws IOException {
    run("max", name);
    assertThat(observed(NOT_ON_AMD)).containsExactlyElementsOf(expected(name, NOT_ON_AMD));
  }

  @ParameterizedTest
  @ValueSource(strings = {"exceptions32", "exceptions64", "gates32", "paging32", "paging64", "segments32", "segments64",
      "tasks32", "v86_32"})
  void guest_onIntelProcessor_observesWhatTheManualsSay(String name) throws IOException {
    run("max-intel", name);
    assertThat(observed(Set.of())).containsExactlyElementsOf(expected(name, Set.of()));
  }

  private List<String> observed(Set<String> without) {
    return output.toString().lines().filter(line -> !without.contains(line.split(":")[0])).toList();
  }

  private static List<String> expected(String name, Set<String> without) throws IOException {
    return Files.readAllLines(GUESTS.resolve(name + ".expected.txt")).stream()
        .filter(line -> !line.startsWith("#") && !without.contains(line.split(":")[0])).toList();
  }

  private void run(String modelName, String guest) throws IOException {
    CpuModel model = CpuModel.named(modelName);
    byte[] elf = Files.readAllBytes(GUESTS.resolve(guest + ".elf"));
    try (PhysicalMemory memory = new PhysicalMemory(64 << 20)) {
      PortMap ports = new PortMap();
      MsrFile[] msrs = new MsrFile[1];
      CpuState[] state = new CpuState[1];
      msrs[0] = new MsrFile(model, ApicPort.NONE, () -> state[0].retired, new ParavirtualMsrs(model, memory, 0));
      CpuState cpu = new CpuState(model, memory, new NoVmm());
      cpu.vmm = new Vmm(ports, msrs[0], new Priority(), () -> 42, new Hypercalls(() -> 0), () -> {}, cpu.counters);
      state[0] = cpu;
      InstructionClock clock = new InstructionClock(cpu);
      Interpreter interpreter = new Interpreter(cpu, new Decoder(Extension.of(model)), new SemanticMethods(MethodClass::bind));
      VirtualCpu processor =
          new VirtualCpu(cpu, interpreter, clock, () -> InterruptController.NONE, () -> {});
      mapPorts(ports, processor);
      clock.timer(() -> processor.stop(StopReason.REQUEST)).at(MOST_INSTRUCTIONS);
      enter(cpu, elf);
      processor.run();
    }
  }

  private void mapPorts(PortMap ports, VirtualCpu processor) {
    ports.map(CONSOLE, 1, 1, new PortDevice() {
      @Override
      public long readPort(int offset, int size) {
        return CONSOLE;
      }

      @Override
      public void writePort(int offset, long value, int size) {
        output.append((char) (value & 0xFF));
      }
    });
    ports.map(LINE_STATUS, 1, 1, new PortDevice() {
      @Override
      public long readPort(int offset, int size) {
        return 0x60;
      }

      @Override
      public void writePort(int offset, long value, int size) {}
    });
    ports.map(DEBUG_EXIT, 1, 4, new PortDevice() {
      @Override
      public long readPort(int offset, int size) {
        return 0;
      }

      @Override
      public void writePort(int offset, long value, int size) {
        processor.stop(StopReason.DEBUG_EXIT);
      }
    });
  }

  /** Loads the segments of a 32-bit ELF file and enters it as a Multiboot loader does. */
  private static void enter(CpuState cpu, byte[] elf) {
    ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(new String(elf, 1, 3, StandardCharsets.US_ASCII)).isEqualTo("ELF");
    int headers = file.getInt(28);
    for (int i = 0; i < file.getShort(44); i++) {
      int header = headers + i * file.getShort(42);
      if (file.getInt(header) == 1) {
        cpu.memory.copyIn(file.getInt(header + 12), elf, file.getInt(header + 4), file.getInt(header + 16));
      }
    }
    int flat = SegmentRegister.P | SegmentRegister.S | SegmentRegister.WRITABLE_OR_READABLE | SegmentRegister.ACCESSED
        | SegmentRegister.G | SegmentRegister.DB;
    for (SegmentRegister register : cpu.segment) {
      register.set(0x10, 0, 0xFFFF_FFFFL, flat);
    }
    cpu.segment[Reg.CS].set(8, 0, 0xFFFF_FFFFL, flat | SegmentRegister.CODE);
    cpu.cr0 = Control.CR0_PE | Control.CR0_ET;
    cpu.gpr[Reg.RAX] = 0x2BAD_B002L;
    cpu.rip = file.getInt(24);
    cpu.updateContext();
  }

  /** A task priority without a local APIC. */
  private static final class Priority implements Vmm.TaskPriority {
    private int value;

    @Override
    public int get() {
      return value;
    }

    @Override
    public void set(int priority) {
      value = priority;
    }
  }
}
