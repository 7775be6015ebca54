package dev.hagen.interpret;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.memory.HostMemory;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes blocks: fetches code bytes through the guest's mapping, decodes them and binds each instruction to a step. */
final class BlockDecoder {
  /** Instructions in a block at most. */
  private static final int MAX_INSTRUCTIONS = 32;
  private static final int PAGE = 0x1000;
  private static final int MAX_LENGTH = 15;
  /** All that a block may take of a page. */
  private static final int MOST_BYTES = MAX_INSTRUCTIONS * MAX_LENGTH;
  /** Operations after which the next instruction may lie elsewhere. */
  private static final Set<Op> LAST = EnumSet.of(Op.JMP, Op.JCC, Op.JCXZ, Op.LOOP, Op.LOOPE, Op.LOOPNE, Op.CALL, Op.RET,
      Op.JMP_FAR, Op.CALL_FAR, Op.RET_FAR, Op.IRET, Op.INT, Op.INT1, Op.INT3, Op.INTO, Op.UD0, Op.UD1, Op.UD2,
      Op.SYSCALL, Op.SYSRET, Op.SYSENTER, Op.SYSEXIT, Op.RSM, Op.VMRUN, Op.HLT, Op.INVALID, Op.TOO_LONG);

  private final Decoder decoder;
  private final Binder binder;
  private final byte[] bytes = new byte[PAGE + MAX_LENGTH];
  /** What is made anew for every block, but not in memory of its own: a boot of Linux decodes 70,000. */
  private final Decoder.Work work = new Decoder.Work();
  private final List<Instruction> instructions = new ArrayList<>(MAX_INSTRUCTIONS);
  private final List<Step> steps = new ArrayList<>(MAX_INSTRUCTIONS);

  BlockDecoder(Decoder decoder, Binder binder) {
    this.decoder = decoder;
    this.binder = binder;
  }

  /**
   * Decodes the block at CS:RIP, whose first byte is at guest-physical {@code physical}.
   *
   * @param limit how many instructions at most
   * @throws GuestException the fault of fetching the first instruction
   */
  Block decode(CpuState cpu, long physical, int limit) {
    int context = cpu.context;
    int codeSize = ExecutionContext.codeSize(context);
    long room = bytesInSegment(cpu, codeSize);
    if (room <= 0) {
      throw cpu.generalProtection(0);
    }
    int inPage = PAGE - (int) (physical & PAGE - 1);
    int available = (int) Math.min(Math.min(inPage, room), MOST_BYTES);
    fetch(cpu.memory, physical, 0, available);
    instructions.clear();
    int offset = 0;
    long secondPage = Block.ONE_PAGE;
    while (instructions.size() < Math.min(limit, MAX_INSTRUCTIONS)) {
      Instruction instruction = decoder.decode(work, bytes, offset, available, codeSize);
      if (instruction == null) {
        if (offset > 0) {
          break;
        }
        if (room <= inPage) {
          throw cpu.generalProtection(0);
        }
        secondPage = fetchSecondPage(cpu, inPage, room);
        available = (int) Math.min(inPage + MAX_LENGTH, room);
        instruction = decoder.decode(work, bytes, 0, available, codeSize);
        if (instruction == null) {
          throw cpu.generalProtection(0);
        }
      }
      instructions.add(instruction);
      offset += instruction.length();
      if (secondPage != Block.ONE_PAGE || LAST.contains(instruction.op())) {
        break;
      }
    }
    cpu.counters.count(Counter.BLOCKS_DECODED);
    Instruction last = instructions.getLast();
    return new Block(physical, context, bind(context), offset, secondPage, isIndirect(last), target(last, offset, context));
  }

  /** Makes the steps, one behind the other so that they lie side by side in the JVM's memory. */
  private List<Step> bind(int context) {
    steps.clear();
    int end = 0;
    int i = 0;
    while (i < instructions.size()) {
      Step step = FusedSteps.bind(instructions, i, instructions.size() - i, context);
      if (step == null) {
        step = binder.bind(instructions.get(i), context);
      }
      for (int last = i + step.count(); i < last; i++) {
        end += instructions.get(i).length();
      }
      step.end = (short) end;
      steps.add(step);
    }
    return steps;
  }

  private static boolean isIndirect(Instruction instruction) {
    return (instruction.op() == Op.JMP || instruction.op() == Op.CALL)
        && !(instruction.operand(0) instanceof Operand.Relative);
  }

  /** See {@link Block#target}, of a block that ends with {@code instruction} at distance {@code end}. */
  private static long target(Instruction instruction, int end, int context) {
    if (!LAST.contains(instruction.op())) {
      return end;
    }
    return switch (instruction.op()) {
      case JMP, JCC, CALL -> instruction.operand(0) instanceof Operand.Relative relative
          && FrequentSteps.flowSize(instruction, context) != 0 ? end + relative.displacement() : Block.ELSEWHERE;
      default -> Block.ELSEWHERE;
    };
  }

  /** Bytes from RIP to the end of the code segment; in 64-bit mode there is no end. */
  private static long bytesInSegment(CpuState cpu, int codeSize) {
    if (codeSize == 8) {
      return Long.MAX_VALUE;
    }
    SegmentRegister cs = cpu.segment[Reg.CS];
    return cs.limit - cpu.rip + 1;
  }

  /** Fetches the bytes behind the end of the page; answers the guest-physical address of the second page. */
  private long fetchSecondPage(CpuState cpu, int inPage, long room) {
    long linear = Interpreter.linearRip(cpu) + inPage;
    if (!cpu.is64Bit()) {
      linear &= 0xFFFF_FFFFL;
    }
    long physical = LinearMemory.fetch(cpu, linear);
    fetch(cpu.memory, physical, inPage, (int) Math.min(MAX_LENGTH, room - inPage));
    return physical;
  }

  private void fetch(PhysicalMemory memory, long physical, int at, int length) {
    long offset = memory.ramOffset(physical);
    if (offset != PhysicalMemory.NO_RAM) {
      HostMemory.copyOut(offset, bytes, at, length);
      return;
    }
    for (int i = 0; i < length; i++) {
      bytes[at + i] = (byte) memory.read(physical + i, 1);
    }
  }

  /** The instruction at CS:RIP, or null if it cannot be fetched; for logs and debuggers. */
  @Nullable Instruction peek(CpuState cpu) {
    try {
      long physical = LinearMemory.fetch(cpu, Interpreter.linearRip(cpu));
      int inPage = PAGE - (int) (physical & PAGE - 1);
      fetch(cpu.memory, physical, 0, Math.min(inPage, MAX_LENGTH));
      Instruction instruction = decoder.decode(work, bytes, 0, Math.min(inPage, MAX_LENGTH), ExecutionContext.codeSize(cpu.context));
      if (instruction == null) {
        fetchSecondPage(cpu, inPage, Long.MAX_VALUE);
        instruction = decoder.decode(work, bytes, 0, inPage + MAX_LENGTH, ExecutionContext.codeSize(cpu.context));
      }
      return instruction;
    } catch (GuestException e) {
      return null;
    }
  }
}
