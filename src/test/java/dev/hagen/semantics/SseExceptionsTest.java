package dev.hagen.semantics;

import static dev.hagen.x86.Mxcsr.DAZ;
import static dev.hagen.x86.Mxcsr.DE;
import static dev.hagen.x86.Mxcsr.FTZ;
import static dev.hagen.x86.Mxcsr.IE;
import static dev.hagen.x86.Mxcsr.MASK_SHIFT;
import static dev.hagen.x86.Mxcsr.OE;
import static dev.hagen.x86.Mxcsr.PE;
import static dev.hagen.x86.Mxcsr.RC_SHIFT;
import static dev.hagen.x86.Mxcsr.TOWARDS_ZERO;
import static dev.hagen.x86.Mxcsr.UE;
import static dev.hagen.x86.Mxcsr.ZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Mxcsr;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a guest finds in MXCSR and in the destination; all values as an AMD processor of family 1Ah has them. */
class SseExceptionsTest {
  private static final int ALL_MASKED = 0x1F80;
  private static final long ONE = 0x3FF0_0000_0000_0000L;
  private static final long LARGEST = 0x7FEF_FFFF_FFFF_FFFFL;
  private static final long INFINITY = 0x7FF0_0000_0000_0000L;
  private static final long SIGNALING = 0x7FF0_0000_0000_0001L;
  private static final long QUIET = 0xFFF8_0000_0000_0123L;
  private static final long INDEFINITE = 0xFFF8_0000_0000_0000L;
  private static final long DENORMAL = 0x000F_FFFF_FFFF_FFFFL;
  private static final long SMALLEST_NORMAL = 0x0010_0000_0000_0000L;
  private static final long SIGN = 1L << 63;

  private CpuState cpu;

  @BeforeEach
  void setUp() {
    cpu = TestProcessor.in64Bit();
    cpu.cr4 |= Control.CR4_OSXMMEXCPT;
    cpu.mxcsr = ALL_MASKED;
  }

  @Test
  void signalingNaN_asFirstOperand_becomesQuietAndRaisesInvalid() {
    assertThat(SseArithmetic.addsd(cpu, SIGNALING, QUIET, 8)).isEqualTo(0x7FF8_0000_0000_0001L);
    assertThat(exceptions()).isEqualTo(IE);
  }

  @Test
  void quietNaN_asSecondOperand_isTheResultWithoutException() {
    assertThat(SseArithmetic.mulsd(cpu, ONE, QUIET, 8)).isEqualTo(QUIET);
    assertThat(exceptions()).isZero();
  }

  @Test
  void differenceOfInfinities_isIndefinite() {
    assertThat(SseArithmetic.subsd(cpu, INFINITY, INFINITY, 8)).isEqualTo(INDEFINITE);
    assertThat(exceptions()).isEqualTo(IE);
  }

  @Test
  void rootOfNegativeNumber_isIndefinite() {
    assertThat(SseArithmetic.sqrtsd(cpu, 0, ONE | SIGN, 8)).isEqualTo(INDEFINITE);
    assertThat(exceptions()).isEqualTo(IE);
  }

  @Test
  void rootOfNegativeZero_isNegativeZero() {
    assertThat(SseArithmetic.sqrtsd(cpu, 0, SIGN, 8)).isEqualTo(SIGN);
    assertThat(exceptions()).isZero();
  }

  @Test
  void divisionByZero_isInfinite() {
    assertThat(SseArithmetic.divsd(cpu, ONE, SIGN, 8)).isEqualTo(INFINITY | SIGN);
    assertThat(exceptions()).isEqualTo(ZE);
  }

  @Test
  void denormalDividedByZero_raisesNoDenormalException() {
    SseArithmetic.divsd(cpu, DENORMAL, 0, 8);

    assertThat(exceptions()).isEqualTo(ZE);
  }

