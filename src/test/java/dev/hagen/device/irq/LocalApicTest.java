package dev.hagen.device.irq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.RandomGuest;
import org.junit.jupiter.api.Test;

class LocalApicTest {
  private static final int ID = 0x020;
  private static final int TPR = 0x080;
  private static final int APR = 0x090;
  private static final int PPR = 0x0A0;
  private static final int EOI = 0x0B0;
  private static final int LDR = 0x0D0;
  private static final int DFR = 0x0E0;
  private static final int SVR = 0x0F0;
  private static final int ISR = 0x100;
  private static final int TMR = 0x180;
  private static final int IRR = 0x200;
  private static final int ESR = 0x280;
  private static final int ICR_LOW = 0x300;
  private static final int ICR_HIGH = 0x310;
  private static final int LVT_TIMER = 0x320;
  private static final int LVT_THERMAL = 0x330;
  private static final int LVT_LINT0 = 0x350;
  private static final int LVT_LINT1 = 0x360;
  private static final int LVT_ERROR = 0x370;
  private static final int INITIAL = 0x380;
  private static final int CURRENT = 0x390;
  private static final int DIVIDE = 0x3E0;

  private static final int PERIODIC = 1 << 17;
  private static final int DEADLINE = 2 << 17;
  private static final int MASKED = 1 << 16;
  private static final int BY_ONE = 0xB;
  private static final long X2 = 0xFEE0_0D00L;

  private final ManualClock clock = new ManualClock();
  private final ApicBus bus = new ApicBus();
  private final FakeProcessor cpu = new FakeProcessor();
  private final FakeProcessor otherCpu = new FakeProcessor();
  private long tscOffset;
  private final LocalApic apic = apic(0, cpu);
  private final LocalApic other = apic(1, otherCpu);

  /** A time-stamp counter of 3 GHz. */
  private LocalApic apic(int id, ProcessorLines lines) {
    return new LocalApic(
        id, id == 0, true, 48, bus, lines, clock, () -> clock.now() * 3 + tscOffset, 3_000_000_000L);
  }

  private int in(int register) {
    return (int) apic.read(register, 4);
  }

  private void out(int register, int value) {
    apic.write(register, value & 0xFFFF_FFFFL, 4);
  }

  private void enable() {
    out(SVR, 0x1FF);
    other.write(SVR, 0x1FF, 4);
  }

  private void self(int vector) {
    out(ICR_LOW, 1 << 18 | vector);
  }

  @Test
  void reset_registers_areAsTheManualSays() {
    assertEquals(0x0005_0014, in(0x30));
    assertEquals(0xFF, in(SVR));
    assertEquals(-1, in(DFR));
    assertEquals(MASKED, in(LVT_TIMER));
    assertEquals(MASKED, in(LVT_LINT0));
    assertEquals(0xFEE0_0900L, apic.readBase());
    assertEquals(0xFEE0_0800L, other.readBase());
    assertEquals(1 << 24, other.read(ID, 4));
  }

  @Test
  void interrupt_whileSoftwareDisabled_isRefused() {
    self(0x40);
    assertFalse(cpu.pending);
    assertEquals(0, in(IRR + 0x20));
  }

  @Test
  void localVectorTable_whileSoftwareDisabled_staysMasked() {
    out(LVT_TIMER, 0x40);
    assertEquals(MASKED | 0x40, in(LVT_TIMER));
  }

  @Test
  void selfInterrupt_acknowledgedAndEnded_leavesNothing() {
    enable();
    self(0x41);
    assertTrue(cpu.pending);
    assertEquals(2, in(IRR + 0x20));
    assertEquals(0x41, apic.acknowledge());
    assertFalse(cpu.pending);
    assertEquals(0, in(IRR + 0x20));
    assertEquals(2, in(ISR + 0x20));
    assertEquals(0x40, in(PPR));
    out(EOI, 0);
    assertEquals(0, in(ISR + 0x20));
    assertEquals(0, in(PPR));
  }

  @Test
  void higherClass_interruptsLowerOne_andEoiEndsTheHigher() {
    enable();
    self(0x41);
    apic.acknowledge();
    self(0x4F);
    assertFalse(cpu.pending, "same class waits");
    self(0x51);
    assertEquals(0x51, apic.acknowledge());
    out(EOI, 0);
    assertFalse(cpu.pending);
    out(EOI, 0);
    assertEquals(0x4F, apic.acknowledge());
  }

