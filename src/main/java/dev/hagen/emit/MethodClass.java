package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.ACC_FINAL;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_SUPER;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.RETURN;
import static org.objectweb.asm.Opcodes.V1_8;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * The class of an object that does nothing but call a semantic method: one for each method, so that HotSpot can tell them apart
 * and inline. A lambda would be the same, but the JVM takes longer to make one of a method that it is only told of now.
 */
public final class MethodClass {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final String OBJECT = Type.getInternalName(Object.class);

  private MethodClass() {}

  /** An instance of {@code shape}, a functional interface with a method {@code apply}, that calls a static method like it. */
  public static Object bind(Method method, Class<?> shape) {
    ClassWriter writer = new ClassWriter(0);
    writer.visit(V1_8, ACC_FINAL | ACC_SUPER, Type.getInternalName(MethodClass.class) + "$Of", null, OBJECT,
        new String[] {Type.getInternalName(shape)});
    emitConstructor(writer);
    emitApply(writer, method);
    try {
      return LOOKUP.defineHiddenClass(writer.toByteArray(), true).lookupClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot bind " + method, e);
    }
  }

  private static void emitConstructor(ClassWriter writer) {
    MethodVisitor constructor = writer.visitMethod(0, "<init>", "()V", null, null);
    constructor.visitVarInsn(ALOAD, 0);
    constructor.visitMethodInsn(INVOKESPECIAL, OBJECT, "<init>", "()V", false);
    constructor.visitInsn(RETURN);
    constructor.visitMaxs(1, 1);
  }

  private static void emitApply(ClassWriter writer, Method method) {
    String descriptor = Type.getMethodDescriptor(method);
    MethodVisitor apply = writer.visitMethod(ACC_PUBLIC, "apply", descriptor, null, null);
    int locals = 1;
    for (Type argument : Type.getArgumentTypes(descriptor)) {
      apply.visitVarInsn(argument.getOpcode(ILOAD), locals);
      locals += argument.getSize();
    }
    Type result = Type.getReturnType(descriptor);
    apply.visitMethodInsn(INVOKESTATIC, Type.getInternalName(method.getDeclaringClass()), method.getName(), descriptor, false);
    apply.visitInsn(result.getOpcode(IRETURN));
    apply.visitMaxs(Math.max(locals - 1, result.getSize()), locals);
  }
}
