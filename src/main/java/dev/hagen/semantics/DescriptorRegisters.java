package dev.hagen.semantics;

import static dev.hagen.decode.Op.LGDT;
import static dev.hagen.decode.Op.LIDT;
import static dev.hagen.decode.Op.LLDT;
import static dev.hagen.decode.Op.LTR;
import static dev.hagen.decode.Op.SGDT;
import static dev.hagen.decode.Op.SIDT;
import static dev.hagen.decode.Op.SLDT;
import static dev.hagen.decode.Op.STR;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Vector;

/** GDTR, IDTR, LDTR and TR: the instructions that load and store them (SDM vol. 3A 2.4). */
public final class DescriptorRegisters {
  private DescriptorRegisters() {}

  /** LGDT and LIDT. With an operand size of two bytes the base has 24 bits. */
  @Semantics({LGDT, LIDT})
  public static void loadTable(CpuState cpu, Instruction insn) {
    SystemOperands.requirePrivilege(cpu);
    Operand.Memory memory = SystemOperands.memory(insn, 0);
    boolean wide = insn.codeSize() == 8;
    int limit = (int) SystemOperands.load(cpu, memory, 0, 2);
    long base = SystemOperands.load(cpu, memory, 2, wide ? 8 : 4);
    if (wide) {
      if (!Bits.isCanonical(base)) {
        throw cpu.generalProtection(0);
      }
    } else if (insn.operandSize() == 2) {
      base &= 0xFF_FFFF;
    }
    if (insn.op() == Op.LGDT) {
      cpu.gdtrBase = base;
      cpu.gdtrLimit = limit;
    } else {
      cpu.idtrBase = base;
      cpu.idtrLimit = limit;
    }
  }

  /** SGDT and SIDT. */
  @Semantics({SGDT, SIDT})
  public static void storeTable(CpuState cpu, Instruction insn) {
    ControlRegisters.checkUserMode(cpu);
    Operand.Memory memory = SystemOperands.memory(insn, 0);
    int size = insn.codeSize() == 8 ? 8 : 4;
    boolean global = insn.op() == Op.SGDT;
    // The whole image is checked before its first byte changes.
    long offset = Bits.zeroExtend(Operands.effectiveAddress(cpu, memory) + 2, memory.addressSize());
    SegmentedMemory.loadForWrite(cpu, memory.segment(), offset, size);
    SystemOperands.store(cpu, memory, 0, global ? cpu.gdtrLimit : cpu.idtrLimit, 2);
    SystemOperands.store(cpu, memory, 2, global ? cpu.gdtrBase : cpu.idtrBase, size);
  }

  /** SLDT. */
  @Semantics(SLDT)
  public static void storeLocalTable(CpuState cpu, Instruction insn) {
    SystemOperands.requireProtectedMode(cpu);
    ControlRegisters.checkUserMode(cpu);
    Operands.write(cpu, insn, 0, cpu.ldtr.selector);
  }

  /** STR. */
  @Semantics(STR)
  public static void storeTask(CpuState cpu, Instruction insn) {
    SystemOperands.requireProtectedMode(cpu);
    ControlRegisters.checkUserMode(cpu);
    Operands.write(cpu, insn, 0, cpu.tr.selector);
  }

  /** LLDT. */
  @Semantics(LLDT)
  public static void loadLocalTable(CpuState cpu, Instruction insn) {
    SystemOperands.requireProtectedMode(cpu);
    SystemOperands.requirePrivilege(cpu);
    int selector = (int) Operands.read(cpu, insn, 0) & 0xFFFF;
    if (DescriptorTable.isNull(selector)) {
      cpu.ldtr.set(selector, 0, 0, 0);
      return;
    }
    long raw = readSystem(cpu, selector);
    if (Descriptor.type(raw) != Descriptor.LDT) {
      throw cpu.generalProtection(DescriptorTable.errorCode(selector));
    }
    checkPresent(cpu, selector, raw);
    long base = base(cpu, selector, raw);
    Descriptor.load(cpu.ldtr, selector, raw);
    cpu.ldtr.base = base;
  }

  /** LTR: marks the task busy. */
  @Semantics(LTR)
  public static void loadTask(CpuState cpu, Instruction insn) {
    SystemOperands.requireProtectedMode(cpu);
    SystemOperands.requirePrivilege(cpu);
    int selector = (int) Operands.read(cpu, insn, 0) & 0xFFFF;
    if (DescriptorTable.isNull(selector)) {
      throw cpu.generalProtection(0);
    }
    long raw = readSystem(cpu, selector);
    int type = Descriptor.type(raw);
    if (type != Descriptor.TSS32 && (type != Descriptor.TSS16 || cpu.isLongMode())) {
      throw cpu.generalProtection(DescriptorTable.errorCode(selector));
    }
    checkPresent(cpu, selector, raw);
    long base = base(cpu, selector, raw);
    DescriptorTable.setBusy(cpu, selector, true);
    Descriptor.load(cpu.tr, selector, raw);
    cpu.tr.attributes |= Descriptor.BUSY;
    cpu.tr.base = base;
  }

  /** A system descriptor of the GDT. */
  private static long readSystem(CpuState cpu, int selector) {
    if (DescriptorTable.isLocal(selector)) {
      throw cpu.generalProtection(DescriptorTable.errorCode(selector));
    }
    long raw = DescriptorTable.read(cpu, selector);
    if (!Descriptor.isSystem(raw)) {
      throw cpu.generalProtection(DescriptorTable.errorCode(selector));
    }
    return raw;
  }

  private static void checkPresent(CpuState cpu, int selector, long raw) {
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.NP, DescriptorTable.errorCode(selector));
    }
  }

  private static long base(CpuState cpu, int selector, long raw) {
    if (!cpu.isLongMode()) {
      return Descriptor.base(raw);
    }
    long upper = DescriptorTable.readUpper(cpu, selector, Vector.GP, 0);
    return DescriptorTable.longBase(cpu, selector, raw, upper);
  }
}
