package dev.hagen.profile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How much time has been seen where. Any thread may call. */
public final class Profile {
  /** A guest can be anywhere; from then on only tiers are told apart. */
  private static final int MOST_PLACES = 100_000;
  /** Where the guest is if that is not kept. */
  private static final long NOWHERE = 0;
  private static final long NANOS_PER_SLICE = 100_000_000;
  /** An hour of slices; what comes later is added to the last. */
  private static final int MOST_SLICES = 36_000;

  /**
   * Where the processor has been seen.
   *
   * @param rip linear address
   * @param page which page of user code that is, by {@link CodePage}
   * @param unit the unit that has run, or null if none or not known
   * @param calls return addresses on the stack that may be those of callers, the innermost first
   */
  public record Place(long rip, long page, Tier tier, @Nullable UnitKey unit, List<Call> calls) {}

  /**
   * What has been seen of a place.
   *
   * @param samples how many
   * @param nanos the time that they stand for
   * @param instructions that have retired in that time
   */
  public record Seen(long samples, long nanos, long instructions) {
    private Seen and(Seen more) {
      return new Seen(samples + more.samples, nanos + more.nanos, instructions + more.instructions);
    }
  }

  /**
   * A word on the stack that points behind a call.
   *
   * @param back the word
   * @param target what the call calls, or 0 if that is not in the instruction
   */
  public record Call(long back, long target) {}

  private final UnitBook units;
  private final ExitBook exits;
  private final Map<Place, Seen> places = new HashMap<>();
  private final List<Map<Tier, Long>> slices = new ArrayList<>();
  private long samples;
  private long total;

  /** Nothing has been seen yet. */
  public Profile(UnitBook units, ExitBook exits) {
    this.units = units;
    this.exits = exits;
  }

  /** Adds a sample that stands for some time, and for the instructions that have retired in it. */
  public synchronized void add(Place place, long time, long instructions) {
    Place kept = places.size() < MOST_PLACES || places.containsKey(place) ? place
        : new Place(NOWHERE, CodePage.NONE, place.tier, null, List.of());
    places.merge(kept, new Seen(1, time, instructions), Seen::and);
    addToSlices(place.tier, time);
    total += time;
    samples++;
  }

  private void addToSlices(Tier tier, long time) {
    long at = total;
    while (at < total + time) {
      int slice = (int) Math.min(at / NANOS_PER_SLICE, MOST_SLICES - 1);
      boolean last = slice == MOST_SLICES - 1;
      long end = last ? total + time : Math.min(total + time, (slice + 1) * NANOS_PER_SLICE);
      while (slices.size() <= slice) {
        slices.add(new EnumMap<>(Tier.class));
      }
      slices.get(slice).merge(tier, end - at, Long::sum);
      at = end;
    }
  }

  /** What has been seen where. */
  public synchronized Map<Place, Seen> places() {
    return Map.copyOf(places);
  }

  /** Nanoseconds by tier, for each tenth of a second from the start. */
  public synchronized List<Map<Tier, Long>> timeline() {
    return slices.stream().map(Collections::unmodifiableMap).toList();
  }

  /** How many samples there are. */
  public synchronized long samples() {
    return samples;
  }

  /** The time that the samples stand for, in nanoseconds. */
  public synchronized long total() {
    return total;
  }

  /** The units. */
  public UnitBook units() {
    return units;
  }

  /** The exits. */
  public ExitBook exits() {
    return exits;
  }
}
