package dev.hagen.semantics;

import static dev.hagen.decode.Op.INT;
import static dev.hagen.decode.Op.INT1;
import static dev.hagen.decode.Op.INT3;
import static dev.hagen.decode.Op.INTO;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Control;
import dev.hagen.x86.Vector;

/** INT n, INT3, INTO and INT1 (SDM vol. 2A INT n). A fault during delivery is a fault of the instruction. */
public final class SoftwareInterrupt {
  private SoftwareInterrupt() {}

  /** INT n. In virtual-8086 mode IOPL and the redirection bitmap decide where it goes (SDM vol. 3B 20.3.3). */
  @Semantics(INT)
  public static void interrupt(CpuState cpu, Instruction insn) {
    int vector = (int) ((Operand.Immediate) insn.operand(0)).value() & 0xFF;
    if (cpu.isVirtual8086()) {
      if ((cpu.cr4 & Control.CR4_VME) != 0 && TaskState.redirects(cpu, vector)) {
        RealModeDelivery.redirect(cpu, vector);
        return;
      }
      if (cpu.iopl() < 3) {
        throw cpu.generalProtection(0);
      }
    }
    InterruptDelivery.once(cpu, vector, 0, InterruptDelivery.Source.SOFTWARE_INT);
  }

  /** INT3. */
  @Semantics(INT3)
  public static void breakpoint(CpuState cpu) {
    InterruptDelivery.once(cpu, Vector.BP, 0, InterruptDelivery.Source.SOFTWARE_EXCEPTION);
  }

  /** INTO. */
  @Semantics(INTO)
  public static void overflow(CpuState cpu) {
    if (cpu.of()) {
      InterruptDelivery.once(cpu, Vector.OF, 0, InterruptDelivery.Source.SOFTWARE_EXCEPTION);
    }
  }

  /** INT1: #DB without any condition in DR6. */
  @Semantics(INT1)
  public static void debugTrap(CpuState cpu) {
    InterruptDelivery.once(cpu, Vector.DB, 0, InterruptDelivery.Source.INT1);
  }
}
