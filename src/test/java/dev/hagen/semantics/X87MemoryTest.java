package dev.hagen.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Op;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

/** x87 loads and stores as a guest sees them. */
class X87MemoryTest {
  private static final long OLD = 0x1122_3344_5566_7788L;
  private static final int TOP7 = 7 << X87.TOP_SHIFT;

  private final X87Guest guest = new X87Guest();

  @Test
  void fld_ninthValue_overflowsWithC1() {
    for (int i = 0; i < 8; i++) {
      guest.load(i);
    }
    guest.load(8);
    guest.assertRegister(0, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
    guest.assertStatus(TOP7 | X87.C1 | X87.SF | X87.IE);
  }

  @Test
  void fld_subnormalFloat_isNormalizedWithDenormalException() {
    X87Load.fldReal(guest.cpu, 1, 4);
    guest.assertRegister(0, 0x1p-149);
    guest.assertStatus(TOP7 | X87.DE);
  }

  @Test
  void fldExtended_signalingNaN_isLoadedAsItIs() {
    guest.setMemory(0, 0xA000_0000_0000_0000L, 8);
    guest.setMemory(8, 0x7FFF, 2);
    X87Load.fldExtended(guest.cpu, guest.withMemory(Op.FLD_M80, 10));
    guest.assertRegister(0, 0x7FFF, 0xA000_0000_0000_0000L);
    guest.assertStatus(TOP7);
  }

  @Test
  void fldpi_followsRoundingControl() {
    guest.control(0x77F);
    X87Load.fldpi(guest.cpu);
    guest.assertRegister(0, 0x4000, 0xC90F_DAA2_2168_C234L);
    guest.control(0x37F);
    X87Load.fldpi(guest.cpu);
    guest.assertRegister(0, 0x4000, 0xC90F_DAA2_2168_C235L);
  }

  @Test
  void fstp_doubleHalfway_roundsToEven() {
    guest.load(0x3FFF, 0x8000_0000_0000_0400L);
    X87Store.fstpReal(guest.cpu, guest.withMemory(Op.FSTP_M64, 8));
    assertEquals(Double.doubleToRawLongBits(1.0), guest.memory(0, 8));
    guest.assertStatus(X87.PE);
    assertEquals(0, guest.cpu.ftw);
  }

  @Test
  void fstp_doubleOverflowUnmasked_storesAndPopsNothing() {
    guest.setMemory(0, OLD, 8);
    guest.control(0x377).load(0x7FFE, -1);
    X87Store.fstpReal(guest.cpu, guest.withMemory(Op.FSTP_M64, 8));
    assertEquals(OLD, guest.memory(0, 8));
    guest.assertStatus(TOP7 | X87.OE | X87.ES | X87.BUSY);
    guest.assertRegister(0, 0x7FFE, -1);
  }

  @Test
  void fst_tooSmallForFloat_becomesSubnormalWithUnderflow() {
    guest.load(0x1.8p-149);
    X87Store.fstReal(guest.cpu, guest.withMemory(Op.FST_M32, 4));
    assertEquals(2, guest.memory(0, 4));
    guest.assertStatus(TOP7 | X87.UE | X87.PE | X87.C1);
  }

  @Test
  void fistp_outOfRange_storesIndefiniteInteger() {
    guest.load(32768);
    X87Store.fistp(guest.cpu, guest.withMemory(Op.FISTP_M16, 2));
    assertEquals(0x8000, guest.memory(0, 2));
    guest.assertStatus(X87.IE);
  }

  @Test
  void fistp_smallestQuadword_fits() {
    guest.load(-0x1p63);
    X87Store.fistp(guest.cpu, guest.withMemory(Op.FISTP_M64, 8));
    assertEquals(Long.MIN_VALUE, guest.memory(0, 8));
    guest.assertStatus(0);
  }

  @Test
  void fisttp_ignoresRoundingControl() {
    guest.control(0xB7F).load(2.75);
    X87Store.fisttp(guest.cpu, guest.withMemory(Op.FISTTP_M32, 4));
    assertEquals(2, guest.memory(0, 4));
    guest.assertStatus(X87.PE);
  }

  @Test
  void fbstp_thenFbld_roundTripsEighteenDigits() {
    X87Load.fild(guest.cpu, -123_456_789_012_345_678L, 8);
    X87Store.fbstp(guest.cpu, guest.withMemory(Op.FBSTP, 10));
    assertEquals(0x3456_7890_1234_5678L, guest.memory(0, 8));
    assertEquals(0x8012, guest.memory(8, 2));
    X87Load.fbld(guest.cpu, guest.withMemory(Op.FBLD, 10));
    X87Store.fistp(guest.cpu, guest.withMemory(Op.FISTP_M64, 8));
    assertEquals(-123_456_789_012_345_678L, guest.memory(0, 8));
  }

  @Test
  void fbstp_nineteenDigits_storesIndefinite() {
    guest.load(1e18);
    X87Store.fbstp(guest.cpu, guest.withMemory(Op.FBSTP, 10));
    assertEquals(0xFFFF, guest.memory(8, 2));
    assertEquals(0xC000_0000_0000_0000L, guest.memory(0, 8));
    guest.assertStatus(X87.IE);
  }

  @Test
  void fld_emptyRegister_pushesIndefinite() {
    X87Load.fld(guest.cpu, 2);
    guest.assertRegister(0, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
    guest.assertStatus(TOP7 | X87.SF | X87.IE);
  }

  @Test
  void fxch_emptyRegister_fillsItWithIndefinite() {
    guest.load(1);
    X87Load.fxch(guest.cpu, 1);
    guest.assertRegister(0, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
    guest.assertRegister(1, 1);
  }

  @Test
  void waitingInstruction_afterUnmaskedException_raisesMf() {
    guest.control(0x37E);
    X87Load.fld(guest.cpu, 0);
    GuestException fault = assertThrows(GuestException.class, () -> X87Control.fwait(guest.cpu));
    assertEquals(Vector.MF, fault.vector());
  }
}
