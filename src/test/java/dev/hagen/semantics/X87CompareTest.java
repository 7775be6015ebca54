package dev.hagen.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hagen.x86.Flags;
import org.junit.jupiter.api.Test;

/** x87 comparisons as a guest sees them. */
class X87CompareTest {
  private static final int TOP6 = 6 << X87.TOP_SHIFT;
  private static final int TOP7 = 7 << X87.TOP_SHIFT;

  private final X87Guest guest = new X87Guest();

  @Test
  void fcom_lessThanMemory_setsC0() {
    guest.load(-1);
    X87Compare.fcomReal(guest.cpu, Double.doubleToRawLongBits(1), 8);
    guest.assertStatus(TOP7 | X87.C0);
  }

  @Test
  void fcompp_zerosOfBothSigns_areEqualAndPopped() {
    guest.load(0.0).load(-0.0);
    X87Compare.fcompp(guest.cpu);
    guest.assertStatus(X87.C3);
    assertEquals(0, guest.cpu.ftw);
  }

  @Test
  void fucom_quietNaN_isUnorderedWithoutException() {
    guest.load(Double.NaN).load(1);
    X87Compare.fucom(guest.cpu, 1);
    guest.assertStatus(TOP6 | X87.C0 | X87.C2 | X87.C3);
  }

  @Test
  void fcomp_quietNaNUnmasked_setsConditionsButDoesNotPop() {
    guest.control(0x37E).load(Double.NaN).load(1);
    X87Compare.fcomp(guest.cpu, 1);
    guest.assertStatus(TOP6 | X87.C0 | X87.C2 | X87.C3 | X87.IE | X87.ES | X87.BUSY);
  }

  @Test
  void fcomi_greater_clearsAllSixFlagsAndKeepsC1() {
    guest.cpu.setArithmeticFlags(Flags.ARITHMETIC);
    guest.load(1).load(2);
    guest.cpu.fsw |= X87.C1;
    X87Compare.fcomi(guest.cpu, 0, 1);
    assertEquals(0, guest.cpu.arithmeticFlags());
    guest.assertStatus(TOP6 | X87.C1);
  }

  @Test
  void fucomip_unordered_setsZfPfCfAndPops() {
    guest.load(Double.NaN).load(1);
    X87Compare.fucomip(guest.cpu, 0, 1);
    assertEquals(Flags.ZF | Flags.PF | Flags.CF, guest.cpu.arithmeticFlags());
    guest.assertStatus(TOP7);
  }

  @Test
  void fxam_emptyRegister_tellsSignOfItsContents() {
    guest.load(-1);
    X87.pop(guest.cpu);
    guest.cpu.ftop = 7;
    X87Compare.fxam(guest.cpu);
    guest.assertStatus(TOP7 | X87.C3 | X87.C0 | X87.C1);
  }

  @Test
  void fxam_pseudoDenormal_isDenormal() {
    guest.load(0, Extended.INTEGER_BIT);
    X87Compare.fxam(guest.cpu);
    guest.assertStatus(TOP7 | X87.C3 | X87.C2);
  }
}
