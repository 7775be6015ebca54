package dev.hagen.profile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Functions of the guest by linear address. Immutable. */
public final class SymbolTable implements Symbols {
  /** Nothing is known. */
  public static final SymbolTable EMPTY = new SymbolTable(List.of());
  /** How long a function may be whose size is not known and behind which there is no other. */
  private static final long LONGEST = 1 << 20;
  /** Fewer names that two tables share are chance. */
  private static final int FEWEST_VOTES = 16;

  /**
   * A function.
   *
   * @param start linear address
   * @param size in bytes; 0 if not known: it reaches to the next one
   */
  public record Function(long start, long size, String name) {
    /** What an address in it is called: {@code memcpy+0x10}. */
    String at(long linear) {
      return linear == start ? name : "%s+0x%x".formatted(name, linear - start);
    }
  }

  private final List<Function> functions;

  /** Functions in any order; of several that begin at one address the first in the list counts. */
  public SymbolTable(List<Function> all) {
    List<Function> sorted = new ArrayList<>(all);
    sorted.sort((a, b) -> Long.compareUnsigned(a.start, b.start));
    List<Function> single = new ArrayList<>(sorted.size());
    for (Function function : sorted) {
      if (single.isEmpty() || single.getLast().start != function.start) {
        single.add(function);
      }
    }
    functions = List.copyOf(single);
  }

  /** These functions and those of {@code other}; where both know an address, these count. */
  public SymbolTable with(SymbolTable other) {
    if (functions.isEmpty() || other.functions.isEmpty()) {
      return functions.isEmpty() ? other : this;
    }
    List<Function> both = new ArrayList<>(functions);
    both.addAll(other.functions);
    return new SymbolTable(both);
  }

  /** The same functions, all {@code distance} bytes higher. */
  public SymbolTable moved(long distance) {
    return distance == 0 ? this : new SymbolTable(functions.stream()
        .map(function -> new Function(function.start + distance, function.size, function.name)).toList());
  }

  /** How many functions are known. */
  public int size() {
    return functions.size();
  }

  /** The function that {@code linear} lies in, or null. */
  public @Nullable Function find(long linear) {
    int low = 0;
    int high = functions.size() - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      if (Long.compareUnsigned(functions.get(middle).start, linear) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    if (high < 0) {
      return null;
    }
    Function function = functions.get(high);
    long limit = function.size > 0 ? function.size : LONGEST;
    return linear - function.start < limit ? function : null;
  }

  /** The lowest address of all; 0 if nothing is known. */
  public long lowest() {
    return functions.isEmpty() ? 0 : functions.getFirst().start;
  }

  /** The highest address at which a function begins; 0 if nothing is known. */
  public long highest() {
    return functions.isEmpty() ? 0 : functions.getLast().start;
  }

  /** The names of all functions. */
  Stream<String> names() {
    return functions.stream().map(Function::name);
  }

  /**
   * How much higher most functions lie in {@code other} than the ones of the same name do here; 0 if hardly any name is in
   * both.
   */
  public long distanceTo(SymbolTable other) {
    if (functions.isEmpty()) {
      return 0;
    }
    Map<String, Long> starts = new HashMap<>();
    other.functions.forEach(function -> starts.put(function.name, function.start));
    Map<Long, Integer> votes = new HashMap<>();
    for (Function function : functions) {
      Long start = starts.get(function.name);
      if (start != null) {
        votes.merge(start - function.start, 1, Integer::sum);
      }
    }
    return votes.entrySet().stream().filter(vote -> vote.getValue() >= FEWEST_VOTES)
        .max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse(0L);
  }

  @Override
  public String at(long linear) {
    Function function = find(linear);
    return function == null ? "" : function.at(linear);
  }
}
