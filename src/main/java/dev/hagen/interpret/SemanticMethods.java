package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.semantics.SemanticClasses;
import dev.hagen.semantics.Semantics;
import dev.hagen.semantics.Shapes;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the semantic method of an operation and makes it callable through the functional interface of its shape.
 *
 * <p>An operation may have several methods of different shapes (MMX and XMM forms). A callable is made when it is first
 * asked for. Threads may share one.
 */
public final class SemanticMethods {
  /** The functional interface of each method descriptor. */
  private static final Map<MethodType, Class<?>> SHAPES = shapes();

  private static final Map<Op, Map<Class<?>, Method>> METHODS = methods();

  /** Makes methods callable. */
  @FunctionalInterface
  public interface Binding {
    /** An instance of {@code shape}, a functional interface, that calls a static method of its type. */
    Object bind(Method method, Class<?> shape);
  }

  private final Binding binding;
  private final Map<Op, Map<Class<?>, Object>> bound = new EnumMap<>(Op.class);

  public SemanticMethods(Binding binding) {
    this.binding = binding;
  }

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

  /** The method of {@code op} with this shape, or null if there is none. */
  public static @Nullable Method method(Op op, Class<?> shape) {
    Map<Class<?>, Method> candidates = METHODS.get(op);
    return candidates == null ? null : candidates.get(shape);
  }

  /**
   * The method that the step of an instruction calls and does nothing else, or null if there is more to it: of the shape
   * {@link Shapes.Nullary} or {@link Shapes.Whole}, without checks that fail or that belong to floating-point units.
   */
  public static @Nullable Method sole(Instruction instruction, int context) {
    Map<Class<?>, Method> candidates = METHODS.get(instruction.op());
    if (candidates == null || candidates.size() != 1 || !Binder.isUnguarded(instruction, context)) {
      return null;
    }
    Method nullary = candidates.get(Shapes.Nullary.class);
    return nullary != null ? nullary : candidates.get(Shapes.Whole.class);
  }

  /** The method of {@code op} with this shape as an instance of it, or null if there is none. */
  public synchronized <T> @Nullable T find(Op op, Class<T> shape) {
    Method method = method(op, shape);
    if (method == null) {
      return null;
    }
    Object callable = bound.computeIfAbsent(op, key -> new HashMap<>())
        .computeIfAbsent(shape, key -> binding.bind(method, key));
    return shape.cast(callable);
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
