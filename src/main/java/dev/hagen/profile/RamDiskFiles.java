package dev.hagen.profile;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The programs in a Linux initial RAM disk: archives of {@code cpio} in its "new ASCII" format, one behind the other, first
 * those that are not compressed, then those that {@code gzip} has compressed
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Of other compressions nothing is read.
 */
public final class RamDiskFiles {
  private static final int HEADER = 110;
  private static final int FIELD = 8;
  /** Fields of the header by number: those that matter. */
  private static final int MODE = 1;
  private static final int SIZE = 6;
  private static final int NAME_SIZE = 11;
  private static final int TYPE = 0xF000;
  private static final int REGULAR = 0x8000;
  /** Larger disks are not unpacked any further. */
  private static final int MOST = 1 << 30;

  private final byte[] disk;
  private final List<Program> programs;
  private int at;
  private boolean complete = true;

  private RamDiskFiles(byte[] disk, List<Program> programs) {
    this.disk = disk;
    this.programs = programs;
  }

  /**
   * What has been read.
   *
   * @param isComplete whether that is all that the disk holds
   */
  public record Found(Programs programs, boolean isComplete) {}

  /** Reads a disk. */
  public static Found read(byte[] disk) {
    List<Program> programs = new ArrayList<>();
    RamDiskFiles files = new RamDiskFiles(disk, programs);
    files.readAll();
    return new Found(Programs.of(programs), files.complete);
  }

  private void readAll() {
    while (at < disk.length) {
      if (disk[at] == 0) {
        at++;
      } else if (startsWith("070701") || startsWith("070702")) {
        if (!readEntry()) {
          complete = false;
          return;
        }
      } else {
        complete &= unpack();
        return;
      }
    }
  }

  private boolean startsWith(String magic) {
    return disk.length - at >= HEADER && new String(disk, at, magic.length(), StandardCharsets.ISO_8859_1).equals(magic);
  }

  /** Reads one file of an archive; whether that was possible. */
  private boolean readEntry() {
    try {
      int name = at + HEADER;
      long content = at + align(HEADER + (long) field(NAME_SIZE));
      long end = content + field(SIZE);
      if (end > disk.length || content < name || end < content) {
        return false;
      }
      if ((field(MODE) & TYPE) == REGULAR) {
        String path = new String(disk, name, Math.max(0, field(NAME_SIZE) - 1), StandardCharsets.UTF_8);
        Program program = Program.read(path, Arrays.copyOfRange(disk, (int) content, (int) end));
        if (program != null) {
          programs.add(program);
        }
      }
      at = (int) Math.min(content + align(end - content), disk.length);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private int field(int number) {
    int start = at + 6 + FIELD * number;
    return Integer.parseInt(new String(disk, start, FIELD, StandardCharsets.ISO_8859_1), 16);
  }

  private static long align(long size) {
    return size + 3 & ~3L;
  }

  /** Reads what is compressed, to the end; whether that was possible. */
  private boolean unpack() {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(disk, at, disk.length - at))) {
      byte[] unpacked = in.readNBytes(MOST);
      RamDiskFiles inner = new RamDiskFiles(unpacked, programs);
      inner.readAll();
      return inner.complete && unpacked.length < MOST;
    } catch (IOException e) {
      // Not compressed by gzip, or damaged.
      return false;
    }
  }
}
