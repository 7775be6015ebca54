package dev.hagen.profile;

import dev.hagen.cpu.CpuState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the functions of the modules that a running Linux has loaded, in guest memory: the kernel keeps a list of modules, and
 * each module keeps its table of symbols, for the same backtraces ({@code struct module} in {@code include/linux/module.h} of
 * its sources).
 *
 * <p>The list begins in the variable {@code modules}. A module has its state, the list's pointers and its name, in this order.
 * Where its table is differs from version to version and from configuration to configuration, so whatever looks like one is
 * tried: a pointer to symbols, their number, a pointer to their names. The first symbol of a table is nothing but zeros and the
 * first name is empty. Guests may write what they want: all that is read is checked.
 */
public final class KernelModules {
  private static final int MOST_MODULES = 1000;
  private static final int MOST_SYMBOLS = 100_000;
  private static final int LONGEST_NAME = 56;
  /** How far behind the name the table is at most, in bytes; {@code struct module} has less than a KiB. */
  private static final int REACH = 1024;
  private static final int FUNCTION = 2;

  private final CpuState cpu;
  private final int word;

  private KernelModules(CpuState cpu, int word) {
    this.cpu = cpu;
    this.word = word;
  }

  /**
   * The functions of all modules that are loaded now, each with the name of its module in brackets behind it as Linux prints it;
   * none if the kernel does not name its variables. On the processor's thread, or while it does not run.
   */
  public static SymbolTable find(CpuState cpu, Kallsyms kernel) {
    Long head = kernel.variables().get(Kallsyms.MODULES);
    return head == null ? SymbolTable.EMPTY : new KernelModules(cpu, kernel.word()).follow(head);
  }

  private SymbolTable follow(long head) {
    List<SymbolTable.Function> functions = new ArrayList<>();
    Set<Long> seen = new HashSet<>(Set.of(head));
    long module = pointer(head);
    while (seen.add(module) && seen.size() <= MOST_MODULES) {
      addFunctions(module, functions);
      module = pointer(module);
    }
    return new SymbolTable(functions);
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

  /** Adds the functions of the module whose pointers of the list are at {@code module}. */
  private void addFunctions(long module, List<SymbolTable.Function> functions) {
    ByteBuffer structure = read(module + 2L * word, LONGEST_NAME + REACH);
    String name = name(structure, 0, LONGEST_NAME);
    if (name == null || name.isEmpty()) {
      return;
    }
    for (int at = LONGEST_NAME; at + 3 * word <= structure.capacity(); at += word) {
      long symbols = pointer(structure, at);
      int count = structure.getInt(at + word);
      long names = pointer(structure, at + 2 * word);
      if (symbols != 0 && names != 0 && count > 1 && count <= MOST_SYMBOLS && addTable(symbols, count, names, name, functions)) {
        return;
      }
    }
  }

  /** Adds the functions of a table; whether it is one. */
  private boolean addTable(long at, int count, long names, String module, List<SymbolTable.Function> functions) {
    int size = word == Long.BYTES ? 24 : 16;
    ByteBuffer symbols = read(at, count * size);
    if (symbols.capacity() < count * size || !isZero(symbols, size) || read(names, 1).capacity() == 0 || read(names, 1).get(0) != 0) {
      return false;
    }
    List<SymbolTable.Function> found = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      int symbol = i * size;
      int info = symbols.get(symbol + (word == Long.BYTES ? 4 : 12)) & 0xFF;
      int offset = symbols.getInt(symbol);
      ByteBuffer text = read(names + offset, KallsymsReader.LONGEST_NAME);
      String name = offset < 0 ? null : name(text, 0, text.capacity());
      if (name == null) {
        return false;
      }
      // Until 5.1 the kernel writes the letter that it prints over the type.
      if ((info & 0xF) == FUNCTION || info == 't' || info == 'T') {
        found.add(new SymbolTable.Function(pointer(symbols, symbol + (word == Long.BYTES ? 8 : 4)),
            pointer(symbols, symbol + (word == Long.BYTES ? 16 : 8)), name + " [" + module + "]"));
      }
    }
    functions.addAll(found);
    return true;
  }

  private static boolean isZero(ByteBuffer bytes, int size) {
    for (int i = 0; i < size; i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
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
