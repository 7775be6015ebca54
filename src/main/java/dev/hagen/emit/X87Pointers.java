package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import org.jspecify.annotations.Nullable;

/**
 * The x87's last opcode and the addresses of the instruction and of its operand. Each instruction sets them, and next to
 * nobody looks; so a unit leaves them in the state at the end of a block, before an instruction that may look, and where it
 * leaves.
 */
final class X87Pointers {
  private static final int OPCODE = 0x7FF;

  /**
   * What is to be left in the state.
   *
   * @param opcode of the last x87 instruction
   * @param distance of that instruction from the region's head
   * @param segment the segment of the last operand in memory, whose offset is in {@link Locals#X87_DATA}; null if none has
   *     been accessed since
   */
  record Pending(int opcode, long distance, @Nullable Integer segment) {}

  private final Code code;
  private final int codeSize;
  private @Nullable Pending pending;

  X87Pointers(Code code, int codeSize) {
    this.code = code;
    this.codeSize = codeSize;
  }

  /** An x87 instruction at a distance from the head has been emitted. */
  void pass(Instruction instruction, long distance, MemoryEmitter memory) {
    Operand.Memory place = instruction.memory();
    Integer segment = pending == null ? null : pending.segment;
    if (place != null) {
      memory.pushEffectiveAddress(place);
      code.lstore(Locals.X87_DATA);
      segment = place.segment();
    }
    pending = new Pending(instruction.opcode() & OPCODE, distance, segment);
    if (code.keepsState()) {
      settle();
    }
  }

  /** What a way out from here has to leave in the state. */
  @Nullable Pending pending() {
    return pending;
  }

  /** Brings the state up to date. */
  void settle() {
    settle(pending);
    pending = null;
  }

  /** The same in a way out. */
  void settle(@Nullable Pending way) {
    if (way == null) {
      return;
    }
    code.aload(Locals.CPU);
    code.constant(way.opcode);
    code.pushAddress(way.distance, codeSize);
    if (way.segment == null) {
      Names.RECORD.call(code.visitor());
    } else {
      code.lload(Locals.X87_DATA);
      code.constant(way.segment);
      Names.RECORD_MEMORY.call(code.visitor());
    }
  }
}
