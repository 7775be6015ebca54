package dev.hagen.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.LongBinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations on all elements of eight bytes at once, against the same operation on one element after the other. */
class PackedArithmeticTest {
  private static final int SAMPLES = 20_000;

  static Stream<Arguments> operations() {
    return Stream.of(
        signed("PADDB", 8, PackedArithmetic::paddb, (a, b) -> a + b),
        signed("PADDW", 16, PackedArithmetic::paddw, (a, b) -> a + b),
        signed("PADDD", 32, PackedArithmetic::paddd, (a, b) -> a + b),
        signed("PSUBB", 8, PackedArithmetic::psubb, (a, b) -> a - b),
        signed("PSUBW", 16, PackedArithmetic::psubw, (a, b) -> a - b),
        signed("PSUBD", 32, PackedArithmetic::psubd, (a, b) -> a - b),
        signed("PADDSB", 8, PackedArithmetic::paddsb, (a, b) -> Math.clamp(a + b, -128, 127)),
        signed("PADDSW", 16, PackedArithmetic::paddsw, (a, b) -> Math.clamp(a + b, -32768, 32767)),
        signed("PSUBSB", 8, PackedArithmetic::psubsb, (a, b) -> Math.clamp(a - b, -128, 127)),
        signed("PSUBSW", 16, PackedArithmetic::psubsw, (a, b) -> Math.clamp(a - b, -32768, 32767)),
        unsigned("PADDUSB", 8, PackedArithmetic::paddusb, (a, b) -> Math.min(a + b, 255)),
        unsigned("PADDUSW", 16, PackedArithmetic::paddusw, (a, b) -> Math.min(a + b, 65535)),
        unsigned("PSUBUSB", 8, PackedArithmetic::psubusb, (a, b) -> Math.max(a - b, 0)),
        unsigned("PSUBUSW", 16, PackedArithmetic::psubusw, (a, b) -> Math.max(a - b, 0)),
        unsigned("PAVGB", 8, PackedArithmetic::pavgb, (a, b) -> a + b + 1 >> 1),
        unsigned("PAVGW", 16, PackedArithmetic::pavgw, (a, b) -> a + b + 1 >> 1),
        unsigned("PMINUB", 8, PackedArithmetic::pminub, Math::min),
        unsigned("PMINUW", 16, PackedArithmetic::pminuw, Math::min),
        unsigned("PMINUD", 32, PackedArithmetic::pminud, Math::min),
        unsigned("PMAXUB", 8, PackedArithmetic::pmaxub, Math::max),
        unsigned("PMAXUW", 16, PackedArithmetic::pmaxuw, Math::max),
        unsigned("PMAXUD", 32, PackedArithmetic::pmaxud, Math::max),
        signed("PMINSB", 8, PackedArithmetic::pminsb, Math::min),
        signed("PMINSW", 16, PackedArithmetic::pminsw, Math::min),
        signed("PMINSD", 32, PackedArithmetic::pminsd, Math::min),
        signed("PMAXSB", 8, PackedArithmetic::pmaxsb, Math::max),
        signed("PMAXSW", 16, PackedArithmetic::pmaxsw, Math::max),
        signed("PMAXSD", 32, PackedArithmetic::pmaxsd, Math::max),
        signed("PMULLW", 16, PackedArithmetic::pmullw, (a, b) -> a * b),
        signed("PMULHW", 16, PackedArithmetic::pmulhw, (a, b) -> a * b >> 16),
        unsigned("PMULHUW", 16, PackedArithmetic::pmulhuw, (a, b) -> a * b >> 16),
        signed("PMULHRSW", 16, PackedArithmetic::pmulhrsw, (a, b) -> a * b + 0x4000 >> 15),
        signed("PMULLD", 32, PackedArithmetic::pmulld, (a, b) -> a * b),
        signed("PCMPEQB", 8, PackedCompare::pcmpeqb, (a, b) -> a == b ? -1 : 0),
        signed("PCMPEQW", 16, PackedCompare::pcmpeqw, (a, b) -> a == b ? -1 : 0),
        signed("PCMPEQD", 32, PackedCompare::pcmpeqd, (a, b) -> a == b ? -1 : 0),
        signed("PCMPGTB", 8, PackedCompare::pcmpgtb, (a, b) -> a > b ? -1 : 0),
        signed("PCMPGTW", 16, PackedCompare::pcmpgtw, (a, b) -> a > b ? -1 : 0),
        signed("PCMPGTD", 32, PackedCompare::pcmpgtd, (a, b) -> a > b ? -1 : 0),
        signed("PSIGNB", 8, PackedHorizontal::psignb, (a, b) -> a * Long.signum(b)),
        signed("PSIGNW", 16, PackedHorizontal::psignw, (a, b) -> a * Long.signum(b)),
        signed("PSIGND", 32, PackedHorizontal::psignd, (a, b) -> a * Long.signum(b)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void packedOperation_equalsOperationOnEachElement(String name, LongBinaryOperator packed,
      LongBinaryOperator elementWise) {
    SplittableRandom random = new SplittableRandom(64);
    for (int i = 0; i < SAMPLES; i++) {
      long a = sample(random);
      long b = i % 3 == 0 ? a ^ sample(random) & sample(random) : sample(random);
      assertThat(packed.applyAsLong(a, b)).as("%x %x", a, b).isEqualTo(elementWise.applyAsLong(a, b));
    }
  }

  @Test
  void psadbw_sumsAbsoluteDifferencesOfUnsignedBytes() {
    assertThat(PackedArithmetic.psadbw(0x00FF_0102_0000_8000L, 0xFF00_0201_0000_7F01L))
        .isEqualTo(255 + 255 + 1 + 1 + 1 + 1);
  }

  @Test
  void pmaddwd_ofMostNegativeWords_wraps() {
    assertThat(PackedArithmetic.pmaddwd(0x8000_8000L, 0x8000_8000L)).isEqualTo(0x8000_0000L);
  }

  @Test
  void pmaddubsw_saturatesSums() {
    assertThat(PackedArithmetic.pmaddubsw(0xFFFFL, 0x7F7FL)).isEqualTo(0x7FFF);
    assertThat(PackedArithmetic.pmaddubsw(0xFFFFL, 0x8080L)).isEqualTo(0x8000);
  }

  @Test
  void pabsw_ofMostNegative_staysAsItIs() {
    assertThat(PackedHorizontal.pabsw(null, 0x8000_FFFF_0001_7FFFL, 8)).isEqualTo(0x8000_0001_0001_7FFFL);
  }

  @Test
  void shiftCounts_beyondTheElement_clearOrFillWithSign() {
    long value = 0x8001_4002_8003_4004L;

    assertThat(PackedShift.psrlw(value, 16)).isZero();
    assertThat(PackedShift.pslld(value, 1L << 40)).isZero();
    assertThat(PackedShift.psrlq(value, 64)).isZero();
    assertThat(PackedShift.psraw(value, -1)).isEqualTo(0xFFFF_0000_FFFF_0000L);
    assertThat(PackedShift.psrad(value, 32)).isEqualTo(-1);
  }

  @Test
  void shifts_keepBitsWithinTheirElement() {
    assertThat(PackedShift.psllw(0x8001_8001_8001_8001L, 1)).isEqualTo(0x0002_0002_0002_0002L);
    assertThat(PackedShift.psrlw(0x8001_8001_8001_8001L, 1)).isEqualTo(0x4000_4000_4000_4000L);
    assertThat(PackedShift.psraw(0x8001_8001_8001_8001L, 1)).isEqualTo(0xC000_C000_C000_C000L);
  }

  private static Arguments signed(String name, int bits, LongBinaryOperator packed, LongBinaryOperator one) {
    return Arguments.of(name, packed, elementWise(bits, true, one));
  }

  private static Arguments unsigned(String name, int bits, LongBinaryOperator packed, LongBinaryOperator one) {
    return Arguments.of(name, packed, elementWise(bits, false, one));
  }

  private static LongBinaryOperator elementWise(int bits, boolean signed, LongBinaryOperator one) {
    long mask = (1L << bits) - 1;
    return (a, b) -> {
      long result = 0;
      for (int shift = 0; shift < 64; shift += bits) {
        long value = one.applyAsLong(element(a, shift, bits, signed), element(b, shift, bits, signed));
        result |= (value & mask) << shift;
      }
      return result;
    };
  }

  private static long element(long value, int shift, int bits, boolean signed) {
    long atTop = value << 64 - bits - shift;
    return signed ? atTop >> 64 - bits : atTop >>> 64 - bits;
  }

  /** Random bytes, half of them from those where signs and carries change. */
  private static long sample(SplittableRandom random) {
    long edges = 0;
    for (int i = 0; i < 8; i++) {
      edges = edges << 8 | new int[] {0, 1, 0x7F, 0x80, 0x81, 0xFE, 0xFF, 0x40}[random.nextInt(8)];
    }
    return random.nextBoolean() ? edges : random.nextLong();
  }
}
