package dev.hagen.profile;

import dev.hagen.cpu.CpuState;
import dev.hagen.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the functions of the modules that a running Linux has loaded, in guest memory: each module keeps its table of symbols,
 * for the same backtraces as {@link KernelSymbols} ({@code struct module} in {@code include/linux/module.h} of its sources).
 *
 * <p>Modules lie above the kernel, in memory that is not mapped as the kernel is. A module has its place in the list of
 * modules, its name, and at a distance that depends on version and configuration a pointer to its symbols, their number, and a
 * pointer to their names, which follow the symbols at once. So what is looked for is three words of which one is the sum of the
 * others, and behind them a table that holds together. Guests may write what they want: all that is read is checked.
 */
public final class KernelModules {
  private static final int MOST_SYMBOLS = 100_000;
  private static final int LONGEST_NAME = 56;
  private static final int LONGEST_SYMBOL = 512;
  /** How far before the table the name is at most, in bytes; {@code struct module} has less than a KiB. */
  private static final int REACH = 1024;
  /** Pages that are looked at together at most. */
  private static final int MOST_PAGES = 1024;
  private static final int FUNCTION = 2;
  private static final long TOP_64 = 0xFFFF_FFFF_FF00_0000L;
  private static final long TOP_32 = 0xFFFF_F000L;

  private final CpuState cpu;
  private final int word;
  private final int symbolSize;
  private final List<SymbolTable.Function> functions = new ArrayList<>();

  private KernelModules(CpuState cpu, int word) {
    this.cpu = cpu;
    this.word = word;
    this.symbolSize = word == Long.BYTES ? 24 : 16;
  }

  /**
   * The functions of all modules that are loaded now, each with the name of its module in brackets behind it as Linux prints it.
   * On the processor's thread, or while it does not run.
   *
   * @param kernel the lowest address of the kernel's functions
   * @param offset how much higher the kernel's addresses are than the physical ones
   */
  public static SymbolTable find(CpuState cpu, long kernel, long offset) {
    boolean wide = kernel < 0;
    KernelModules modules = new KernelModules(cpu, wide ? Long.BYTES : Integer.BYTES);
    modules.search(kernel & -CodePage.SIZE, wide ? TOP_64 : TOP_32, offset);
    return new SymbolTable(modules.functions);
  }

  private void search(long from, long to, long offset) {
    int pages = 0;
    for (long at = from; at < to; at += CodePage.SIZE) {
      long physical = LinearView.ofKernel(cpu, at);
      if (physical != PhysicalMemory.NO_RAM && at - physical != offset && pages < MOST_PAGES) {
        pages++;
      } else if (pages > 0) {
        search(at - (long) pages * CodePage.SIZE, pages * CodePage.SIZE);
        pages = 0;
      }
    }
  }

  private void search(long start, int size) {
    ByteBuffer area = read(start, size);
    for (int at = 0; at + 3 * word <= area.capacity(); at += word) {
      long symbols = pointer(area, at);
      int count = area.getInt(at + word);
      if (symbols != 0 && count > 1 && count <= MOST_SYMBOLS
          && pointer(area, at + 2 * word) == symbols + (long) count * symbolSize) {
        String module = module(start, area, at);
        if (module != null) {
          addTable(symbols, count, module);
        }
      }
    }
  }

  /** The name of the module whose table is pointed to from {@code table} in an area of memory, or null. */
  private @Nullable String module(long start, ByteBuffer area, int table) {
    for (int at = Math.max(0, table - REACH & -word); at + LONGEST_NAME <= table; at += word) {
      String name = name(area, at + 2 * word, LONGEST_NAME);
      if (name != null && !name.isEmpty() && isListed(start + at, pointer(area, at), pointer(area, at + word))) {
        return name;
      }
    }
    return null;
  }

  /** Whether neighbours in a list say so too. */
  private boolean isListed(long at, long next, long before) {
    return next != 0 && before != 0 && next != at && pointer(next + word) == at && pointer(before) == at;
  }

  private void addTable(long at, int count, String module) {
    ByteBuffer symbols = read(at, count * symbolSize);
    long names = at + (long) count * symbolSize;
    List<SymbolTable.Function> found = new ArrayList<>();
    for (int i = 1; i < count && symbols.capacity() == count * symbolSize; i++) {
      int symbol = i * symbolSize;
      int info = symbols.get(symbol + (word == Long.BYTES ? 4 : 12)) & 0xFF;
      ByteBuffer text = read(names + (symbols.getInt(symbol) & 0xFFFF_FFFFL), LONGEST_SYMBOL);
      String name = name(text, 0, text.capacity());
      if (name == null) {
        return;
      }
      // Until 5.1 the kernel writes the letter that it prints over the type.
      if ((info & 0xF) == FUNCTION || info == 't' || info == 'T') {
        found.add(new SymbolTable.Function(pointer(symbols, symbol + (word == Long.BYTES ? 8 : 4)),
            pointer(symbols, symbol + (word == Long.BYTES ? 16 : 8)), name + " [" + module + "]"));
      }
    }
    functions.addAll(found);
  }

  private long pointer(long linear) {
    ByteBuffer bytes = read(linear, word);
    return bytes.capacity() < word ? 0 : pointer(bytes, 0);
  }

  private long pointer(ByteBuffer bytes, int at) {
    return word == Long.BYTES ? bytes.getLong(at) : bytes.getInt(at) & 0xFFFF_FFFFL;
  }

  private ByteBuffer read(long linear, int size) {
    return ByteBuffer.wrap(LinearView.readKernel(cpu, linear, size)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A text that ends with a zero, or null if it is none or has other characters than names have. */
  private static @Nullable String name(ByteBuffer bytes, int from, int most) {
    int end = from;
    while (end < from + most && end < bytes.capacity() && bytes.get(end) != 0) {
      byte c = bytes.get(end++);
      if (c <= ' ' || c > '~' || c == ';') {
        return null;
      }
    }
    return end == from + most || end == bytes.capacity() ? null
        : new String(bytes.array(), from, end - from, StandardCharsets.US_ASCII);
  }
}
