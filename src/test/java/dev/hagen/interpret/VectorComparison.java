package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.semantics.X87;
import dev.hagen.vectors.Fault;
import dev.hagen.vectors.Mode;
import dev.hagen.vectors.Registers;
import dev.hagen.vectors.VectorCase;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What differs between the state of a machine that ran a case and the state recorded. */
public final class VectorComparison {
  private static final String[] GPR = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11",
      "r12", "r13", "r14", "r15"};
  private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};

  private final List<String> differences = new ArrayList<>();

  private VectorComparison() {}

  /** One entry for each register, memory range or fault that is not as recorded: what it is, what it should be. */
  public static List<String> differences(VectorMachine machine, VectorCase vector, @Nullable Fault fault) {
    VectorComparison comparison = new VectorComparison();
    comparison.compareFault(vector.fault(), fault);
    comparison.compareGeneral(vector.mode(), machine.cpu(), vector.after());
    comparison.compareX87(machine.cpu(), vector.after().x87());
    comparison.compareSse(machine.cpu(), vector.after());
    comparison.compareMemory(machine, vector);
    return comparison.differences;
  }

  private void compareFault(Optional<Fault> expected, @Nullable Fault fault) {
    if (!expected.equals(Optional.ofNullable(fault))) {
      differences.add("%s instead of %s".formatted(fault == null ? "no fault" : fault,
          expected.map(Fault::toString).orElse("no fault")));
    }
  }

  private void compareGeneral(Mode mode, CpuState cpu, Registers after) {
    for (int i = 0; i < after.gpr().length; i++) {
      compare(GPR[i], cpu.gpr[i], after.gpr()[i]);
    }
    compare("rip", cpu.rip, after.rip());
    compare("rflags", cpu.flags() & Registers.RFLAGS_RECORDED, after.rflags());
    for (int i = 0; i < SEGMENTS.length; i++) {
      compare(SEGMENTS[i], recorded(cpu.segment[i].selector), after.selectors()[i]);
    }
    compare("fsbase", cpu.segment[Reg.FS].base, after.fsBase());
    compare("gsbase", cpu.segment[Reg.GS].base, after.gsBase());
  }

  /**
   * A selector as the recorder sees it: in its signal handler, thus behind an IRET of the kernel, which turns the null
   * selectors 1 to 3 into 0 (SDM vol. 2A IRET).
   */
  private static int recorded(int selector) {
    return selector <= 3 ? 0 : selector;
  }

  private void compareX87(CpuState cpu, Registers.X87 after) {
    compare("fcw", cpu.fcw, after.control());
    compare("fsw", X87.statusWord(cpu), after.status());
    compare("ftw", cpu.ftw, after.tags());
    if (after.pointersRecorded()) {
      compare("fop", cpu.fop, after.opcode());
      compare("fip", cpu.fip, after.ip());
      compare("fdp", cpu.fdp, after.dp());
    }
    for (int i = 0; i < 8; i++) {
      if (cpu.stSignificand[i] != after.mantissas()[i] || cpu.stSignExponent[i] != after.exponents()[i]) {
        differences.add("R%d=%04X:%016X instead of %04X:%016X".formatted(i, cpu.stSignExponent[i],
            cpu.stSignificand[i], after.exponents()[i], after.mantissas()[i]));
      }
    }
  }

  private void compareSse(CpuState cpu, Registers after) {
    compare("mxcsr", cpu.mxcsr, after.mxcsr());
    for (int i = 0; i < after.gpr().length; i++) {
      long low = cpu.xmm[2 * i];
      long high = cpu.xmm[2 * i + 1];
      if (low != after.xmmLow(i) || high != after.xmmHigh(i)) {
        differences.add("xmm%d=%016X_%016X instead of %016X_%016X".formatted(i, high, low, after.xmmHigh(i),
            after.xmmLow(i)));
      }
    }
  }

  private void compareMemory(VectorMachine machine, VectorCase vector) {
    int at = machine.firstMemoryDifference(vector);
    if (at >= 0) {
      byte[] bytes = machine.read(at, Math.min(16, 0x1000 - (at & 0xFFF)));
      differences.add("[%X]=%s…".formatted(at, HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes)));
    }
  }

  private void compare(String name, long value, long expected) {
    if (value != expected) {
      differences.add("%s=%X instead of %X".formatted(name, value, expected));
    }
  }
}
