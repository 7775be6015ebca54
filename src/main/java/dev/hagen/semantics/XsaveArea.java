package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.util.Objects;

/**
 * XSAVE and its relatives for the components that exist, x87 (bit 0) and SSE (bit 1), and the register that enables
 * them, XCR0 (SDM vol. 1 chapter 13).
 *
 * <p>Both components lie in the {@link FxsaveArea}, so that the compacted format differs from the standard one in its
 * header only. XSAVEOPT leaves out components in their initial state; it does not track modifications. IA32_XSS is
 * always zero, which makes XSAVES and XRSTORS the privileged twins of XSAVEC and XRSTOR.
 */
public final class XsaveArea {
  static final int INITIAL_MXCSR = 0x1F80;
  private static final int X87_COMPONENT = 1;
  private static final int SSE_COMPONENT = 2;
  /** Legacy area and header; nothing lies behind them. */
  private static final int SIZE = FxsaveArea.SIZE + 64;
  private static final int ALIGNMENT = 64;
  private static final int XSTATE_BV = FxsaveArea.SIZE;
  private static final int XCOMP_BV = FxsaveArea.SIZE + 8;
  /** Bit 63 of XCOMP_BV: the area has the compacted format. */
  private static final long COMPACTED = 1L << 63;

  private XsaveArea() {}

  // XCR0.

  @Semantics(XGETBV)
  public static void xgetbv(CpuState cpu) {
    checkEnabled(cpu);
    long value = switch ((int) cpu.gpr[Reg.RCX]) {
      case 0 -> cpu.xcr0;
      case 1 -> cpu.xcr0 & inUse(cpu);
      default -> throw cpu.generalProtection(0);
    };
    cpu.setRegister(Reg.RAX, value, 4);
    cpu.setRegister(Reg.RDX, value >>> 32, 4);
  }

  @Semantics(XSETBV)
  public static void xsetbv(CpuState cpu) {
    checkEnabled(cpu);
    long value = mask(cpu);
    if (cpu.cpl != 0 || (int) cpu.gpr[Reg.RCX] != 0 || (value & Control.XCR0_X87) == 0
        || (value & ~(Control.XCR0_X87 | Control.XCR0_SSE)) != 0) {
      throw cpu.generalProtection(0);
    }
    cpu.xcr0 = value;
  }

  // Saving.

  @Semantics(XSAVE)
  public static void xsave(CpuState cpu, Instruction instruction) {
    long requested = requested(cpu);
    saveStandard(cpu, instruction, requested, requested);
  }

  @Semantics(XSAVEOPT)
  public static void xsaveopt(CpuState cpu, Instruction instruction) {
    long requested = requested(cpu);
    saveStandard(cpu, instruction, requested, requested & inUse(cpu));
  }

  /** Stores the components {@code stored} and replaces the bits {@code requested} of XSTATE_BV. */
  private static void saveStandard(CpuState cpu, Instruction instruction, long requested, long stored) {
    long linear = forStore(cpu, instruction);
    long present = LinearMemory.load(cpu, linear + XSTATE_BV, 8);
    storeComponents(cpu, instruction, linear, stored, (requested & SSE_COMPONENT) != 0);
    LinearMemory.store(cpu, linear + XSTATE_BV, present & ~requested | inUse(cpu) & requested, 8);
  }

  @Semantics({XSAVEC, XSAVES})
  public static void xsavec(CpuState cpu, Instruction instruction) {
    if (instruction.op() == XSAVES && cpu.cpl != 0) {
      throw cpu.generalProtection(0);
    }
    long requested = requested(cpu);
    long linear = forStore(cpu, instruction);
    long stored = requested & inUse(cpu);
    storeComponents(cpu, instruction, linear, stored, (stored & SSE_COMPONENT) != 0);
    LinearMemory.store(cpu, linear + XSTATE_BV, stored, 8);
    LinearMemory.store(cpu, linear + XCOMP_BV, requested | COMPACTED, 8);
  }

  private static void storeComponents(CpuState cpu, Instruction instruction, long linear, long components,
      boolean mxcsr) {
    if ((components & X87_COMPONENT) != 0) {
      FxsaveArea.storeX87(cpu, linear, instruction.has(Instruction.Prefix.REX_W));
    }
    if (mxcsr) {
      FxsaveArea.storeMxcsr(cpu, linear);
    }
    if ((components & SSE_COMPONENT) != 0) {
      FxsaveArea.storeXmm(cpu, linear);
    }
  }

