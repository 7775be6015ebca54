package dev.hagen.profile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads x86 ELF files of either size: functions, the extents of functions without names, pages of code, and the number by which
 * a program and the file with its symbols know each other. Whoever calls expects {@link IndexOutOfBoundsException} where a file
 * is damaged.
 */
final class ElfReader {
  private static final int MAGIC = 0x464C_457F;
  private static final int SMALLEST = 52;
  private static final int CLASS_64 = 2;
  private static final int SYMTAB = 2;
  private static final int PROGRAM_BITS = 1;
  private static final int NOTE = 7;
  private static final int DYNSYM = 11;
  private static final int UNWIND_TYPE = 0x7000_0001;
  private static final int FUNC = 2;
  private static final int LOADED = 1;
  private static final int EXECUTABLE = 1;
  private static final int BUILD_ID = 3;
  private static final String GNU = "GNU\0";
  private static final String LINKAGE = ".plt";
  private static final String UNWIND = ".eh_frame";

  private final ByteBuffer file;
  private final boolean wide;

  /** A file of which {@link #isElf} holds. */
  ElfReader(byte[] bytes) {
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    wide = file.get(4) == CLASS_64;
  }

  /** Whether a file begins as ELF files do. */
  static boolean isElf(byte[] bytes) {
    return bytes.length >= SMALLEST && ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0) == MAGIC;
  }

  /** The functions, at their addresses in the file. */
  SymbolTable functions() {
    List<SymbolTable.Function> functions = new ArrayList<>();
    for (int type : new int[] {SYMTAB, DYNSYM}) {
      for (int header : sections(type)) {
        long strings = file.getInt(header + (wide ? 40 : 24));
        readSymbols(header, index(sectionHeaders() + strings * entrySize()), functions);
      }
    }
    if (!functions.isEmpty()) {
      addLinkage(functions);
    }
    return new SymbolTable(functions);
  }

  /** Stubs through which a program calls what the loader binds, and which have no symbols. */
  private void addLinkage(List<SymbolTable.Function> functions) {
    for (int header : sections(PROGRAM_BITS)) {
      if (sectionName(header).startsWith(LINKAGE)) {
        functions.add(new SymbolTable.Function(address(header + (wide ? 16 : 12)), address(header + (wide ? 32 : 20)),
            "[" + sectionName(header).substring(1) + "]"));
      }
    }
  }

  private void readSymbols(int header, int stringHeader, List<SymbolTable.Function> functions) {
    int at = index(address(header + (wide ? 24 : 16)));
    long size = address(header + (wide ? 32 : 20));
    int strings = index(address(stringHeader + (wide ? 24 : 16)));
    int entry = wide ? 24 : 16;
    for (long end = at + size; at + entry <= end; at += entry) {
      int info = file.get(at + (wide ? 4 : 12));
      int section = file.getShort(at + (wide ? 6 : 14));
      if ((info & 0xF) == FUNC && section != 0) {
        functions.add(new SymbolTable.Function(address(at + (wide ? 8 : 4)), address(at + (wide ? 16 : 8)),
            name(index((long) strings + file.getInt(at)))));
      }
    }
  }

  /** Pages that hold code: what tells them from others, and their addresses in the file. */
  Map<Long, Long> pages() {
    Map<Long, Long> pages = new HashMap<>();
    int size = file.getShort(wide ? 54 : 42) & 0xFFFF;
    int count = file.getShort(wide ? 56 : 44) & 0xFFFF;
    long headers = address(wide ? 32 : 28);
    for (int i = 0; i < count; i++) {
      int header = index(headers + (long) i * size);
      int flags = file.getInt(header + (wide ? 4 : 24));
      if (file.getInt(header) == LOADED && (flags & EXECUTABLE) != 0) {
        addPages(address(header + (wide ? 8 : 4)), address(header + (wide ? 16 : 8)), address(header + (wide ? 32 : 16)), pages);
      }
    }
    return pages;
  }

  private void addPages(long offset, long start, long size, Map<Long, Long> pages) {
    long page = CodePage.SIZE;
    if ((offset & page - 1) != (start & page - 1) || size < 0) {
      return;
    }
    long end = Math.min(offset + size, file.capacity());
    for (long at = offset & -page; at >= 0 && at < end; at += page) {
      pages.putIfAbsent(CodePage.of(file.array(), (int) at), at - offset + start);
    }
  }

  /** The number that the linker has given to the program, in hexadecimal; empty if none. */
  String buildId() {
    for (int header : sections(NOTE)) {
      int at = index(address(header + (wide ? 24 : 16)));
      long end = at + address(header + (wide ? 32 : 20));
      while (at + 12 <= end) {
        int nameSize = file.getInt(at);
        int size = file.getInt(at + 4);
        int content = index(at + 12L + (nameSize + 3 & ~3));
        if (file.getInt(at + 8) == BUILD_ID && nameSize == GNU.length() && text(at + 12, nameSize).equals(GNU)) {
          byte[] number = new byte[index(size)];
          file.get(content, number);
          return HexFormat.of().formatHex(number);
        }
        at = index(content + (size + 3L & ~3L));
      }
    }
    return "";
  }

  /** Where functions are, by the table for unwinding; empty if there is none. */
  List<UnwindTable.Range> extents() {
    List<UnwindTable.Range> extents = new ArrayList<>();
    // Most compilers mark the table as what programs have, some as what it is for.
    for (int type : new int[] {PROGRAM_BITS, UNWIND_TYPE}) {
      for (int header : sections(type)) {
        if (sectionName(header).equals(UNWIND)) {
          int start = index(address(header + (wide ? 24 : 16)));
          int end = index(start + address(header + (wide ? 32 : 20)) - 1) + 1;
          ByteBuffer table = file.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(end).position(start);
          extents.addAll(UnwindTable.read(table, address(header + (wide ? 16 : 12)), wide));
        }
      }
    }
    return extents;
  }

  private String sectionName(int header) {
    int names = file.getShort(wide ? 62 : 50) & 0xFFFF;
    int strings = index(address(index(sectionHeaders() + (long) names * entrySize()) + (wide ? 24 : 16)));
    return name(index((long) strings + file.getInt(header)));
  }

  private List<Integer> sections(int type) {
    List<Integer> found = new ArrayList<>();
    int count = file.getShort(wide ? 60 : 48) & 0xFFFF;
    for (int i = 0; i < count; i++) {
      int header = index(sectionHeaders() + (long) i * entrySize());
      if (file.getInt(header + 4) == type) {
        found.add(header);
      }
    }
    return found;
  }

  private long sectionHeaders() {
    return address(wide ? 40 : 32);
  }

  private int entrySize() {
    return file.getShort(wide ? 58 : 46) & 0xFFFF;
  }

  private long address(int at) {
    return wide ? file.getLong(at) : file.getInt(at) & 0xFFFF_FFFFL;
  }

  private int index(long at) {
    if (at < 0 || at >= file.capacity()) {
      throw new IndexOutOfBoundsException(String.valueOf(at));
    }
    return (int) at;
  }

  private String name(int at) {
    int end = at;
    while (file.get(end) != 0) {
      end++;
    }
    return text(at, end - at);
  }

  private String text(int at, int length) {
    return new String(file.array(), index(at), length, StandardCharsets.UTF_8);
  }
}
