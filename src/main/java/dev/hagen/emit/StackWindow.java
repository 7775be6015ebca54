package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.x86.Reg;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The bytes around a stack or frame pointer that the instructions of a block access from one on, as long as the register
 * moves by constants: one check that they lie in one page does for all of these accesses.
 *
 * @param base RSP or RBP
 * @param low where the first byte lies, as a distance from the register's value before the first instruction
 * @param high where the last byte ends
 * @param last the number in the block of the instruction that accesses it last
 */
record StackWindow(int base, long low, long high, int last) {
  /** Whether {@code size} bytes from a distance on are in the window. */
  boolean contains(long distance, int size) {
    return distance >= low && distance + size <= high;
  }

  /** How many bytes it has. */
  long size() {
    return high - low;
  }

  /** The same after the register has moved by {@code distance}. */
  StackWindow moved(long distance) {
    return new StackWindow(base, low - distance, high - distance, last);
  }

  /** By how much an instruction moves a register, or null if that is not known when emitting. */
  static @Nullable Long movement(Instruction instruction, int base, int codeSize) {
    Operand[] operands = instruction.operands();
    Op op = instruction.op();
    boolean named = operands.length > 0 && operands[0] instanceof Operand.Register register && register.index() == base
        && op.access() != Op.Access.READ || op == Op.XCHG || op == Op.XADD || op == Op.CMPXCHG;
    if (named) {
      return movementOfFirst(instruction, codeSize);
    }
    return switch (op) {
      case PUSH -> base == Reg.RSP ? -operands[0].size() : 0L;
      case POP -> base == Reg.RSP ? operands[0].size() : 0L;
      case LEAVE, ENTER, PUSHA, POPA, PUSHF, POPF -> null;
      default -> 0L;
    };
  }

  /** By how much an instruction moves the register that is its first operand, or null if that is not known when emitting. */
  static @Nullable Long movementOfFirst(Instruction instruction, int codeSize) {
    Operand[] operands = instruction.operands();
    if (!(operands[0] instanceof Operand.Register register) || register.size() != codeSize) {
      return null;
    }
    return switch (instruction.op()) {
      case INC -> 1L;
      case DEC -> -1L;
      case ADD -> operands[1] instanceof Operand.Immediate immediate ? (Long) immediate.value() : null;
      case SUB -> operands[1] instanceof Operand.Immediate immediate ? (Long) (-immediate.value()) : null;
      case LEA -> operands[1] instanceof Operand.Memory memory && memory.base() == register.index()
          && memory.index() == Reg.NONE && memory.addressSize() == codeSize ? (Long) memory.displacement() : null;
      default -> null;
    };
  }

  /**
   * The window from an instruction on, or null if it is not worth a check of its own: for less than two accesses.
   *
   * @param index the number of the instruction in its block
   * @param at its distance from the region's head
   * @param largest bytes that it may have: a larger one lies across two pages too often
   * @param ending what records have an instruction end the window: it is on its own then
   */
  static @Nullable StackWindow of(Region region, RegionBlock block, int index, long at, int base,
      RegisterPlan plan, int codeSize, int largest, IntPredicate ending) {
    Search search = new Search(base, codeSize, largest);
    int last = block.instructions().size() - 1;
    long place = at;
    for (int i = index; i <= last; i++) {
      Instruction instruction = block.instructions().get(i);
      boolean transfer = i == last && RegisterPlan.isTransfer(block);
      search.index = i;
      if (ending.test(region.record(place)) || !transfer && plan.effects(block, i).form() != Effects.Form.VALUE
          || !search.take(instruction) || transfer) {
        break;
      }
      place += instruction.length();
    }
    return search.accesses < 2 ? null : new StackWindow(base, search.low, search.high, search.last);
  }

  /** What has been found so far. */
  private static final class Search {
    private final int base;
    private final int codeSize;
    private final int largest;
    private long position;
    private long low = Long.MAX_VALUE;
    private long high = Long.MIN_VALUE;
    private int accesses;
    private int index;
    private int last;

    Search(int base, int codeSize, int largest) {
      this.base = base;
      this.codeSize = codeSize;
      this.largest = largest;
    }

    /** Takes an instruction into the window; says whether the next one may come. */
    boolean take(Instruction instruction) {
      Op op = instruction.op();
      if (op != Op.LEA && op != Op.NOP && op != Op.PREFETCH) {
        for (Operand operand : instruction.operands()) {
          if (operand instanceof Operand.Memory memory && isBased(memory, base)
              && !include(memory.displacement(), memory.size())) {
            return false;
          }
        }
      }
      boolean fits = switch (op) {
        case PUSH -> base != Reg.RSP || include(-instruction.operand(0).size(), instruction.operand(0).size());
        case POP -> base != Reg.RSP || include(0, instruction.operand(0).size());
        case CALL -> base != Reg.RSP || include(-codeSize, codeSize);
        case RET -> base != Reg.RSP || include(0, codeSize);
        default -> true;
      };
      Long movement = movement(instruction, base, codeSize);
      if (!fits || movement == null) {
        return false;
      }
      position += movement;
      return true;
    }

    private boolean include(long distance, int size) {
      long first = Math.min(low, position + distance);
      long end = Math.max(high, position + distance + size);
      if (end - first > largest) {
        return false;
      }
      low = first;
      high = end;
      accesses++;
      last = index;
      return true;
    }
  }

  /** Whether an operand lies at a constant distance from a register. */
  static boolean isBased(Operand.Memory memory, int base) {
    return memory.base() == base && memory.index() == Reg.NONE && memory.segment() != Reg.FS && memory.segment() != Reg.GS;
  }
}
