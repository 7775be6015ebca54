package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.TlbArray;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.memory.HostMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.semantics.Arithmetic;
import dev.hagen.semantics.Logic;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps for several instructions that often come together: comparisons and their jumps, registers pushed or popped one after the
 * other, pairs of moves. What code costs that runs seldom is the host's guesses of which step comes next above all, which are wrong
 * there; so there had better be few.
 */
final class FusedSteps {
  /** Instructions in one step at most: as many as have room in {@link FusedStep}. */
  private static final int MOST = 7;

  private FusedSteps() {}

  /**
   * The step for as many instructions as go together from number {@code from} on, or null if that is one alone.
   *
   * @param limit how many may
   */
  static @Nullable FusedStep bind(List<Instruction> instructions, int from, int limit, int context) {
    if (limit < 2) {
      return null;
    }
    Instruction first = instructions.get(from);
    Instruction second = instructions.get(from + 1);
    return switch (first.op()) {
      case CMP, TEST -> second.op() == Op.JCC ? compareAndJump(first, second, context) : null;
      case MOV -> isMove(first) && isMove(second) ? new TwoMoves(first, second) : null;
      case PUSH, POP -> stack(instructions, from, Math.min(limit, MOST), context);
      default -> null;
    };
  }

  // Comparisons and jumps.

  private static @Nullable FusedStep compareAndJump(Instruction compare, Instruction jump, int context) {
    int width = FrequentSteps.flowSize(jump, context);
    Operand first = compare.operand(0);
    Operand second = compare.operand(1);
    if (width == 0 || !FrequentSteps.isLow(first)) {
      return null;
    }
    boolean isTest = compare.op() == Op.TEST;
    if (second instanceof Operand.Immediate) {
      return isTest ? new TestConstantAndJump(compare, jump, width) : new CompareConstantAndJump(compare, jump, width);
    }
    if (FrequentSteps.isLow(second) && second.size() == first.size()) {
      return isTest ? new TestAndJump(compare, jump, width) : new CompareAndJump(compare, jump, width);
    }
    return null;
  }

  /**
   * A register is compared, then comes a conditional jump. Each kind has a {@code run} of its own, though they read the same: in one
   * for all HotSpot would find several comparisons to call.
   */
  private abstract static class Comparison extends FusedStep {
    private final byte first;
    final byte size;
    final long mask;
    private final byte condition;
    private final boolean is64Bit;
    private final long displacement;

    Comparison(Instruction compare, Instruction jump, int width) {
      super(List.of(compare, jump));
      Operand.Register register = (Operand.Register) compare.operand(0);
      this.first = (byte) register.index();
      this.size = (byte) register.size();
      this.mask = Bits.mask(size);
      this.condition = (byte) jump.condition();
      this.is64Bit = width == 8;
      this.displacement = ((Operand.Relative) jump.operand(0)).displacement();
    }

    abstract void compare(CpuState cpu);

    final long a(CpuState cpu) {
      return cpu.gpr[first] & mask;
    }

    /** The comparison has retired. */
    final void jump(CpuState cpu) {
      cpu.retiredInBlock++;
      long target = cpu.rip + (displacement & -cpu.conditionBit(condition));
      if (is64Bit) {
        FlowSteps.jump64(cpu, target);
      } else {
        cpu.rip = target & 0xFFFF_FFFFL;
      }
    }

    @Override
    final void runOne(CpuState cpu, int number) {
      // The jump is only run together with the comparison.
      compare(cpu);
    }
  }

  /** With another register. */
  private abstract static class RegisterComparison extends Comparison {
    private final byte second;

    RegisterComparison(Instruction compare, Instruction jump, int width) {
      super(compare, jump, width);
      second = (byte) ((Operand.Register) compare.operand(1)).index();
    }

    final long b(CpuState cpu) {
      return cpu.gpr[second] & mask;
    }
  }

  /** With a constant. */
  private abstract static class ConstantComparison extends Comparison {
    final long b;

