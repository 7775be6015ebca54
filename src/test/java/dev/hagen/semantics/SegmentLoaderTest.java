package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Op;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class SegmentLoaderTest {
  private static Fault load(SystemGuest guest, int segment, int selector) {
    guest.cpu.gpr[Reg.RAX] = selector;
    return guest.faultOf(Op.MOV_TO_SEG, 2, segment(segment), register(Reg.RAX, 2));
  }

  @Test
  void realMode_load_setsBaseAndKeepsLimit() {
    try (SystemGuest guest = realMode()) {
      guest.cpu.segment[Reg.DS].limit = 0xFFFF_FFFFL;
      load(guest, Reg.DS, 0x1234);
      assertEquals(0x12340, guest.cpu.segment[Reg.DS].base);
      assertEquals(0xFFFF_FFFFL, guest.cpu.segment[Reg.DS].limit);
    }
  }

  @Test
  void virtual8086_load_sets64KibLimit() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      guest.cpu.segment[Reg.ES].limit = 0xFFFF_FFFFL;
      load(guest, Reg.ES, 0x4321);
      assertEquals(0x43210, guest.cpu.segment[Reg.ES].base);
      assertEquals(0xFFFF, guest.cpu.segment[Reg.ES].limit);
      assertEquals(3, guest.cpu.segment[Reg.ES].dpl());
    }
  }

  @Test
  void protectedMode_load_setsAccessedBitInDescriptor() {
    try (SystemGuest guest = protectedMode()) {
      guest.descriptor(FREE, 0x1234_5678, 0xF, 0x92, 0xC);
      assertNull(load(guest, Reg.DS, FREE));
      assertEquals(0x1234_5678, guest.cpu.segment[Reg.DS].base);
      assertEquals(0xFFFF, guest.cpu.segment[Reg.DS].limit);
      assertEquals(0x93, guest.peek(GDT + FREE + 5, 1));
    }
  }

  @Test
  void nullSelector_inDataSegment_isUnusable() {
    try (SystemGuest guest = protectedMode()) {
      assertNull(load(guest, Reg.DS, 3));
      assertFalse(guest.cpu.segment[Reg.DS].isUsable());
      assertEquals(3, guest.cpu.segment[Reg.DS].selector);
      assertFalse(ExecutionContext.isFlat(guest.cpu.context));
      assertTrue(guest.cpu.leaveBlock);
    }
  }

  @Test
  void nullSelector_inStackSegment_isGeneralProtection() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, 0), load(guest, Reg.SS, 0));
    }
  }

  @Test
  void nullSelector_inStackSegmentOf64BitRing0_isAllowed() {
    try (SystemGuest guest = longMode()) {
      assertNull(load(guest, Reg.SS, 0));
      assertEquals(0, guest.cpu.segment[Reg.SS].selector);
    }
  }

  @Test
  void nullSelector_inStackSegmentOf64BitRing3_isGeneralProtection() {
    try (SystemGuest guest = longMode().inUserMode()) {
      assertEquals(new Fault(Vector.GP, 0), load(guest, Reg.SS, 3));
    }
  }

  @Test
  void selectorBeyondTable_isGeneralProtectionWithSelector() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, 0x100), load(guest, Reg.DS, 0x100));
    }
  }

  @Test
  void localSelector_withoutLocalTable_isGeneralProtection() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.ldtr.set(0, 0, 0, 0);
      assertEquals(new Fault(Vector.GP, 0xC), load(guest, Reg.DS, 0xF));
    }
  }

  @Test
  void localSelector_isFoundInLocalTable() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.ldtr.set(LDT_SELECTOR, LDT, 0xFF, 0x82);
      guest.descriptor(0xC, 0x7000, 0xFFFF, 0x93, 0);
      assertNull(load(guest, Reg.FS, 0xC));
      assertEquals(0x7000, guest.cpu.segment[Reg.FS].base);
    }
  }

  @Test
  void kernelData_fromRing3_isGeneralProtection() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      assertEquals(new Fault(Vector.GP, DATA0), load(guest, Reg.DS, DATA0));
    }
  }

  @Test
  void requestedPrivilegeLevel_aboveDescriptor_isGeneralProtection() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, DATA0), load(guest, Reg.DS, DATA0 | 3));
    }
  }

  @Test
  void conformingCode_asData_ignoresPrivilege() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.descriptor(FREE, 0, 0xFFFF, 0x9F, 0);
      assertNull(load(guest, Reg.DS, FREE | 3));
    }
  }

  @Test
  void executeOnlyCode_asData_isGeneralProtection() {
    try (SystemGuest guest = protectedMode()) {
      guest.descriptor(FREE, 0, 0xFFFF, 0x99, 0);
      assertEquals(new Fault(Vector.GP, FREE), load(guest, Reg.DS, FREE));
    }
  }

  @Test
  void dataNotPresent_isNotPresentFault() {
    try (SystemGuest guest = protectedMode()) {
      guest.descriptor(FREE, 0, 0xFFFF, 0x13, 0);
      assertEquals(new Fault(Vector.NP, FREE), load(guest, Reg.DS, FREE));
    }
  }

  @Test
  void stackNotPresent_isStackFault() {
    try (SystemGuest guest = protectedMode()) {
      guest.descriptor(FREE, 0, 0xFFFF, 0x13, 0);
      assertEquals(new Fault(Vector.SS, FREE), load(guest, Reg.SS, FREE));
    }
  }

  @Test
  void readOnlyData_asStack_isGeneralProtection() {
    try (SystemGuest guest = protectedMode()) {
      guest.descriptor(FREE, 0, 0xFFFF, 0x91, 0);
      assertEquals(new Fault(Vector.GP, FREE), load(guest, Reg.SS, FREE));
      assertEquals(DATA0, guest.cpu.segment[Reg.SS].selector);
    }
  }

  @Test
  void stackLoad_holdsInterruptsOffForOneInstruction() {
    try (SystemGuest guest = protectedMode()) {
      assertNull(load(guest, Reg.SS, DATA0));
      assertTrue(guest.cpu.interruptShadow);
      assertTrue(guest.cpu.debugShadow);
    }
  }

  @Test
  void codeSegment_cannotBeLoaded() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.UD, 0), load(guest, Reg.CS, CODE0));
    }
  }

  @Test
  void popOfStackSegment_movesPointerByOldWidth() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, DATA16);
      guest.cpu.gpr[Reg.RSP] |= 0x1_0000;
      guest.poke(guest.cpu.gpr[Reg.RSP], DATA16, 4);
      guest.execute(Op.POP_SEG, 4, segment(Reg.SS));
      assertEquals(0x1_0000 + KERNEL_STACK, guest.cpu.gpr[Reg.RSP]);
      assertEquals(2, guest.cpu.stackSize());
    }
  }

  @Test
  void popOfBadSegment_leavesStackPointer() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, 0x100);
      assertEquals(new Fault(Vector.GP, 0x100), guest.faultOf(Op.POP_SEG, 4, segment(Reg.DS)));
      assertEquals(KERNEL_STACK - 4, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void pushOfSegment_onIntel_leavesUpperHalfOfSlotAlone() {
    try (SystemGuest guest = protectedMode("intel-v2")) {
      guest.poke(KERNEL_STACK - 4, 0xAAAA_AAAAL, 4);
      guest.execute(Op.PUSH_SEG, 4, segment(Reg.DS));
      assertEquals(0xAAAA_0000L | DATA0, guest.stack(0, 4));
    }
  }

  @Test
  void pushOfSegment_onAmd_fillsSlotWithZeros() {
    try (SystemGuest guest = protectedMode()) {
      guest.poke(KERNEL_STACK - 4, 0xAAAA_AAAAL, 4);
      guest.execute(Op.PUSH_SEG, 4, segment(Reg.DS));
      assertEquals(DATA0, guest.stack(0, 4));
    }
  }

  @Test
  void loadFarPointer_loadsSegmentAndRegister() {
    try (SystemGuest guest = protectedMode()) {
      guest.poke(DATA, 0x1234_5678, 4);
      guest.poke(DATA + 4, DATA16, 2);
      guest.execute(Op.LES, 4, register(Reg.RBX, 4), memory(DATA, 6));
      assertEquals(0x1234_5678, guest.cpu.gpr[Reg.RBX]);
      assertEquals(DATA16, guest.cpu.segment[Reg.ES].selector);
    }
  }

  @Test
  void loadFarPointer_withBadSelector_leavesRegister() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RBX] = 7;
      guest.poke(DATA + 4, 0x100, 2);
      assertEquals(new Fault(Vector.GP, 0x100), guest.faultOf(Op.LFS, 4, register(Reg.RBX, 4), memory(DATA, 6)));
      assertEquals(7, guest.cpu.gpr[Reg.RBX]);
    }
  }

  @Test
  void moveFromSegment_toRegister_fillsOperandSize_toMemoryWritesWord() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RBX] = -1;
      guest.poke(DATA, -1, 4);
      guest.execute(Op.MOV_FROM_SEG, 4, register(Reg.RBX, 4), segment(Reg.DS));
      guest.execute(Op.MOV_FROM_SEG, 4, memory(DATA, 2), segment(Reg.DS));
      assertEquals(DATA0, guest.cpu.gpr[Reg.RBX]);
      assertEquals(0xFFFF_0000L | DATA0, guest.peek(DATA, 4));
    }
  }
}
