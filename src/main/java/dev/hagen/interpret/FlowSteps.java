package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.semantics.StackAccess;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;

/** Steps for near control transfers and stack operations where neither needs segmentation. */
final class FlowSteps {
  private FlowSteps() {}

  /** Sets RIP to a branch target in 64-bit mode, or raises #GP(0). */
  static void jump64(CpuState cpu, long target) {
    if (!Bits.isCanonical(target)) {
      throw cpu.generalProtection(0);
    }
    cpu.rip = target;
  }

  /** Jcc in 64-bit mode. */
  static final class ConditionalJump64 extends Step {
    private final byte condition;
    private final long displacement;

    ConditionalJump64(int condition, long displacement) {
      this.condition = (byte) condition;
      this.displacement = displacement;
    }

    @Override
    public void run(CpuState cpu) {
      jump64(cpu, cpu.rip + (displacement & -cpu.conditionBit(condition)));
    }
  }

  /** Jcc with a flat 32-bit code segment. */
  static final class ConditionalJump32 extends Step {
    private final byte condition;
    private final long displacement;

    ConditionalJump32(int condition, long displacement) {
      this.condition = (byte) condition;
      this.displacement = displacement;
    }

    @Override
    public void run(CpuState cpu) {
      cpu.rip = cpu.rip + (displacement & -cpu.conditionBit(condition)) & 0xFFFF_FFFFL;
    }
  }

  /** JMP to a distance in 64-bit mode. */
  static final class Jump64 extends Step {
    private final long displacement;

    Jump64(long displacement) {
      this.displacement = displacement;
    }

    @Override
    public void run(CpuState cpu) {
      jump64(cpu, cpu.rip + displacement);
    }
  }

  /** JMP to a distance with a flat 32-bit code segment. */
  static final class Jump32 extends Step {
    private final long displacement;

    Jump32(long displacement) {
      this.displacement = displacement;
    }

    @Override
    public void run(CpuState cpu) {
      cpu.rip = cpu.rip + displacement & 0xFFFF_FFFFL;
    }
  }

  /** CALL of a distance in 64-bit mode. */
  static final class Call64 extends Step {
    private final long displacement;

    Call64(long displacement) {
      this.displacement = displacement;
    }

    @Override
    public void run(CpuState cpu) {
      long target = cpu.rip + displacement;
      if (!Bits.isCanonical(target)) {
        // What is wrong with the stack comes first, as processors have it.
        StackAccess.checkPush(cpu, 8);
        throw cpu.generalProtection(0);
      }
      push64(cpu, cpu.rip);
      cpu.rip = target;
    }
  }

  /** RET in 64-bit mode; {@code release} more bytes leave the stack. */
  static final class Return64 extends Step {
    private final long release;

    Return64(long release) {
      this.release = release;
    }

    @Override
    public void run(CpuState cpu) {
      long pointer = cpu.gpr[Reg.RSP];
      jump64(cpu, LinearMemory.loadStack(cpu, pointer, 8));
      cpu.gpr[Reg.RSP] = pointer + 8 + release;
    }
  }

  static void push64(CpuState cpu, long value) {
    long pointer = cpu.gpr[Reg.RSP] - 8;
    LinearMemory.storeStack(cpu, pointer, value, 8);
    cpu.gpr[Reg.RSP] = pointer;
  }

  /** PUSH of a register in 64-bit mode. */
  static final class Push64 extends Step {
    private final byte register;

    Push64(int register) {
      this.register = (byte) register;
    }

    @Override
    public void run(CpuState cpu) {
      push64(cpu, cpu.gpr[register]);
    }
  }

  /** POP of a register in 64-bit mode. */
  static final class Pop64 extends Step {
    private final byte register;

    Pop64(int register) {
      this.register = (byte) register;
    }

    @Override
    public void run(CpuState cpu) {
      long pointer = cpu.gpr[Reg.RSP];
      long value = LinearMemory.loadStack(cpu, pointer, 8);
      cpu.gpr[Reg.RSP] = pointer + 8;
      cpu.gpr[register] = value;
    }
  }

  /** CALL of a distance with flat 32-bit segments. */
  static final class Call32 extends Step {
    private final long displacement;

    Call32(long displacement) {
      this.displacement = displacement;
    }

    @Override
    public void run(CpuState cpu) {
      push32(cpu, cpu.rip);
      cpu.rip = cpu.rip + displacement & 0xFFFF_FFFFL;
    }
  }

  /** RET with flat 32-bit segments. */
  static final class Return32 extends Step {
    private final long release;

    Return32(long release) {
      this.release = release;
    }

    @Override
    public void run(CpuState cpu) {
      long pointer = cpu.gpr[Reg.RSP] & 0xFFFF_FFFFL;
      cpu.rip = LinearMemory.loadStack(cpu, pointer, 4);
      cpu.gpr[Reg.RSP] = pointer + 4 + release & 0xFFFF_FFFFL;
    }
  }

  static void push32(CpuState cpu, long value) {
    long pointer = cpu.gpr[Reg.RSP] - 4 & 0xFFFF_FFFFL;
    LinearMemory.storeStack(cpu, pointer, value, 4);
    cpu.gpr[Reg.RSP] = pointer;
  }

  /** PUSH of a register with flat 32-bit segments. */
  static final class Push32 extends Step {
    private final byte register;

    Push32(int register) {
      this.register = (byte) register;
    }

    @Override
    public void run(CpuState cpu) {
      push32(cpu, cpu.gpr[register]);
    }
  }

  /** POP of a register with flat 32-bit segments. */
  static final class Pop32 extends Step {
    private final byte register;

    Pop32(int register) {
      this.register = (byte) register;
    }

    @Override
    public void run(CpuState cpu) {
      long pointer = cpu.gpr[Reg.RSP] & 0xFFFF_FFFFL;
      long value = LinearMemory.loadStack(cpu, pointer, 4);
      cpu.gpr[Reg.RSP] = pointer + 4 & 0xFFFF_FFFFL;
      cpu.gpr[register] = value;
    }
  }
}
