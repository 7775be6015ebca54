package dev.hagen.device.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import org.junit.jupiter.api.Test;

class Uart16550Test {
  private static final int RBR = 0;
  private static final int THR = 0;
  private static final int IER = 1;
  private static final int IIR = 2;
  private static final int FCR = 2;
  private static final int LCR = 3;
  private static final int MCR = 4;
  private static final int LSR = 5;
  private static final int MSR = 6;
  private static final int SCR = 7;
  /** DTR, RTS and OUT2, as every driver sets them. */
  private static final int OUT2 = 0x0B;
  /** Four characters of ten bits at 115,200 baud are 347 µs. */
  private static final long FOUR_CHARACTERS = 348_000;

  private final ManualClock clock = new ManualClock();
  private final RecordingLine irq = new RecordingLine();
  private final StringBuilder sent = new StringBuilder();
  private final Uart16550 uart = new Uart16550(clock, irq, value -> sent.append((char) value));

  private int in(int register) {
    return (int) uart.readPort(register, 1);
  }

  private void out(int register, int value) {
    uart.writePort(register, value, 1);
  }

  /** 115,200 baud, eight bits, FIFOs with {@code trigger}, OUT2. */
  private void open(int trigger) {
    out(LCR, 0x83);
    out(0, 1);
    out(1, 0);
    out(LCR, 3);
    out(FCR, trigger << 6 | 7);
    out(MCR, OUT2);
  }

  private void receive(String text) {
    text.chars().forEach(uart::receive);
  }

  @Test
  void reset_lineStatus_isEmptyTransmitter() {
    assertEquals(0x60, in(LSR));
    assertEquals(0x01, in(IIR));
    assertEquals(0xB0, in(MSR));
  }

  @Test
  void transmit_eightBits_reachesOutputAtOnce() {
    open(0);
    out(THR, 'h');
    out(THR, 'i');
    assertEquals("hi", sent.toString());
    assertEquals(0x60, in(LSR));
  }

  @Test
  void transmit_withoutAnySetup_hasEightBits() {
    out(THR, 'a');
    assertEquals("a", sent.toString());
  }

  @Test
  void transmit_sevenBits_dropsTopBit() {
    out(LCR, 2);
    out(THR, 0xC1);
    assertEquals("A", sent.toString());
  }

  @Test
  void divisorLatch_isBehindDlab() {
    out(LCR, 0x80);
    out(0, 0x34);
    out(1, 0x12);
    assertEquals(0x34, in(0));
    assertEquals(0x12, in(1));
    out(LCR, 3);
    assertEquals(0, in(IER));
    assertEquals("", sent.toString());
  }

  @Test
  void scratch_keepsItsValue() {
    out(SCR, 0xA5);
    assertEquals(0xA5, in(SCR));
  }

  @Test
  void interruptEnable_highBits_readAsZero() {
    out(IER, 0xFF);
    assertEquals(0x0F, in(IER));
  }

  @Test
  void linuxProbe_findsFifosOf16550a() {
    out(MCR, 0x1A);
    assertEquals(0x90, in(MSR) & 0xF0);
    out(MCR, 0);
    out(FCR, 1);
    assertEquals(3, in(IIR) >> 6);
    out(FCR, 0);
    assertEquals(0, in(IIR) >> 6);
    out(FCR, 0x21);
    assertEquals(0xC1, in(IIR), "no 64-byte FIFO of a 16750");
  }

  @Test
  void linuxProbe_enhancedRegisterBehindLcrBf_isAbsent() {
    out(FCR, 1);
    out(LCR, 0xBF);
    assertEquals(0xC1, in(IIR), "an EFR would read as zero");
  }

  @Test
  void transmitEmptyInterrupt_enabledAgain_isRaisedAgain() {
    out(MCR, OUT2);
    out(IER, 2);
    assertTrue(irq.level);
    assertEquals(2, in(IIR));
    assertEquals(1, in(IIR), "reading the identification clears it");
    assertFalse(irq.level);
    out(IER, 0);
    out(IER, 2);
    assertEquals(2, in(IIR));
  }

  @Test
  void transmitEmptyInterrupt_afterEachWrite_isANewEdge() {
    out(MCR, OUT2);
    out(IER, 2);
    in(IIR);
    irq.takeEdges();
    out(THR, 'a');
    out(THR, 'b');
    assertEquals(2, irq.takeEdges());
  }

  @Test
  void transmitEmptyInterrupt_identificationShowsHigherSource_staysPending() {
    open(0);
    out(IER, 3);
    receive("x");
    assertEquals(0xC4, in(IIR));
    assertEquals('x', in(RBR));
    assertEquals(0xC2, in(IIR));
  }

  @Test
  void receiver_withoutFifo_holdsOneCharacter() {
    out(LCR, 3);
    assertTrue(uart.canReceive());
    uart.receive('a');
    assertFalse(uart.canReceive());
    assertEquals(0x61, in(LSR));
    assertEquals('a', in(RBR));
    assertEquals(0x60, in(LSR));
  }

  @Test
  void receiver_withoutFifoOverrun_keepsNewestCharacter() {
    out(LCR, 3);
    receive("ab");
    assertEquals(0x63, in(LSR));
    assertEquals(0x61, in(LSR), "reading the line status clears the overrun");
    assertEquals('b', in(RBR));
  }

  @Test
  void receiver_fifoOverrun_keepsOldestCharacters() {
    open(0);
    receive("0123456789abcdefX");
    assertEquals(0x63, in(LSR));
    assertEquals('0', in(RBR));
  }

