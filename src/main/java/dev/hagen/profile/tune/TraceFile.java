package dev.hagen.profile.tune;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The file of a trace: magic and version; how it was recorded; the units, each once; the events in chunks; a checksum over all of
 * that. Numbers of fixed length have their highest byte first.
 *
 * <p>It appears under its name when it is complete, and not before.
 */
public final class TraceFile implements AutoCloseable {
  static final String DAMAGED = "is damaged or cut short; record it again";
  private static final byte[] MAGIC = "HAGENUT\n".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int CHECKSUM = Long.BYTES;
  private static final long LARGEST = 1L << 30;
  /** Bytes of a unit at most: four numbers. */
  private static final int UNIT_BYTES = 4 * EventCoder.LONGEST;

  private final Path path;
  private final Path unfinished;

  private TraceFile(Path path, Path unfinished) {
    this.path = path;
    this.unfinished = unfinished;
  }

  /** Makes the temporary file that becomes a trace. */
  static TraceFile create(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException("it is a directory");
    }
    Path unfinished = path.resolveSibling(path.getFileName() + ".part");
    Files.newOutputStream(unfinished).close();
    // Where the JVM is asked to end (SIGTERM), nobody else deletes it.
    unfinished.toFile().deleteOnExit();
    return new TraceFile(path, unfinished);
  }

  void write(UnitTrace.Recorded recorded, List<TracedUnit> units, List<Chunk> chunks) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(MAGIC);
    out.writeInt(VERSION);
    out.writeUTF(recorded.limits().policy().spelling());
    out.writeLong(recorded.limits().maximum());
    out.writeInt(recorded.threshold());
    out.writeLong(recorded.hits());
    out.writeLong(recorded.misses());
    out.writeLong(recorded.dropped());
    out.writeInt(units.size());
    byte[] deflated = deflate(units);
    out.writeInt(deflated.length);
    out.write(deflated);
    out.writeInt(chunks.size());
    for (Chunk chunk : chunks) {
      out.writeBoolean(chunk.afterGap());
      out.writeInt(chunk.count());
      out.writeInt(chunk.bytes().length);
      out.write(chunk.bytes());
    }
    CRC32 checksum = new CRC32();
    checksum.update(bytes.toByteArray());
    out.writeLong(checksum.getValue());
    Files.write(unfinished, bytes.toByteArray());
    Files.move(unfinished, path, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] deflate(List<TracedUnit> units) {
    ByteBuffer out = ByteBuffer.allocate(units.size() * UNIT_BYTES);
    long key = 0;
    long linear = 0;
    for (TracedUnit unit : units) {
      EventCoder.writeSigned(out, unit.key() - key);
      EventCoder.writeSigned(out, unit.linear() - linear);
      EventCoder.write(out, unit.weight());
      EventCoder.write(out, unit.nanos());
      key = unit.key();
      linear = unit.linear();
    }
    return EventCoder.deflate(out.array(), out.position());
  }

  /**
   * Reads a trace.
   *
   * @throws TraceException if the file is no trace, or not whole
   * @throws IOException if it cannot be read
   */
  public static UnitTrace read(Path path) throws IOException {
    if (Files.size(path) > LARGEST) {
      throw new TraceException("is no trace of 'hagen run --trace-units'");
    }
    return parse(Files.readAllBytes(path));
  }

  private static UnitTrace parse(byte[] bytes) throws IOException {
    if (bytes.length < MAGIC.length || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new TraceException("is no trace of 'hagen run --trace-units'");
    }
    int length = bytes.length - CHECKSUM;
    if (length < MAGIC.length + Integer.BYTES) {
      throw new TraceException(DAMAGED);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int version = buffer.getInt(MAGIC.length);
    if (version != VERSION) {
      throw new TraceException("has version %d, and this Hagen reads version %d; record it again".formatted(version, VERSION));
    }
    CRC32 checksum = new CRC32();
    checksum.update(bytes, 0, length);
    if (checksum.getValue() != buffer.getLong(length)) {
      throw new TraceException(DAMAGED);
    }
    int start = MAGIC.length + Integer.BYTES;
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, start, length - start))) {
      return parse(in);
    } catch (EOFException | IllegalArgumentException e) {
      throw new TraceException(DAMAGED);
    }
  }

  private static UnitTrace parse(DataInputStream in) throws IOException {
    CacheLimits limits = new CacheLimits(CachePolicy.named(in.readUTF()), in.readLong());
    UnitTrace.Recorded recorded = new UnitTrace.Recorded(limits, within(in.readInt(), Integer.MAX_VALUE), in.readLong(), in.readLong(), in.readLong());
    List<TracedUnit> units = units(in, within(in.readInt(), UnitTrace.MOST_UNITS));
    List<Chunk> chunks = new ArrayList<>();
    long count = 0;
    for (int left = within(in.readInt(), Integer.MAX_VALUE); left > 0; left--) {
      boolean afterGap = in.readBoolean();
      int events = within(in.readInt(), Chunk.SIZE);
      chunks.add(new Chunk(events, exactly(in, in.readInt()), afterGap));
      count += events;
    }
    int[] events = new int[within(count, UnitTrace.MOST_EVENTS + 2L * Chunk.SIZE)];
    List<Integer> gaps = new ArrayList<>();
    int at = 0;
    for (Chunk chunk : chunks) {
      if (chunk.afterGap()) {
        gaps.add(at);
      }
      chunk.decode(events, at, units.size());
      at += chunk.count();
    }
    return new UnitTrace(recorded, units, events, gaps.stream().mapToInt(Integer::intValue).toArray());
  }

  private static int within(long number, long most) throws TraceException {
    if (number < 0 || number > most) {
      throw new TraceException(DAMAGED);
    }
    return (int) number;
  }

  private static byte[] exactly(DataInputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(within(length, LARGEST));
    if (bytes.length != length) {
      throw new TraceException(DAMAGED);
    }
    return bytes;
  }

  private static List<TracedUnit> units(DataInputStream in, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(EventCoder.inflate(exactly(in, in.readInt()), count * UNIT_BYTES));
    List<TracedUnit> units = new ArrayList<>();
    long key = 0;
    long linear = 0;
    for (int i = 0; i < count; i++) {
      key += EventCoder.readSigned(buffer);
      linear += EventCoder.readSigned(buffer);
      units.add(new TracedUnit(key, linear, within(EventCoder.read(buffer), Integer.MAX_VALUE),
          EventCoder.read(buffer) & Long.MAX_VALUE));
    }
    return units;
  }

  /** Deletes the temporary file, if it has not become the trace. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(unfinished);
  }
}
