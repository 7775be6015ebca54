package dev.hagen.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** An archive of {@code cpio} in its "new ASCII" format, which Linux takes as an initial RAM disk. */
public final class CpioArchive {
  private static final int DIRECTORY = 0x41ED;
  private static final int PROGRAM = 0x81ED;
  private static final int ALIGNMENT = 4;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Adds a directory. */
  public CpioArchive directory(String path) {
    add(path, DIRECTORY, new byte[0]);
    return this;
  }

  /** Adds a file that may be executed. */
  public CpioArchive file(String path, byte[] content) {
    add(path, PROGRAM, content);
    return this;
  }

  /** The archive; nothing can be added any more. */
  public byte[] bytes() {
    add("TRAILER!!!", 0, new byte[0]);
    return out.toByteArray();
  }

  private void add(String path, int mode, byte[] content) {
    out.writeBytes("070701".getBytes(StandardCharsets.US_ASCII));
    int[] fields = {1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, path.length() + 1, 0};
    for (int field : fields) {
      out.writeBytes("%08X".formatted(field).getBytes(StandardCharsets.US_ASCII));
    }
    out.writeBytes(path.getBytes(StandardCharsets.US_ASCII));
    out.write(0);
    pad();
    out.writeBytes(content);
    pad();
  }

  private void pad() {
    while (out.size() % ALIGNMENT != 0) {
      out.write(0);
    }
  }
}