    ConstantComparison(Instruction compare, Instruction jump, int width) {
      super(compare, jump, width);
      b = ((Operand.Immediate) compare.operand(1)).value() & mask;
    }
  }

  /** CMP of two registers. */
  private static final class CompareAndJump extends RegisterComparison {
    CompareAndJump(Instruction compare, Instruction jump, int width) {
      super(compare, jump, width);
    }

    @Override
    void compare(CpuState cpu) {
      Arithmetic.cmp(cpu, a(cpu), b(cpu), size);
    }

    @Override
    public void run(CpuState cpu) {
      compare(cpu);
      jump(cpu);
    }
  }

  /** TEST of two registers. */
  private static final class TestAndJump extends RegisterComparison {
    TestAndJump(Instruction compare, Instruction jump, int width) {
      super(compare, jump, width);
    }

    @Override
    void compare(CpuState cpu) {
      Logic.test(cpu, a(cpu), b(cpu), size);
    }

    @Override
    public void run(CpuState cpu) {
      compare(cpu);
      jump(cpu);
    }
  }

  /** CMP of a register and a constant. */
  private static final class CompareConstantAndJump extends ConstantComparison {
    CompareConstantAndJump(Instruction compare, Instruction jump, int width) {
      super(compare, jump, width);
    }

    @Override
    void compare(CpuState cpu) {
      Arithmetic.cmp(cpu, a(cpu), b, size);
    }

    @Override
    public void run(CpuState cpu) {
      compare(cpu);
      jump(cpu);
    }
  }

  /** TEST of a register and a constant. */
  private static final class TestConstantAndJump extends ConstantComparison {
    TestConstantAndJump(Instruction compare, Instruction jump, int width) {
      super(compare, jump, width);
    }

    @Override
    void compare(CpuState cpu) {
      Logic.test(cpu, a(cpu), b, size);
    }

    @Override
    public void run(CpuState cpu) {
      compare(cpu);
      jump(cpu);
    }
  }

  // Moves.

  /** Whether it is a move from one general register of four or eight bytes to another. */
  private static boolean isMove(Instruction instruction) {
    return instruction.op() == Op.MOV && FrequentSteps.isWide(instruction.operand(0))
        && FrequentSteps.isWide(instruction.operand(1));
  }

  /** Two moves from register to register. */
  private static final class TwoMoves extends FusedStep {
    private final byte destination;
    private final byte source;
    private final byte nextDestination;
    private final byte nextSource;
    private final long mask;
    private final long nextMask;

    TwoMoves(Instruction first, Instruction second) {
      super(List.of(first, second));
      destination = register(first, 0);
      source = register(first, 1);
      mask = Bits.mask(first.operand(0).size());
      nextDestination = register(second, 0);
      nextSource = register(second, 1);
      nextMask = Bits.mask(second.operand(0).size());
    }

    private static byte register(Instruction move, int operand) {
      return (byte) ((Operand.Register) move.operand(operand)).index();
    }

    @Override
    public void run(CpuState cpu) {
      long[] gpr = cpu.gpr;
      gpr[destination] = gpr[source] & mask;
      gpr[nextDestination] = gpr[nextSource] & nextMask;
      cpu.retiredInBlock++;
    }

    @Override
    void runOne(CpuState cpu, int number) {
      if (number == 0) {
        cpu.gpr[destination] = cpu.gpr[source] & mask;
      } else {
        cpu.gpr[nextDestination] = cpu.gpr[nextSource] & nextMask;
      }
    }
  }

  // The stack.

  private static @Nullable FusedStep stack(List<Instruction> instructions, int from, int limit, int context) {
    Instruction first = instructions.get(from);
    int width = FrequentSteps.flowSize(first, context);
    int count = 0;
    while (count < limit && width != 0 && isOfRun(instructions.get(from + count), first.op(), width, context)) {
      count++;
    }
    if (count < 2) {
      return null;
    }
    List<Instruction> run = instructions.subList(from, from + count);
    return first.op() == Op.PUSH ? new Pushes(run, width) : new Pops(run, width);
  }

