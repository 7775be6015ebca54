package dev.hagen.semantics;

import static dev.hagen.decode.Op.MOV_FROM_DR;
import static dev.hagen.decode.Op.MOV_TO_DR;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Control;
import dev.hagen.x86.Vector;

/**
 * Debug registers: MOV to and from them, matching of instruction and I/O breakpoints, and the bookkeeping of DR6 (SDM
 * vol. 3B 17.2). Data breakpoints are matched where memory is accessed, in {@link dev.hagen.mmu.DataBreakpoints}.
 */
public final class DebugRegisters {
  /** DR6: an access to a debug register was caught. */
  public static final long ACCESS_DETECTED = 1 << 13;
  /** DR6: single step. */
  public static final long SINGLE_STEP = 1 << 14;
  /** DR6: a task switch to a TSS with its T flag set. */
  public static final long TASK_SWITCH = 1 << 15;
  /** DR7: accesses to debug registers raise #DB. */
  public static final long GENERAL_DETECT = 1 << 13;

  private static final long DR6_WRITABLE = 0xE00F;
  private static final long DR6_ONES = 0xFFFF_0FF0L;
  private static final long DR7_WRITABLE = 0xFFFF_23FFL;
  private static final long DR7_ONES = 0x400;
  private static final int ON_EXECUTION = 0;
  private static final int ON_PORT = 2;
  private static final int[] LENGTHS = {1, 2, 8, 4};

  private DebugRegisters() {}

  /** A #DB with these bits of DR6 follows the current instruction. */
  static void trap(CpuState cpu, long bits) {
    cpu.debugHits |= bits;
    cpu.leaveBlock = true;
  }

  /** Whether DR7 enables a breakpoint on the execution of an instruction; cheap enough to ask per block. */
  public static boolean hasInstructionBreakpoints(CpuState cpu) {
    return has(cpu, ON_EXECUTION);
  }

  private static boolean has(CpuState cpu, int kind) {
    long dr7 = cpu.dr[7];
    if ((dr7 & 0xFF) == 0) {
      return false;
    }
    for (int i = 0; i < 4; i++) {
      if (isEnabled(dr7, i) && kind(dr7, i) == kind) {
        return true;
      }
    }
    return false;
  }

  /**
   * DR6 bits of the breakpoints on the instruction at {@code linear}, 0 if none. The caller heeds EFLAGS.RF and the
   * shadow of MOV SS, and raises #DB before the instruction through {@link #raise}.
   */
  public static long instructionHits(CpuState cpu, long linear) {
    long dr7 = cpu.dr[7];
    long hits = 0;
    for (int i = 0; i < 4; i++) {
      if (isEnabled(dr7, i) && kind(dr7, i) == ON_EXECUTION && cpu.dr[i] == linear) {
        hits |= 1L << i;
      }
    }
    return hits;
  }

  /** Notes the breakpoints that an access to {@code size} ports from {@code port} on touches (CR4.DE). */
  static void notePort(CpuState cpu, int port, int size) {
    long dr7 = cpu.dr[7];
    if ((dr7 & 0xFF) == 0 || (cpu.cr4 & Control.CR4_DE) == 0) {
      return;
    }
    for (int i = 0; i < 4; i++) {
      if (isEnabled(dr7, i) && kind(dr7, i) == ON_PORT) {
        int length = LENGTHS[(int) (dr7 >>> 18 + 4 * i) & 3];
        long start = cpu.dr[i] & -length;
        if (port < start + length && start < port + size) {
          trap(cpu, 1L << i);
        }
      }
    }
  }

  private static boolean isEnabled(long dr7, int index) {
    return (dr7 >>> 2 * index & 3) != 0;
  }

  private static int kind(long dr7, int index) {
    return (int) (dr7 >>> 16 + 4 * index) & 3;
  }

  /**
   * Takes the debug traps that the last instruction has left and records them in DR6.
   *
   * @param singleStep EFLAGS.TF was set when the instruction began
   * @return whether #DB is due
   */
  public static boolean takeTrap(CpuState cpu, boolean singleStep) {
    long bits = cpu.debugHits | (singleStep ? SINGLE_STEP : 0);
    if (bits == 0) {
      return false;
    }
    cpu.debugHits = 0;
    record(cpu, bits);
    return true;
  }

  /** Records {@code bits} in DR6, whose cause bits 0 to 3 are those of this exception alone. */
  private static void record(CpuState cpu, long bits) {
    cpu.dr[6] = cpu.dr[6] & ~0xFL | bits;
  }

  /** #DB with these bits of DR6: {@code throw DebugRegisters.raise(…)}. */
  public static RuntimeException raise(CpuState cpu, long bits) {
    record(cpu, bits);
    return cpu.raise(Vector.DB);
  }

  /** MOV r, DRn. */
  @Semantics(MOV_FROM_DR)
  public static void moveFrom(CpuState cpu, Instruction insn) {
    int index = check(cpu, ((Operand.Control) insn.operand(1)).index());
    cpu.counters.exit(Counter.DR_READS);
    cpu.setRegister(SystemOperands.register(insn, 0), cpu.dr[index], size(insn));
  }

  /** MOV DRn, r. */
  @Semantics(MOV_TO_DR)
  public static void moveTo(CpuState cpu, Instruction insn) {
    int index = check(cpu, ((Operand.Control) insn.operand(0)).index());
    cpu.counters.exit(Counter.DR_WRITES);
    long value = cpu.register(SystemOperands.register(insn, 1), size(insn));
    if (index >= 6 && value >>> 32 != 0) {
      throw cpu.generalProtection(0);
    }
    cpu.dr[index] = switch (index) {
      case 6 -> value & DR6_WRITABLE | DR6_ONES;
      case 7 -> value & DR7_WRITABLE | DR7_ONES;
      default -> value;
    };
    cpu.updateContext();
    cpu.leaveBlock = true;
  }

  private static int size(Instruction insn) {
    return insn.codeSize() == 8 ? 8 : 4;
  }

  /** Checks an access to DR{@code index} and answers the register meant: DR4 and DR5 are DR6 and DR7 unless CR4.DE. */
  private static int check(CpuState cpu, int index) {
    boolean alias = index == 4 || index == 5;
    if (index > 7 || alias && (cpu.cr4 & Control.CR4_DE) != 0) {
      throw cpu.undefinedOpcode();
    }
    SystemOperands.requirePrivilege(cpu);
    if ((cpu.dr[7] & GENERAL_DETECT) != 0) {
      throw raise(cpu, ACCESS_DETECTED);
    }
    return alias ? index + 2 : index;
  }
}
