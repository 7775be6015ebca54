package dev.hagen.emit;

import java.util.Arrays;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Numbers the locals of a method anew, in the order in which it first mentions them, without gaps.
 *
 * <p>{@link Locals} has a number for whatever a unit may keep, and most units keep little of it. But ASM, the verifier and both of
 * HotSpot's compilers pay for each local up to the highest one at every block, and the compilers at every call besides.
 */
final class DenseLocals extends MethodVisitor {
  private static final int UNKNOWN = 0;

  private final int parameters;
  private int[] numbers = new int[256];
  private int next;

  /**
   * Passes a method on to {@code visitor}.
   *
   * @param parameters how many locals the parameters take, which keep their numbers; not 0
   */
  DenseLocals(MethodVisitor visitor, int parameters) {
    super(Opcodes.ASM9, visitor);
    this.parameters = parameters;
    next = parameters;
  }

  @Override
  public void visitVarInsn(int opcode, int local) {
    boolean isWide = switch (opcode) {
      case Opcodes.LLOAD, Opcodes.LSTORE, Opcodes.DLOAD, Opcodes.DSTORE -> true;
      default -> false;
    };
    super.visitVarInsn(opcode, number(local, isWide ? 2 : 1));
  }

  @Override
  public void visitIincInsn(int local, int increment) {
    super.visitIincInsn(number(local, 1), increment);
  }

  private int number(int local, int size) {
    if (local < parameters) {
      return local;
    }
    if (local >= numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * local);
    }
    if (numbers[local] == UNKNOWN) {
      numbers[local] = next;
      next += size;
    }
    return numbers[local];
  }
}