  /** Whether it pushes or pops a register as the others do: not the stack pointer. */
  private static boolean isOfRun(Instruction instruction, Op op, int width, int context) {
    return instruction.op() == op && FrequentSteps.flowSize(instruction, context) == width
        && instruction.operand(0) instanceof Operand.Register register && register.index() != Reg.RSP;
  }

  /** Registers are pushed, or popped. */
  private abstract static class Run extends FusedStep {
    /** Their numbers, a byte each, the first in the low one. */
    private final long registers;
    final boolean is64Bit;
    /** Of the stack pointer. */
    final long mask;
    final int bytes;

    Run(List<Instruction> run, int width) {
      super(run);
      long numbers = 0;
      for (int i = run.size() - 1; i >= 0; i--) {
        numbers = numbers << 8 | ((Operand.Register) run.get(i).operand(0)).index();
      }
      registers = numbers;
      is64Bit = width == 8;
      mask = Bits.mask(width);
      bytes = width * run.size();
    }

    final int register(int number) {
      return (int) (registers >>> (number << 3)) & 0xFF;
    }
  }

  /** PUSH of registers, in 64-bit mode or with flat 32-bit segments. */
  private static final class Pushes extends Run {
    Pushes(List<Instruction> run, int width) {
      super(run, width);
    }

    @Override
    public void run(CpuState cpu) {
      long[] gpr = cpu.gpr;
      long low = gpr[Reg.RSP] - bytes & mask;
      long[] tlb = cpu.writeTlb;
      if (!TlbArray.hits(TlbArray.tag(tlb, low), low, bytes)) {
        runSingly(cpu, count);
        return;
      }
      long place = TlbArray.place(tlb, low) + bytes;
      if (is64Bit) {
        for (int i = 0; i < count; i++) {
          place -= 8;
          HostMemory.putLong(place, gpr[register(i)]);
        }
      } else {
        for (int i = 0; i < count; i++) {
          place -= 4;
          HostMemory.putInt(place, (int) gpr[register(i)]);
        }
      }
      gpr[Reg.RSP] = low;
      cpu.retiredInBlock += count - 1;
    }

    @Override
    void runOne(CpuState cpu, int number) {
      long value = cpu.gpr[register(number)];
      if (is64Bit) {
        FlowSteps.push64(cpu, value);
      } else {
        FlowSteps.push32(cpu, value);
      }
    }
  }

  /** POP of registers likewise. */
  private static final class Pops extends Run {
    Pops(List<Instruction> run, int width) {
      super(run, width);
    }

    @Override
    public void run(CpuState cpu) {
      long[] gpr = cpu.gpr;
      long low = gpr[Reg.RSP] & mask;
      long[] tlb = cpu.readTlb;
      if (!TlbArray.hits(TlbArray.tag(tlb, low), low, bytes)) {
        runSingly(cpu, count);
        return;
      }
      long place = TlbArray.place(tlb, low);
      if (is64Bit) {
        for (int i = 0; i < count; i++) {
          gpr[register(i)] = HostMemory.getLong(place);
          place += 8;
        }
      } else {
        for (int i = 0; i < count; i++) {
          gpr[register(i)] = HostMemory.getInt(place) & 0xFFFF_FFFFL;
          place += 4;
        }
      }
      gpr[Reg.RSP] = low + bytes & mask;
      cpu.retiredInBlock += count - 1;
    }

    @Override
    void runOne(CpuState cpu, int number) {
      long pointer = cpu.gpr[Reg.RSP] & mask;
      int size = is64Bit ? 8 : 4;
      long value = LinearMemory.loadStack(cpu, pointer, size);
      cpu.gpr[Reg.RSP] = pointer + size & mask;
      cpu.gpr[register(number)] = value;
    }
  }
}