  // Restoring.

  @Semantics({XRSTOR, XRSTORS})
  public static void xrstor(CpuState cpu, Instruction instruction) {
    if (instruction.op() == XRSTORS && cpu.cpl != 0) {
      throw cpu.generalProtection(0);
    }
    long requested = requested(cpu);
    long linear = forLoad(cpu, instruction);
    long present = LinearMemory.load(cpu, linear + XSTATE_BV, 8);
    long format = LinearMemory.load(cpu, linear + XCOMP_BV, 8);
    boolean compacted = (format & COMPACTED) != 0;
    checkHeader(cpu, linear, present, format, instruction.op() == XRSTORS);
    // The standard format loads MXCSR whatever XSTATE_BV says, the compacted one only with the registers.
    boolean mxcsr = (requested & SSE_COMPONENT & (compacted ? present : -1L)) != 0;
    if (mxcsr) {
      FxsaveArea.checkMxcsr(cpu, linear);
    }
    if ((requested & X87_COMPONENT) != 0) {
      if ((present & X87_COMPONENT) != 0) {
        FxsaveArea.loadX87(cpu, linear, instruction.has(Instruction.Prefix.REX_W));
      } else {
        FxsaveArea.initializeX87(cpu);
      }
    }
    if ((requested & SSE_COMPONENT) != 0) {
      restoreSse(cpu, linear, (present & SSE_COMPONENT) != 0, mxcsr);
    }
  }

  private static void restoreSse(CpuState cpu, long linear, boolean registers, boolean mxcsr) {
    if (mxcsr) {
      FxsaveArea.loadMxcsr(cpu, linear);
    } else {
      cpu.mxcsr = INITIAL_MXCSR;
    }
    if (registers) {
      FxsaveArea.loadXmm(cpu, linear);
    } else {
      FxsaveArea.clearXmm(cpu);
    }
  }

  private static void checkHeader(CpuState cpu, long linear, long present, long format, boolean supervisor) {
    long components = format & ~COMPACTED;
    boolean wrong;
    if ((format & COMPACTED) == 0) {
      wrong = supervisor || components != 0 || (present & ~cpu.xcr0) != 0
          || LinearMemory.load(cpu, linear + XCOMP_BV + 8, 8) != 0;
    } else {
      wrong = (components & ~cpu.xcr0) != 0 || (present & ~components) != 0;
      for (int offset = XCOMP_BV + 8; offset < SIZE; offset += 8) {
        wrong |= LinearMemory.load(cpu, linear + offset, 8) != 0;
      }
    }
    if (wrong) {
      throw cpu.generalProtection(0);
    }
  }

  // What they share.

  /** #UD without CR4.OSXSAVE. */
  private static void checkEnabled(CpuState cpu) {
    if ((cpu.cr4 & Control.CR4_OSXSAVE) == 0) {
      throw cpu.undefinedOpcode();
    }
  }

  /** EDX:EAX. */
  private static long mask(CpuState cpu) {
    return cpu.register(Reg.RDX, 4) << 32 | cpu.register(Reg.RAX, 4);
  }

  /** Checks that the instruction may run and returns the components it is for. */
  private static long requested(CpuState cpu) {
    checkEnabled(cpu);
    if ((cpu.cr0 & Control.CR0_TS) != 0) {
      throw cpu.raise(Vector.NM);
    }
    return cpu.xcr0 & mask(cpu);
  }

  /** The components that are not in their initial state. */
  private static long inUse(CpuState cpu) {
    return (FxsaveArea.isX87InUse(cpu) ? X87_COMPONENT : 0) | (FxsaveArea.isSseInUse(cpu) ? SSE_COMPONENT : 0);
  }

  private static long forStore(CpuState cpu, Instruction instruction) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    long linear = SegmentedMemory.linearForStore(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), SIZE);
    FxsaveArea.checkAligned(cpu, linear, ALIGNMENT);
    LinearMemory.checkStore(cpu, linear, SIZE);
    return linear;
  }

  private static long forLoad(CpuState cpu, Instruction instruction) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    long linear = SegmentedMemory.linearForLoad(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), SIZE);
    FxsaveArea.checkAligned(cpu, linear, ALIGNMENT);
    LinearMemory.checkLoad(cpu, linear, SIZE);
    return linear;
  }
}
