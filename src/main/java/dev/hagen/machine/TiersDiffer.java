package dev.hagen.machine;

import java.util.List;
import java.util.Locale;

/** Translated and interpreted code have come to different results: a defect of Hagen's. The message is a report. */
@SuppressWarnings("serial")
public final class TiersDiffer extends AssertionError {
  /**
   * Eight bytes of memory that differ.
   *
   * @param address guest-physical
   */
  record Word(long address, long translated, long interpreted) {}

  private final long from;
  private final long to;

  TiersDiffer(String what, RegisterSnapshot before, RegisterSnapshot translated, RegisterSnapshot interpreted,
      List<Word> words, List<String> trace) {
    super(report(what, before, translated, interpreted, words, trace));
    from = before.retired();
    to = translated.retired();
  }

  /** So many instructions had retired when both tiers were alike for the last time. */
  public long from() {
    return from;
  }

  /** So many had retired when the difference was found. */
  public long to() {
    return to;
  }

  private static String report(String what, RegisterSnapshot before, RegisterSnapshot translated,
      RegisterSnapshot interpreted, List<Word> words, List<String> trace) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "%s after %,d instructions; after %,d all was alike.%n%n", what,
        translated.retired(), before.retired()));
    text.append(String.format("  %-16s %-16s  %-16s  %-16s%n", "", "before", "translated", "interpreted"));
    for (int i = 0; i < RegisterSnapshot.size(); i++) {
      long one = translated.value(i);
      long other = interpreted.value(i);
      if (i < RegisterSnapshot.ALWAYS_SHOWN || one != other || one != before.value(i)) {
        text.append(String.format("%s %-16s %016x  %016x  %016x%n", one == other ? " " : "*", RegisterSnapshot.name(i),
            before.value(i), one, other));
      }
    }
    for (Word word : words) {
      text.append(String.format("* %-16s %-16s  %016x  %016x%n", Long.toHexString(word.address), "", word.translated,
          word.interpreted));
    }
    text.append(String.format("%nThe instructions between, as interpreted:%n"));
    trace.forEach(line -> text.append(line).append(System.lineSeparator()));
    return text.toString();
  }
}
