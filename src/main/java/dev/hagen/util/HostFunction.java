package dev.hagen.util;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * A function of the host's C library that takes up to six integers and answers one, or nothing.
 *
 * <p>All are called alike, with six numbers of eight bytes each: these travel in registers, a function looks at what it has
 * parameters for, and the JVM, which takes some 25 milliseconds to learn how to make a new kind of call, learns one.
 */
public final class HostFunction {
  private static final int PARAMETERS = 6;
  private static final FunctionDescriptor SHAPE = shape();

  private final MethodHandle handle;

  private HostFunction(MethodHandle handle) {
    this.handle = handle;
  }

  private static FunctionDescriptor shape() {
    MemoryLayout[] parameters = new MemoryLayout[PARAMETERS];
    Arrays.fill(parameters, ValueLayout.JAVA_LONG);
    return FunctionDescriptor.of(ValueLayout.JAVA_LONG, parameters);
  }

  /**
   * The function of a name, which must not take a variable number of arguments.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  public static HostFunction of(String name) {
    Linker linker = Linker.nativeLinker();
    return new HostFunction(linker.downcallHandle(linker.defaultLookup().findOrThrow(name), SHAPE));
  }

  /** Calls it with two arguments; of an {@code int} that it answers only the low half counts. */
  public long call(long first, long second) {
    return call(first, second, 0, 0, 0, 0);
  }

  /** Likewise with three. */
  public long call(long first, long second, long third) {
    return call(first, second, third, 0, 0, 0);
  }

  /** Likewise with six. */
  public long call(long first, long second, long third, long fourth, long fifth, long sixth) {
    try {
      return (long) handle.invokeExact(first, second, third, fourth, fifth, sixth);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
