package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Extended.MAX_EXPONENT;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import java.util.Objects;

/**
 * The x87 environment and state in memory: FNSTENV, FLDENV, FNSAVE, FRSTOR (SDM vol. 1 8.1.10).
 *
 * <p>The image has seven words of two or four bytes, by operand size (64-bit mode has the 32-bit form): control,
 * status, tags, and the pointers in a form that depends on the mode; FNSAVE adds the registers.
 */
public final class X87Environment {
  private static final int REGISTERS = 80;
  /** What the unused upper halves of 32-bit words read as. */
  private static final long UPPER_ONES = 0xFFFF_0000L;

  private X87Environment() {}

  // Pointers.

  /**
   * Whether {@link #record} is due after an instruction: every x87 instruction but the control instructions. FNOP,
   * FFREE, FINCSTP and FDECSTP count as no control instructions on AMD processors.
   */
  public static boolean isRecorded(Instruction instruction) {
    int group = instruction.opcode() >> 8;
    return group >= 0xD8 && group <= 0xDF && switch (instruction.op()) {
      case FNINIT, FNCLEX, FNSTCW, FLDCW, FNSTSW, FNSTENV, FLDENV, FNSAVE, FRSTOR -> false;
      case FNOP -> group == 0xD9;
      default -> true;
    };
  }

  /**
   * Remembers opcode, address and operand address of an x87 instruction that has just executed, even if it left an
   * exception pending; {@code cpu.rip} is still the next instruction's address. Only for those that {@link #isRecorded}
   * names. The data pointer is the offset in the segment; without a memory operand it stays.
   */
  public static void record(CpuState cpu, Instruction instruction) {
    cpu.fop = instruction.opcode() & 0x7FF;
    cpu.fip = Bits.zeroExtend(cpu.rip - instruction.length(), instruction.codeSize());
    cpu.fcs = cpu.segment[Reg.CS].selector;
    Operand.Memory memory = instruction.memory();
    if (memory != null) {
      cpu.fdp = Operands.effectiveAddress(cpu, memory);
      cpu.fds = cpu.segment[memory.segment()].selector;
    }
  }

  /** The same for an instruction without memory operand in a translation unit, at offset {@code address} in CS. */
  public static void record(CpuState cpu, int opcode, long address) {
    cpu.fop = opcode;
    cpu.fip = address;
    cpu.fcs = cpu.segment[Reg.CS].selector;
  }

  /** The same for one with a memory operand at offset {@code operand} in a segment. */
  public static void record(CpuState cpu, int opcode, long address, long operand, int segment) {
    record(cpu, opcode, address);
    cpu.fdp = operand;
    cpu.fds = cpu.segment[segment].selector;
  }

  // Instructions.

  @Semantics(FNSTENV)
  public static void fnstenv(CpuState cpu, Instruction instruction) {
    int width = wordSize(instruction);
    long linear = forStore(cpu, instruction, 7 * width);
    storeEnvironment(cpu, linear, width);
    X87.setControlWord(cpu, cpu.fcw | X87.EXCEPTIONS);
  }

  @Semantics(FLDENV)
  public static void fldenv(CpuState cpu, Instruction instruction) {
    int width = wordSize(instruction);
    loadEnvironment(cpu, forLoad(cpu, instruction, 7 * width), width);
  }

  @Semantics(FNSAVE)
  public static void fnsave(CpuState cpu, Instruction instruction) {
    int width = wordSize(instruction);
    long linear = forStore(cpu, instruction, 7 * width + REGISTERS);
    storeEnvironment(cpu, linear, width);
    for (int i = 0; i < 8; i++) {
      int register = X87.physical(cpu, i);
      long address = linear + 7L * width + 10L * i;
      LinearMemory.store(cpu, address, cpu.stSignificand[register], 8);
      LinearMemory.store(cpu, address + 8, cpu.stSignExponent[register], 2);
    }
    X87Control.fninit(cpu);
  }

  @Semantics(FRSTOR)
  public static void frstor(CpuState cpu, Instruction instruction) {
    int width = wordSize(instruction);
    long linear = forLoad(cpu, instruction, 7 * width + REGISTERS);
    loadEnvironment(cpu, linear, width);
    for (int i = 0; i < 8; i++) {
      int register = X87.physical(cpu, i);
      long address = linear + 7L * width + 10L * i;
      cpu.stSignificand[register] = LinearMemory.load(cpu, address, 8);
      cpu.stSignExponent[register] = (int) LinearMemory.load(cpu, address + 8, 2);
    }
  }

  private static int wordSize(Instruction instruction) {
    return instruction.operandSize() == 2 ? 2 : 4;
  }