  @Test
  void taskPriority_atOrAboveClass_holdsInterruptBack() {
    enable();
    out(TPR, 0x50);
    self(0x55);
    assertFalse(cpu.pending);
    assertEquals(0x50, in(APR));
    out(TPR, 0x4F);
    assertTrue(cpu.pending);
  }

  @Test
  void cr8_isTheClassOfTheTaskPriority() {
    enable();
    self(0x31);
    apic.writeCr8(3);
    assertFalse(cpu.pending);
    assertEquals(0x30, in(TPR));
    out(TPR, 0x25);
    assertEquals(2, apic.readCr8());
    assertTrue(cpu.pending);
  }

  @Test
  void acknowledge_withoutInterrupt_isSpurious() {
    enable();
    assertEquals(0xFF, apic.acknowledge());
    assertEquals(0, in(ISR + 0x70));
  }

  @Test
  void illegalVector_sent_isReportedAndRaisesTheErrorInterrupt() {
    enable();
    out(LVT_ERROR, 0xFE);
    self(5);
    assertEquals(0, in(ESR), "errors show once they are latched");
    out(ESR, 0);
    assertEquals(0x20, in(ESR));
    assertEquals(0xFE, apic.acknowledge());
    out(ESR, 0);
    assertEquals(0, in(ESR));
  }

  @Test
  void illegalVector_received_isReported() {
    enable();
    bus.deliver(new InterruptMessage(0, false, false, DeliveryMode.FIXED, 3, false));
    out(ESR, 0);
    assertEquals(0x40, in(ESR));
  }

  @Test
  void reservedRegister_isReported() {
    enable();
    in(0x040);
    out(ESR, 0);
    assertEquals(0x80, in(ESR));
  }

  @Test
  void physicalDestination_reachesOneProcessor() {
    enable();
    out(ICR_HIGH, 1 << 24);
    out(ICR_LOW, 0x60);
    assertFalse(cpu.pending);
    assertEquals(0x60, other.acknowledge());
  }

  @Test
  void broadcastDestination_reachesAll() {
    enable();
    out(ICR_HIGH, 0xFF << 24);
    out(ICR_LOW, 0x60);
    assertTrue(cpu.pending);
    assertTrue(otherCpu.pending);
  }

  @Test
  void shorthands_reachAllOrAllOthers() {
    enable();
    out(ICR_LOW, 3 << 18 | 0x60);
    assertFalse(cpu.pending);
    assertTrue(otherCpu.pending);
    out(ICR_LOW, 2 << 18 | 0x61);
    assertTrue(cpu.pending);
  }

  @Test
  void flatLogicalDestination_isASetOfBits() {
    enable();
    out(LDR, 1 << 24);
    other.write(LDR, 2 << 24, 4);
    out(ICR_HIGH, 2 << 24);
    out(ICR_LOW, 0x860);
    assertFalse(cpu.pending);
    assertTrue(otherCpu.pending);
  }

  @Test
  void clusterLogicalDestination_needsClusterAndBit() {
    enable();
    out(DFR, 0);
    other.write(DFR, 0, 4);
    out(LDR, 0x11 << 24);
    other.write(LDR, 0x21 << 24, 4);
    out(ICR_HIGH, 0x21 << 24);
    out(ICR_LOW, 0x860);
    assertFalse(cpu.pending);
    assertTrue(otherCpu.pending);
  }

  @Test
  void lowestPriority_goesToTheLessBusyThenInTurn() {
    enable();
    out(TPR, 0x20);
    bus.deliver(new InterruptMessage(0xFF, false, false, DeliveryMode.LOWEST_PRIORITY, 0x60, false));
    assertFalse(cpu.pending);
    assertEquals(0x60, other.acknowledge());
    other.write(EOI, 0, 4);
    out(TPR, 0);
    bus.deliver(new InterruptMessage(0xFF, false, false, DeliveryMode.LOWEST_PRIORITY, 0x61, false));
    bus.deliver(new InterruptMessage(0xFF, false, false, DeliveryMode.LOWEST_PRIORITY, 0x62, false));
    assertTrue(cpu.pending);
    assertTrue(otherCpu.pending);
  }

  @Test
  void initAndStartUp_reachTheOtherProcessor() {
    enable();
    out(ICR_HIGH, 1 << 24);
    out(ICR_LOW, 0xC500);
    assertEquals(1, otherCpu.inits);
    assertEquals(0xFF, other.read(SVR, 4), "its APIC is reset");
    out(ICR_LOW, 0x8500);
    assertEquals(1, otherCpu.inits, "level de-assert does nothing");
    out(ICR_LOW, 0x069A);
    assertEquals(0x9A, otherCpu.startUpPage);
  }

