package dev.hagen.interpret;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Counts where an indirect jump goes, for as many targets as there is room for. */
final class IndirectTargets {
  private static final int MOST = 24;

  private final long[] distances = new long[MOST];
  private final int[] counts = new int[MOST];
  private int size;

  /** Counts a jump over {@code distance} from the block's start. */
  void note(long distance) {
    for (int i = 0; i < size; i++) {
      if (distances[i] == distance) {
        counts[i]++;
        return;
      }
    }
    if (size < MOST) {
      distances[size] = distance;
      counts[size++] = 1;
    }
  }

  /** The distances, the most frequent first. */
  List<Long> frequent() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingInt(i -> -counts[i]));
    return order.stream().map(i -> distances[i]).toList();
  }
}