  @Test
  void denormalOperand_isReported() {
    assertThat(SseArithmetic.addsd(cpu, DENORMAL, DENORMAL, 8)).isEqualTo(2 * DENORMAL);
    assertThat(exceptions()).isEqualTo(DE);
  }

  @Test
  void denormalOperand_withDenormalsAreZeros_countsAsZero() {
    cpu.mxcsr |= DAZ;

    assertThat(SseArithmetic.addsd(cpu, DENORMAL | SIGN, ONE, 8)).isEqualTo(ONE);
    assertThat(exceptions()).isZero();
  }

  @Test
  void minimumOfDenormals_withDenormalsAreZeros_isZero() {
    cpu.mxcsr |= DAZ;

    assertThat(SseCompare.minsd(cpu, ONE, DENORMAL | SIGN, 8)).isEqualTo(SIGN);
  }

  @Test
  void overflow_towardsZero_isLargestNumber() {
    cpu.mxcsr |= TOWARDS_ZERO << RC_SHIFT;

    assertThat(SseArithmetic.addsd(cpu, LARGEST, LARGEST, 8)).isEqualTo(LARGEST);
    assertThat(exceptions()).isEqualTo(OE | PE);
  }

  @Test
  void overflow_toNearest_isInfinite() {
    assertThat(SseArithmetic.addsd(cpu, LARGEST, LARGEST, 8)).isEqualTo(INFINITY);
    assertThat(exceptions()).isEqualTo(OE | PE);
  }

  @Test
  void tinyExactResult_raisesNoUnderflow() {
    long half = ONE - (1L << 52);

    assertThat(SseArithmetic.mulsd(cpu, SMALLEST_NORMAL, half, 8)).isEqualTo(SMALLEST_NORMAL / 2);
    assertThat(exceptions()).isZero();
  }

  @Test
  void tinyExactResult_flushedToZero_raisesUnderflowAndPrecision() {
    cpu.mxcsr |= FTZ;
    long half = ONE - (1L << 52);

    assertThat(SseArithmetic.mulsd(cpu, SMALLEST_NORMAL | SIGN, half, 8)).isEqualTo(SIGN);
    assertThat(exceptions()).isEqualTo(UE | PE);
  }

  @Test
  void resultBelowSmallestNormal_roundedUpToIt_isTiny() {
    long belowOne = ONE - 1;

    assertThat(SseArithmetic.mulsd(cpu, SMALLEST_NORMAL, belowOne, 8)).isEqualTo(SMALLEST_NORMAL);
    assertThat(exceptions()).isEqualTo(UE | PE);
  }

  @Test
  void resultThatReachesSmallestNormalWithUnboundedExponent_isNotTiny() {
    // (1 + 2^-52) (1 - 2^-52) 2^-1022: 53 bits and any exponent would round that to 2^-1022.
    long aboveOne = ONE + 1;
    long belowSmallest = SMALLEST_NORMAL - 1;

    assertThat(SseArithmetic.mulsd(cpu, belowSmallest, aboveOne, 8)).isEqualTo(SMALLEST_NORMAL);
    assertThat(exceptions()).isEqualTo(DE | PE);
  }

  @Test
  void tinyExactResult_underflowUnmasked_raisesUnderflowAlone() {
    cpu.mxcsr &= ~(UE << MASK_SHIFT);
    long half = ONE - (1L << 52);
    SseArithmetic.mulsd(cpu, SMALLEST_NORMAL, half, 8);

    GuestException fault = commitFails();

    assertThat(fault.vector()).isEqualTo(Vector.XM);
    assertThat(exceptions()).isEqualTo(UE);
  }

  @Test
  void unmaskedException_withoutOperatingSystemSupport_isUndefinedOpcode() {
    cpu.cr4 &= ~Control.CR4_OSXMMEXCPT;
    cpu.mxcsr &= ~(ZE << MASK_SHIFT);
    SseArithmetic.divsd(cpu, ONE, 0, 8);

    assertThat(commitFails().vector()).isEqualTo(Vector.UD);
    assertThat(exceptions()).isEqualTo(ZE);
  }