  @Test
  void nmi_sent_isDeliveredWhileSoftwareDisabled() {
    out(ICR_HIGH, 1 << 24);
    out(ICR_LOW, 0x400);
    assertEquals(1, otherCpu.nmis);
  }

  @Test
  void messageSignalled_reachesItsDestination() {
    enable();
    assertTrue(bus.deliverMessageSignalled(0xFEE0_1000L, 0x45));
    assertEquals(0x45, other.acknowledge());
  }

  @Test
  void oneShotTimer_countsDownAndFiresOnce() {
    enable();
    out(DIVIDE, 0x3);
    out(LVT_TIMER, 0x40);
    out(INITIAL, 1_000);
    clock.advance(8_000);
    assertEquals(500, in(CURRENT));
    assertFalse(cpu.pending);
    clock.advance(8_000);
    assertEquals(0x40, apic.acknowledge());
    assertEquals(0, in(CURRENT));
    out(EOI, 0);
    clock.advance(1_000_000);
    assertFalse(cpu.pending);
    assertEquals(0, clock.armed());
  }

  @Test
  void periodicTimer_firesEveryPeriod() {
    enable();
    out(DIVIDE, BY_ONE);
    out(LVT_TIMER, PERIODIC | 0x40);
    out(INITIAL, 1_000_000);
    int fired = 0;
    clock.advance(999_999);
    assertFalse(cpu.pending);
    for (; fired < 5; fired++) {
      clock.advance(1);
      assertEquals(0x40, apic.acknowledge());
      out(EOI, 0);
      assertFalse(cpu.pending);
      clock.advance(999_999);
    }
    assertEquals(1, in(CURRENT));
  }

  @Test
  void periodicTimer_hostLate_keepsItsPhase() {
    enable();
    out(DIVIDE, BY_ONE);
    out(LVT_TIMER, PERIODIC | 0x40);
    out(INITIAL, 1_000_000);
    clock.stall(3_400_000);
    assertEquals(0x40, apic.acknowledge());
    out(EOI, 0);
    clock.advance(599_999);
    assertFalse(cpu.pending);
    clock.advance(1);
    assertTrue(cpu.pending);
  }

  @Test
  void maskedPeriodicTimer_armsNothingButCounts() {
    enable();
    out(DIVIDE, BY_ONE);
    out(LVT_TIMER, PERIODIC | MASKED | 0x40);
    out(INITIAL, 1_000);
    assertEquals(0, clock.armed());
    clock.advance(10_300);
    assertEquals(700, in(CURRENT));
    out(LVT_TIMER, PERIODIC | 0x40);
    assertFalse(cpu.pending, "what passed while masked is lost");
    clock.advance(700);
    assertTrue(cpu.pending);
  }

  @Test
  void timer_initialCountZero_stops() {
    enable();
    out(LVT_TIMER, PERIODIC | 0x40);
    out(INITIAL, 1_000_000);
    out(INITIAL, 0);
    clock.advance(1_000_000_000);
    assertFalse(cpu.pending);
    assertEquals(0, clock.armed());
  }

  @Test
  void timer_divideChanged_keepsTheCount() {
    enable();
    out(DIVIDE, BY_ONE);
    out(LVT_TIMER, 0x40);
    out(INITIAL, 1_000);
    clock.advance(400);
    out(DIVIDE, 0);
    assertEquals(600, in(CURRENT));
    clock.advance(200);
    assertEquals(500, in(CURRENT));
  }

  @Test
  void deadlineTimer_firesWhenTheCounterReachesIt() {
    enable();
    out(LVT_TIMER, DEADLINE | 0x40);
    apic.writeTscDeadline(3_000_000);
    assertEquals(3_000_000, apic.readTscDeadline());
    clock.advance(999_999);
    assertFalse(cpu.pending);
    clock.advance(1);
    assertTrue(cpu.pending);
    assertEquals(0, apic.readTscDeadline());
  }

  @Test
  void deadlineTimer_inThePast_firesAtOnce() {
    enable();
    clock.advance(1_000);
    out(LVT_TIMER, DEADLINE | 0x40);
    apic.writeTscDeadline(1);
    assertTrue(cpu.pending);
  }

  @Test
  void deadlineTimer_guestMovesItsCounter_followsIt() {
    enable();
    out(LVT_TIMER, DEADLINE | 0x40);
    clock.advance(1_000_000);
    apic.writeTscDeadline(6_000_000);
    tscOffset = -3_000_000;
    apic.timestampChanged();
    clock.advance(1_999_999);
    assertFalse(cpu.pending);
    clock.advance(1);
    assertTrue(cpu.pending);
  }

