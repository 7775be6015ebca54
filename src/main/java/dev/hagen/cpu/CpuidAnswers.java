package dev.hagen.cpu;

import org.jspecify.annotations.Nullable;

/**
 * What a model answers to CPUID as far as that depends on nothing else: each leaf is worked out when it is first asked for and
 * remembered, since guests use CPUID to serialize, often. Threads may share one.
 */
final class CpuidAnswers {
  private static final int SLOTS = 32;

  /** The registers' values for a leaf and subleaf; {@code words} are not to be changed. */
  private record Answer(int leaf, int subleaf, int[] words) {}

  private final CpuModel model;
  private final @Nullable Answer[] remembered = new Answer[SLOTS];

  CpuidAnswers(CpuModel model) {
    this.model = model;
  }

  /** EAX, EBX, ECX and EDX, by the numbers of {@link Feature.Word}; not to be changed. */
  int[] of(int leaf, int subleaf) {
    Answer known = remembered[slot(leaf)];
    return known != null && known.leaf == leaf && known.subleaf == subleaf ? known.words : remember(leaf, subleaf);
  }

  /** Basic, hypervisor's and extended leaves, whose numbers differ in the highest bits, have slots apart. */
  private static int slot(int leaf) {
    return (leaf ^ leaf >>> 27) & SLOTS - 1;
  }

  private int[] remember(int leaf, int subleaf) {
    Answer answer = new Answer(leaf, subleaf, Cpuid.leaf(model, leaf, subleaf));
    remembered[slot(leaf)] = answer;
    return answer.words;
  }
}
