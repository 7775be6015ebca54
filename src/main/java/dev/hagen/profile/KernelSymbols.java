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
  /** How far before and behind the digits all tokens and their index lie at most; a KiB or two in fact. */
  private static final int TOKENS = 16 << 10;
  /** How far before the digits tables may begin, and how far behind them they may end; 6 MB and 1 MB in Debian's kernels. */
  private static final int BEFORE = 24 << 20;
  private static final int BEHIND = 8 << 20;
  /** How large the kernel's names, constants and data together may be. */
  private static final int REACH = 32 << 20;
  /** Places that look like tokens and are not, before the search is given up. */
  private static final int MOST_CANDIDATES = 64;

  private final CpuState cpu;
  private final PhysicalMemory memory;
  private int candidates;
  /** Tables that do not lie where they say. */
  private SymbolTable best = SymbolTable.EMPTY;

  private KernelSymbols(CpuState cpu) {
    this.cpu = cpu;
    this.memory = cpu.memory;
  }

  /**
   * The functions of the kernel in memory; {@link SymbolTable#EMPTY} if there is no Linux. Takes some tenths of a second for a
   * GiB if there is none. On the processor's thread, or while it does not run.
   */
  public static SymbolTable find(CpuState cpu) {
    KernelSymbols search = new KernelSymbols(cpu);
    // The table of interrupts is part of the kernel too, and lies behind its names.
    long interrupts = LinearView.ofKernel(cpu, cpu.idtrBase);
    long likely = interrupts == PhysicalMemory.NO_RAM ? 0 : Math.max(0, interrupts - REACH);
    SymbolTable found = search.find(likely, PhysicalMemory.HIGH_BASE + cpu.memory.ramSize() - cpu.memory.lowRamSize());
    found = found == null ? search.find(0, likely) : found;
    return found == null ? search.best : found;
  }

  private @Nullable SymbolTable find(long from, long to) {
    long at = next(from, to);
    while (at != PhysicalMemory.NO_RAM && candidates++ < MOST_CANDIDATES) {
      SymbolTable found = read(at);
      if (found != null && isMapped(found, at)) {
        return found;
      }
      best = found != null ? found : best;
      at = next(at + DIGITS.length, to);
    }
    return null;
  }

  /** Whether the tables lie where they themselves say; while the kernel unpacks itself there are others. */
  private boolean isMapped(SymbolTable symbols, long digits) {
    long physical = LinearView.ofKernel(cpu, symbols.lowest());
    return physical != PhysicalMemory.NO_RAM && digits >= physical && digits - physical < REACH * 2L;
  }

  /** The first address between two where the digits are, or {@link PhysicalMemory#NO_RAM}. */
  private long next(long from, long to) {
    byte[] chunk = new byte[CHUNK + DIGITS.length];
    for (long base = from; base < to; base += CHUNK) {
      if (base >= memory.lowRamSize() && base < PhysicalMemory.HIGH_BASE) {
        base = PhysicalMemory.HIGH_BASE;
        if (base >= to) {
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

  private @Nullable SymbolTable read(long digits) {
    // Files in memory have such digits too, but not other tokens around them; that is found out before much is copied.
    int before = before(digits, TOKENS);
    if (!window(digits, before, TOKENS).hasTokens(before)) {
      return null;
    }
    before = before(digits, BEFORE);
    return window(digits, before, BEHIND).read(before);
  }

  /** As far before the digits as wanted, to the beginning of a page, if memory begins before that. */
  private static int before(long digits, int most) {
    return (int) (digits - (Math.max(0, digits - most) & ~0xFFFL));
  }

  private KallsymsReader window(long digits, int before, int behind) {
    byte[] window = new byte[before + behind];
    memory.copyOut(digits - before, window, 0, window.length);
    return new KallsymsReader(window);
  }
}
