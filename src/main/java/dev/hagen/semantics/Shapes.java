package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;

/** The shapes of semantic methods as functional interfaces; the package description says what each is for. */
public final class Shapes {
  private Shapes() {}

  /** {@code void f(CpuState)}. */
  public interface Nullary {
    void apply(CpuState cpu);
  }

  /** {@code long f(CpuState, long a, int size)}. */
  public interface Unary {
    long apply(CpuState cpu, long a, int size);
  }

  /** {@code long f(CpuState, long a, long b, int size)}. */
  public interface Binary {
    long apply(CpuState cpu, long a, long b, int size);
  }

  /** {@code long f(CpuState, long a, long b, long c, int size)}. */
  public interface Ternary {
    long apply(CpuState cpu, long a, long b, long c, int size);
  }

  /** {@code void f(CpuState, long a, int size)}. */
  public interface UnaryAction {
    void apply(CpuState cpu, long a, int size);
  }

  /** {@code void f(CpuState, long a, long b, int size)}. */
  public interface BinaryAction {
    void apply(CpuState cpu, long a, long b, int size);
  }

  /** {@code long f(CpuState, int size)}. */
  public interface Produce {
    long apply(CpuState cpu, int size);
  }

  /** {@code long f(long a, long b)}. */
  public interface Lanes {
    long apply(long a, long b);
  }

  /** {@code long f(CpuState, long a, long b)}. */
  public interface StatefulLanes {
    long apply(CpuState cpu, long a, long b);
  }

  /** {@code void f(CpuState, int destination, int source)}. */
  public interface Slots {
    void apply(CpuState cpu, int destination, int source);
  }

  /** {@code void f(CpuState, int destination, int source, int immediate)}. */
  public interface SlotsImmediate {
    void apply(CpuState cpu, int destination, int source, int immediate);
  }

  /** {@code void f(CpuState, int register)}. */
  public interface Slot {
    void apply(CpuState cpu, int register);
  }

  /** {@code void f(CpuState, int destination, long value, int immediate)}. */
  public interface SlotFromValue {
    void apply(CpuState cpu, int destination, long value, int immediate);
  }

  /** {@code long f(CpuState, int source, int immediate)}. */
  public interface ValueFromSlot {
    long apply(CpuState cpu, int source, int immediate);
  }

  /** {@code void f(CpuState, Instruction)}. */
  public interface Whole {
    void apply(CpuState cpu, Instruction instruction);
  }
}
