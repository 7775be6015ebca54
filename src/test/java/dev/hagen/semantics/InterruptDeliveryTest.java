package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.decode.Op;
import dev.hagen.semantics.InterruptDelivery.Outcome;
import dev.hagen.semantics.InterruptDelivery.Source;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class InterruptDeliveryTest {
  private static final int IRQ = 0x20;

  @Test
  void realMode_interrupt_pushesFlagsAndReturnAddressAndClearsIf() {
    try (SystemGuest guest = realMode()) {
      guest.cpu.setFlags(Flags.IF | Flags.TF | Flags.CF);
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertEquals(HANDLER, guest.cpu.rip);
      assertEquals(KERNEL_STACK - 6, guest.cpu.gpr[Reg.RSP]);
      assertEquals(CODE, guest.stack(0, 2));
      assertEquals(0, guest.stack(1, 2));
      assertEquals(Flags.IF | Flags.TF | Flags.CF | 2, guest.stack(2, 2));
      assertEquals(Flags.CF | 2, guest.cpu.flags());
    }
  }

  @Test
  void realMode_vectorOutsideIdt_becomesDoubleFaultThenShutdown() {
    try (SystemGuest guest = realMode()) {
      guest.cpu.idtrLimit = 3;
      assertEquals(Outcome.TRIPLE_FAULT, InterruptDelivery.deliver(guest.cpu, guest.cpu.raise(Vector.UD)));
    }
  }

  @Test
  void protectedMode_interruptFromRing3_switchesToStackOfTss() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertEquals(0, guest.cpu.cpl);
      assertEquals(HANDLER + IRQ * 16, guest.cpu.rip);
      assertEquals(DATA0, guest.cpu.segment[Reg.SS].selector);
      assertEquals(KERNEL_STACK - 20, guest.cpu.gpr[Reg.RSP]);
      assertEquals(CODE, guest.stack(0, 4));
      assertEquals(CODE3, guest.stack(1, 4));
      assertEquals(Flags.IF | 2, guest.stack(2, 4));
      assertEquals(USER_STACK, guest.stack(3, 4));
      assertEquals(DATA3, guest.stack(4, 4));
      assertEquals(2, guest.cpu.flags());
    }
  }

  @Test
  void protectedMode_faultAtSamePrivilege_pushesErrorCodeAndResumeFlag() {
    try (SystemGuest guest = protectedMode()) {
      InterruptDelivery.deliver(guest.cpu, guest.cpu.generalProtection(0x58));
      assertEquals(KERNEL_STACK - 16, guest.cpu.gpr[Reg.RSP]);
      assertEquals(0x58, guest.stack(0, 4));
      assertEquals(CODE, guest.stack(1, 4));
      assertEquals(Flags.RF | 2, guest.stack(3, 4));
    }
  }

  @Test
  void trapGate_keepsInterruptFlag() {
    try (SystemGuest guest = protectedMode()) {
      guest.gate(Vector.BR, CODE0, HANDLER, 0x8F);
      guest.cpu.setFlags(Flags.IF);
      InterruptDelivery.deliver(guest.cpu, guest.cpu.raise(Vector.BR));
      assertEquals(Flags.IF | 2, guest.cpu.flags());
    }
  }

  @Test
  void gate16_pushesWords() {
    try (SystemGuest guest = protectedMode()) {
      guest.gate(IRQ, CODE0, HANDLER, 0x86);
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertEquals(KERNEL_STACK - 6, guest.cpu.gpr[Reg.RSP]);
      assertEquals(CODE, guest.stack(0, 2));
      assertEquals(CODE0, guest.stack(1, 2));
    }
  }

  @Test
  void softwareInterrupt_gateOfHigherPrivilege_isGeneralProtectionWithIdtBit() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      assertEquals(new Fault(Vector.GP, IRQ * 8 + 2), guest.faultOf(Op.INT, 4, immediate(IRQ)));
      assertEquals(CODE, guest.cpu.rip);
      assertEquals(USER_STACK, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void softwareInterrupt_gateNotPresent_isNotPresentWithIdtBit() {
    try (SystemGuest guest = protectedMode()) {
      guest.gate(IRQ, CODE0, HANDLER, 0x0E);
      assertEquals(new Fault(Vector.NP, IRQ * 8 + 2), guest.faultOf(Op.INT, 4, immediate(IRQ)));
    }
  }

  @Test
  void softwareInterrupt_returnAddressIsNextInstruction() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.gate(0x80, CODE0, HANDLER, 0xEE);
      guest.execute(Op.INT, 4, immediate(0x80));
      assertEquals(CODE + 2, guest.stack(0, 4));
      assertEquals(HANDLER, guest.cpu.rip);
    }
  }

  @Test
  void externalInterrupt_handlerCodeNotPresent_tellsOfExternalEvent() {
    try (SystemGuest guest = protectedMode()) {
      guest.descriptor(FREE, 0, 0xF_FFFF, 0x1B, 0xC);
      guest.gate(IRQ, FREE, HANDLER, 0x8E);
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertEquals(HANDLER + Vector.NP * 16, guest.cpu.rip);
      assertEquals(FREE | 1, guest.stack(0, 4));
    }
  }

  @Test
  void innerStack_selectorOfWrongPrivilege_isInvalidTss() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.gate(0x80, CODE0, HANDLER, 0xEE);
      guest.poke(TSS + 8, DATA3, 4);
      assertEquals(new Fault(Vector.TS, DATA3 & ~3), guest.faultOf(Op.INT, 4, immediate(0x80)));
      assertEquals(3, guest.cpu.cpl);
    }
  }

  @Test
  void innerStack_beyondTssLimit_isInvalidTssWithTssSelector() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.gate(0x80, CODE0, HANDLER, 0xEE);
      guest.cpu.tr.limit = 8;
      assertEquals(new Fault(Vector.TS, TSS_SELECTOR), guest.faultOf(Op.INT, 4, immediate(0x80)));
    }
  }

  @Test
  void innerStack_tooSmall_isStackFaultWithItsSelector() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.gate(0x80, CODE0, HANDLER, 0xEE);
      guest.descriptor(FREE, 0, KERNEL_STACK - 8, 0x93, 4);
      guest.poke(TSS + 8, FREE, 4);
      assertEquals(new Fault(Vector.SS, FREE), guest.faultOf(Op.INT, 4, immediate(0x80)));
      assertEquals(USER_STACK, guest.cpu.gpr[Reg.RSP]);
      assertEquals(DATA3, guest.cpu.segment[Reg.SS].selector);
    }
  }

  @Test
  void conformingHandler_keepsPrivilegeAndStack() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.descriptor(FREE, 0, 0xF_FFFF, 0x9F, 0xC);
      guest.gate(IRQ, FREE, HANDLER, 0x8E);
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertEquals(3, guest.cpu.cpl);
      assertEquals(FREE | 3, guest.cpu.segment[Reg.CS].selector);
      assertEquals(USER_STACK - 12, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void contributoryFaultDuringContributoryFault_isDoubleFaultWithZeroCode() {
    try (SystemGuest guest = protectedMode()) {
      guest.gate(Vector.GP, FREE, HANDLER, 0x8E);
      assertEquals(Outcome.DELIVERED, InterruptDelivery.deliver(guest.cpu, guest.cpu.generalProtection(8)));
      assertEquals(HANDLER + Vector.DF * 16, guest.cpu.rip);
      assertEquals(0, guest.stack(0, 4));
      assertEquals(2, guest.stack(3, 4));
    }
  }

  @Test
  void contributoryFaultDuringBenignException_isDeliveredItself() {
    try (SystemGuest guest = protectedMode()) {
      guest.gate(Vector.UD, FREE, HANDLER, 0x8E);
      InterruptDelivery.deliver(guest.cpu, guest.cpu.raise(Vector.UD));
      assertEquals(HANDLER + Vector.GP * 16, guest.cpu.rip);
      assertEquals(FREE | 1, guest.stack(0, 4));
    }
  }

  @Test
  void faultDuringDoubleFault_isShutdown() {
    try (SystemGuest guest = protectedMode()) {
      guest.gate(Vector.DF, FREE, HANDLER, 0x8E);
      assertEquals(Outcome.TRIPLE_FAULT, InterruptDelivery.deliver(guest.cpu, guest.cpu.raise(Vector.DF, 0)));
    }
  }

  @Test
  void pageFault_writesCr2() {
    try (SystemGuest guest = longMode()) {
      InterruptDelivery.deliver(guest.cpu, guest.cpu.pageFault(0xDEAD_B000L, 6));
      assertEquals(0xDEAD_B000L, guest.cpu.cr2);
      assertEquals(6, guest.stack(0, 8));
    }
  }

  @Test
  void pageFaultOnHandlersStack_isDoubleFaultThatTellsSecondAddress() {
    try (SystemGuest guest = longMode()) {
      guest.gate64(Vector.DF, CODE64, HANDLER, 0x8E, 1);
      guest.cpu.gpr[Reg.RSP] = 0x4000_1000L;
      InterruptDelivery.deliver(guest.cpu, guest.cpu.pageFault(0x1234, 0));
      assertEquals(HANDLER, guest.cpu.rip);
      assertEquals(0x4000_0FF8L, guest.cpu.cr2);
      assertEquals(IST_STACK - 48, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void alignmentCheckDuringAlignmentCheck_endsInShutdown() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.descriptor(FREE, 0, 0xF_FFFF, 0x9F, 0xC);
      guest.gate(Vector.AC, FREE, HANDLER, 0x8E);
      guest.cpu.cr0 |= Control.CR0_AM;
      guest.cpu.systemFlags |= Flags.AC;
      guest.cpu.gpr[Reg.RSP]++;
      guest.cpu.updateContext();
      assertEquals(Outcome.TRIPLE_FAULT, InterruptDelivery.deliver(guest.cpu, guest.cpu.raise(Vector.AC, 0)));
    }
  }

  @Test
  void longMode_interruptFromRing3_pushesFiveQuadwordsOnAlignedStack() {
    try (SystemGuest guest = longMode().inUserMode()) {
      guest.poke(TSS + 4, KERNEL_STACK - 3, 8);
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertEquals(KERNEL_STACK - 16 - 40, guest.cpu.gpr[Reg.RSP]);
      assertEquals(0, guest.cpu.segment[Reg.SS].selector);
      assertEquals(CODE, guest.stack(0, 8));
      assertEquals(CODE64_3, guest.stack(1, 8));
      assertEquals(Flags.IF | 2, guest.stack(2, 8));
      assertEquals(USER_STACK, guest.stack(3, 8));
      assertEquals(DATA3, guest.stack(4, 8));
      assertEquals(0, guest.cpu.cpl);
      assertTrue(guest.cpu.is64Bit());
    }
  }

  @Test
  void longMode_samePrivilege_keepsStackSelector() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.gpr[Reg.RSP] = KERNEL_STACK - 8;
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertEquals(KERNEL_STACK - 16 - 40, guest.cpu.gpr[Reg.RSP]);
      assertEquals(KERNEL_STACK - 8, guest.stack(3, 8));
      assertEquals(DATA0, guest.cpu.segment[Reg.SS].selector);
    }
  }

  @Test
  void longMode_interruptStackTable_isUsedAtSamePrivilege() {
    try (SystemGuest guest = longMode()) {
      guest.gate64(Vector.NMI, CODE64, HANDLER, 0x8E, 1);
      InterruptDelivery.deliver(guest.cpu, Vector.NMI, Source.NMI);
      assertEquals(IST_STACK - 40, guest.cpu.gpr[Reg.RSP]);
      assertTrue(guest.cpu.nmiBlocked);
    }
  }

  @Test
  void longMode_handlerIn32BitCode_isGeneralProtectionWithItsSelector() {
    try (SystemGuest guest = longMode()) {
      guest.gate64(IRQ, CODE0, HANDLER, 0x8E, 0);
      assertEquals(new Fault(Vector.GP, CODE0), guest.faultOf(Op.INT, 4, immediate(IRQ)));
    }
  }

  @Test
  void longMode_vectorBeyondIdtLimit_isGeneralProtection() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.idtrLimit = 16 * IRQ + 14;
      assertEquals(new Fault(Vector.GP, IRQ * 8 + 2), guest.faultOf(Op.INT, 4, immediate(IRQ)));
    }
  }

  @Test
  void longMode_fromCompatibilityMode_entersIn64BitCode() {
    try (SystemGuest guest = longMode().inCompatibilityMode()) {
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertTrue(guest.cpu.is64Bit());
      assertEquals(CODE3, guest.stack(1, 8));
    }
  }

  @Test
  void longMode_stackNotCanonical_isStackFault() {
    try (SystemGuest guest = longMode().inUserMode()) {
      guest.gate64(0x30, CODE64, HANDLER, 0xEE, 0);
      guest.poke(TSS + 4, 0x8000_0000_0000_0000L, 8);
      assertEquals(new Fault(Vector.SS, 0), guest.faultOf(Op.INT, 4, immediate(0x30)));
    }
  }

  @Test
  void debugException_clearsGeneralDetect() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.dr[7] |= DebugRegisters.GENERAL_DETECT;
      InterruptDelivery.deliver(guest.cpu, guest.cpu.raise(Vector.DB));
      assertEquals(0, guest.cpu.dr[7] & DebugRegisters.GENERAL_DETECT);
    }
  }

  @Test
  void virtual8086_interrupt_pushesSegmentsAndLeavesVirtualMode() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(3)) {
      guest.cpu.segment[Reg.GS].selector = 0x6666;
      guest.cpu.segment[Reg.ES].selector = 0x3333;
      InterruptDelivery.deliver(guest.cpu, IRQ, Source.EXTERNAL);
      assertEquals(KERNEL_STACK - 36, guest.cpu.gpr[Reg.RSP]);
      assertEquals(Flags.VM | Flags.IF | Flags.IOPL | 2, guest.stack(2, 4));
      assertEquals(USER_STACK, guest.stack(3, 4));
      assertEquals(0x3333, guest.stack(5, 4));
      assertEquals(0x6666, guest.stack(8, 4));
      assertFalse(guest.cpu.isVirtual8086());
      assertFalse(guest.cpu.segment[Reg.DS].isUsable());
      assertEquals(0, guest.cpu.cpl);
    }
  }

  @Test
  void virtual8086_handlerNotOfRing0_isGeneralProtection() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(3)) {
      guest.gate(0x30, CODE3, HANDLER, 0xEE);
      assertEquals(new Fault(Vector.GP, CODE3 & ~3), guest.faultOf(Op.INT, 4, immediate(0x30)));
    }
  }

  @Test
  void virtual8086_softwareInterruptWithLowIopl_isGeneralProtection() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.INT, 2, immediate(0x30)));
    }
  }

  @Test
  void virtual8086_redirectedInterrupt_usesVectorTableAtZeroAndVirtualInterruptFlag() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      guest.cpu.cr4 = Control.CR4_VME;
      guest.cpu.systemFlags |= Flags.VIF;
      guest.poke(TSS + 0x66, 0x88, 2);
      guest.poke(4 * 0x21, HANDLER, 4);
      guest.execute(Op.INT, 2, immediate(0x21));
      assertEquals(HANDLER, guest.cpu.rip);
      assertTrue(guest.cpu.isVirtual8086());
      assertEquals(USER_STACK - 6, guest.cpu.gpr[Reg.RSP]);
      assertEquals(Flags.IF | Flags.IOPL | 2, guest.stack(2, 2));
      assertEquals(0, guest.cpu.systemFlags & Flags.VIF);
      assertEquals(Flags.IF, guest.cpu.systemFlags & Flags.IF);
    }
  }
}
