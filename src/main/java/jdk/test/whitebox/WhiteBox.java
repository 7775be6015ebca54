package jdk.test.whitebox;

import java.lang.reflect.Executable;
import org.jspecify.annotations.NullMarked;

/**
 * HotSpot's interface for its own tests, as far as Hagen uses it. The JVM binds it to a class of this name on the boot class
 * path when it is started with {@code -XX:+UnlockDiagnosticVMOptions -XX:+WhiteBoxAPI}; without that every method throws
 * {@link UnsatisfiedLinkError}.
 */
@NullMarked
public final class WhiteBox {
  static {
    registerNatives();
  }

  private WhiteBox() {}

  private static native void registerNatives();

  /** The interface; fails if the JVM does not offer it. */
  public static WhiteBox get() {
    return new WhiteBox();
  }

  /** Has the compiler of a level (4: C2) compile a method; {@code bci} -1 means from its start. */
  public native boolean enqueueMethodForCompilation0(Executable method, int level, int bci);

  /** The level of the code that a method runs now; 0: the JVM's interpreter. */
  public native int getMethodCompilationLevel0(Executable method, boolean osr);

  /** Whether a method waits for a compiler, or is with one. */
  public native boolean isMethodQueuedForCompilation0(Executable method);

  /** Gives a method a profile, which the JVM's interpreter then keeps, and counts it as profiled. */
  public native void markMethodProfiled(Executable method);

  /** Adds compiler directives (JEP 165), in their JSON form, before those that there are; answers how many, 0 if they are wrong. */
  public native int addCompilerDirective(String directives);
}
