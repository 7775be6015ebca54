package dev.hagen.semantics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hagen.cpu.CpuState;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values recorded on an AMD processor of family 1Ah, and the bound on the error in SDM vol. 2. */
class SseApproximationTest {
  private static final double BOUND = 1.5 * 0x1p-12;
  private static final int EVERY_FRACTION = 1 << 12;

  private CpuState cpu;

  @BeforeEach
  void setUp() {
    cpu = TestProcessor.in64Bit();
  }

  @Test
  void reciprocal_ofEveryFraction_isWithinTheBound() {
    numbers(0x3F80_0000).forEach(x -> assertThat(reciprocal(x) * x).isEqualTo(1, within(BOUND)));
  }

  @Test
  void reciprocalRoot_ofEveryFractionAndBothParities_isWithinTheBound() {
    numbers(0x3F80_0000).forEach(x -> assertThat(reciprocalRoot(x) * Math.sqrt(x)).isEqualTo(1, within(BOUND)));
    numbers(0x4000_0000).forEach(x -> assertThat(reciprocalRoot(x) * Math.sqrt(x)).isEqualTo(1, within(BOUND)));
  }

  @Test
  void reciprocal_hasTheProcessorsBits() {
    assertThat(SseApproximation.rcpss(cpu, 0, 0x3F80_0000, 4)).isEqualTo(0x3F7F_F000);
    assertThat(SseApproximation.rcpss(cpu, 0, 0xBF80_0000L, 4)).isEqualTo(0xBF7F_F000L);
    assertThat(SseApproximation.rcpss(cpu, 0, 0x7E7F_FFFF, 4)).isEqualTo(0x0080_0000);
    assertThat(SseApproximation.rcpss(cpu, 0, 0x7E80_0000, 4)).as("tiny").isZero();
    assertThat(SseApproximation.rcpss(cpu, 0, 0x007F_FFFF, 4)).as("denormal").isEqualTo(0x7F80_0000);
    assertThat(SseApproximation.rcpss(cpu, 0, 0xFF80_0000L, 4)).as("-infinity").isEqualTo(0x8000_0000L);
  }

  @Test
  void reciprocalRoot_hasTheProcessorsBits() {
    assertThat(SseApproximation.rsqrtss(cpu, 0, 0x3F80_0000, 4)).isEqualTo(0x3F7F_F800);
    assertThat(SseApproximation.rsqrtss(cpu, 0, 0x0080_0000, 4)).isEqualTo(0x5EFF_F800);
    assertThat(SseApproximation.rsqrtss(cpu, 0, 0x7F7F_FFFF, 4)).isEqualTo(0x1F80_0000);
    assertThat(SseApproximation.rsqrtss(cpu, 0, 0x8000_0001L, 4)).as("-denormal").isEqualTo(0xFF80_0000L);
    assertThat(SseApproximation.rsqrtss(cpu, 0, 0xBF80_0000L, 4)).as("-1").isEqualTo(0xFFC0_0000L);
  }

  @Test
  void signalingNaN_becomesQuietWithoutException() {
    assertThat(SseApproximation.rcpss(cpu, 0, 0xFF80_0001L, 4)).isEqualTo(0xFFC0_0001L);
    assertThat(cpu.sseExceptions).isZero();
  }

  private double reciprocal(float x) {
    return Float.intBitsToFloat((int) SseApproximation.rcpss(cpu, 0, Float.floatToRawIntBits(x), 4));
  }

  private double reciprocalRoot(float x) {
    return Float.intBitsToFloat((int) SseApproximation.rsqrtss(cpu, 0, Float.floatToRawIntBits(x), 4));
  }

  /** The middle of each of the intervals that the processor tells apart. */
  private static java.util.stream.Stream<Float> numbers(int start) {
    return IntStream.range(0, EVERY_FRACTION).mapToObj(i -> Float.intBitsToFloat(start | i << 11 | 1 << 10));
  }
}
