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

/** HLT, and the instructions of modes that this processor does not announce. */
public final class ProcessorStates {
  private ProcessorStates() {}

  /** HLT: waits for an interrupt. */
  @Semantics(HLT)
  public static void halt(CpuState cpu) {
    SystemOperands.requirePrivilege(cpu);
    cpu.leaveBlock = true;
    cpu.vmm.halt(cpu);
  }

  /** MONITOR, system management, virtualization: #UD, as CPUID says. */
  @Semantics({MONITOR, MWAIT, RSM, VMMCALL, VMCALL, VMRUN, VMLOAD, VMSAVE, STGI, CLGI, SKINIT, INVLPGA})
  public static void undefined(CpuState cpu) {
    throw cpu.undefinedOpcode();
  }
}
