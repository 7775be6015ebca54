package dev.hagen.profile.tune;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.LookupListener;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records what a translation cache is asked, in memory and within limits, and writes it to a file at the end.
 *
 * <p>Of a run that is longer than there is room for, the beginning stays, with half of the room, and the end with the other
 * half; what was between is dropped, and the trace says where.
 */
public final class TraceRecorder implements LookupListener, AutoCloseable {
  /** Bytes of deflated events that are kept if nobody says. */
  public static final long STANDARD_ROOM = 16L << 20;
  /** Bytes of deflated events below which a trace is of no use. */
  public static final long LEAST_ROOM = 256L << 10;
  /** Bytes of deflated events above which they are no longer kept in memory. */
  public static final long MOST_ROOM = 256L << 20;

  private record Version(long key, int weight) {}

  /** What is known of a version. */
  private static final class Unit {
    final Version version;
    final int number;
    final long linear;
    long nanos;
    int times;

    Unit(Version version, int number, long linear) {
      this.version = version;
      this.number = number;
      this.linear = linear;
    }

    void took(long more) {
      nanos += more;
      times++;
    }

    long mean() {
      return nanos / times;
    }
  }

  private final TraceFile file;
  private final CacheLimits limits;
  private final int threshold;
  private final long room;
  private final int mostEvents;
  private final int mostUnits;
  private final Map<Version, Unit> versions = new HashMap<>();
  private final List<Unit> units = new ArrayList<>();
  /** What each key has now. */
  private final Map<Long, Unit> current = new HashMap<>();
  private final Chunk.Builder building = new Chunk.Builder();
  private final List<Chunk> beginning = new ArrayList<>();
  private long beginningBytes;
  private int beginningEvents;
  private final Deque<Chunk> end = new ArrayDeque<>();
  private long endBytes;
  private int endEvents;
  private long dropped;

  private TraceRecorder(TraceFile file, CacheLimits limits, int threshold, long room, int mostEvents, int mostUnits) {
    this.file = file;
    this.limits = limits;
    this.threshold = threshold;
    this.room = room;
    this.mostEvents = mostEvents;
    this.mostUnits = mostUnits;
  }

  /**
   * Begins.
   *
   * @param path where the trace will be; a temporary file beside it is made now
   * @param limits of the cache that is listened to
   * @param threshold entries after which a block is translated
   * @param room bytes of deflated events that are kept, {@link #LEAST_ROOM} to {@link #MOST_ROOM}
   * @throws IOException if no file can be written there
   */
  public static TraceRecorder open(Path path, CacheLimits limits, int threshold, long room) throws IOException {
    return open(path, limits, threshold, room, UnitTrace.MOST_EVENTS, UnitTrace.MOST_UNITS);
  }

  /** The same with other limits, for tests. */
  static TraceRecorder open(Path path, CacheLimits limits, int threshold, long room, int mostEvents, int mostUnits)
      throws IOException {
    return new TraceRecorder(TraceFile.create(path), limits, threshold, room, mostEvents, mostUnits);
  }

  @Override
  public void made(long key, long linear, int weight, long nanos) {
    add(Lookup.MADE, version(key, linear, weight, nanos), key);
  }

  @Override
  public void improved(long key, int weight, long nanos) {
    Unit draft = current.get(key);
    if (draft == null) {
      dropped++;
    } else {
      add(Lookup.IMPROVED, version(key, draft.linear, weight, draft.mean() + nanos), key);
    }
  }

  @Override
  public void used(long key, long instructions) {
    add(Lookup.USED, Lookup.level(instructions), current.get(key), key);
  }

  @Override
  public void gone(long key) {
    add(Lookup.GONE, current.get(key), key);
  }

  private @Nullable Unit version(long key, long linear, int weight, long nanos) {
    Version version = new Version(key, weight);
    Unit unit = versions.get(version);
    if (unit == null && units.size() < mostUnits) {
      unit = new Unit(version, units.size(), linear);
      versions.put(version, unit);
      units.add(unit);
    }
    if (unit != null) {
      unit.took(nanos);
    }
    return unit;
  }

  private void add(Lookup what, @Nullable Unit unit, long key) {
    add(what, 0, unit, key);
  }

  private void add(Lookup what, int level, @Nullable Unit unit, long key) {
    if (unit == null) {
      // It came when there was no room for more units.
      current.remove(key);
      dropped++;
      return;
    }
    current.put(key, unit);
    building.add(what.to(unit.number, level));
    if (building.isFull()) {
      finishChunk();
    }
  }

  private void finishChunk() {
    Chunk chunk = building.take(false);
    int length = chunk.bytes().length;
    if (end.isEmpty() && beginningBytes + length <= room / 2 && beginningEvents + chunk.count() <= mostEvents / 2) {
      beginning.add(chunk);
      beginningBytes += length;
      beginningEvents += chunk.count();
      return;
    }
    end.add(chunk);
    endBytes += length;
    endEvents += chunk.count();
    while (end.size() > 1 && (endBytes > room / 2 || endEvents > mostEvents / 2)) {
      Chunk oldest = end.removeFirst();
      endBytes -= oldest.bytes().length;
      endEvents -= oldest.count();
      dropped += oldest.count();
      end.addFirst(end.removeFirst().withGap());
    }
  }

  /**
   * Writes the trace to its file, with what the cache has counted.
   *
   * @throws IOException if it cannot be written
   */
  public void finish(Counters counters) throws IOException {
    if (!building.isEmpty()) {
      finishChunk();
    }
    List<Chunk> chunks = new ArrayList<>(beginning);
    chunks.addAll(end);
    List<TracedUnit> traced = units.stream()
        .map(unit -> new TracedUnit(unit.version.key, unit.linear, unit.version.weight, unit.mean())).toList();
    file.write(new UnitTrace.Recorded(limits, threshold, counters.of(Counter.CACHE_HITS),
        counters.of(Counter.UNITS_TRANSLATED), dropped), traced, chunks);
  }

  /** Lets go of the temporary file if there is still one. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
