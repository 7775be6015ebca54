package dev.hagen.semantics;

import static dev.hagen.decode.Op.IN;
import static dev.hagen.decode.Op.INS;
import static dev.hagen.decode.Op.OUT;
import static dev.hagen.decode.Op.OUTS;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;

/** IN, OUT, INS and OUTS (SDM vol. 1 chapter 18). */
public final class PortInstructions {
  private PortInstructions() {}

  /** #GP(0) if neither IOPL nor the I/O permission bitmap lets the program at the ports. */
  private static void checkPermission(CpuState cpu, int port, int size) {
    boolean restricted = cpu.isProtected() && (cpu.cpl > cpu.iopl() || cpu.isVirtual8086());
    if (restricted && !TaskState.allowsPorts(cpu, port, size)) {
      throw cpu.generalProtection(0);
    }
  }

  /** An immediate port has eight bits, DX all sixteen. */
  private static int port(CpuState cpu, Operand operand) {
    return operand instanceof Operand.Immediate immediate ? (int) immediate.value() & 0xFF : port(cpu);
  }

  private static int port(CpuState cpu) {
    return (int) cpu.gpr[Reg.RDX] & 0xFFFF;
  }

  /** IN. */
  @Semantics(IN)
  public static void in(CpuState cpu, Instruction insn) {
    int size = insn.operand(0).size();
    int port = port(cpu, insn.operand(1));
    checkPermission(cpu, port, size);
    cpu.setRegister(Reg.RAX, cpu.vmm.readPort(port, size), size);
    DebugRegisters.notePort(cpu, port, size);
  }

  /** OUT. */
  @Semantics(OUT)
  public static void out(CpuState cpu, Instruction insn) {
    int size = insn.operand(1).size();
    int port = port(cpu, insn.operand(0));
    checkPermission(cpu, port, size);
    cpu.vmm.writePort(port, cpu.register(Reg.RAX, size), size);
    DebugRegisters.notePort(cpu, port, size);
  }

  /**
   * INS and OUTS, with or without REP. Interruptible after each element. The right to use the port is needed even if
   * there is nothing to repeat.
   */
  @Semantics({INS, OUTS})
  public static void string(CpuState cpu, Instruction insn) {
    if (!insn.has(Prefix.REP) && !insn.has(Prefix.REPNE)) {
      element(cpu, insn);
      return;
    }
    checkPermission(cpu, port(cpu), insn.operandSize());
    int width = insn.addressSize();
    while (cpu.register(Reg.RCX, width) != 0) {
      element(cpu, insn);
      cpu.setRegister(Reg.RCX, cpu.gpr[Reg.RCX] - 1, width);
      boolean wanted = cpu.pending() != 0 || cpu.debugHits != 0 || (cpu.systemFlags & Flags.TF) != 0;
      if (wanted && cpu.register(Reg.RCX, width) != 0) {
        cpu.rip = Bits.zeroExtend(cpu.rip - insn.length(), insn.codeSize());
        cpu.retired--;
        cpu.leaveBlock = true;
        return;
      }
    }
  }

  private static void element(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    int port = port(cpu);
    checkPermission(cpu, port, size);
    int index = insn.op() == Op.INS ? Reg.RDI : Reg.RSI;
    long address = Bits.zeroExtend(cpu.gpr[index], insn.addressSize());
    if (insn.op() == Op.INS) {
      long linear = SegmentedMemory.linearForStore(cpu, Reg.ES, address, size);
      // The device must not be asked before the store is known to succeed.
      LinearMemory.checkStore(cpu, linear, size);
      LinearMemory.store(cpu, linear, cpu.vmm.readPort(port, size), size);
    } else {
      cpu.vmm.writePort(port, SegmentedMemory.load(cpu, insn.segment(), address, size), size);
    }
    long step = (cpu.systemFlags & Flags.DF) != 0 ? -size : size;
    cpu.setRegister(index, cpu.gpr[index] + step, insn.addressSize());
    DebugRegisters.notePort(cpu, port, size);
  }
}
