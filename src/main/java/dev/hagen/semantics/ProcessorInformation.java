package dev.hagen.semantics;

import static dev.hagen.decode.Op.CPUID;
import static dev.hagen.decode.Op.RDMSR;
import static dev.hagen.decode.Op.RDPID;
import static dev.hagen.decode.Op.RDPMC;
import static dev.hagen.decode.Op.RDTSC;
import static dev.hagen.decode.Op.RDTSCP;
import static dev.hagen.decode.Op.WRMSR;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.Cpuid;
import dev.hagen.cpu.Feature;
import dev.hagen.decode.Instruction;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;

/** CPUID, model-specific registers, counters. */
public final class ProcessorInformation {
  /** Performance counters of the default processor; they stand at zero. */
  private static final int COUNTERS = 4;

  private ProcessorInformation() {}

  /** CPUID. */
  @Semantics(CPUID)
  public static void cpuid(CpuState cpu) {
    cpu.counters.exit(Counter.CPUID_READS);
    Cpuid.answer(cpu);
  }

  private static void setPair(CpuState cpu, long value) {
    cpu.gpr[Reg.RAX] = value & 0xFFFF_FFFFL;
    cpu.gpr[Reg.RDX] = value >>> 32;
  }

  /** RDMSR. */
  @Semantics(RDMSR)
  public static void readMsr(CpuState cpu) {
    SystemOperands.requirePrivilege(cpu);
    setPair(cpu, cpu.vmm.readMsr(cpu, (int) cpu.gpr[Reg.RCX]));
  }

  /** WRMSR. */
  @Semantics(WRMSR)
  public static void writeMsr(CpuState cpu) {
    SystemOperands.requirePrivilege(cpu);
    cpu.vmm.writeMsr(cpu, (int) cpu.gpr[Reg.RCX], cpu.gpr[Reg.RDX] << 32 | cpu.gpr[Reg.RAX] & 0xFFFF_FFFFL);
    cpu.leaveBlock = true;
  }

  private static void checkTimestamp(CpuState cpu) {
    if (cpu.cpl != 0 && (cpu.cr4 & Control.CR4_TSD) != 0) {
      throw cpu.generalProtection(0);
    }
  }

  /** RDTSC. */
  @Semantics(RDTSC)
  public static void readTimestamp(CpuState cpu) {
    checkTimestamp(cpu);
    setPair(cpu, cpu.vmm.timestamp(cpu));
  }

  /** RDTSCP. */
  @Semantics(RDTSCP)
  public static void readTimestampAndProcessor(CpuState cpu) {
    if (!cpu.model.has(Feature.RDTSCP)) {
      throw cpu.undefinedOpcode();
    }
    checkTimestamp(cpu);
    setPair(cpu, cpu.vmm.timestamp(cpu));
    cpu.gpr[Reg.RCX] = cpu.tscAux & 0xFFFF_FFFFL;
  }

  /** RDPID. */
  @Semantics(RDPID)
  public static void readProcessor(CpuState cpu, Instruction insn) {
    if (!cpu.model.has(Feature.RDPID)) {
      throw cpu.undefinedOpcode();
    }
    cpu.gpr[SystemOperands.register(insn, 0)] = cpu.tscAux & 0xFFFF_FFFFL;
  }

  /** RDPMC. */
  @Semantics(RDPMC)
  public static void readCounter(CpuState cpu) {
    boolean allowed = cpu.cpl == 0 || (cpu.cr4 & Control.CR4_PCE) != 0;
    if (!allowed || (cpu.gpr[Reg.RCX] & 0xFFFF_FFFFL) >= COUNTERS) {
      throw cpu.generalProtection(0);
    }
    setPair(cpu, 0);
  }
}