  @Test
  void deadlineTimer_zero_disarms() {
    enable();
    out(LVT_TIMER, DEADLINE | 0x40);
    apic.writeTscDeadline(3_000_000);
    apic.writeTscDeadline(0);
    clock.advance(1_000_000_000);
    assertFalse(cpu.pending);
  }

  @Test
  void deadline_inAnotherMode_isIgnored() {
    enable();
    out(LVT_TIMER, 0x40);
    apic.writeTscDeadline(1);
    assertEquals(0, apic.readTscDeadline());
    assertFalse(cpu.pending);
  }

  @Test
  void deadlineMode_initialCount_isIgnored() {
    enable();
    out(LVT_TIMER, DEADLINE | 0x40);
    out(INITIAL, 100);
    assertEquals(0, in(CURRENT));
    clock.advance(1_000_000);
    assertFalse(cpu.pending);
  }

  @Test
  void lint0_externalMode_asksTheOldController() {
    enable();
    out(LVT_LINT0, 0x700);
    apic.lint0().set(true);
    assertTrue(cpu.pending);
    assertEquals(LocalApic.EXTERNAL, apic.acknowledge());
    apic.lint0().set(false);
    assertFalse(cpu.pending);
  }

  @Test
  void lint0_apicSwitchedOff_isTheInterruptPin() {
    assertTrue(apic.writeBase(0xFEE0_0100L));
    apic.lint0().set(true);
    assertTrue(cpu.pending);
    assertEquals(LocalApic.EXTERNAL, apic.acknowledge());
  }

  @Test
  void virtualWire_passesTheOldControllerAndNmi() {
    apic.enableVirtualWire();
    apic.lint0().set(true);
    assertTrue(cpu.pending);
    apic.lint1().set(true);
    assertEquals(1, cpu.nmis);
  }

  @Test
  void lint0_fixedEdge_isOneInterruptPerEdge() {
    enable();
    out(LVT_LINT0, 0x45);
    apic.lint0().set(true);
    assertEquals(0x45, apic.acknowledge());
    out(EOI, 0);
    assertFalse(cpu.pending);
  }

  @Test
  void lint0_fixedLevel_isDeliveredUntilItFalls() {
    enable();
    out(LVT_LINT0, 0x8045);
    apic.lint0().set(true);
    assertEquals(0xC045, in(LVT_LINT0), "remote IRR");
    assertEquals(0x45, apic.acknowledge());
    assertEquals(0x20, in(TMR + 0x20));
    out(EOI, 0);
    assertEquals(0x45, apic.acknowledge());
    apic.lint0().set(false);
    out(EOI, 0);
    assertFalse(cpu.pending);
    assertEquals(0x8045, in(LVT_LINT0));
  }

  @Test
  void externalMessage_asksTheOldControllerOnce() {
    enable();
    bus.deliver(new InterruptMessage(0, false, false, DeliveryMode.EXTERNAL, 0, false));
    assertEquals(LocalApic.EXTERNAL, apic.acknowledge());
    assertFalse(cpu.pending);
  }

  @Test
  void unusedEntries_keepOnlyTheirBits() {
    enable();
    out(LVT_THERMAL, -1);
    assertEquals(0x1_07FF, in(LVT_THERMAL));
    out(LVT_LINT1, -1);
    assertEquals(0x1_A7FF, in(LVT_LINT1));
    out(LVT_ERROR, -1);
    assertEquals(0x1_00FF, in(LVT_ERROR));
  }

  @Test
  void base_moved_registersAreMappedThere() {
    assertTrue(apic.writeBase(0xFED0_0900L));
    assertEquals(0xFED0_0000L, cpu.base);
    assertTrue(cpu.visible);
  }

  @Test
  void base_reservedBits_areRefused() {
    assertFalse(apic.writeBase(0xFEE0_0901L));
    assertFalse(apic.writeBase(0xFEE0_0B00L));
    assertFalse(apic.writeBase(1L << 48 | 0xFEE0_0900L));
  }

  @Test
  void base_switchedOff_registersAreGone() {
    enable();
    assertTrue(apic.writeBase(0xFEE0_0100L));
    assertFalse(cpu.visible);
    assertEquals(-1, in(SVR));
    self(0x40);
    assertFalse(cpu.pending);
    assertTrue(apic.writeBase(0xFEE0_0900L));
    assertEquals(0xFF, in(SVR));
  }

