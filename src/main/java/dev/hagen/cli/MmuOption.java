package dev.hagen.cli;

import dev.hagen.cpu.MmuKind;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The options {@code --mmu} and {@code --trace}. */
final class MmuOption {
  private static final String ALWAYS_EXIT = "always-exit";
  private static final String ADAPTIVE = "adaptive";

  private MmuOption() {}

  /** Tunables with what the options say; null where one is not given. */
  static Tunables apply(Tunables tunables, @Nullable String mmu, @Nullable String trace) {
    Tunables result = mmu == null ? tunables : tunables.with(Tunable.MMU, kind(mmu).ordinal());
    if (trace == null) {
      return result;
    }
    return switch (trace) {
      case ADAPTIVE -> result.with(Tunable.TRACE, 1);
      case ALWAYS_EXIT -> result.with(Tunable.TRACE, 0);
      default -> throw new UserError("--trace is adaptive or always-exit, not '" + trace + "'.");
    };
  }

  /**
   * Refuses {@code --trace} where it would say nothing.
   *
   * @param tunables with all that the command line says
   * @throws UserError if no page tables are traced, or something else says how
   */
  static void check(Tunables tunables, @Nullable String trace) {
    if (trace != null && MmuKind.values()[tunables.get(Tunable.MMU)] != MmuKind.SHADOW) {
      throw new UserError("--trace says how traced page tables are written, and without --mmu=shadow none is traced; give both.");
    }
    if (ADAPTIVE.equals(trace) && !tunables.isOn(Tunable.ADAPTIVE)) {
      throw new UserError("--trace=adaptive makes units anew and --no-adaptive has none made; give either.");
    }
  }

  private static MmuKind kind(String name) {
    for (MmuKind kind : MmuKind.values()) {
      if (kind.spelling().equals(name)) {
        return kind;
      }
    }
    throw new UserError("--mmu is one of "
        + Arrays.stream(MmuKind.values()).map(MmuKind::spelling).collect(Collectors.joining(", ")) + ", not '" + name + "'.");
  }
}
