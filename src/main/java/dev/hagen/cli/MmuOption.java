package dev.hagen.cli;

import dev.hagen.cpu.MmuKind;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The options {@code --mmu} and {@code --trace}. */
final class MmuOption {
  private MmuOption() {}

  /** Tunables with what the options say; null where one is not given. */
  static Tunables apply(Tunables tunables, @Nullable String mmu, @Nullable String trace) {
    Tunables result = mmu == null ? tunables : tunables.with(Tunable.MMU, kind(mmu).ordinal());
    return switch (trace) {
      case null -> result;
      case "adaptive" -> result.with(Tunable.TRACE, 1);
      case "always-exit" -> result.with(Tunable.TRACE, 0);
      default -> throw new UserError("--trace is adaptive or always-exit, not '" + trace + "'.");
    };
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
