package dev.hagen.cpu;

import java.util.Locale;

/** What becomes of translations that are not global when the guest writes CR3 ({@code --mmu}). */
public enum MmuKind {
  /** They go. */
  FLUSH,
  /** Those that were made under a process-context identifier stay, if the guest wants that. */
  ASID,
  /** They stay with the page tables of which they were made, whose pages are traced. */
  SHADOW;

  /** How users spell it. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
