package dev.hagen.semantics;

import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RBX;
import static dev.hagen.x86.Reg.RCX;
import static dev.hagen.x86.Reg.RDX;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;

/** Data transfer without the stack (SDM vol. 1 5.1.1). None of it touches flags but the compare-and-exchange family. */
public final class Moves {
  private Moves() {}

  /** The source as it is. */
  @Semantics({Op.MOV, Op.MOVNTI, Op.MOVZX})
  public static long mov(CpuState cpu, long a, int size) {
    return a;
  }

  /** The source, sign-extended from its own size, which the second operand tells. */
  @Semantics(Op.MOVSX)
  public static void movsx(CpuState cpu, Instruction insn) {
    Operands.write(cpu, insn, 0, Bits.signExtend(Operands.read(cpu, insn, 1), insn.operand(1).size()));
  }

  /** The source of 32 bits, sign-extended; with 16-bit operands the source as it is. */
  @Semantics(Op.MOVSXD)
  public static long movsxd(CpuState cpu, long a, int size) {
    return (int) a;
  }

  /** The effective address of the second operand. */
  @Semantics(Op.LEA)
  public static void lea(CpuState cpu, Instruction insn) {
    Operand.Register target = (Operand.Register) insn.operand(0);
    long address = Operands.effectiveAddress(cpu, (Operand.Memory) insn.operand(1));
    cpu.setRegister(target.index(), address, target.size());
  }

  /** Exchanges both operands. */
  @Semantics(Op.XCHG)
  public static void xchg(CpuState cpu, Instruction insn) {
    // A memory operand may stand on either side, and its address may depend on the register: memory goes first.
    int memory = insn.operand(1) instanceof Operand.Memory ? 1 : 0;
    long a = Operands.readForWrite(cpu, insn, memory);
    long b = Operands.read(cpu, insn, 1 - memory);
    Operands.write(cpu, insn, memory, b);
    Operands.write(cpu, insn, 1 - memory, a);
  }

  /** The sum goes to the first operand, its old value to the second. Sets flags as ADD does. */
  @Semantics(Op.XADD)
  public static void xadd(CpuState cpu, Instruction insn) {
    long a = Operands.readForWrite(cpu, insn, 0);
    long b = Operands.read(cpu, insn, 1);
    long sum = Arithmetic.add(cpu, a, b, insn.operand(0).size());
    if (insn.operand(0) instanceof Operand.Memory) {
      Operands.write(cpu, insn, 0, sum);
      Operands.write(cpu, insn, 1, a);
    } else {
      // The sum wins if both are the same register.
      Operands.write(cpu, insn, 1, a);
      Operands.write(cpu, insn, 0, sum);
    }
  }

  /**
   * Compares RAX with the first operand; if they are equal the second operand goes there, else the first goes to RAX.
   * Sets flags as CMP does.
   */
  @Semantics(Op.CMPXCHG)
  public static void cmpxchg(CpuState cpu, Instruction insn) {
    int size = insn.operand(0).size();
    long accumulator = cpu.register(RAX, size);
    long destination = Operands.readForWrite(cpu, insn, 0);
    if (accumulator == destination) {
      Operands.write(cpu, insn, 0, Operands.read(cpu, insn, 1));
    } else {
      cpu.setRegister(RAX, destination, size);
    }
    Arithmetic.cmp(cpu, accumulator, destination, size);
  }

  /** Likewise with EDX:EAX and ECX:EBX; only ZF is set. */
  @Semantics(Op.CMPXCHG8B)
  public static void cmpxchg8b(CpuState cpu, Instruction insn) {
    Operand.Memory memory = (Operand.Memory) insn.operand(0);
    long address = Operands.effectiveAddress(cpu, memory);
    long old = SegmentedMemory.loadForWrite(cpu, memory.segment(), address, 8);
    boolean equal = old == (cpu.gpr[RDX] << 32 | cpu.register(RAX, 4));
    if (equal) {
      SegmentedMemory.store(cpu, memory.segment(), address, cpu.gpr[RCX] << 32 | cpu.register(RBX, 4), 8);
    } else {
      cpu.setRegister(RAX, old, 4);
      cpu.setRegister(RDX, old >>> 32, 4);
    }
    cpu.setZf(equal);
  }

  /**
   * Likewise with RDX:RAX and RCX:RBX.
   *
   * @throws GuestException #GP(0) if the operand is not aligned to 16 bytes
   */
  @Semantics(Op.CMPXCHG16B)
  public static void cmpxchg16b(CpuState cpu, Instruction insn) {
    Operand.Memory memory = (Operand.Memory) insn.operand(0);
    long linear = SegmentedMemory.linearForStore(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), 16);
    if ((linear & 15) != 0) {
      throw cpu.generalProtection(0);
    }
    long low = LinearMemory.loadForWrite(cpu, linear, 8);
    long high = LinearMemory.loadForWrite(cpu, linear + 8, 8);
    boolean equal = low == cpu.gpr[RAX] && high == cpu.gpr[RDX];
    if (equal) {
      LinearMemory.store(cpu, linear, cpu.gpr[RBX], 8);
      LinearMemory.store(cpu, linear + 8, cpu.gpr[RCX], 8);
    } else {
      cpu.gpr[RAX] = low;
      cpu.gpr[RDX] = high;
    }
    cpu.setZf(equal);
  }

  /** Moves if the condition holds; the source is read, and the upper half of a 32-bit register cleared, in any case. */
  @Semantics(Op.CMOVCC)
  public static void cmovcc(CpuState cpu, Instruction insn) {
    long source = Operands.read(cpu, insn, 1);
    long target = Operands.read(cpu, insn, 0);
    Operands.write(cpu, insn, 0, cpu.condition(insn.condition()) ? source : target);
  }

  /** 1 if the condition holds, else 0. */
  @Semantics(Op.SETCC)
  public static void setcc(CpuState cpu, Instruction insn) {
    Operands.write(cpu, insn, 0, cpu.condition(insn.condition()) ? 1 : 0);
  }

  /** CBW, CWDE, CDQE: the low half of the accumulator, sign-extended to all of it. */
  @Semantics(Op.CBW)
  public static void cbw(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    cpu.setRegister(RAX, Bits.signExtend(cpu.gpr[RAX], size >> 1), size);
  }

  /** CWD, CDQ, CQO: the accumulator's sign in all bits of RDX. */
  @Semantics(Op.CWD)
  public static void cwd(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    cpu.setRegister(RDX, Bits.signExtend(cpu.gpr[RAX], size) >> 63, size);
  }

  /** AL = the byte at RBX + AL. */
  @Semantics(Op.XLAT)
  public static void xlat(CpuState cpu, Instruction insn) {
    long address = Bits.zeroExtend(cpu.gpr[RBX] + cpu.register(RAX, 1), insn.addressSize());
    cpu.setRegister(RAX, SegmentedMemory.load(cpu, insn.segment(), address, 1), 1);
  }
}