  @Test
  void x2Mode_illegalTransitions_areRefused() {
    assertFalse(apic.writeBase(0xFEE0_0500L), "x2APIC without enable");
    assertTrue(apic.writeBase(X2));
    assertFalse(apic.writeBase(0xFEE0_0900L), "back to xAPIC");
    assertTrue(apic.writeBase(0xFEE0_0100L));
    assertFalse(apic.writeBase(X2), "from off to x2APIC");
  }

  @Test
  void x2Mode_notSupported_isRefused() {
    LocalApic plain =
        new LocalApic(2, false, false, 48, bus, new FakeProcessor(), clock, clock::now, 1_000_000_000L);
    assertFalse(plain.writeBase(0xFEE0_0C00L));
  }

  @Test
  void x2Registers_inXapicMode_areRefused() {
    assertEquals(LocalApic.REFUSED, apic.readX2(0x02));
    assertFalse(apic.writeX2(0x08, 0));
  }

  @Test
  void x2Mode_logicalId_isMadeOfTheId() {
    LocalApic far = apic(0x23, new FakeProcessor());
    assertTrue(far.writeBase(0xFEE0_0C00L));
    assertEquals(0x23, far.readX2(0x02));
    assertEquals(0x0002_0008, far.readX2(0x0D));
  }

  @Test
  void x2Mode_refusesWhatDoesNotExist() {
    apic.writeBase(X2);
    assertEquals(LocalApic.REFUSED, apic.readX2(0x0E));
    assertEquals(LocalApic.REFUSED, apic.readX2(0x31));
    assertEquals(LocalApic.REFUSED, apic.readX2(0x0B));
    assertFalse(apic.writeX2(0x02, 0));
    assertFalse(apic.writeX2(0x0B, 1));
    assertFalse(apic.writeX2(0x08, 0x100));
    assertFalse(apic.writeX2(0x28, 1));
  }

  @Test
  void x2Mode_selfInterrupt_isDelivered() {
    apic.writeBase(X2);
    assertTrue(apic.writeX2(0x0F, 0x1FF));
    assertTrue(apic.writeX2(0x3F, 0x77));
    assertEquals(0x77, apic.acknowledge());
    assertTrue(apic.writeX2(0x0B, 0));
  }

  @Test
  void x2Mode_command_isOneRegister() {
    apic.writeBase(X2);
    other.writeBase(0xFEE0_0C00L);
    apic.writeX2(0x0F, 0x1FF);
    other.writeX2(0x0F, 0x1FF);
    assertTrue(apic.writeX2(0x30, 0x1_0000_0055L));
    assertEquals(0x1_0000_0055L, apic.readX2(0x30));
    assertEquals(0x55, other.acknowledge());
    assertTrue(apic.writeX2(0x30, 0xFFFF_FFFF_0000_0066L));
    assertTrue(cpu.pending);
    assertTrue(otherCpu.pending);
  }

  @Test
  void accessBetweenRegisters_isIgnored() {
    enable();
    assertEquals(0, apic.read(SVR + 4, 4));
    apic.write(SVR + 4, 0, 4);
    apic.write(SVR, 0, 1);
    assertEquals(0x1FF, in(SVR));
    assertEquals(0x01, apic.read(SVR + 1, 1));
  }

  @Test
  void randomGuest_anyAccess_neverThrowsAndOutputIsConsistent() {
    RandomGuest guest = new RandomGuest(4, clock);
    Runnable step = () -> {
      assertEquals(apic.hasInterrupt(), cpu.pending);
      switch (guest.random().nextInt(20)) {
        case 0 -> apic.writeBase(guest.random().nextBoolean() ? 0xFEE0_0900L : guest.value());
        case 1 -> apic.writeX2(guest.random().nextInt(256), guest.value());
        case 2 -> apic.readX2(guest.random().nextInt(256));
        case 3 -> apic.acknowledge();
        case 4 -> apic.writeTscDeadline(guest.value());
        case 5 -> apic.lint0().set(guest.random().nextBoolean());
        case 6 -> apic.lint1().set(guest.random().nextBoolean());
        case 7 -> apic.writeCr8((int) guest.value());
        case 8 -> apic.write(SVR, 0x1FF, 4);
        case 9 -> apic.write(LVT_TIMER, guest.random().nextInt(8) << 16 | 0x40, 4);
        default -> { }
      }
    };
    guest.region(apic, LocalApic.LENGTH, 2_000, step);
    guest.region(apic, 0x400, 100_000, step);
  }
}
