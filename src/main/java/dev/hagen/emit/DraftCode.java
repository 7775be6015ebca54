package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DUP_X2;
import static org.objectweb.asm.Opcodes.IFGT;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LSTORE;
import static org.objectweb.asm.Opcodes.POP;
import static org.objectweb.asm.Opcodes.SWAP;

import dev.hagen.cpu.CpuState;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/**
 * Code of a draft, which HotSpot's C1 is to compile fast: guest registers and lazy flags stay in the state, so that no value
 * lives longer than its instruction and leaving costs nothing, and memory is read and written without calls of Java methods,
 * since C1 takes time for each that it inlines.
 *
 * <p>Who emits instructions loads and stores locals as ever; those of guest registers and flags mean the state here.
 */
final class DraftCode extends Code {
  private final int codeSize;

  DraftCode(MethodVisitor visitor, int codeSize) {
    super(visitor);
    this.codeSize = codeSize;
  }

  @Override
  boolean keepsState() {
    return true;
  }

  @Override
  void lload(int local) {
    int half = Locals.half(local);
    Names.FieldName flag = flag(local);
    if (Locals.isGeneral(local)) {
      loadElement(Locals.GPR, Locals.generalIndex(local));
      if (codeSize == 4) {
        // Upper halves do not exist here, whatever 64-bit code left in them.
        zeroExtend(4);
      }
    } else if (half >= 0) {
      loadElement(Locals.XMM, half);
    } else if (flag != null) {
      aload(Locals.CPU);
      flag.get(visitor());
    } else {
      super.lload(local);
    }
  }

  /** Without a call, which C1 would inline: by a comparison of signed numbers. */
  @Override
  void jumpIfAbove(long limit, Label target) {
    constant(Long.MIN_VALUE);
    op(LADD);
    constant(Long.MIN_VALUE + limit);
    op(LCMP);
    jump(IFGT, target);
  }

  @Override
  void lstore(int local) {
    int half = Locals.half(local);
    Names.FieldName flag = flag(local);
    if (Locals.isGeneral(local)) {
      storeElement(Locals.GPR, Locals.generalIndex(local));
    } else if (half >= 0) {
      storeElement(Locals.XMM, half);
    } else if (flag != null) {
      aload(Locals.CPU);
      op(DUP_X2);
      op(POP);
      flag.put(visitor());
    } else {
      super.lstore(local);
    }
  }

  @Override
  void iload(int local) {
    if (local == Locals.FLAG_KIND) {
      aload(Locals.CPU);
      Names.LAZY_KIND.get(visitor());
    } else {
      super.iload(local);
    }
  }

  @Override
  void local(int opcode, int local) {
    if (opcode == LSTORE) {
      lstore(local);
    } else if (opcode == ISTORE && local == Locals.FLAG_KIND) {
      aload(Locals.CPU);
      op(SWAP);
      Names.LAZY_KIND.put(visitor());
    } else {
      super.local(opcode, local);
    }
  }

  private static Names.@Nullable FieldName flag(int local) {
    return switch (local) {
      case Locals.FLAG_A -> Names.LAZY_A;
      case Locals.FLAG_B -> Names.LAZY_B;
      case Locals.FLAG_C -> Names.LAZY_C;
      default -> null;
    };
  }

  /** Pushes an element of the array in a local. */
  private void loadElement(int array, int index) {
    pushElement(array, index);
    UnsafeNames.GET_LONG.call(visitor());
  }

  /** Pops a long into an element of the array in a local. */
  private void storeElement(int array, int index) {
    super.lstore(Locals.RAW);
    pushElement(array, index);
    super.lload(Locals.RAW);
    UnsafeNames.PUT_LONG.call(visitor());
  }

  @Override
  void pushAttention() {
    aload(Locals.UNSAFE);
    aload(Locals.CPU);
    constant(CpuState.attentionOffset());
    UnsafeNames.GET_INT_VOLATILE.call(visitor());
  }
}
