package dev.hagen.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SseOperationsTest {
  private static final List<Class<?>> CLASSES = List.of(PackedArithmetic.class, PackedCompare.class, PackedConvert.class,
      PackedHorizontal.class, PackedShift.class, Shuffle.class, StringCompare.class, SseApproximation.class,
      SseArithmetic.class, SseCompare.class, SseControl.class, SseConvert.class, SseHorizontal.class, SseMove.class);

  private static final Class<?> CPU = CpuState.class;

  /** The shapes of the package description that these operations use: result, then parameters. */
  private static final Set<List<Class<?>>> SHAPES = Set.of(
      List.of(void.class, CPU),
      List.of(long.class, CPU, long.class, int.class),
      List.of(long.class, CPU, long.class, long.class, int.class),
      List.of(long.class, CPU, long.class, long.class, long.class, int.class),
      List.of(void.class, CPU, long.class, int.class),
      List.of(void.class, CPU, long.class, long.class, int.class),
      List.of(long.class, CPU, int.class),
      List.of(long.class, long.class, long.class),
      List.of(long.class, CPU, long.class, long.class),
      List.of(void.class, CPU, int.class, int.class),
      List.of(void.class, CPU, int.class, int.class, int.class),
      List.of(void.class, CPU, int.class, long.class, int.class),
      List.of(long.class, CPU, int.class, int.class),
      List.of(void.class, CPU, Instruction.class));

  @Test
  void operationsOfMmxAndSse_allHaveMethods() {
    Set<Op> expected = EnumSet.range(Op.EMMS, Op.PCMPGTQ);
    expected.add(Op.LDMXCSR);
    expected.add(Op.STMXCSR);

    Set<Op> defined = methods().flatMap(m -> Arrays.stream(m.getAnnotation(Semantics.class).value()))
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Op.class)));

    assertThat(defined).isEqualTo(expected);
  }

  @Test
  void methods_haveShapesOfTheClosedList() {
    assertThat(methods()).allSatisfy(method -> assertThat(SHAPES).contains(shape(method)));
  }

  private static Stream<Method> methods() {
    return CLASSES.stream().flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
        .filter(method -> method.isAnnotationPresent(Semantics.class));
  }

  private static List<Class<?>> shape(Method method) {
    return Stream.concat(Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()))
        .collect(Collectors.toList());
  }
}
