package dev.hagen.vectors;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/**
 * A file of recorded vectors: one group of instructions in one mode. {@code
 * src/test/recorder/README.md} documents the format.
 *
 * @param mode of all its cases
 * @param group name, for example {@code arithmetic}
 * @param processor on which it was recorded
 * @param count of its cases
 * @param seed from which the seeds of its cases count
 * @param body the encoded cases
 */
public record VectorFile(Mode mode, String group, String processor, int count, long seed, ByteBuffer body) {
  private static final String MAGIC = "HAGENVEC";
  private static final int VERSION = 1;

  /** Reads a file. One that is no vector file raises an {@link IOException} that says so. */
  public static VectorFile read(Path path) throws IOException {
    byte[] bytes;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(path))) {
      bytes = in.readAllBytes();
    }
    try {
      return parse(path, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    } catch (BufferUnderflowException e) {
      throw new IOException(path + " is truncated", e);
    }
  }

  private static VectorFile parse(Path path, ByteBuffer in) throws IOException {
    byte[] magic = new byte[MAGIC.length()];
    in.get(magic);
    if (!Arrays.equals(magic, MAGIC.getBytes(StandardCharsets.US_ASCII)) || in.get() != VERSION) {
      throw new IOException(path + " is no vector file of version " + VERSION);
    }
    Mode mode = Mode.of(in.get());
    in.getShort();
    int count = in.getInt();
    long seed = in.getLong();
    String group = string(in);
    String processor = string(in);
    return new VectorFile(mode, group, processor, count, seed, in.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static String string(ByteBuffer in) {
    byte[] bytes = new byte[in.get() & 0xFF];
    in.get(bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /** The cases in the order of the file, decoded as they are asked for. */
  public Stream<VectorCase> cases() {
    CaseDecoder decoder = new CaseDecoder(mode, seed, body.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    Iterator<VectorCase> iterator =
        new Iterator<>() {
          private int index;

          @Override
          public boolean hasNext() {
            return index < count;
          }

          @Override
          public VectorCase next() {
            if (!hasNext()) {
              throw new NoSuchElementException();
            }
            return decoder.next(index++);
          }
        };
    int traits = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliterator(iterator, count, traits), false);
  }
}
