package dev.hagen.semantics;

import static dev.hagen.decode.Op.SWAPGS;
import static dev.hagen.decode.Op.SYSCALL;
import static dev.hagen.decode.Op.SYSENTER;
import static dev.hagen.decode.Op.SYSEXIT;
import static dev.hagen.decode.Op.SYSRET;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Instruction;
import dev.hagen.util.Bits;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;

/**
 * SYSCALL, SYSRET, SYSENTER, SYSEXIT and SWAPGS. The vendors disagree: AMD's processors know SYSCALL in every mode and
 * SYSENTER only outside long mode (APM vol. 3), Intel's know SYSENTER in every mode and SYSCALL in 64-bit mode only
 * (SDM vol. 2B). On both the segment registers get fixed flat descriptors, whatever the tables hold.
 */
public final class FastSystemCall {
  private static final int FLAT = SegmentRegister.P | SegmentRegister.S | SegmentRegister.G
      | SegmentRegister.WRITABLE_OR_READABLE | SegmentRegister.ACCESSED;
  private static final int CODE32 = FLAT | SegmentRegister.CODE | SegmentRegister.DB;
  private static final int CODE64 = FLAT | SegmentRegister.CODE | SegmentRegister.L;
  private static final int DATA = FLAT | SegmentRegister.DB;

  private FastSystemCall() {}

  private static boolean isAmd(CpuState cpu) {
    return cpu.model.vendor() == CpuModel.Vendor.AMD;
  }

  /** SYSCALL. */
  @Semantics(SYSCALL)
  public static void systemCall(CpuState cpu) {
    if ((cpu.efer & Control.EFER_SCE) == 0 || !isAmd(cpu) && !cpu.is64Bit()) {
      throw cpu.undefinedOpcode();
    }
    int selector = (int) (cpu.star >>> 32) & 0xFFFC;
    if (!cpu.isLongMode()) {
      cpu.gpr[Reg.RCX] = cpu.rip & 0xFFFF_FFFFL;
      cpu.systemFlags &= ~(Flags.VM | Flags.IF | Flags.RF);
      enter(cpu, selector, selector + 8, 0, CODE32, cpu.star & 0xFFFF_FFFFL);
    } else {
      long target = cpu.is64Bit() ? cpu.lstar : cpu.cstar;
      cpu.gpr[Reg.RCX] = cpu.rip;
      int flags = cpu.flags() & ~Flags.RF;
      cpu.gpr[Reg.R11] = flags;
      cpu.setFlags(flags & ~(int) cpu.sfmask);
      enter(cpu, selector, selector + 8, 0, CODE64, target);
    }
  }

  /**
   * SYSRET. SS gets its whole fixed descriptor; AMD's processors load only part of it, which only programs that rely on
   * what was there before can see.
   */
  @Semantics(SYSRET)
  public static void systemReturn(CpuState cpu, Instruction insn) {
    if ((cpu.efer & Control.EFER_SCE) == 0 || !isAmd(cpu) && !cpu.is64Bit()) {
      throw cpu.undefinedOpcode();
    }
    if (!cpu.isProtected()) {
      throw cpu.generalProtection(0);
    }
    SystemOperands.requirePrivilege(cpu);
    int selector = (int) (cpu.star >>> 48) & 0xFFFC;
    if (!cpu.isLongMode()) {
      cpu.systemFlags |= Flags.IF;
      enter(cpu, selector, selector + 8, 3, CODE32, cpu.gpr[Reg.RCX] & 0xFFFF_FFFFL);
      return;
    }
    long target = cpu.gpr[Reg.RCX];
    boolean wide = insn.operandSize() == 8;
    if (wide && !isAmd(cpu) && !Bits.isCanonical(target)) {
      throw cpu.generalProtection(0);
    }
    cpu.setFlags((int) cpu.gpr[Reg.R11] & Flags.ALL & ~(Flags.RF | Flags.VM));
    if (wide) {
      enter(cpu, selector + 16, selector + 8, 3, CODE64, target);
    } else {
      enter(cpu, selector, selector + 8, 3, CODE32, target & 0xFFFF_FFFFL);
    }
  }

  /** SYSENTER. */
  @Semantics(SYSENTER)
  public static void systemEnter(CpuState cpu) {
    if (isAmd(cpu) && cpu.isLongMode()) {
      throw cpu.undefinedOpcode();
    }
    int selector = (int) cpu.sysenterCs & 0xFFFC;
    if (!cpu.isProtected() || selector == 0) {
      throw cpu.generalProtection(0);
    }
    boolean wide = cpu.isLongMode();
    cpu.systemFlags &= ~(Flags.VM | Flags.IF | Flags.RF);
    cpu.gpr[Reg.RSP] = wide ? cpu.sysenterEsp : cpu.sysenterEsp & 0xFFFF_FFFFL;
    enter(cpu, selector, selector + 8, 0, wide ? CODE64 : CODE32,
        wide ? cpu.sysenterEip : cpu.sysenterEip & 0xFFFF_FFFFL);
  }

  /** SYSEXIT. */
  @Semantics(SYSEXIT)
  public static void systemExit(CpuState cpu, Instruction insn) {
    if (isAmd(cpu) && cpu.isLongMode()) {
      throw cpu.undefinedOpcode();
    }
    int selector = (int) cpu.sysenterCs & 0xFFFC;
    if (!cpu.isProtected() || selector == 0 || cpu.cpl != 0) {
      throw cpu.generalProtection(0);
    }
    long target = cpu.gpr[Reg.RDX];
    long stack = cpu.gpr[Reg.RCX];
    if (insn.operandSize() == 8) {
      if (!Bits.isCanonical(target) || !Bits.isCanonical(stack)) {
        throw cpu.generalProtection(0);
      }
      cpu.gpr[Reg.RSP] = stack;
      enter(cpu, selector + 32, selector + 40, 3, CODE64, target);
    } else {
      cpu.gpr[Reg.RSP] = stack & 0xFFFF_FFFFL;
      enter(cpu, selector + 16, selector + 24, 3, CODE32, target & 0xFFFF_FFFFL);
    }
  }

  /** Sets CS, SS, CPL and RIP; EFLAGS is as it will be. */
  private static void enter(CpuState cpu, int code, int stack, int cpl, int codeAttributes, long target) {
    int privilege = cpl << SegmentRegister.DPL_SHIFT;
    cpu.segment[Reg.CS].set(code & 0xFFFC | cpl, 0, 0xFFFF_FFFFL, codeAttributes | privilege);
    cpu.segment[Reg.SS].set(stack & 0xFFFC | cpl, 0, 0xFFFF_FFFFL, DATA | privilege);
    cpu.rip = target;
    cpu.transferred = true;
    if (codeAttributes == CODE64 ? cpu.is64Bit() : ExecutionContext.isFlat32(cpu.context)) {
      cpu.changePrivilege(cpl);
    } else {
      cpu.cpl = cpl;
      cpu.updateContext();
    }
  }

  /** SWAPGS. */
  @Semantics(SWAPGS)
  public static void swapGs(CpuState cpu) {
    if (!cpu.is64Bit()) {
      throw cpu.undefinedOpcode();
    }
    SystemOperands.requirePrivilege(cpu);
    long base = cpu.segment[Reg.GS].base;
    cpu.segment[Reg.GS].base = cpu.kernelGsBase;
    cpu.kernelGsBase = base;
  }
}
