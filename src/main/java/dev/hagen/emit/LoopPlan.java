package dev.hagen.emit;

import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The innermost loops of a region. HotSpot's registers are few, and a local that is live throughout a loop without being used
 * there takes one, or makes others be loaded and stored in each round. So what such a loop does not use goes to the state
 * before it, and comes back behind it.
 */
final class LoopPlan {
  /** Rounds that a loop must make on average for what is saved in each to be worth the way to the state and back. */
  private final int worthwhile;
  /** Rounds of a loop that are emitted one behind the other, at most, and the instructions in them. */
  private final int mostTogether;
  private final int mostInstructions;
  private final Map<Long, Set<Long>> loops = new HashMap<>();
  private final Map<Long, Set<Long>> loopOf = new HashMap<>();

  LoopPlan(Region region, Tunables tunables) {
    worthwhile = tunables.get(Tunable.LOOP_ROUNDS);
    mostTogether = tunables.get(Tunable.UNROLL);
    mostInstructions = tunables.get(Tunable.UNROLL_INSTRUCTIONS);
    List<RegionBlock> blocks = region.blocks();
    Map<Long, Integer> places = new HashMap<>();
    Map<Long, List<Long>> predecessors = new HashMap<>();
    for (RegionBlock block : blocks) {
      places.put(block.start(), places.size());
    }
    for (RegionBlock block : blocks) {
      for (long successor : block.terminal().successors()) {
        predecessors.computeIfAbsent(successor, key -> new ArrayList<>()).add(block.start());
      }
    }
    for (RegionBlock block : blocks) {
      for (long successor : block.terminal().successors()) {
        Integer place = places.get(successor);
        if (place != null && place <= Objects.requireNonNull(places.get(block.start()))) {
          gather(successor, block.start(), predecessors);
        }
      }
    }
    loops.forEach((head, loop) -> {
      boolean innermost = loop.stream().noneMatch(other -> other != head.longValue() && loops.containsKey(other));
      if (innermost && rounds(region, loop) >= worthwhile) {
        loop.forEach(member -> loopOf.put(member, loop));
      }
    });
  }

  /** Adds the blocks from which {@code end} can be reached without {@code head} to the loop that begins at that. */
  private void gather(long head, long end, Map<Long, List<Long>> predecessors) {
    Set<Long> loop = loops.computeIfAbsent(head, key -> new HashSet<>(Set.of(head)));
    Deque<Long> open = new ArrayDeque<>();
    open.add(end);
    while (!open.isEmpty()) {
      long member = open.remove();
      if (loop.add(member)) {
        open.addAll(predecessors.getOrDefault(member, List.of()));
      }
    }
  }

  /** How many rounds a loop makes on average, as if each passed all of its blocks. */
  private static double rounds(Region region, Set<Long> loop) {
    double stays = 1;
    for (RegionBlock block : region.blocks()) {
      if (loop.contains(block.start()) && block.terminal() instanceof Terminal.Branch branch) {
        stays *= loop.contains(branch.taken()) ? 1 : 1 - block.taken();
        stays *= loop.contains(branch.notTaken()) ? 1 : block.taken();
      }
    }
    return 1 / (1 - stays);
  }

  /** How many rounds of a loop that is a single block are emitted one behind the other. */
  int roundsTogether(RegionBlock block) {
    boolean loops = block.terminal() instanceof Terminal.Branch branch && branch.taken() == block.start()
        && branch.notTaken() != block.start();
    return loops && 1 / (1 - block.taken()) >= worthwhile
        ? Math.clamp(mostInstructions / block.instructions().size(), 1, mostTogether) : 1;
  }

  /** Whether there are none. */
  boolean isEmpty() {
    return loopOf.isEmpty();
  }

  /** The blocks of the innermost loop that a block belongs to; empty if to none. */
  Set<Long> loopOf(long start) {
    return loopOf.getOrDefault(start, Set.of());
  }
}
