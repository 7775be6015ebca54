package dev.hagen.semantics;

import static dev.hagen.decode.Op.LDS;
import static dev.hagen.decode.Op.LES;
import static dev.hagen.decode.Op.LFS;
import static dev.hagen.decode.Op.LGS;
import static dev.hagen.decode.Op.LSS;
import static dev.hagen.decode.Op.MOV_FROM_SEG;
import static dev.hagen.decode.Op.MOV_TO_SEG;
import static dev.hagen.decode.Op.POP_SEG;
import static dev.hagen.decode.Op.PUSH_SEG;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** Loads of segment registers with all their checks (SDM vol. 3A 5.6), and the instructions that do them. */
public final class SegmentLoader {
  private static final int REAL_DATA =
      SegmentRegister.P | SegmentRegister.S | SegmentRegister.WRITABLE_OR_READABLE | SegmentRegister.ACCESSED;

  private SegmentLoader() {}

  /**
   * Loads DS, ES, FS, GS or SS as an instruction does; {@link CpuState#context} follows.
   *
   * @throws dev.hagen.cpu.GuestException #GP, #NP or #SS with the selector; nothing has changed then
   */
  public static void load(CpuState cpu, int segment, int selector) {
    boolean wasFlat = cpu.segment[segment].isFlatData();
    if (cpu.usesRealSegments()) {
      loadReal(cpu, segment, selector);
    } else if (segment == Reg.SS) {
      loadStack(cpu, selector);
    } else {
      loadData(cpu, segment, selector);
    }
    if (segment == Reg.SS || cpu.segment[segment].isFlatData() != wasFlat) {
      updateContext(cpu);
    }
  }

  private static void updateContext(CpuState cpu) {
    int context = cpu.context;
    cpu.updateContext();
    if (cpu.context != context) {
      cpu.leaveBlock = true;
    }
  }

  /**
   * A load in real or virtual-8086 mode. Real mode keeps limit and size: what protected mode loaded before lives on
   * ("unreal mode", APM vol. 2 4.10).
   */
  static void loadReal(CpuState cpu, int segment, int selector) {
    SegmentRegister register = cpu.segment[segment];
    if (cpu.isVirtual8086()) {
      register.set(selector, (long) selector << 4, 0xFFFF, REAL_DATA | SegmentRegister.DPL);
      return;
    }
    int kept = register.attributes & (SegmentRegister.G | SegmentRegister.DB | SegmentRegister.AVL);
    if (!register.isUsable()) {
      register.limit = 0xFFFF;
    }
    register.set(selector, (long) selector << 4, register.limit, kept | REAL_DATA);
  }

  private static void loadStack(CpuState cpu, int selector) {
    SegmentRegister register = cpu.segment[Reg.SS];
    if (DescriptorTable.isNull(selector)) {
      if (!cpu.is64Bit() || cpu.cpl == 3 || (selector & 3) != cpu.cpl) {
        throw cpu.generalProtection(0);
      }
      register.set(selector, 0, 0, 0);
      return;
    }
    long raw = checkStack(cpu, selector, cpu.cpl, Vector.GP, 0);
    Descriptor.load(register, selector, DescriptorTable.touch(cpu, selector, raw));
  }

