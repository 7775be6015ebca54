package dev.hagen.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The host's system calls for its address space. */
final class MappingCalls {
  static final int PROT_NONE = 0;
  static final int PROT_READ_WRITE = 3;
  static final int MAP_FIXED = 0x10;
  static final int MAP_FIXED_NOREPLACE = 0x10_0000;
  static final int MADV_HUGEPAGE = 14;
  static final long FAILED = -1;

  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;

  private static final MethodHandle MMAP;
  private static final MethodHandle MUNMAP;
  private static final MethodHandle MADVISE;

  static {
    Linker linker = Linker.nativeLinker();
    MMAP = linker.downcallHandle(linker.defaultLookup().findOrThrow("mmap"),
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    MUNMAP = linker.downcallHandle(linker.defaultLookup().findOrThrow("munmap"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    MADVISE = linker.downcallHandle(linker.defaultLookup().findOrThrow("madvise"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
  }

  private MappingCalls() {}

  /** Has the JVM make the calls ready, which takes it some ten milliseconds. */
  static void prepare() {
    // The class has been initialized.
  }

  /** mmap(2) of anonymous memory without a reservation; answers where it lies, or {@link #FAILED}. */
  static long mmap(long address, long size, int protection, int flags) {
    try {
      return (long) MMAP.invokeExact(address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0L);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** munmap(2). */
  static void munmap(long address, long size) {
    try {
      int ignored = (int) MUNMAP.invokeExact(address, size);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** madvise(2): what the host may ignore. */
  static void madvise(long address, long size, int advice) {
    try {
      int ignored = (int) MADVISE.invokeExact(address, size, advice);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
