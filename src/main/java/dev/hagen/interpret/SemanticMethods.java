package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.semantics.SemanticClasses;
import dev.hagen.semantics.Semantics;
import dev.hagen.semantics.Shapes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Finds the semantic method of an operation and makes it callable through the functional interface of its shape.
 *
 * <p>An operation may have several methods of different shapes (MMX and XMM forms). A callable is made when it is first
 * asked for. Threads may share one.
 */
public final class SemanticMethods {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  /** The functional interface of each method descriptor. */
  private static final Map<MethodType, Class<?>> SHAPES = shapes();

  private static final Map<Op, Map<Class<?>, Method>> METHODS = methods();

  private final Map<Op, Map<Class<?>, Object>> bound = new EnumMap<>(Op.class);

  private static Map<Op, Map<Class<?>, Method>> methods() {
    Map<Op, Map<Class<?>, Method>> methods = new EnumMap<>(Op.class);
    for (Class<?> family : SemanticClasses.ALL) {
      for (Method method : family.getDeclaredMethods()) {
        Semantics semantics = method.getAnnotation(Semantics.class);
        if (semantics != null) {
          for (Op op : semantics.value()) {
            add(methods, op, method);
          }
        }
      }
    }
    return methods;
  }

  private static void add(Map<Op, Map<Class<?>, Method>> methods, Op op, Method method) {
    Class<?> shape = SHAPES.get(MethodType.methodType(method.getReturnType(), method.getParameterTypes()));
    if (shape == null || !Modifier.isStatic(method.getModifiers()) || !Modifier.isPublic(method.getModifiers())) {
      throw new IllegalStateException("semantic method of no known shape: " + method);
    }
    Method other = methods.computeIfAbsent(op, key -> new HashMap<>()).put(shape, method);
    if (other != null) {
      throw new IllegalStateException(op + " is defined twice: " + other + " and " + method);
    }
  }

  /** Whether any method defines {@code op}. */
  public boolean defines(Op op) {
    return METHODS.containsKey(op);
  }

  /** The method of {@code op} with this shape, or null if there is none. */
  public @Nullable Method method(Op op, Class<?> shape) {
    Map<Class<?>, Method> candidates = METHODS.get(op);
    return candidates == null ? null : candidates.get(shape);
  }

  /** The method of {@code op} with this shape as an instance of it, or null if there is none. */
  public synchronized <T> @Nullable T find(Op op, Class<T> shape) {
    Map<Class<?>, Method> candidates = METHODS.get(op);
    Method method = candidates == null ? null : candidates.get(shape);
    if (method == null) {
      return null;
    }
    Object callable = bound.computeIfAbsent(op, key -> new HashMap<>()).computeIfAbsent(shape, key -> bind(method, key));
    return shape.cast(callable);
  }

  /**
   * Makes a class of its own, which HotSpot can tell from others; a method handle, or a lambda made of one, takes the JVM ten times
   * as long.
   */
  private static Object bind(Method method, Class<?> shape) {
    ClassWriter writer = new ClassWriter(0);
    String name = Type.getInternalName(SemanticMethods.class) + "$Bound";
    writer.visit(Opcodes.V1_8, Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, name, null, Type.getInternalName(Object.class),
        new String[] {Type.getInternalName(shape)});
    MethodVisitor constructor = writer.visitMethod(0, "<init>", "()V", null, null);
    constructor.visitVarInsn(Opcodes.ALOAD, 0);
    constructor.visitMethodInsn(Opcodes.INVOKESPECIAL, Type.getInternalName(Object.class), "<init>", "()V", false);
    constructor.visitInsn(Opcodes.RETURN);
    constructor.visitMaxs(1, 1);
    String descriptor = Type.getMethodDescriptor(method);
    MethodVisitor apply = writer.visitMethod(Opcodes.ACC_PUBLIC, "apply", descriptor, null, null);
    int locals = 1;
    for (Type argument : Type.getArgumentTypes(descriptor)) {
      apply.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), locals);
      locals += argument.getSize();
    }
    apply.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(method.getDeclaringClass()), method.getName(),
        descriptor, false);
    apply.visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
    apply.visitMaxs(Math.max(locals - 1, 2), locals);
    try {
      return LOOKUP.defineHiddenClass(writer.toByteArray(), true).lookupClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot bind " + method, e);
    }
  }

  private static Map<MethodType, Class<?>> shapes() {
    Map<MethodType, Class<?>> map = new HashMap<>();
    for (Class<?> shape : List.of(Shapes.Nullary.class, Shapes.Unary.class, Shapes.Binary.class, Shapes.Ternary.class,
        Shapes.UnaryAction.class, Shapes.BinaryAction.class, Shapes.Produce.class, Shapes.Lanes.class,
        Shapes.StatefulLanes.class, Shapes.Slots.class, Shapes.SlotsImmediate.class, Shapes.Slot.class,
        Shapes.SlotFromValue.class, Shapes.ValueFromSlot.class, Shapes.Whole.class)) {
      Method apply = shape.getDeclaredMethods()[0];
      map.put(MethodType.methodType(apply.getReturnType(), apply.getParameterTypes()), shape);
    }
    return Map.copyOf(map);
  }
}