  @Test
  void unmaskedPreComputationException_hidesPrecisionOfOtherElements() {
    cpu.mxcsr &= ~(ZE << MASK_SHIFT);
    long third = SseArithmetic.divpd(cpu, ONE, 0x4008_0000_0000_0000L);
    SseArithmetic.divpd(cpu, ONE, 0);

    commitFails();

    assertThat(third).isEqualTo(0x3FD5_5555_5555_5555L);
    assertThat(exceptions()).isEqualTo(ZE);
  }

  @Test
  void unmaskedException_inHorizontalSum_leavesDestination() {
    cpu.mxcsr &= ~(IE << MASK_SHIFT);
    cpu.xmm[2] = INFINITY;
    cpu.xmm[3] = INFINITY | SIGN;

    GuestException fault =
        catchThrowableOfType(GuestException.class, () -> SseHorizontal.haddpd(cpu, 1, 2));

    assertThat(fault.vector()).isEqualTo(Vector.XM);
    assertThat(cpu.xmm[2]).isEqualTo(INFINITY);
    assertThat(cpu.xmm[3]).isEqualTo(INFINITY | SIGN);
  }

  @Test
  void unmaskedException_inComparison_leavesFlags() {
    cpu.mxcsr &= ~(IE << MASK_SHIFT);
    cpu.setArithmeticFlags(Flags.OF | Flags.SF);

    catchThrowableOfType(GuestException.class, () -> SseCompare.comisd(cpu, QUIET, ONE, 8));

    assertThat(cpu.arithmeticFlags()).isEqualTo(Flags.OF | Flags.SF);
    assertThat(exceptions()).isEqualTo(IE);
  }

  @Test
  void stickyFlags_stayUntilTheGuestClearsThem() {
    cpu.mxcsr |= OE;

    SseArithmetic.addsd(cpu, ONE, ONE, 8);

    assertThat(exceptions()).isEqualTo(OE);
  }

  @Test
  void exactSum_withPrecisionFlagClear_leavesItClear() {
    assertThat(SseArithmetic.addsd(cpu, ONE, ONE, 8)).isEqualTo(0x4000_0000_0000_0000L);
    assertThat(exceptions()).isZero();
  }

  @Test
  void inexactSum_withPrecisionFlagClear_setsIt() {
    assertThat(SseArithmetic.addsd(cpu, ONE, SMALLEST_NORMAL, 8)).isEqualTo(ONE);
    assertThat(exceptions()).isEqualTo(PE);
  }

  @Test
  void mayRaise_tellsArithmeticFromLogic() {
    assertThat(SseExceptions.mayRaise(Op.ADDPS)).isTrue();
    assertThat(SseExceptions.mayRaise(Op.ANDPS)).isFalse();
    assertThat(SseExceptions.mayRaise(Op.RCPPS)).isFalse();
  }

  @Test
  void ldmxcsr_reservedBit_isGeneralProtection() {
    GuestException fault =
        catchThrowableOfType(GuestException.class, () -> SseControl.ldmxcsr(cpu, 0x1_1F80, 4));

    assertThat(fault.vector()).isEqualTo(Vector.GP);
    assertThat(cpu.mxcsr).isEqualTo(ALL_MASKED);
  }

  @Test
  void ldmxcsr_everyDefinedBit_isAccepted() {
    SseControl.ldmxcsr(cpu, Mxcsr.ALL, 4);

    assertThat(SseControl.stmxcsr(cpu, 4)).isEqualTo(0xFFFF);
  }

  private GuestException commitFails() {
    return catchThrowableOfType(GuestException.class, () -> SseExceptions.commit(cpu));
  }

  /** The exception flags after the instruction. */
  private int exceptions() {
    SseExceptions.commit(cpu);
    return cpu.mxcsr & Mxcsr.EXCEPTIONS;
  }
}
