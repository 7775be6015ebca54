package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.AALOAD;
import static org.objectweb.asm.Opcodes.ACC_FINAL;
import static org.objectweb.asm.Opcodes.ACC_PRIVATE;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ACC_SUPER;
import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.DUP;
import static org.objectweb.asm.Opcodes.INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.NEW;
import static org.objectweb.asm.Opcodes.PUTFIELD;
import static org.objectweb.asm.Opcodes.RETURN;
import static org.objectweb.asm.Opcodes.V25;

import dev.hagen.emit.Names.FieldName;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;

/**
 * The class file around a unit's method: a constructor that takes the links, a field for each, and an initialiser that makes the
 * class's one unit, and the constants that {@link ConstantCode} uses.
 */
final class UnitClass {
  static final String NAME = "dev/hagen/emit/TranslationUnit";

  static final FieldName SELF = constant("SELF", Names.UNIT_DESCRIPTOR);
  static final FieldName PROCESSOR = constant("CPU", Names.SEED_CPU.descriptor());
  static final FieldName GENERAL_REGISTERS = constant("GPR", Names.GPR.descriptor());
  static final FieldName XMM_REGISTERS = constant("XMM", Names.XMM.descriptor());
  static final FieldName PAGE_CHANGES = constant("PAGE_CHANGES", Names.PAGE_CHANGES.descriptor());

  private static final String CONSTRUCTOR = "([" + Names.LINK_DESCRIPTOR + ")V";
  private static final int SEED = 0;
  private static final int UNIT = 1;

  private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
  private final boolean hasConstants;

  /** A class, perhaps with the constants. */
  UnitClass(boolean hasConstants) {
    this.hasConstants = hasConstants;
    writer.visit(V25, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, NAME, null, Names.UNIT, null);
  }

  private static FieldName constant(String name, String descriptor) {
    return new FieldName(NAME, name, descriptor);
  }

  /** The name of the field that holds link {@code number}. */
  static String field(int number) {
    return "link" + number;
  }

  /** The method that the region becomes, which is to be ended before {@link #finish}. */
  MethodVisitor method() {
    MethodVisitor method = writer.visitMethod(ACC_PUBLIC | ACC_FINAL, Names.RUN.name(), Names.RUN.descriptor(), null, null);
    return new DenseLocals(method, Locals.PARAMETERS);
  }

  /** The class file of a unit with so many links. */
  byte[] finish(int links) {
    addConstructor(links);
    addInitializer();
    writer.visitEnd();
    return writer.toByteArray();
  }

  private void addConstructor(int links) {
    MethodVisitor constructor = writer.visitMethod(ACC_PRIVATE, "<init>", CONSTRUCTOR, null, null);
    Code body = new Code(constructor);
    constructor.visitCode();
    body.aload(0);
    constructor.visitMethodInsn(INVOKESPECIAL, Names.UNIT, "<init>", "()V", false);
    for (int i = 0; i < links; i++) {
      writer.visitField(ACC_FINAL, field(i), Names.LINK_DESCRIPTOR, null, null).visitEnd();
      body.aload(0);
      body.aload(1);
      body.constant(i);
      body.op(AALOAD);
      constructor.visitFieldInsn(PUTFIELD, NAME, field(i), Names.LINK_DESCRIPTOR);
    }
    end(constructor);
  }

  private void addInitializer() {
    MethodVisitor initializer = writer.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
    Code body = new Code(initializer);
    initializer.visitCode();
    Names.LOOKUP.call(initializer);
    Names.SEED_OF.call(initializer);
    body.local(ASTORE, SEED);
    initializer.visitTypeInsn(NEW, NAME);
    body.op(DUP);
    body.aload(SEED);
    Names.SEED_LINKS.get(initializer);
    initializer.visitMethodInsn(INVOKESPECIAL, NAME, "<init>", CONSTRUCTOR, false);
    body.local(ASTORE, UNIT);
    body.aload(SEED);
    body.aload(UNIT);
    Names.SEED_UNIT.put(initializer);
    if (hasConstants) {
      body.aload(UNIT);
      addConstant(initializer, SELF);
      body.aload(UNIT);
      Names.PAGE_CHANGES.get(initializer);
      addConstant(initializer, PAGE_CHANGES);
      body.aload(SEED);
      Names.SEED_CPU.get(initializer);
      addConstant(initializer, PROCESSOR);
      addRegisters(initializer, Names.GPR, GENERAL_REGISTERS);
      addRegisters(initializer, Names.XMM, XMM_REGISTERS);
    }
    end(initializer);
  }

  private void addRegisters(MethodVisitor initializer, FieldName registers, FieldName constant) {
    PROCESSOR.getStatic(initializer);
    registers.get(initializer);
    addConstant(initializer, constant);
  }

  /** Adds a constant with the value on the JVM's stack. */
  private void addConstant(MethodVisitor initializer, FieldName constant) {
    writer.visitField(ACC_PRIVATE | ACC_STATIC | ACC_FINAL, constant.name(), constant.descriptor(), null, null).visitEnd();
    constant.putStatic(initializer);
  }

  private static void end(MethodVisitor method) {
    method.visitInsn(RETURN);
    method.visitMaxs(0, 0);
    method.visitEnd();
  }
}
