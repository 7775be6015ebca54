package dev.hagen.semantics;

import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RBP;
import static dev.hagen.x86.Reg.RDI;
import static dev.hagen.x86.Reg.RSP;
import static dev.hagen.x86.Reg.SS;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;

/** Stack instructions (SDM vol. 1 6.2 and 6.5). A fault leaves RSP where it was. */
public final class Stack {
  private Stack() {}

  /** Pushes {@code size} bytes, the operand's size; RSP itself is pushed as it was before. */
  @Semantics(Op.PUSH)
  public static void push(CpuState cpu, long a, int size) {
    StackAccess.push(cpu, a, size);
  }

  /** Pops into a register or memory; the address of the latter is computed with the incremented RSP. */
  @Semantics(Op.POP)
  public static void pop(CpuState cpu, Instruction insn) {
    int size = insn.operand(0).size();
    long value = StackAccess.peek(cpu, 0, size);
    long old = cpu.gpr[RSP];
    StackAccess.setPointer(cpu, old + size);
    if (insn.operand(0) instanceof Operand.Register register) {
      cpu.setRegister(register.index(), value, size);
      return;
    }
    Operand.Memory memory = (Operand.Memory) insn.operand(0);
    long address = Operands.effectiveAddress(cpu, memory);
    long popped = cpu.gpr[RSP];
    cpu.gpr[RSP] = old;
    SegmentedMemory.store(cpu, memory.segment(), address, value, size);
    cpu.gpr[RSP] = popped;
  }

  /** Pushes all eight general registers, SP as it was before. */
  @Semantics(Op.PUSHA)
  public static void pusha(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    long top = cpu.gpr[RSP];
    for (int register = RAX; register <= RDI; register++) {
      top = store(cpu, top, cpu.gpr[register], size);
    }
    StackAccess.setPointer(cpu, top);
  }

  /**
   * Pops all eight general registers; the value for SP is dropped. A fault leaves RSP, but those registers loaded whose
   * values lie below (so does the processor that {@link UndefinedFlags} names).
   */
  @Semantics(Op.POPA)
  public static void popa(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    for (int distance = 0; distance <= 7; distance++) {
      int register = RDI - distance;
      long value = StackAccess.peek(cpu, (long) distance * size, size);
      if (register != RSP) {
        cpu.setRegister(register, value, size);
      }
    }
    StackAccess.setPointer(cpu, cpu.gpr[RSP] + 8L * size);
  }

  /** Makes a stack frame with {@code operand 0} bytes of room and the frame pointers of up to 31 outer levels. */
  @Semantics(Op.ENTER)
  public static void enter(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    int width = cpu.stackSize();
    long room = Operands.read(cpu, insn, 0) & 0xFFFF;
    int level = (int) Operands.read(cpu, insn, 1) & 31;
    long top = store(cpu, cpu.gpr[RSP], cpu.gpr[RBP], size);
    // The frame pointer is the stack pointer in full: what a narrower stack leaves of RSP belongs to it.
    long frame = cpu.gpr[RSP] & ~Bits.mask(width) | top;
    long outer = cpu.gpr[RBP];
    for (int i = 1; i < level; i++) {
      outer -= size;
      long pointer = SegmentedMemory.load(cpu, SS, Bits.zeroExtend(outer, width), size);
      top = store(cpu, top, pointer, size);
    }
    if (level > 0) {
      top = store(cpu, top, frame, size);
    }
    top = Bits.zeroExtend(top - room, width);
    // The new top must be writable, though nothing is written there (SDM vol. 2A ENTER).
    LinearMemory.checkStore(cpu, SegmentedMemory.linearForStore(cpu, SS, top, size), size);
    StackAccess.setPointer(cpu, top);
    cpu.setRegister(RBP, frame, size);
  }

  /** Drops the frame: RSP = RBP, then pops RBP. */
  @Semantics(Op.LEAVE)
  public static void leave(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    long frame = cpu.gpr[RBP];
    long value = SegmentedMemory.load(cpu, SS, Bits.zeroExtend(frame, cpu.stackSize()), size);
    StackAccess.setPointer(cpu, frame + size);
    cpu.setRegister(RBP, value, size);
  }

  /** Stores below {@code top} without moving RSP; returns the new top. */
  private static long store(CpuState cpu, long top, long value, int size) {
    long address = Bits.zeroExtend(top - size, cpu.stackSize());
    SegmentedMemory.store(cpu, SS, address, value, size);
    return address;
  }
}
