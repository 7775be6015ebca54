package dev.hagen.memory;

import dev.hagen.util.HostFunction;

/** The host's system calls for its address space. */
final class MappingCalls {
  static final int PROT_NONE = 0;
  static final int PROT_READ_WRITE = 3;
  static final int MAP_FIXED = 0x10;
  static final int MAP_FIXED_NOREPLACE = 0x10_0000;
  static final int MADV_HUGEPAGE = 14;
  static final int MADV_POPULATE_WRITE = 23;
  static final long FAILED = -1;

  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;

  private static final HostFunction MMAP = HostFunction.of("mmap");
  private static final HostFunction MUNMAP = HostFunction.of("munmap");
  private static final HostFunction MADVISE = HostFunction.of("madvise");

  private MappingCalls() {}

  /** Has the JVM make the calls ready, which takes it some ten milliseconds. */
  static void prepare() {
    // The class has been initialized.
  }

  /** mmap(2) of anonymous memory without a reservation; answers where it lies, or {@link #FAILED}. */
  static long mmap(long address, long size, int protection, int flags) {
    return MMAP.call(address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  }

  /** munmap(2). */
  static void munmap(long address, long size) {
    MUNMAP.call(address, size);
  }

  /** madvise(2): what the host may ignore. */
  static void madvise(long address, long size, int advice) {
    MADVISE.call(address, size, advice);
  }
}
