package dev.hagen.semantics;

import static dev.hagen.decode.Op.CLGI;
import static dev.hagen.decode.Op.HLT;
import static dev.hagen.decode.Op.INVLPGA;
import static dev.hagen.decode.Op.MONITOR;
import static dev.hagen.decode.Op.MWAIT;
import static dev.hagen.decode.Op.RSM;
import static dev.hagen.decode.Op.SKINIT;
import static dev.hagen.decode.Op.STGI;
import static dev.hagen.decode.Op.VMCALL;
import static dev.hagen.decode.Op.VMLOAD;
import static dev.hagen.decode.Op.VMMCALL;
import static dev.hagen.decode.Op.VMRUN;
import static dev.hagen.decode.Op.VMSAVE;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Reg;

/** HLT, hypercalls, and the instructions of modes that this processor does not announce. */
public final class ProcessorStates {
  private ProcessorStates() {}

  /** HLT: waits for an interrupt. */
  @Semantics(HLT)
  public static void halt(CpuState cpu) {
    SystemOperands.requirePrivilege(cpu);
    cpu.leaveBlock = true;
    cpu.vmm.halt(cpu);
  }

  /**
   * VMCALL, VMMCALL: a call of the hypervisor, number in RAX, arguments in RBX and RCX, result in RAX; outside 64-bit mode
   * 32 bits of each. Either instruction will do, whatever the processor's vendor: a guest may move between hosts.
   */
  @Semantics({VMCALL, VMMCALL})
  public static void hypercall(CpuState cpu) {
    long bits = cpu.is64Bit() ? -1 : 0xFFFF_FFFFL;
    long number = cpu.gpr[Reg.RAX] & bits;
    cpu.gpr[Reg.RAX] = cpu.vmm.hypercall(cpu, number, cpu.gpr[Reg.RBX] & bits, cpu.gpr[Reg.RCX] & bits) & bits;
  }

  /** MONITOR, system management, virtualization: #UD, as CPUID says. */
  @Semantics({MONITOR, MWAIT, RSM, VMRUN, VMLOAD, VMSAVE, STGI, CLGI, SKINIT, INVLPGA})
  public static void undefined(CpuState cpu) {
    throw cpu.undefinedOpcode();
  }
}
