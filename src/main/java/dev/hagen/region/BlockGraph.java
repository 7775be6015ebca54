package dev.hagen.region;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;

/** Blocks by where they start, as distances from a region's head, and which of them lead where. */
final class BlockGraph {
  private final Map<Long, List<Long>> successors = new HashMap<>();

  /** Adds a block that leads to others, which may be added later, or never. */
  void add(long start, List<Long> next) {
    successors.put(start, List.copyOf(next));
  }

  boolean contains(long start) {
    return successors.containsKey(start);
  }

  int size() {
    return successors.size();
  }

  /**
   * The blocks that belong to a region, in the order in which they are reached from its head. Where other code begins, only
   * loops through the head go on: to the rest the region is linked, so that code is not translated once more with everything
   * before it that becomes hot.
   *
   * @param hasCode whether a unit begins with a block, or will
   */
  Set<Long> own(LongPredicate hasCode) {
    Set<Long> loops = leadingToHead();
    Set<Long> found = new LinkedHashSet<>();
    Deque<Long> open = new ArrayDeque<>(List.of(0L));
    while (!open.isEmpty()) {
      long start = open.remove();
      if (contains(start) && (loops.contains(start) || !hasCode.test(start)) && found.add(start)) {
        open.addAll(successors.getOrDefault(start, List.of()));
      }
    }
    return found;
  }

  /** The head and the blocks that lead to it. */
  private Set<Long> leadingToHead() {
    Map<Long, List<Long>> predecessors = new HashMap<>();
    successors.forEach((from, next) -> next.forEach(to -> predecessors.computeIfAbsent(to, key -> new ArrayList<>()).add(from)));
    Set<Long> found = new HashSet<>();
    Deque<Long> open = new ArrayDeque<>(List.of(0L));
    while (!open.isEmpty()) {
      long start = open.remove();
      if (found.add(start)) {
        open.addAll(predecessors.getOrDefault(start, List.of()));
      }
    }
    return found;
  }
}
