package dev.hagen.vectors;

import java.util.List;
import java.util.Optional;

/**
 * One instruction, rarely two, as a real processor executed it.
 *
 * <p>To replay it: lay out memory as {@link MemoryLayout} says, put {@link #memoryBefore()} over it
 * and {@link #code()} at {@link #address()}, load {@link #before()}, execute {@link
 * #instructions()} instructions, repeated ones to their end. Then the registers are {@link
 * #after()}, memory has changed exactly by {@link #memoryAfter()}, and the code raised {@link
 * #fault()} or nothing. At a fault, {@code after} is the state that its handler would save: RIP of
 * the instruction, or behind it for traps (vectors 1, 3 and 4). In code of two instructions the
 * first may be what faults.
 *
 * @param mode in which it ran
 * @param index number in its file, from 0
 * @param code the bytes of the instruction; what follows is {@link MemoryLayout#INT3}
 * @param instructions how many the code holds: 1, or 2 where the second shows what the first left
 * @param before registers before
 * @param after registers after, or at the fault
 * @param memoryBefore bytes that differ from the background before; later entries win
 * @param memoryAfter bytes that have changed; entries do not overlap, and may include bytes between
 *     changed ones that did not
 * @param fault the exception raised
 */
public record VectorCase(
    Mode mode,
    int index,
    byte[] code,
    int instructions,
    Registers before,
    Registers after,
    List<MemoryBytes> memoryBefore,
    List<MemoryBytes> memoryAfter,
    Optional<Fault> fault) {
  /** Linear address of the instruction. */
  public int address() {
    return (int) before.rip() + mode.base();
  }

  /** What a failure message needs: the code, all inputs that differ from zero, what must come out. */
  public String describe() {
    return new Description(this).toString();
  }
}
