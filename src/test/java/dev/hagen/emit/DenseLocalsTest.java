package dev.hagen.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

class DenseLocalsTest {
  private static final int PARAMETERS = 3;

  private final List<Integer> numbers = new ArrayList<>();
  private final MethodVisitor locals = new DenseLocals(new MethodVisitor(Opcodes.ASM9) {
    @Override
    public void visitVarInsn(int opcode, int local) {
      numbers.add(local);
    }

    @Override
    public void visitIincInsn(int local, int increment) {
      numbers.add(local);
    }
  }, PARAMETERS);

  @Test
  void local_ofParameter_keepsItsNumber() {
    locals.visitVarInsn(Opcodes.ILOAD, 2);
    locals.visitVarInsn(Opcodes.ALOAD, 0);

    assertEquals(List.of(2, 0), numbers);
  }

  @Test
  void locals_inOrderOfMention_leaveNoGaps() {
    locals.visitVarInsn(Opcodes.LSTORE, 40);
    locals.visitVarInsn(Opcodes.ISTORE, 9);
    locals.visitVarInsn(Opcodes.DSTORE, 20);
    locals.visitVarInsn(Opcodes.ASTORE, 5);

    assertEquals(List.of(3, 5, 6, 8), numbers);
  }

  @Test
  void local_mentionedAgain_hasTheSameNumber() {
    locals.visitVarInsn(Opcodes.ISTORE, 50);
    locals.visitVarInsn(Opcodes.LSTORE, 60);
    locals.visitIincInsn(50, 1);
    locals.visitVarInsn(Opcodes.LLOAD, 60);

    assertEquals(List.of(3, 4, 3, 4), numbers);
  }

  @Test
  void local_beyondAllKnown_hasANumber() {
    locals.visitVarInsn(Opcodes.LSTORE, 5000);
    locals.visitVarInsn(Opcodes.ISTORE, 20_000);

    assertEquals(List.of(3, 5), numbers);
  }
}
