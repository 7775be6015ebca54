package dev.hagen.boot;

import java.util.ArrayList;
import java.util.List;

/** An ELF executable for x86, 32- or 64-bit. */
final class ElfFile {
  private static final int MAGIC = 0x464C_457F;
  private static final int CLASS_64 = 2;
  private static final int LITTLE_ENDIAN = 1;
  private static final int MACHINE_386 = 3;
  private static final int MACHINE_X86_64 = 62;
  private static final int LOAD = 1;
  private static final int NOTE = 4;

  /** A program header. */
  record Segment(int type, long offset, long physical, long fileSize, long memorySize) {}

  /** A note: type and descriptor. */
  record Note(String name, int type, long value) {}

  private final ImageFile file;
  private final boolean wide;
  private final List<Segment> segments = new ArrayList<>();

  static boolean isOne(ImageFile file) {
    return file.has(0, 52) && file.intAt(0) == MAGIC;
  }

  ElfFile(ImageFile file) throws BootException {
    this.file = file;
    this.wide = file.byteAt(4) == CLASS_64;
    int machine = file.shortAt(18);
    if (file.byteAt(5) != LITTLE_ENDIAN || machine != MACHINE_386 && machine != MACHINE_X86_64) {
      throw new BootException(file.name() + " is an ELF file for another processor than x86.");
    }
    if (wide && !file.has(0, 64)) {
      throw file.truncated();
    }
    long table = wide ? file.longAt(32) : file.unsignedIntAt(28);
    int entrySize = file.shortAt(wide ? 54 : 42);
    int count = file.shortAt(wide ? 56 : 44);
    if (entrySize < (wide ? 56 : 32) || !file.has(table, (long) entrySize * count)) {
      throw file.truncated();
    }
    for (int i = 0; i < count; i++) {
      segments.add(segment((int) table + i * entrySize));
    }
  }

  private Segment segment(int at) throws BootException {
    Segment segment = wide
        ? new Segment(file.intAt(at), file.longAt(at + 8), file.longAt(at + 24), file.longAt(at + 32),
            file.longAt(at + 40))
        : new Segment(file.intAt(at), file.unsignedIntAt(at + 4), file.unsignedIntAt(at + 12),
            file.unsignedIntAt(at + 16), file.unsignedIntAt(at + 20));
    if ((segment.type == LOAD || segment.type == NOTE) && !file.has(segment.offset, segment.fileSize)) {
      throw file.truncated();
    }
    return segment;
  }

  ImageFile file() {
    return file;
  }

  long entry() {
    return wide ? file.longAt(24) : file.unsignedIntAt(24);
  }

  /** Puts the loadable segments at their physical addresses; answers the end of the highest one. */
  long load(BootMemory memory) throws BootException {
    long end = 0;
    for (Segment segment : segments) {
      if (segment.type == LOAD && segment.memorySize > 0) {
        if (segment.memorySize < segment.fileSize) {
          throw new BootException(file.name() + " has a segment whose memory is smaller than its contents.");
        }
        memory.requireRam(file, segment.physical, segment.memorySize);
        memory.putFile(file, (int) segment.offset, (int) segment.fileSize, segment.physical);
        memory.zero(segment.physical + segment.fileSize, segment.memorySize - segment.fileSize);
        end = Math.max(end, segment.physical + segment.memorySize);
      }
    }
    if (end == 0) {
      throw new BootException(file.name() + " has nothing to load.");
    }
    return end;
  }

  /** The notes whose descriptor is a number. */
  List<Note> notes() {
    List<Note> notes = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.type == NOTE) {
        addNotes(notes, (int) segment.offset, (int) (segment.offset + segment.fileSize));
      }
    }
    return notes;
  }

  private void addNotes(List<Note> notes, int from, int to) {
    int at = from;
    while (at + 12 <= to) {
      long nameSize = file.unsignedIntAt(at);
      long valueSize = file.unsignedIntAt(at + 4);
      int type = file.intAt(at + 8);
      long name = at + 12L;
      long value = name + (nameSize + 3 & ~3L);
      long next = value + (valueSize + 3 & ~3L);
      if (next > to) {
        return;
      }
      if (nameSize > 0 && (valueSize == 4 || valueSize == 8)) {
        String text = new String(file.bytes(), (int) name, (int) nameSize - 1, java.nio.charset.StandardCharsets.US_ASCII);
        notes.add(new Note(text, type, valueSize == 4 ? file.unsignedIntAt((int) value) : file.longAt((int) value)));
      }
      at = (int) next;
    }
  }
}
