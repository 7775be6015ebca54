package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;

/**
 * Guest memory by linear address, as an instruction at the current privilege sees it: translation, access rights, page
 * faults, device registers, alignment checks, data breakpoints. Sizes are 1, 2, 4 or 8 bytes; an access may cross pages.
 */
public final class LinearMemory {
  private LinearMemory() {}

  /** Loads {@code size} bytes, zero-extended. */
  public static long load(CpuState cpu, long linear, int size) {
    throw new AssertionError();
  }

  /** Stores the low {@code size} bytes of {@code value}. */
  public static void store(CpuState cpu, long linear, long value, int size) {
    throw new AssertionError();
  }

  /** Loads as the first half of a read-modify-write: faults as a write would. A {@link #store} to it cannot fault. */
  public static long loadForWrite(CpuState cpu, long linear, int size) {
    throw new AssertionError();
  }

  /** Faults if {@code length} bytes (any number) from {@code linear} on cannot be read. */
  public static void checkLoad(CpuState cpu, long linear, int length) {
    throw new AssertionError();
  }

  /** Faults if {@code length} bytes (any number) from {@code linear} on cannot be written; then stores cannot fault. */
  public static void checkStore(CpuState cpu, long linear, int length) {
    throw new AssertionError();
  }

  /** Loads with supervisor rights whatever the CPL: descriptor tables, TSS, IDT (SDM vol. 3A 4.6.1 implicit access). */
  public static long loadSystem(CpuState cpu, long linear, int size) {
    throw new AssertionError();
  }

  /** Stores with supervisor rights whatever the CPL. */
  public static void storeSystem(CpuState cpu, long linear, long value, int size) {
    throw new AssertionError();
  }

  /** Loads with user rights whatever the CPL. */
  public static long loadUser(CpuState cpu, long linear, int size) {
    throw new AssertionError();
  }
}
