package dev.hagen.semantics;

import static dev.hagen.semantics.FloatFormat.DOUBLE;
import static dev.hagen.semantics.FloatFormat.SINGLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.x86.Mxcsr;
import dev.hagen.x86.Reg;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseConvertTest {
  private static final int ALL_MASKED = 0x1F80;
  private static final int SAMPLES = 20_000;
  private static final RoundingMode[] MODES =
      {RoundingMode.HALF_EVEN, RoundingMode.FLOOR, RoundingMode.CEILING, RoundingMode.DOWN};

  private CpuState cpu;

  @BeforeEach
  void setUp() {
    cpu = TestProcessor.in64Bit();
    cpu.mxcsr = ALL_MASKED;
  }

  @ParameterizedTest
  @ValueSource(ints = {Mxcsr.NEAREST, Mxcsr.DOWN, Mxcsr.UP, Mxcsr.TOWARDS_ZERO})
  void doubleToInteger_withinRange_roundsAsMxcsrSays(int control) {
    samples().forEach(value -> {
      BigDecimal rounded = new BigDecimal(value).setScale(0, MODES[control]);
      start(control);

      assertThat(SseConvert.cvtsd2si(cpu, Double.doubleToRawLongBits(value), 8)).as("%a", value)
          .isEqualTo(rounded.longValueExact());
      assertThat(cpu.sseExceptions).as("%a", value).isEqualTo(rounded.doubleValue() == value ? 0 : Mxcsr.PE);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {Mxcsr.NEAREST, Mxcsr.DOWN, Mxcsr.UP, Mxcsr.TOWARDS_ZERO})
  void roundsd_byImmediate_keepsSignAndValue(int control) {
    samples().forEach(value -> {
      BigDecimal rounded = new BigDecimal(value).setScale(0, MODES[control]);
      start(Mxcsr.NEAREST);

      long result = SseConvert.roundsd(cpu, 0, Double.doubleToRawLongBits(value), control, 8);

      assertThat(Double.longBitsToDouble(result)).isEqualTo(Math.copySign(rounded.abs().doubleValue(), value));
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {Mxcsr.NEAREST, Mxcsr.DOWN, Mxcsr.UP, Mxcsr.TOWARDS_ZERO})
  void doubleToSingle_roundsAsMxcsrSays(int control) {
    samples().forEach(value -> {
      ExactFloat exact = new ExactFloat(SINGLE, new BigDecimal(Math.abs(value))::compareTo);
      ExactFloat.Result expected = exact.round(Double.doubleToRawLongBits(value) < 0, control);
      start(control);

      assertThat(SseConvert.cvtsd2ss(cpu, 0, Double.doubleToRawLongBits(value), 4)).as("%a", value)
          .isEqualTo(expected.bits());
      assertThat((cpu.sseExceptions & Mxcsr.PE) != 0).as("%a", value).isEqualTo(expected.inexact());
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {Mxcsr.NEAREST, Mxcsr.DOWN, Mxcsr.UP, Mxcsr.TOWARDS_ZERO})
  void integerToSingle_roundsAsMxcsrSays(int control) {
    integers().forEach(value -> {
      ExactFloat exact = new ExactFloat(SINGLE, BigDecimal.valueOf(Math.abs((long) value))::compareTo);
      start(control);

      long result = FloatConversion.fromInteger(cpu, SINGLE, value);

      assertThat(result).as("%d", value).isEqualTo(exact.round(value < 0, control).bits());
    });
  }

  @Test
  void doubleToInteger_justBelowRange_isMostNegative() {
    assertThat(SseConvert.cvttsd2si(cpu, Double.doubleToRawLongBits(-0x1p63), 8)).isEqualTo(Long.MIN_VALUE);
    assertThat(cpu.sseExceptions).isZero();
  }

  @Test
  void doubleToInteger_beyondRange_isIndefiniteAndInvalid() {
    assertThat(SseConvert.cvttsd2si(cpu, Double.doubleToRawLongBits(0x1p31), 4)).isEqualTo(0x8000_0000L);
    assertThat(cpu.sseExceptions).isEqualTo(Mxcsr.IE);
  }

  @Test
  void nan_toInteger_isIndefiniteAndInvalid() {
    assertThat(SseConvert.cvtss2si(cpu, SINGLE.defaultNaN(), 8)).isEqualTo(Long.MIN_VALUE);
    assertThat(cpu.sseExceptions).isEqualTo(Mxcsr.IE);
  }

  @Test
  void denormalToInteger_raisesPrecisionButNoDenormalException() {
    assertThat(SseConvert.cvtss2si(cpu, 1, 4)).isZero();
    assertThat(cpu.sseExceptions).isEqualTo(Mxcsr.PE);
  }

  @Test
  void denormalToInteger_withDenormalsAreZeros_isExact() {
    cpu.mxcsr |= Mxcsr.DAZ;

    assertThat(SseConvert.cvtss2si(cpu, 1, 4)).isZero();
    assertThat(cpu.sseExceptions).isZero();
  }

  @Test
  void signalingNaN_toDouble_keepsPayloadAndBecomesQuiet() {
    assertThat(SseConvert.cvtss2sd(cpu, 0, 0xFF80_0001L, 8)).isEqualTo(0xFFF8_0000_2000_0000L);
    assertThat(cpu.sseExceptions).isEqualTo(Mxcsr.IE);
  }

  @Test
  void quietNaN_toSingle_losesLowPayload() {
    assertThat(SseConvert.cvtsd2ss(cpu, 0, 0x7FF8_0000_3FFF_FFFFL, 4)).isEqualTo(0x7FC0_0001L);
    assertThat(cpu.sseExceptions).isZero();
  }

  @Test
  void roundps_precisionSuppressed_leavesFlagClear() {
    int suppressed = 8;

    assertThat(SseConvert.roundss(cpu, 0, Float.floatToRawIntBits(2.5f), suppressed, 4))
        .isEqualTo(Float.floatToRawIntBits(2f));
    assertThat(cpu.sseExceptions).isZero();
  }

  @Test
  void cvtsi2sd_fromDoubleword_isSignExtended() {
    cpu.gpr[Reg.RDX] = 0xFFFF_FFFEL;

    SseConvert.cvtsi2sd(cpu, TestProcessor.insn(cpu, Op.CVTSI2SD, 4,
        new dev.hagen.decode.Operand.Xmm(1, 8, false), TestProcessor.register(Reg.RDX, 4)));

    assertThat(cpu.xmm[2]).isEqualTo(Double.doubleToRawLongBits(-2));
  }

  @Test
  void cvtpd2dq_clearsUpperHalf() {
    cpu.xmm[2] = Double.doubleToRawLongBits(-1.5);
    cpu.xmm[3] = Double.doubleToRawLongBits(7);

    SseConvert.cvtpd2dq(cpu, 1, 1);

    assertThat(cpu.xmm[2]).isEqualTo(0x7_FFFF_FFFEL);
    assertThat(cpu.xmm[3]).isZero();
    assertThat(cpu.mxcsr).isEqualTo(ALL_MASKED | Mxcsr.PE);
  }

  private void start(int control) {
    cpu.mxcsr = ALL_MASKED | control << Mxcsr.RC_SHIFT;
    cpu.sseExceptions = 0;
  }

  /** Doubles below 2^62 in magnitude, many with few bits behind the point, halves among them; normal or zero. */
  private static Stream<Double> samples() {
    SplittableRandom random = new SplittableRandom(1985);
    return IntStream.range(0, SAMPLES).mapToObj(i -> {
      long fraction = DOUBLE.fraction(random.nextLong() & -1L << random.nextInt(53));
      long exponent = DOUBLE.bias() + random.nextInt(-150, 62);
      return Double.longBitsToDouble(DOUBLE.withSign(random.nextBoolean(), exponent << 52 | fraction));
    });
  }

  private static IntStream integers() {
    SplittableRandom random = new SplittableRandom(32);
    return IntStream.range(0, SAMPLES).map(i -> random.nextInt() >> random.nextInt(32)).filter(i -> i != 0);
  }
}
