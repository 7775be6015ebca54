package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class FarTransferTest {
  @Test
  void realMode_call_pushesSegmentAndOffset() {
    try (SystemGuest guest = realMode()) {
      guest.execute(Op.CALL_FAR, 2, new Operand.FarPointer(0x1000, 0x20, 2));
      assertEquals(0x20, guest.cpu.rip);
      assertEquals(0x10000, guest.cpu.segment[Reg.CS].base);
      assertEquals(CODE + 2, guest.stack(0, 2));
      assertEquals(0, guest.stack(1, 2));
    }
  }

  @Test
  void realMode_return_popsParametersToo() {
    try (SystemGuest guest = realMode()) {
      guest.prepareStack(2, 0x20, 0x1000, 1, 2, 3);
      guest.execute(Op.RET_FAR, 2, immediate(4));
      assertEquals(0x20, guest.cpu.rip);
      assertEquals(0x1000, guest.cpu.segment[Reg.CS].selector);
      assertEquals(KERNEL_STACK - 2, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void realMode_offsetBeyondLimit_isGeneralProtection() {
    try (SystemGuest guest = realMode()) {
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.JMP_FAR, 4, farPointer(0, 0x1_0000)));
    }
  }

  @Test
  void jump_to64BitCode_entersLongSubmode() {
    try (SystemGuest guest = longMode()) {
      guest.execute(Op.JMP_FAR, 4, farPointer(CODE0, 0x100));
      assertFalse(guest.cpu.is64Bit());
      guest.execute(Op.JMP_FAR, 4, farPointer(CODE64, 0x200));
      assertTrue(guest.cpu.is64Bit());
      assertEquals(0x200, guest.cpu.rip);
    }
  }

  @Test
  void jump_toCodeOfOtherPrivilege_isGeneralProtection() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      assertEquals(new Fault(Vector.GP, CODE0), guest.faultOf(Op.JMP_FAR, 4, farPointer(CODE0, 0)));
    }
  }

  @Test
  void jump_toConformingKernelCode_keepsPrivilege() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.descriptor(FREE, 0, 0xF_FFFF, 0x9F, 0xC);
      assertNull(guest.faultOf(Op.JMP_FAR, 4, farPointer(FREE, 0x77)));
      assertEquals(FREE | 3, guest.cpu.segment[Reg.CS].selector);
      assertEquals(3, guest.cpu.cpl);
    }
  }

  @Test
  void jump_toData_isGeneralProtection() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, DATA0), guest.faultOf(Op.JMP_FAR, 4, farPointer(DATA0, 0)));
    }
  }

  @Test
  void jump_toNull_isGeneralProtectionZero() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.JMP_FAR, 4, farPointer(2, 0)));
    }
  }

  @Test
  void jump_toCodeNotPresent_isNotPresent() {
    try (SystemGuest guest = protectedMode()) {
      guest.descriptor(FREE, 0, 0xF_FFFF, 0x1B, 0xC);
      assertEquals(new Fault(Vector.NP, FREE), guest.faultOf(Op.JMP_FAR, 4, farPointer(FREE, 0)));
    }
  }

  @Test
  void jump_beyondCodeLimit_isGeneralProtectionZero() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.JMP_FAR, 4, farPointer(CODE16, 0x1_0000)));
    }
  }

  @Test
  void jump_throughMemoryPointerOf64Bits_onIntelReadsQuadword() {
    try (SystemGuest guest = longMode("intel-v2")) {
      guest.poke(DATA, 0x12_3456_7890L, 8);
      guest.poke(DATA + 8, CODE64, 2);
      guest.execute(Op.JMP_FAR, 8, memory(DATA, 10));
      assertEquals(0x12_3456_7890L, guest.cpu.rip);
    }
  }

  @Test
  void jump_throughMemoryPointerWithRexW_onAmdReadsDoubleword() {
    try (SystemGuest guest = longMode()) {
      guest.poke(DATA, 0x1234_5678, 4);
      guest.poke(DATA + 4, CODE64, 2);
      guest.execute(Op.JMP_FAR, 8, memory(DATA, 10));
      assertEquals(0x1234_5678, guest.cpu.rip);
    }
  }

  @Test
  void call_pushesCodeSelectorAndReturnAddress() {
    try (SystemGuest guest = protectedMode()) {
      guest.execute(Op.CALL_FAR, 4, farPointer(CODE16, 0x10));
      assertEquals(CODE + 2, guest.stack(0, 4));
      assertEquals(CODE0, guest.stack(1, 4));
      assertEquals(KERNEL_STACK - 8, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void call_beyondCodeLimit_leavesStackPointer() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.CALL_FAR, 4, farPointer(CODE16, 0x1_0000)));
      assertEquals(KERNEL_STACK, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void callGate_toKernel_copiesParametersToInnerStack() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.callGate(FREE, CODE0, HANDLER, 0xEC, 2);
      guest.prepareStack(4, 0x11, 0x22);
      guest.execute(Op.CALL_FAR, 4, farPointer(FREE | 3, 0x999));
      assertEquals(HANDLER, guest.cpu.rip);
      assertEquals(0, guest.cpu.cpl);
      assertEquals(KERNEL_STACK - 24, guest.cpu.gpr[Reg.RSP]);
      assertEquals(CODE + 2, guest.stack(0, 4));
      assertEquals(CODE3, guest.stack(1, 4));
      assertEquals(0x11, guest.stack(2, 4));
      assertEquals(0x22, guest.stack(3, 4));
      assertEquals(USER_STACK - 8, guest.stack(4, 4));
      assertEquals(DATA3, guest.stack(5, 4));
    }
  }

  @Test
  void callGate_ofHigherPrivilege_isGeneralProtectionWithGate() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.callGate(FREE, CODE0, HANDLER, 0x8C, 0);
      assertEquals(new Fault(Vector.GP, FREE), guest.faultOf(Op.CALL_FAR, 4, farPointer(FREE | 3, 0)));
    }
  }

  @Test
  void callGate_notPresent_isNotPresentWithGate() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.callGate(FREE, CODE0, HANDLER, 0x6C, 0);
      assertEquals(new Fault(Vector.NP, FREE), guest.faultOf(Op.CALL_FAR, 4, farPointer(FREE | 3, 0)));
    }
  }

  @Test
  void callGate_jumpToMorePrivilegedCode_isGeneralProtectionWithCode() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.callGate(FREE, CODE0, HANDLER, 0xEC, 0);
      assertEquals(new Fault(Vector.GP, CODE0), guest.faultOf(Op.JMP_FAR, 4, farPointer(FREE | 3, 0)));
    }
  }

  @Test
  void callGate64_pushesQuadwordsOnStackOfTss() {
    try (SystemGuest guest = longMode().inUserMode()) {
      guest.callGate(FREE, CODE64, HANDLER, 0xEC, 0);
      guest.poke(DATA + 4, FREE | 3, 2);
      guest.execute(Op.CALL_FAR, 4, memory(DATA, 6));
      assertEquals(HANDLER, guest.cpu.rip);
      assertEquals(KERNEL_STACK - 32, guest.cpu.gpr[Reg.RSP]);
      assertEquals(CODE + 2, guest.stack(0, 8));
      assertEquals(USER_STACK, guest.stack(2, 8));
      assertEquals(0, guest.cpu.segment[Reg.SS].selector);
    }
  }

  @Test
  void callGate64_to32BitCode_isGeneralProtection() {
    try (SystemGuest guest = longMode().inUserMode()) {
      guest.callGate(FREE, CODE0, HANDLER, 0xEC, 0);
      guest.poke(DATA + 4, FREE | 3, 2);
      assertEquals(new Fault(Vector.GP, CODE0), guest.faultOf(Op.CALL_FAR, 4, memory(DATA, 6)));
    }
  }

  @Test
  void taskStateSegment_inLongMode_isGeneralProtection() {
    try (SystemGuest guest = longMode()) {
      guest.poke(DATA + 4, OTHER_TSS_SELECTOR, 2);
      assertEquals(new Fault(Vector.GP, OTHER_TSS_SELECTOR), guest.faultOf(Op.JMP_FAR, 4, memory(DATA, 6)));
    }
  }

  @Test
  void return_toRing3_switchesStackAndDropsKernelSegments() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, CODE, CODE3, 0x11, USER_STACK, DATA3);
      guest.execute(Op.RET_FAR, 4, immediate(4));
      assertEquals(3, guest.cpu.cpl);
      assertEquals(USER_STACK + 4, guest.cpu.gpr[Reg.RSP]);
      assertEquals(DATA3, guest.cpu.segment[Reg.SS].selector);
      assertFalse(guest.cpu.segment[Reg.DS].isUsable());
    }
  }

  @Test
  void return_toMorePrivilegedCode_isGeneralProtection() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.prepareStack(4, CODE, CODE0);
      assertEquals(new Fault(Vector.GP, CODE0), guest.faultOf(Op.RET_FAR, 4));
      assertEquals(USER_STACK - 8, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void return_toRing3WithKernelStack_isGeneralProtectionWithStackSelector() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, CODE, CODE3, USER_STACK, DATA0);
      assertEquals(new Fault(Vector.GP, DATA0), guest.faultOf(Op.RET_FAR, 4));
      assertEquals(0, guest.cpu.cpl);
    }
  }
}
