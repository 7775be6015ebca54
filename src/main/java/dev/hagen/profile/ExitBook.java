package dev.hagen.profile;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExitListener;
import dev.hagen.interpret.Interpreter;
import java.util.HashMap;
import java.util.Map;

/** Keeps account of where the guest makes the virtual machine monitor work, from a sample. Any thread may read. */
public final class ExitBook {
  /** A guest can have any number of addresses. */
  private static final int MOST = 50_000;

  /**
   * Exits of one kind at one place.
   *
   * @param rip linear address where the guest goes on
   * @param page which page of user code that is, by {@link CodePage}
   * @param reason spelling of the counter
   */
  public record Exit(long rip, long page, String reason) {}

  private final CpuState cpu;
  private final Map<Exit, Long> exits = new HashMap<>();

  /** Exits of a processor. */
  public ExitBook(CpuState cpu) {
    this.cpu = cpu;
  }

  private synchronized void add(Exit exit) {
    if (exits.size() < MOST || exits.containsKey(exit)) {
      exits.merge(exit, (long) Counters.SAMPLE_PERIOD, Long::sum);
    }
  }

  /** Estimated numbers of exits, exceptions and interrupts. */
  public synchronized Map<Exit, Long> exits() {
    return Map.copyOf(exits);
  }

  /** A listener that keeps this book and tells {@code other} everything. */
  public ExitListener with(ExitListener other) {
    return new ExitListener() {
      @Override
      public void exit(Counter reason) {
        long rip = Interpreter.linearRip(cpu);
        add(new Exit(rip, LinearView.userPage(cpu, rip), reason.spelling()));
        other.exit(reason);
      }

      @Override
      public void addressSpaceEntered(long cr3, boolean kept) {
        other.addressSpaceEntered(cr3, kept);
      }

      @Override
      public void pageTraced(long physical, boolean begins, Counter counter) {
        other.pageTraced(physical, begins, counter);
      }
    };
  }
}
