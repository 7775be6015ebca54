package dev.hagen.profile;

import dev.hagen.cpu.CpuState;
import dev.hagen.memory.PhysicalMemory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the functions of a running Linux kernel in guest memory: the tables from which Linux prints the names in its own
 * backtraces ({@code scripts/kallsyms.c} of its sources; {@code kernel/kallsyms.c} reads them). They hold the addresses at
 * which the kernel has put itself, so nothing need be known beforehand. The kernel must have been built with
 * {@code CONFIG_KALLSYMS}, as all distributions' are.
 *
 * <p>Among the 256 tokens that names are made of, the digits are always themselves and neighbours. That text is looked for in
 * all RAM; everything else lies at computable distances from it. Guests may write what they want: all that is read is checked.
 */
public final class KernelSymbols {
  /** The tokens from {@code 0} to {@code 9}, each with its zero. */
  private static final byte[] DIGITS = {'0', 0, '1', 0, '2', 0, '3', 0, '4', 0, '5', 0, '6', 0, '7', 0, '8', 0, '9', 0};
  private static final int CHUNK = 1 << 20;
  /** How far before and behind the tokens tables may begin and end. */
  private static final int REACH = 32 << 20;
  /** Places that look like tokens and are not, before the search is given up. */
  private static final int MOST_CANDIDATES = 64;

  private KernelSymbols() {}

  /**
   * The functions of the kernel in memory; {@link SymbolTable#EMPTY} if there is no Linux. Takes some tenths of a second for a
   * GiB. On the processor's thread, or while it does not run.
   */
  public static SymbolTable find(CpuState cpu) {
    PhysicalMemory memory = cpu.memory;
    SymbolTable best = SymbolTable.EMPTY;
    int candidates = 0;
    long at = next(memory, 0);
    while (at != PhysicalMemory.NO_RAM && candidates++ < MOST_CANDIDATES) {
      SymbolTable found = read(memory, at);
      if (found != null && isMapped(cpu, found, at)) {
        return found;
      }
      best = found != null ? found : best;
      at = next(memory, at + DIGITS.length);
    }
    return best;
  }

  /** Whether the tables lie where they themselves say; while the kernel unpacks itself there are others. */
  private static boolean isMapped(CpuState cpu, SymbolTable symbols, long digits) {
    long physical = LinearView.ofKernel(cpu, symbols.lowest());
    return physical != PhysicalMemory.NO_RAM && digits >= physical && digits - physical < REACH * 2L;
  }

  /** The address from {@code from} on where the digits are, or {@link PhysicalMemory#NO_RAM}. */
  private static long next(PhysicalMemory memory, long from) {
    byte[] chunk = new byte[CHUNK + DIGITS.length];
    long low = memory.lowRamSize();
    long high = PhysicalMemory.HIGH_BASE + memory.ramSize() - low;
    for (long base = from; base < high; base += CHUNK) {
      if (base >= low && base < PhysicalMemory.HIGH_BASE) {
        base = PhysicalMemory.HIGH_BASE;
        if (base >= high) {
          break;
        }
      }
      memory.copyOut(base, chunk, 0, chunk.length);
      int index = indexOfDigits(chunk);
      if (index >= 0) {
        return base + index;
      }
    }
    return PhysicalMemory.NO_RAM;
  }

  private static int indexOfDigits(byte[] chunk) {
    int last = chunk.length - DIGITS.length;
    for (int i = 0; i <= last; i++) {
      if (chunk[i] == '0' && chunk[i + 1] == 0 && chunk[i + 2] == '1'
          && Arrays.equals(chunk, i, i + DIGITS.length, DIGITS, 0, DIGITS.length)) {
        return i;
      }
    }
    return -1;
  }

  private static @Nullable SymbolTable read(PhysicalMemory memory, long digits) {
    long base = Math.max(0, digits - REACH) & ~0xFFFL;
    byte[] window = new byte[(int) (digits - base) + REACH];
    memory.copyOut(base, window, 0, window.length);
    return new KallsymsReader(window).read((int) (digits - base));
  }
}
