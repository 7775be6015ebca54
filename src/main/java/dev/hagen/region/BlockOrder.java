package dev.hagen.region;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Orders the blocks of a region so that each comes before its successors but for the ends of loops, and the likely
 * successor comes next: a reverse post-order.
 */
final class BlockOrder {
  private BlockOrder() {}

  /**
   * The blocks that can be reached from the one at distance 0.
   *
   * @param likely the successor that a block has most often
   */
  static List<RegionBlock> of(Map<Long, RegionBlock> blocks, ToLongFunction<RegionBlock> likely) {
    List<RegionBlock> order = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    Deque<Visit> open = new ArrayDeque<>();
    visit(blocks, 0, likely, seen, open);
    while (!open.isEmpty()) {
      Visit visit = open.getLast();
      if (visit.left.isEmpty()) {
        order.add(visit.block);
        open.removeLast();
      } else {
        visit(blocks, visit.left.removeFirst(), likely, seen, open);
      }
    }
    Collections.reverse(order);
    return order;
  }

  /** A block on the way from the head, and its successors that have not been looked at. */
  private record Visit(RegionBlock block, Deque<Long> left) {}

  private static void visit(Map<Long, RegionBlock> blocks, long start, ToLongFunction<RegionBlock> likely, Set<Long> seen,
      Deque<Visit> open) {
    RegionBlock block = blocks.get(start);
    if (block == null || !seen.add(start)) {
      return;
    }
    // What is visited last comes first.
    Deque<Long> successors = new ArrayDeque<>(block.terminal().successors());
    long last = likely.applyAsLong(block);
    if (successors.remove(last)) {
      successors.addLast(last);
    }
    open.addLast(new Visit(block, successors));
  }
}
