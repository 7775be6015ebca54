package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.ACONST_NULL;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.BIPUSH;
import static org.objectweb.asm.Opcodes.ICONST_0;
import static org.objectweb.asm.Opcodes.IFGT;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LLOAD;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSTORE;
import static org.objectweb.asm.Opcodes.SIPUSH;

import dev.hagen.memory.HostMemory;
import dev.hagen.util.Bits;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/** Short spellings for bytecode. */
class Code {
  private final MethodVisitor visitor;
  private @Nullable IntConsumer writes;
  private boolean hasLines;
  private boolean counts;

  Code(MethodVisitor visitor) {
    this.visitor = visitor;
  }

  MethodVisitor visitor() {
    return visitor;
  }

  /** Whether guest registers and flags stay in the state instead of locals. */
  boolean keepsState() {
    return false;
  }

  /** Whether the unit counts what it retires. */
  final boolean counts() {
    return counts || keepsState();
  }

  /** Has the unit count what it retires, and how often it is entered. */
  final void setCounting() {
    counts = true;
  }

  /** Whether the unit counts how often it is entered. */
  final boolean countsEntries() {
    return counts;
  }

  /** Line numbers tell from now on which guest instruction bytecode comes from. */
  void setLines() {
    hasLines = true;
  }

  /** Guest instruction {@code number} of the region begins, the first being 1; behind the last, what belongs to none. */
  void startLine(int number) {
    if (hasLines) {
      Label start = new Label();
      visitor.visitLabel(start);
      visitor.visitLineNumber(number, start);
    }
  }

  void op(int opcode) {
    visitor.visitInsn(opcode);
  }

  void local(int opcode, int index) {
    visitor.visitVarInsn(opcode, index);
  }

  void aload(int index) {
    visitor.visitVarInsn(ALOAD, index);
  }

  void iload(int index) {
    visitor.visitVarInsn(ILOAD, index);
  }

  void lload(int index) {
    visitor.visitVarInsn(LLOAD, index);
  }

  /** Loads a long and applies an operation to it and what is below it. */
  void lload(int index, int operation) {
    lload(index);
    op(operation);
  }

  void lstore(int index) {
    if (writes != null && Locals.isGeneral(index)) {
      writes.accept(Locals.generalIndex(index));
    }
    visitor.visitVarInsn(LSTORE, index);
  }

  /** Has {@code listener} hear of each general register before its local is written. */
  void setWriteListener(IntConsumer listener) {
    writes = listener;
  }

  void jump(int opcode, Label target) {
    visitor.visitJumpInsn(opcode, target);
  }

  void label(Label label) {
    visitor.visitLabel(label);
  }

  void constant(int value) {
    if (value >= -1 && value <= 5) {
      visitor.visitInsn(ICONST_0 + value);
    } else if (value == (byte) value) {
      visitor.visitIntInsn(BIPUSH, value);
    } else if (value == (short) value) {
      visitor.visitIntInsn(SIPUSH, value);
    } else {
      visitor.visitLdcInsn(value);
    }
  }

  void constant(long value) {
    if (value == 0 || value == 1) {
      visitor.visitInsn(LCONST_0 + (int) value);
    } else {
      visitor.visitLdcInsn(value);
    }
  }

  /** Clears the bytes above the low {@code size} of the long on the stack. */
  void zeroExtend(int size) {
    if (size != 8) {
      constant(Bits.mask(size));
      op(LAND);
    }
  }

  /** Shifts the long on the stack so that its byte {@code size - 1} becomes the highest. */
  void shiftUp(int size) {
    if (size != 8) {
      constant(64 - 8 * size);
      op(LSHL);
    }
  }

  /** Finds what reads and writes raw memory: at the head of the unit. */
  void findUnsafe() {
    UnsafeNames.INSTANCE.call(visitor());
    visitor.visitVarInsn(ASTORE, Locals.UNSAFE);
  }

  /**
   * Pushes what a raw access to the place in host memory that a local holds begins with.
   *
   * @param confined whether the place is known to be in the guest's memory
   */
  void pushPlace(int local, boolean confined) {
    aload(Locals.UNSAFE);
    op(ACONST_NULL);
    lload(local);
    if (!confined) {
      constant(HostMemory.mask());
      op(LAND);
    }
    constant(HostMemory.base());
    op(LADD);
  }

  /** Pushes what an access to an element of an array of longs, which a local has, begins with; unchecked. */
  void pushElement(int array, int index) {
    aload(Locals.UNSAFE);
    aload(array);
    constant(HostMemory.ELEMENTS + (long) Long.BYTES * index);
  }

  /** Pushes the array in which the unit counts how often groups of accesses meet another page. */
  void pushPageChanges() {
    aload(Locals.THIS);
    Names.PAGE_CHANGES.get(visitor);
  }

  /** Jumps if the long on the stack, as an unsigned number, is above a limit. */
  void jumpIfAbove(long limit, Label target) {
    constant(limit);
    Names.COMPARE_UNSIGNED.call(visitor);
    jump(IFGT, target);
  }

  /** Pushes what the count must be below for the unit to go on. */
  void pushAttention() {
    aload(Locals.CPU);
    Names.ATTENTION.call(visitor);
  }

  /** Counts {@code instructions} as retired. */
  void count(int instructions) {
    if (instructions > 0) {
      visitor.visitIincInsn(Locals.COUNT, instructions);
    }
  }

  /** Pushes the address at a distance from the region's head, as an instruction pointer. */
  void pushAddress(long distance, int codeSize) {
    lload(Locals.BASE);
    if (distance != 0) {
      constant(distance);
      op(LADD);
      if (codeSize == 4) {
        zeroExtend(4);
      }
    }
  }
}