  /**
   * The descriptor of a selector that is not null, if it is good as SS at privilege {@code cpl}.
   *
   * @param vector the exception for everything but a segment that is not present: #GP, or #TS for stacks from a TSS
   */
  static long checkStack(CpuState cpu, int selector, int cpl, int vector, int external) {
    long raw = DescriptorTable.read(cpu, selector, vector, external);
    int code = DescriptorTable.errorCode(selector) | external;
    if ((selector & 3) != cpl || !Descriptor.isWritableData(raw) || Descriptor.dpl(raw) != cpl) {
      throw cpu.raise(vector, code);
    }
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.SS, code);
    }
    return raw;
  }

  private static void loadData(CpuState cpu, int segment, int selector) {
    if (DescriptorTable.isNull(selector)) {
      // The base is cleared too: CPUID 8000_0021h EAX bit 6.
      cpu.segment[segment].set(selector, 0, 0, 0);
      return;
    }
    long raw = checkData(cpu, selector, cpu.cpl, Vector.GP, 0);
    Descriptor.load(cpu.segment[segment], selector, DescriptorTable.touch(cpu, selector, raw));
  }

  /** The descriptor of a selector that is not null, if it is good as DS, ES, FS or GS at privilege {@code cpl}. */
  static long checkData(CpuState cpu, int selector, int cpl, int vector, int external) {
    long raw = DescriptorTable.read(cpu, selector, vector, external);
    int code = DescriptorTable.errorCode(selector) | external;
    int dpl = Descriptor.dpl(raw);
    if (!Descriptor.isReadable(raw) || !Descriptor.isConformingCode(raw) && ((selector & 3) > dpl || cpl > dpl)) {
      throw cpu.raise(vector, code);
    }
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.NP, code);
    }
    return raw;
  }

  /** Empties the data segment registers that privilege {@code cpl} must not use, after a return to it. */
  static void dropInaccessible(CpuState cpu, int cpl) {
    drop(cpu.segment[Reg.ES], cpl);
    drop(cpu.segment[Reg.DS], cpl);
    drop(cpu.segment[Reg.FS], cpl);
    drop(cpu.segment[Reg.GS], cpl);
  }

  private static void drop(SegmentRegister register, int cpl) {
    if (!register.isUsable()) {
      // Null selectors 1 to 3 become 0; the base, which a null selector may have in 64-bit mode, stays.
      register.selector = 0;
      return;
    }
    boolean conforming = register.isCode() && register.has(SegmentRegister.EXPAND_DOWN_OR_CONFORMING);
    if (!conforming && register.dpl() < cpl) {
      register.set(0, 0, 0, 0);
    }
  }

  // Instructions.

  /** MOV Sreg, r/m16. */
  @Semantics(MOV_TO_SEG)
  public static void moveToSegment(CpuState cpu, Instruction insn) {
    int segment = ((Operand.Segment) insn.operand(0)).index();
    if (segment == Reg.CS || segment > Reg.GS) {
      throw cpu.undefinedOpcode();
    }
    load(cpu, segment, (int) Operands.read(cpu, insn, 1) & 0xFFFF);
    shadowAfter(cpu, segment);
  }

  /** MOV r/m, Sreg: memory gets 16 bits, a register its operand size. */
  @Semantics(MOV_FROM_SEG)
  public static void moveFromSegment(CpuState cpu, Instruction insn) {
    int segment = ((Operand.Segment) insn.operand(1)).index();
    if (segment > Reg.GS) {
      throw cpu.undefinedOpcode();
    }
    Operands.write(cpu, insn, 0, cpu.segment[segment].selector);
  }

  /** PUSH Sreg. Intel's processors write two bytes whatever the operand size (SDM vol. 2B PUSH). */
  @Semantics(PUSH_SEG)
  public static void pushSegment(CpuState cpu, Instruction insn) {
    long selector = cpu.segment[((Operand.Segment) insn.operand(0)).index()].selector;
    int size = insn.operandSize();
    if (size == 2 || cpu.model.vendor() == CpuModel.Vendor.AMD) {
      StackAccess.push(cpu, selector, size);
      return;
    }
    long top = Bits.zeroExtend(cpu.gpr[Reg.RSP] - size, cpu.stackSize());
    SegmentedMemory.store(cpu, Reg.SS, top, selector, 2);
    StackAccess.setPointer(cpu, top);
  }

  /** POP Sreg. */
  @Semantics(POP_SEG)
  public static void popSegment(CpuState cpu, Instruction insn) {
    int segment = ((Operand.Segment) insn.operand(0)).index();
    int selector = (int) StackAccess.peek(cpu, 0, insn.operandSize()) & 0xFFFF;
    int width = cpu.stackSize();
    load(cpu, segment, selector);
    cpu.setRegister(Reg.RSP, cpu.gpr[Reg.RSP] + insn.operandSize(), width);
    shadowAfter(cpu, segment);
  }

  /** LDS, LES, LFS, LGS and LSS. */
  @Semantics({LDS, LES, LFS, LGS, LSS})
  public static void loadFarPointer(CpuState cpu, Instruction insn) {
    if (!(insn.operand(1) instanceof Operand.Memory memory)) {
      throw cpu.undefinedOpcode();
    }
    int segment = switch (insn.op()) {
      case LDS -> Reg.DS;
      case LES -> Reg.ES;
      case LFS -> Reg.FS;
      case LGS -> Reg.GS;
      default -> Reg.SS;
    };
    int size = offsetSize(cpu, insn);
    long offset = SystemOperands.load(cpu, memory, 0, size);
    int selector = (int) SystemOperands.load(cpu, memory, size, 2);
    load(cpu, segment, selector);
    cpu.setRegister(SystemOperands.register(insn, 0), offset, insn.operandSize());
  }

  /** Bytes of the offset in a far pointer in memory: AMD's processors know no m16:64 (APM vol. 3 LFS, JMP far). */
  static int offsetSize(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    return size == 8 && cpu.model.vendor() == CpuModel.Vendor.AMD ? 4 : size;
  }

  private static void shadowAfter(CpuState cpu, int segment) {
    if (segment == Reg.SS) {
      cpu.interruptShadow = true;
      cpu.debugShadow = true;
      cpu.leaveBlock = true;
    }
  }
}
