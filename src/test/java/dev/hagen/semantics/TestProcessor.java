package dev.hagen.semantics;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.cpu.VmmCalls;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;

/** A processor with 1 MiB of RAM, and instructions for it, so that semantic methods can be called directly. */
final class TestProcessor {
  static final int RAM = 0x10_0000;
  private static final int PAGE_DIRECTORY = 0xF_E000;
  private static final int PAGE_TABLE = 0xF_F000;
  private static final int PRESENT_WRITABLE_USER = 7;

  private TestProcessor() {}

  /** 64-bit mode, privilege level 0, linear addresses are physical ones. */
  static CpuState in64Bit() {
    CpuState cpu = in32Bit();
    cpu.efer = Control.EFER_LME | Control.EFER_LMA;
    cpu.segment[Reg.CS].attributes = cpu.segment[Reg.CS].attributes & ~SegmentRegister.DB | SegmentRegister.L;
    cpu.updateContext();
    return cpu;
  }

  /** Protected mode with flat 32-bit segments, privilege level 0, no paging. */
  static CpuState in32Bit() {
    CpuState cpu = in16Bit();
    cpu.cr0 = Control.CR0_PE;
    for (SegmentRegister segment : cpu.segment) {
      segment.set(8, 0, 0xFFFF_FFFFL, segment.attributes | SegmentRegister.DB | SegmentRegister.G);
    }
    cpu.updateContext();
    return cpu;
  }

  /** Real mode with all segments at 0. */
  static CpuState in16Bit() {
    CpuState cpu = new CpuState(CpuModel.standard(), new PhysicalMemory(RAM), new NoVmm());
    cpu.segment[Reg.CS].selector = 0;
    cpu.segment[Reg.CS].base = 0;
    cpu.rip = 0x1000;
    cpu.updateContext();
    return cpu;
  }

  /** Protected mode with 32-bit paging that maps all RAM to itself, except the page at {@code hole}. */
  static CpuState withPageMissing(int hole) {
    CpuState cpu = in32Bit();
    cpu.memory.write(PAGE_DIRECTORY, PAGE_TABLE | PRESENT_WRITABLE_USER, 4);
    for (int page = 0; page < RAM; page += 0x1000) {
      int flags = page == hole ? 0 : PRESENT_WRITABLE_USER;
      cpu.memory.write(PAGE_TABLE + (page >> 12) * 4, page | flags, 4);
    }
    cpu.cr3 = PAGE_DIRECTORY;
    cpu.cr0 |= Control.CR0_PG | Control.CR0_WP;
    flush(cpu);
    cpu.updateContext();
    return cpu;
  }

  /** Makes the page at {@code address} of {@link #withPageMissing} present. */
  static void mapPage(CpuState cpu, int address) {
    cpu.memory.write(PAGE_TABLE + (address >> 12) * 4, address | PRESENT_WRITABLE_USER, 4);
    flush(cpu);
  }

  /** Forgets translations between two instructions. */
  private static void flush(CpuState cpu) {
    Paging.flush(cpu);
    cpu.leaveBlock = false;
  }

  /** A two-byte instruction of the processor's mode; operand size {@code size}, address size that of the mode. */
  static Instruction insn(CpuState cpu, Op op, int size, Operand... operands) {
    return insn(cpu, op, size, 0, operands);
  }

  /** Likewise with prefixes. */
  static Instruction insn(CpuState cpu, Op op, int size, int prefixes, Operand... operands) {
    return insn(cpu, op, size, codeSize(cpu), prefixes, 0, operands);
  }

  /** Likewise with an address size of its own. */
  static Instruction insnWithAddressSize(CpuState cpu, Op op, int size, int addressSize, int prefixes,
      Operand... operands) {
    return insn(cpu, op, size, addressSize, prefixes, 0, operands);
  }

  /** Likewise with a condition. */
  static Instruction conditional(CpuState cpu, Op op, int size, int condition, Operand... operands) {
    return insn(cpu, op, size, codeSize(cpu), 0, condition, operands);
  }

  private static Instruction insn(CpuState cpu, Op op, int size, int addressSize, int prefixes, int condition,
      Operand... operands) {
    return new Instruction(op, 2, codeSize(cpu), size, addressSize, prefixes, condition, Reg.DS, 0, 0, 1, operands);
  }

  private static int codeSize(CpuState cpu) {
    return ExecutionContext.codeSize(cpu.context);
  }

  static Operand.Register register(int index, int size) {
    return new Operand.Register(index, size, false);
  }

  static Operand.Register highByte(int index) {
    return new Operand.Register(index, 1, true);
  }

  static Operand.Immediate immediate(long value, int size) {
    return new Operand.Immediate(value, size);
  }

  /** {@code [base + displacement]} in DS. */
  static Operand.Memory memory(CpuState cpu, int base, long displacement, int size) {
    return new Operand.Memory(Reg.DS, base, Reg.NONE, 0, displacement, false, codeSize(cpu), size);
  }

  private static final class NoVmm implements VmmCalls {
    @Override
    public long readPort(int port, int size) {
      throw new AssertionError();
    }

    @Override
    public void writePort(int port, long value, int size) {
      throw new AssertionError();
    }

    @Override
    public long readMsr(CpuState cpu, int index) {
      throw new AssertionError();
    }

    @Override
    public long hypercall(CpuState cpu, long number, long first, long second) {
      throw new AssertionError();
    }

    @Override
    public void writeMsr(CpuState cpu, int index, long value) {
      throw new AssertionError();
    }

    @Override
    public long timestamp(CpuState cpu) {
      throw new AssertionError();
    }

    @Override
    public long readCr8(CpuState cpu) {
      throw new AssertionError();
    }

    @Override
    public void writeCr8(CpuState cpu, long value) {
      throw new AssertionError();
    }

    @Override
    public void halt(CpuState cpu) {
      throw new AssertionError();
    }

    @Override
    public void pause(CpuState cpu) {}

    @Override
    public long random() {
      return 0x0123_4567_89AB_CDEFL;
    }

    @Override
    public void signalFpuError(CpuState cpu) {
      throw new AssertionError();
    }
  }
}
