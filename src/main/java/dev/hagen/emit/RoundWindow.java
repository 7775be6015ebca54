package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that some rounds of a small loop access through the same registers, which move by constants: one check that they lie
 * in one page does for all of these accesses.
 *
 * @param address the registers
 * @param group remembers the page
 * @param low where the first byte lies, as a distance from what the address is before the first round
 * @param high where the last byte ends
 */
record RoundWindow(Address address, PagePlan.Group group, long low, long high) {
  /** What the operands of a window have in common: all but the displacement. */
  record Address(int base, int index, int scale) {
    /** The registers of an operand that has some and lies in the flat segments; null if it has none or does not. */
    static @Nullable Address of(Operand.Memory memory, int codeSize) {
      boolean empty = memory.ripRelative() || memory.base() == Reg.NONE && memory.index() == Reg.NONE;
      boolean flat = memory.addressSize() == codeSize && memory.segment() != Reg.FS && memory.segment() != Reg.GS;
      return empty || !flat ? null
          : new Address(memory.base(), memory.index(), memory.index() == Reg.NONE ? 0 : memory.scale());
    }

    /** By how much an instruction, which writes some registers, moves it, or null if that is not known when emitting. */
    @Nullable Long movement(Instruction instruction, long written, int codeSize) {
      Long ofBase = RoundWindow.movement(instruction, written, base, codeSize);
      Long ofIndex = RoundWindow.movement(instruction, written, index, codeSize);
      return ofBase == null || ofIndex == null ? null : (Long) (ofBase + (ofIndex << scale));
    }
  }

  /** Whether {@code size} bytes from a distance on are in the window. */
  boolean contains(long distance, int size) {
    return distance >= low && distance + size <= high;
  }

  /** How many bytes it has. */
  long size() {
    return high - low;
  }

  private static @Nullable Long movement(Instruction instruction, long written, int register, int codeSize) {
    if (register == Reg.NONE || !Slots.hasGeneral(written, register)) {
      return 0L;
    }
    if (BranchEmitter.countsDown(instruction, codeSize)) {
      return -1L;
    }
    Operand[] operands = instruction.operands();
    boolean first = operands.length > 0 && operands[0] instanceof Operand.Register named && named.index() == register;
    return first ? StackWindow.movementOfFirst(instruction, codeSize) : null;
  }

  /**
   * The windows of a block that is a loop, over so many rounds; none where an instruction is not plain bytecode.
   *
   * @param largest bytes that one may have: a larger one lies across two pages too often
   */
  static List<RoundWindow> of(Region region, RegionBlock block, int rounds, RegisterPlan plan, PagePlan pages, int codeSize,
      int largest) {
    Map<Address, Search> searches = new LinkedHashMap<>();
    long at = block.start();
    for (int i = 0; i < block.instructions().size(); i++) {
      Instruction instruction = block.instructions().get(i);
      boolean transfer = i == block.instructions().size() - 1;
      if (region.record(at) != 0 || !transfer && plan.effects(block, i).form() != Effects.Form.VALUE) {
        return List.of();
      }
      find(instruction, pages, codeSize, searches);
      at += instruction.length();
    }
    List<RoundWindow> windows = new ArrayList<>();
    searches.forEach((address, search) -> {
      RoundWindow window = search.run(block, rounds, plan, codeSize);
      if (window != null && window.size() <= largest) {
        windows.add(window);
      }
    });
    return windows;
  }

  private static void find(Instruction instruction, PagePlan pages, int codeSize, Map<Address, Search> searches) {
    for (Operand operand : instruction.operands()) {
      Address address = operand instanceof Operand.Memory memory ? Address.of(memory, codeSize) : null;
      PagePlan.Group group = address == null ? null : pages.group((Operand.Memory) operand);
      if (group != null && group.size() == PagePlan.PAGE_SIZE && accesses(instruction)) {
        searches.computeIfAbsent(address, missing -> new Search(missing, group));
      }
    }
  }

  private static boolean accesses(Instruction instruction) {
    Op op = instruction.op();
    return op != Op.LEA && op != Op.NOP && op != Op.PREFETCH;
  }

  /** What has been found so far of the accesses with the same address. */
  private static final class Search {
    private final Address address;
    private final PagePlan.Group group;
    private long position;
    private long low = Long.MAX_VALUE;
    private long high = Long.MIN_VALUE;

    Search(Address address, PagePlan.Group group) {
      this.address = address;
      this.group = group;
    }

    @Nullable RoundWindow run(RegionBlock block, int rounds, RegisterPlan plan, int codeSize) {
      for (int i = 0; i < block.instructions().size(); i++) {
        Instruction instruction = block.instructions().get(i);
        include(instruction, codeSize);
        Long movement = address.movement(instruction, plan.effects(block, i).writes(), codeSize);
        if (movement == null) {
          return null;
        }
        position += movement;
      }
      long others = (rounds - 1) * position;
      return new RoundWindow(address, group, low + Math.min(0, others), high + Math.max(0, others));
    }

    private void include(Instruction instruction, int codeSize) {
      for (Operand operand : instruction.operands()) {
        if (operand instanceof Operand.Memory memory && accesses(instruction)
            && address.equals(Address.of(memory, codeSize))) {
          low = Math.min(low, position + memory.displacement());
          high = Math.max(high, position + memory.displacement() + memory.size());
        }
      }
    }
  }
}
