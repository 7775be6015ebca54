package dev.hagen.semantics;

import static dev.hagen.decode.Op.ARPL;
import static dev.hagen.decode.Op.LAR;
import static dev.hagen.decode.Op.LSL;
import static dev.hagen.decode.Op.VERR;
import static dev.hagen.decode.Op.VERW;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.mmu.LinearMemory;

/** Instructions that look at a descriptor and tell through ZF what they found (SDM vol. 3A 5.10). */
public final class DescriptorInspection {
  private static final long ACCESS_RIGHTS = 0x00FF_FF00;
  /** System types that LAR knows outside long mode: TSSs, LDT, call and task gates. */
  private static final int LAR_LEGACY =
      1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 0xB | 1 << 0xC;
  private static final int LAR_LONG = 1 << 2 | 1 << 9 | 1 << 0xB | 1 << 0xC;
  /** System types with a limit. */
  private static final int LSL_LEGACY = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 0xB;
  private static final int LSL_LONG = 1 << 2 | 1 << 9 | 1 << 0xB;

  private DescriptorInspection() {}

  /** LAR: access rights. */
  @Semantics(LAR)
  public static void loadAccessRights(CpuState cpu, Instruction insn) {
    int selector = selector(cpu, insn, 1);
    long raw = visible(cpu, selector, cpu.isLongMode() ? LAR_LONG : LAR_LEGACY);
    cpu.setZf(raw != DescriptorTable.OUTSIDE);
    if (raw != DescriptorTable.OUTSIDE) {
      cpu.setRegister(SystemOperands.register(insn, 0), raw >>> 32 & ACCESS_RIGHTS, insn.operandSize());
    }
  }

  /** LSL: limit in bytes. */
  @Semantics(LSL)
  public static void loadLimit(CpuState cpu, Instruction insn) {
    int selector = selector(cpu, insn, 1);
    long raw = visible(cpu, selector, cpu.isLongMode() ? LSL_LONG : LSL_LEGACY);
    cpu.setZf(raw != DescriptorTable.OUTSIDE);
    if (raw != DescriptorTable.OUTSIDE) {
      cpu.setRegister(SystemOperands.register(insn, 0), Descriptor.limit(raw), insn.operandSize());
    }
  }

  /** VERR and VERW. */
  @Semantics({VERR, VERW})
  public static void verify(CpuState cpu, Instruction insn) {
    int selector = selector(cpu, insn, 0);
    long raw = visible(cpu, selector, 0);
    boolean good = raw != DescriptorTable.OUTSIDE
        && (insn.op() == Op.VERR ? Descriptor.isReadable(raw) : Descriptor.isWritableData(raw));
    cpu.setZf(good);
  }

  private static int selector(CpuState cpu, Instruction insn, int index) {
    SystemOperands.requireProtectedMode(cpu);
    return (int) Operands.read(cpu, insn, index) & 0xFFFF;
  }

  /** The descriptor of a selector if CPL and RPL may see it; system descriptors only of the types in {@code types}. */
  private static long visible(CpuState cpu, int selector, int types) {
    if (DescriptorTable.isNull(selector) || !DescriptorTable.contains(cpu, selector, 8)) {
      return DescriptorTable.OUTSIDE;
    }
    long raw = LinearMemory.loadSystem(cpu, DescriptorTable.address(cpu, selector), 8);
    if (Descriptor.isSystem(raw) && (types >>> Descriptor.type(raw) & 1) == 0) {
      return DescriptorTable.OUTSIDE;
    }
    int dpl = Descriptor.dpl(raw);
    if (!Descriptor.isConformingCode(raw) && (dpl < cpu.cpl || dpl < (selector & 3))) {
      return DescriptorTable.OUTSIDE;
    }
    return raw;
  }

  /** ARPL: raises the RPL of the first selector to that of the second. Memory that keeps its value is not written. */
  @Semantics(ARPL)
  public static void adjustPrivilege(CpuState cpu, Instruction insn) {
    SystemOperands.requireProtectedMode(cpu);
    int wanted = (int) cpu.register(SystemOperands.register(insn, 1), 2) & 3;
    int selector = (int) Operands.read(cpu, insn, 0);
    boolean raise = (selector & 3) < wanted;
    if (raise) {
      Operands.write(cpu, insn, 0, selector & ~3 | wanted);
    }
    cpu.setZf(raise);
  }
}
