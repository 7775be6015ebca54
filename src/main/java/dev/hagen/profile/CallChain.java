package dev.hagen.profile;

import dev.hagen.profile.SymbolTable.Function;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds callers among the words that a stack holds: the next one out is the first that points behind a call of the function
 * that is in. What old calls have left on the stack seldom fits. If none does, the first that points behind an indirect call is
 * taken; a function that was jumped to instead of called has no caller.
 */
final class CallChain {
  private CallChain() {}

  /** The functions of a place, the innermost first; empty if not even that is known. */
  static List<Function> of(Profile.Place place, SymbolTable symbols) {
    List<Function> chain = new ArrayList<>();
    Function function = symbols.find(place.rip());
    int at = 0;
    while (function != null) {
      chain.add(function);
      at = caller(place.calls(), at, function);
      function = at < 0 ? null : symbols.find(place.calls().get(at++).back() - 1);
    }
    return chain;
  }

  private static int caller(List<Profile.Call> calls, int from, @Nullable Function function) {
    int indirect = -1;
    for (int i = from; i < calls.size(); i++) {
      long target = calls.get(i).target();
      if (function != null && target == function.start()) {
        return i;
      }
      indirect = target == 0 && indirect < 0 ? i : indirect;
    }
    return indirect;
  }
}
