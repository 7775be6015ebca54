package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.Unit;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.x86.Reg;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which accesses of a region remember the page that they touched last, in two locals a group: accesses with the same
 * registers in their addresses, in loops that make no calls, and those relative to the stack and frame pointer anywhere.
 * Until the page changes they need not ask the TLB. Locals are registers of the host in the end: there are few groups, and
 * those that have been seen to change their page all the time are none.
 */
final class PagePlan {
  private static final int IN_LOOP = 16;
  /** The granularity in which code is tracked: {@link dev.hagen.memory.PhysicalMemory#codeLines}. */
  private static final int LINE_SIZE = 64;
  static final int PAGE_SIZE = 4096;

  /** What the accesses of a group have in common. */
  private record Key(int segment, int base, int index, long page) {}

  /**
   * A group of accesses.
   *
   * @param number its number
   * @param writes whether one of them writes
   * @param size of what is remembered: a page; or a line of 64 bytes, since the page holds code and only lines without are
   *     written here
   */
  record Group(int number, boolean writes, int size) {}

  private static final class Uses {
    int weight;
    boolean writes;
    boolean besideCode;
  }

  private final Map<Key, Group> groups = new HashMap<>();
  /** For blocks of innermost loops, the groups without an access there. */
  private final Map<Long, Set<Group>> parked = new HashMap<>();

  private PagePlan() {}

  /** A plan that remembers nothing. */
  static PagePlan none() {
    return new PagePlan();
  }

  PagePlan(Region region, LoopPlan innermost) {
    Map<Key, Uses> uses = new LinkedHashMap<>();
    Map<Long, RegionBlock> blocks = new HashMap<>();
    region.blocks().forEach(block -> blocks.put(block.start(), block));
    for (RegionBlock block : region.blocks()) {
      boolean loop = isInLoop(block, blocks);
      long at = block.start();
      for (Instruction instruction : block.instructions()) {
        note(instruction, loop, (region.record(at) & Interpreter.CODE_PAGE) != 0, uses);
        at += instruction.length();
      }
    }
    List<Map.Entry<Key, Uses>> chosen = uses.entrySet().stream().filter(entry -> entry.getValue().weight > 1)
        .sorted(Comparator.comparingInt(entry -> -entry.getValue().weight)).limit(Unit.PAGE_GROUPS).toList();
    for (int i = 0; i < chosen.size(); i++) {
      if ((region.changing() >> i & 1) == 0) {
        Uses use = chosen.get(i).getValue();
        groups.put(chosen.get(i).getKey(), new Group(i, use.writes, use.besideCode ? LINE_SIZE : PAGE_SIZE));
      }
    }
    for (RegionBlock block : region.blocks()) {
      Set<Long> loop = innermost.loopOf(block.start());
      if (!loop.isEmpty()) {
        Set<Group> unused = new HashSet<>(groups.values());
        loop.forEach(member -> unused.removeAll(used(Objects.requireNonNull(blocks.get(member)))));
        parked.put(block.start(), unused);
      }
    }
  }

  private Set<Group> used(RegionBlock block) {
    Map<Key, Uses> uses = new HashMap<>();
    block.instructions().forEach(instruction -> note(instruction, true, false, uses));
    Set<Group> used = new HashSet<>(groups.values());
    used.removeIf(group -> uses.keySet().stream().noneMatch(key -> group.equals(groups.get(key))));
    return used;
  }

  /** Whether control can come back to a block without a call. */
  private static boolean isInLoop(RegionBlock block, Map<Long, RegionBlock> blocks) {
    Set<Long> seen = new HashSet<>();
    Deque<RegionBlock> open = new ArrayDeque<>();
    open.add(block);
    while (!open.isEmpty()) {
      RegionBlock next = open.remove();
      if (next.terminal().isCall()) {
        continue;
      }
      for (long successor : next.terminal().successors()) {
        if (successor == block.start()) {
          return true;
        }
        if (blocks.containsKey(successor) && seen.add(successor)) {
          open.add(blocks.get(successor));
        }
      }
    }
    return false;
  }

  private static void note(Instruction instruction, boolean loops, boolean besideCode, Map<Key, Uses> uses) {
    Op op = instruction.op();
    switch (op) {
      case LEA, NOP, PREFETCH -> {
      }
      case PUSH, CALL -> count(stack(Reg.RSP), loops, true, besideCode, uses);
      case POP, RET -> count(stack(Reg.RSP), loops, false, false, uses);
      case LEAVE -> count(stack(Reg.RBP), loops, false, false, uses);
      default -> {
      }
    }
    Operand[] operands = instruction.operands();
    for (int i = 0; i < operands.length; i++) {
      if (operands[i] instanceof Operand.Memory memory && op != Op.LEA && op != Op.NOP && op != Op.PREFETCH) {
        boolean writes = i == 0 && op.access() != Op.Access.READ;
        count(key(memory), loops, writes, writes && besideCode, uses);
      }
    }
  }

  private static void count(Key key, boolean loops, boolean writes, boolean besideCode, Map<Key, Uses> uses) {
    boolean frame = key.index == Reg.NONE && (key.base == Reg.RSP || key.base == Reg.RBP);
    if (loops || frame) {
      Uses use = uses.computeIfAbsent(key, missing -> new Uses());
      use.weight += loops ? IN_LOOP : 1;
      use.writes |= writes;
      use.besideCode |= besideCode;
    }
  }

  private static Key key(Operand.Memory memory) {
    int segment = memory.segment() == Reg.FS || memory.segment() == Reg.GS ? memory.segment() : Reg.DS;
    boolean absolute = memory.base() == Reg.NONE && memory.index() == Reg.NONE;
    return new Key(segment, memory.ripRelative() ? Reg.NONE : memory.base(), memory.index(),
        absolute ? memory.displacement() >> 12 : 0);
  }

  private static Key stack(int base) {
    return new Key(Reg.DS, base, Reg.NONE, 0);
  }

  /** The group of a memory operand, or null if it asks the TLB each time. */
  @Nullable Group group(Operand.Memory memory) {
    return groups.get(key(memory));
  }

  /** The group of implied accesses through RSP or RBP. */
  @Nullable Group stackGroup(int base) {
    return groups.get(stack(base));
  }

  /** The groups that remember nothing from the way between two blocks on: an innermost loop that has none of theirs ends there. */
  Set<Group> forgottenBetween(long from, long to) {
    Set<Group> forgotten = new HashSet<>(parked.getOrDefault(from, Set.of()));
    forgotten.removeAll(parked.getOrDefault(to, Set.of()));
    return forgotten;
  }

  /** The groups. */
  Collection<Group> groups() {
    return groups.values();
  }
}