  private static long forStore(CpuState cpu, Instruction instruction, int length) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    long linear = SegmentedMemory.linearForStore(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), length);
    // The processor probes the last byte after the first word: a page fault on the second page reports that address.
    LinearMemory.checkStore(cpu, linear, wordSize(instruction));
    LinearMemory.checkStore(cpu, linear + length - 1, 1);
    return linear;
  }

  private static long forLoad(CpuState cpu, Instruction instruction, int length) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    long linear = SegmentedMemory.linearForLoad(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), length);
    LinearMemory.checkLoad(cpu, linear, wordSize(instruction));
    LinearMemory.checkLoad(cpu, linear + length - 1, 1);
    return linear;
  }

  // The image.

  private static void storeEnvironment(CpuState cpu, long linear, int width) {
    storeHalf(cpu, linear, cpu.fcw, width);
    storeHalf(cpu, linear + width, X87.statusWord(cpu), width);
    storeHalf(cpu, linear + 2L * width, fullTags(cpu), width);
    if (cpu.usesRealSegments()) {
      storeRealPointers(cpu, linear + 3L * width, width);
    } else if (width == 2) {
      LinearMemory.store(cpu, linear + 6, cpu.fip, 2);
      LinearMemory.store(cpu, linear + 8, cpu.fcs, 2);
      LinearMemory.store(cpu, linear + 10, cpu.fdp, 2);
      LinearMemory.store(cpu, linear + 12, cpu.fds, 2);
    } else {
      LinearMemory.store(cpu, linear + 12, cpu.fip, 4);
      LinearMemory.store(cpu, linear + 16, cpu.fcs | cpu.fop << 16, 4);
      LinearMemory.store(cpu, linear + 20, cpu.fdp, 4);
      LinearMemory.store(cpu, linear + 24, cpu.fds | UPPER_ONES, 4);
    }
  }

  /** The pointers of real-address and virtual-8086 mode: linear addresses instead of selector and offset. */
  private static void storeRealPointers(CpuState cpu, long linear, int width) {
    long code = ((long) cpu.fcs << 4) + cpu.fip;
    long data = ((long) cpu.fds << 4) + cpu.fdp;
    if (width == 2) {
      LinearMemory.store(cpu, linear, code, 2);
      LinearMemory.store(cpu, linear + 2, code >> 4 & 0xF000 | cpu.fop, 2);
      LinearMemory.store(cpu, linear + 4, data, 2);
      LinearMemory.store(cpu, linear + 6, data >> 4 & 0xF000, 2);
    } else {
      LinearMemory.store(cpu, linear, code & 0xFFFF | UPPER_ONES, 4);
      LinearMemory.store(cpu, linear + 4, code >> 4 & 0xFFF_F000 | cpu.fop, 4);
      LinearMemory.store(cpu, linear + 8, data & 0xFFFF | UPPER_ONES, 4);
      LinearMemory.store(cpu, linear + 12, data >> 4 & 0xFFF_F000, 4);
    }
  }

  private static void storeHalf(CpuState cpu, long linear, int value, int width) {
    LinearMemory.store(cpu, linear, value | UPPER_ONES, width);
  }

  private static void loadEnvironment(CpuState cpu, long linear, int width) {
    int tags = (int) LinearMemory.load(cpu, linear + 2L * width, 2);
    X87.setStatusWord(cpu, (int) LinearMemory.load(cpu, linear + width, 2));
    X87.setControlWord(cpu, (int) LinearMemory.load(cpu, linear, 2));
    cpu.ftw = abridgedTags(tags);
    if (cpu.usesRealSegments()) {
      loadRealPointers(cpu, linear + 3L * width, width);
    } else if (width == 2) {
      cpu.fip = LinearMemory.load(cpu, linear + 6, 2);
      cpu.fcs = (int) LinearMemory.load(cpu, linear + 8, 2);
      cpu.fdp = LinearMemory.load(cpu, linear + 10, 2);
      cpu.fds = (int) LinearMemory.load(cpu, linear + 12, 2);
      cpu.fop = 0;
    } else {
      cpu.fip = LinearMemory.load(cpu, linear + 12, 4);
      cpu.fcs = (int) LinearMemory.load(cpu, linear + 16, 2);
      cpu.fop = (int) LinearMemory.load(cpu, linear + 18, 2) & 0x7FF;
      cpu.fdp = LinearMemory.load(cpu, linear + 20, 4);
      cpu.fds = (int) LinearMemory.load(cpu, linear + 24, 2);
    }
  }

  private static void loadRealPointers(CpuState cpu, long linear, int width) {
    long code = LinearMemory.load(cpu, linear + width, width);
    long data = LinearMemory.load(cpu, linear + 3L * width, width);
    cpu.fip = LinearMemory.load(cpu, linear, 2) | (code & 0xFFF_F000) << 4;
    cpu.fcs = 0;
    cpu.fop = (int) code & 0x7FF;
    cpu.fdp = LinearMemory.load(cpu, linear + 2L * width, 2) | (data & 0xFFF_F000) << 4;
    cpu.fds = 0;
  }

  // Tags.

  /** The tag word with two bits a register: 0 valid, 1 zero, 2 special, 3 empty. */
  private static int fullTags(CpuState cpu) {
    int tags = 0;
    for (int register = 7; register >= 0; register--) {
      tags = tags << 2 | tag(cpu, register);
    }
    return tags;
  }

  private static int tag(CpuState cpu, int register) {
    if ((cpu.ftw >> register & 1) == 0) {
      return 3;
    }
    int exponent = cpu.stSignExponent[register] & MAX_EXPONENT;
    long significand = cpu.stSignificand[register];
    if (exponent == 0) {
      return significand == 0 ? 1 : 2;
    }
    return exponent == MAX_EXPONENT || significand >= 0 ? 2 : 0;
  }

  private static int abridgedTags(int full) {
    int tags = 0;
    for (int register = 0; register < 8; register++) {
      if ((full >> 2 * register & 3) != 3) {
        tags |= 1 << register;
      }
    }
    return tags;
  }
}