  @Test
  void receiveFifo_belowTrigger_interruptsAfterFourCharacterTimes() {
    open(2);
    out(IER, 1);
    receive("ab");
    assertFalse(irq.level);
    clock.advance(FOUR_CHARACTERS);
    assertTrue(irq.level);
    assertEquals(0xCC, in(IIR));
    in(RBR);
    assertFalse(irq.level, "a read clears the timeout and starts it anew");
    clock.advance(FOUR_CHARACTERS);
    assertEquals(0xCC, in(IIR));
  }

  @Test
  void receiveFifo_atTrigger_interruptsUntilBelowIt() {
    open(1);
    out(IER, 1);
    receive("abc");
    assertFalse(irq.level);
    receive("d");
    assertTrue(irq.level);
    assertEquals(0xC4, in(IIR));
    in(RBR);
    assertFalse(irq.level);
    assertEquals(0xC1, in(IIR));
  }

  @Test
  void receiveFifo_enabledInterruptWithWaitingCharacters_timesOut() {
    open(3);
    receive("a");
    out(IER, 1);
    clock.advance(FOUR_CHARACTERS);
    assertEquals(0xCC, in(IIR));
  }

  @Test
  void fifoClear_dropsReceivedCharacters() {
    open(0);
    receive("abc");
    out(FCR, 3);
    assertEquals(0x60, in(LSR));
  }

  @Test
  void fifoEnable_toggled_dropsReceivedCharacters() {
    open(0);
    receive("abc");
    out(FCR, 0);
    assertEquals(0x60, in(LSR));
  }

  @Test
  void fullFifo_guestReads_hostIsToldOfRoom() {
    int[] told = new int[1];
    uart.setRoomListener(() -> told[0]++);
    open(0);
    receive("0123456789abcdef");
    assertFalse(uart.canReceive());
    in(RBR);
    in(RBR);
    assertEquals(1, told[0]);
    assertTrue(uart.canReceive());
  }

  @Test
  void fullReceiver_guestEnablesFifos_whatTheHostSendsThenIsKept() {
    uart.receive('a');
    uart.setRoomListener(() -> uart.receive('b'));
    out(FCR, 7);
    assertEquals('b', in(RBR));
    assertEquals(0x60, in(LSR));
  }

  @Test
  void loopbackLeft_hostIsToldOfRoom() {
    int[] told = new int[1];
    uart.setRoomListener(() -> told[0]++);
    out(MCR, 0x10);
    out(MCR, 0);
    assertEquals(1, told[0]);
  }

  @Test
  void interruptSources_together_areIdentifiedInOrderOfPriority() {
    open(0);
    out(IER, 0x0F);
    uart.setModemInputs(Uart16550.DSR);
    receive("a");
    uart.receiveBreak();
    receive("0123456789abcdefgh");
    assertEquals(0xC6, in(IIR));
    in(LSR);
    assertEquals(0xC4, in(IIR));
    out(FCR, 0xC3);
    assertEquals(0xC2, in(IIR));
    assertEquals(0xC0, in(IIR));
    in(MSR);
    assertEquals(0xC1, in(IIR));
    assertFalse(irq.level);
  }

  @Test
  void breakCondition_behindOtherCharacters_isReportedWhenItComesToTheTop() {
    open(0);
    receive("a");
    uart.receiveBreak();
    assertEquals(0xE1, in(LSR), "an error somewhere in the FIFO");
    assertEquals('a', in(RBR));
    assertEquals(0xF1, in(LSR));
    assertEquals(0, in(RBR));
    assertEquals(0x60, in(LSR));
  }

  @Test
  void modemInputs_changed_setDeltasOnce() {
    in(MSR);
    uart.setModemInputs(Uart16550.DSR | Uart16550.DCD);
    assertEquals(0xA1, in(MSR));
    assertEquals(0xA0, in(MSR));
  }

  @Test
  void ringIndicator_onlyTrailingEdge_setsDelta() {
    uart.setModemInputs(Uart16550.RI);
    in(MSR);
    uart.setModemInputs(Uart16550.RI | Uart16550.CTS);
    assertEquals(0x51, in(MSR));
    uart.setModemInputs(Uart16550.CTS);
    assertEquals(0x14, in(MSR));
  }

  @Test
  void loopback_sentCharacter_comesBackAndStaysInside() {
    open(0);
    out(MCR, 0x1B);
    out(THR, 'z');
    assertEquals('z', in(RBR));
    assertEquals("", sent.toString());
    assertFalse(uart.canReceive());
  }

  @Test
  void loopback_modemOutputs_appearAsInputs() {
    out(MCR, 0x11);
    assertEquals(0x20, in(MSR) & 0xF0);
    out(MCR, 0x12);
    assertEquals(0x10, in(MSR) & 0xF0);
    out(MCR, 0x14);
    assertEquals(0x40, in(MSR) & 0xF0);
    out(MCR, 0x18);
    assertEquals(0x80, in(MSR) & 0xF0);
  }

  @Test
  void interrupt_withoutOut2_doesNotLeaveTheBoard() {
    out(IER, 2);
    assertFalse(irq.level);
    out(MCR, 8);
    assertTrue(irq.level);
  }

  @Test
  void randomGuest_anyAccess_neverThrows() {
    RandomGuest guest = new RandomGuest(1, clock);
    for (int i = 0; i < 100; i++) {
      guest.ports(uart, 8, 1, 300, () -> assertTrue(clock.armed() <= 1));
      uart.receive(guest.random().nextInt());
      uart.receiveBreak();
      uart.setModemInputs(guest.random().nextInt());
    }
  }
}
