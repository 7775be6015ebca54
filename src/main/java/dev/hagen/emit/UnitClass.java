package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.AALOAD;
import static org.objectweb.asm.Opcodes.ACC_FINAL;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_SUPER;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.PUTFIELD;
import static org.objectweb.asm.Opcodes.RETURN;
import static org.objectweb.asm.Opcodes.V25;

import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;

/** The class file around a unit's method: a constructor that takes the links, and a field for each. */
final class UnitClass {
  static final String NAME = "dev/hagen/emit/TranslationUnit";

  private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);

  UnitClass() {
    writer.visit(V25, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, NAME, null, Names.UNIT, null);
  }

  /** The name of the field that holds link {@code number}. */
  static String field(int number) {
    return "link" + number;
  }

  /** The method that the region becomes, which is to be ended before {@link #finish}. */
  MethodVisitor method() {
    return writer.visitMethod(ACC_PUBLIC | ACC_FINAL, Names.RUN.name(), Names.RUN.descriptor(), null, null);
  }

  /** The class file of a unit with so many links. */
  byte[] finish(int links) {
    String array = "[" + Names.LINK_DESCRIPTOR;
    MethodVisitor constructor = writer.visitMethod(ACC_PUBLIC, "<init>", "(" + array + ")V", null, null);
    Code body = new Code(constructor);
    constructor.visitCode();
    constructor.visitVarInsn(ALOAD, 0);
    constructor.visitMethodInsn(INVOKESPECIAL, Names.UNIT, "<init>", "()V", false);
    for (int i = 0; i < links; i++) {
      writer.visitField(ACC_FINAL, field(i), Names.LINK_DESCRIPTOR, null, null).visitEnd();
      body.aload(0);
      body.aload(1);
      body.constant(i);
      body.op(AALOAD);
      constructor.visitFieldInsn(PUTFIELD, NAME, field(i), Names.LINK_DESCRIPTOR);
    }
    constructor.visitInsn(RETURN);
    constructor.visitMaxs(0, 0);
    constructor.visitEnd();
    writer.visitEnd();
    return writer.toByteArray();
  }
}
