package dev.hagen.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file to be loaded into a guest: its bytes, and its name for messages. Numbers in it are little-endian. */
public final class ImageFile {
  private static final long MAX_SIZE = Integer.MAX_VALUE - 4096L;

  private final String name;
  private final byte[] bytes;
  private final ByteBuffer buffer;

  public ImageFile(String name, byte[] bytes) {
    this.name = name;
    this.bytes = bytes;
    this.buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads a file. */
  public static ImageFile read(Path path) throws BootException {
    try {
      if (Files.isDirectory(path)) {
        throw new BootException(path + " is a directory, not an image.");
      }
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        throw new BootException(path + " is no regular file and cannot be loaded.");
      }
      if (Files.size(path) > MAX_SIZE) {
        throw new BootException(path + " is larger than 2 GiB and cannot be loaded.");
      }
      return new ImageFile(path.toString(), Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      throw new BootException(path + " does not exist.");
    } catch (IOException e) {
      throw new BootException(path + " cannot be read: " + e.getMessage() + ".");
    }
  }

  public String name() {
    return name;
  }

  public int size() {
    return bytes.length;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Whether {@code length} bytes at {@code offset} exist. */
  boolean has(long offset, long length) {
    return offset >= 0 && length >= 0 && offset <= bytes.length && length <= bytes.length - offset;
  }

  int byteAt(int offset) {
    return bytes[offset] & 0xFF;
  }

  int shortAt(int offset) {
    return buffer.getShort(offset) & 0xFFFF;
  }

  int intAt(int offset) {
    return buffer.getInt(offset);
  }

  long unsignedIntAt(int offset) {
    return buffer.getInt(offset) & 0xFFFF_FFFFL;
  }

  long longAt(int offset) {
    return buffer.getLong(offset);
  }

  BootException truncated() {
    return new BootException(name + " is truncated: it ends before what its header announces.");
  }

  BootException doesNotFit(long ram) {
    return new BootException(name + " does not fit into " + (ram >> 20) + " MiB of guest memory; give more with -m.");
  }
}
