package dev.hagen.profile;

import dev.hagen.profile.SymbolTable.Function;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds callers among the words that a stack holds: the next one out is the first that points behind a call of the function
 * that is in. What old calls have left on the stack seldom fits. If none does, the first that points behind an indirect call is
 * taken; a function that was jumped to instead of called has no caller. Linux calls through a register by calling a function that
 * jumps to where that points ("retpoline"), where it has not put the plain call in its place.
 */
final class CallChain {
  private static final String THUNK = "__x86_indirect_thunk_";

  private CallChain() {}

  /** The functions of a place, the innermost first; empty if not even that is known. */
  static List<Function> of(Profile.Place place, GuestCode.Where where) {
    List<Function> chain = new ArrayList<>();
    Function function = where.function(place.rip());
    int at = 0;
    while (function != null) {
      chain.add(function);
      at = caller(place.calls(), at, function.start() + where.distance(), where);
      function = at < 0 ? null : where.function(place.calls().get(at++).back() - 1);
    }
    return chain;
  }

  private static int caller(List<Profile.Call> calls, int from, long function, GuestCode.Where where) {
    int indirect = -1;
    for (int i = from; i < calls.size(); i++) {
      long target = calls.get(i).target();
      if (target == function) {
        return i;
      }
      indirect = indirect < 0 && isIndirect(target, where) ? i : indirect;
    }
    return indirect;
  }

  private static boolean isIndirect(long target, GuestCode.Where where) {
    Function called = target == 0 ? null : where.function(target);
    return target == 0 || called != null && called.name().startsWith(THUNK);
  }
}
