package dev.hagen.semantics;

import static dev.hagen.semantics.TestProcessor.immediate;
import static dev.hagen.semantics.TestProcessor.insn;
import static dev.hagen.semantics.TestProcessor.memory;
import static dev.hagen.semantics.TestProcessor.register;
import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RBP;
import static dev.hagen.x86.Reg.RCX;
import static dev.hagen.x86.Reg.RDI;
import static dev.hagen.x86.Reg.RSP;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

/** Stack instructions. */
class StackTest {
  private static final int STACK = 0x8000;

  private CpuState cpu = TestProcessor.in64Bit();

  @Test
  void push_rsp_storesOldValue() {
    cpu.gpr[RSP] = STACK;
    Stack.push(cpu, cpu.gpr[RSP], 8);
    assertEquals(STACK - 8, cpu.gpr[RSP]);
    assertEquals(STACK, cpu.memory.read(STACK - 8, 8));
  }

  @Test
  void push_negativeImmediate_isSignExtended() {
    cpu.gpr[RSP] = STACK;
    Stack.push(cpu, -2, 8);
    assertEquals(-2, cpu.memory.read(STACK - 8, 8));
  }

  @Test
  void pop_rsp_loadsPoppedValue() {
    cpu.gpr[RSP] = STACK;
    cpu.memory.write(STACK, 0x1234, 8);
    Stack.pop(cpu, insn(cpu, Op.POP, 8, register(RSP, 8)));
    assertEquals(0x1234, cpu.gpr[RSP]);
  }

  @Test
  void pop_memoryBasedOnRsp_usesIncrementedRsp() {
    cpu.gpr[RSP] = STACK;
    cpu.memory.write(STACK, 0x1234, 8);
    Stack.pop(cpu, insn(cpu, Op.POP, 8, memory(cpu, RSP, 0, 8)));
    assertEquals(0x1234, cpu.memory.read(STACK + 8, 8));
    assertEquals(STACK + 8, cpu.gpr[RSP]);
  }

  @Test
  void pop_memoryThatFaults_leavesRsp() {
    cpu = TestProcessor.withPageMissing(0x2_0000);
    cpu.gpr[RSP] = STACK;
    GuestException fault = assertThrows(GuestException.class,
        () -> Stack.pop(cpu, insn(cpu, Op.POP, 4, memory(cpu, RSP, 0x2_0000 - STACK, 4))));
    assertEquals(0x2_0004, fault.address());
    assertEquals(STACK, cpu.gpr[RSP]);
  }

  @Test
  void push_16BitStack_wrapsAndKeepsUpperHalf() {
    cpu = TestProcessor.in16Bit();
    cpu.gpr[RSP] = 0x1_0000;
    Stack.push(cpu, 0xABCD, 2);
    assertEquals(0x1_FFFE, cpu.gpr[RSP]);
    assertEquals(0xABCD, cpu.memory.read(0xFFFE, 2));
  }

  @Test
  void pushaThenPopa_allRegistersButSp_areRestored() {
    cpu = TestProcessor.in32Bit();
    long[] before = {10, 11, 12, 13, STACK, 15, 16, 17};
    System.arraycopy(before, 0, cpu.gpr, 0, 8);
    Stack.pusha(cpu, insn(cpu, Op.PUSHA, 4));
    assertEquals(STACK - 32, cpu.gpr[RSP]);
    assertEquals(STACK, cpu.memory.read(STACK - 20, 4));
    java.util.Arrays.fill(cpu.gpr, 0, RSP, -1);
    java.util.Arrays.fill(cpu.gpr, RBP, RDI + 1, -1);
    Stack.popa(cpu, insn(cpu, Op.POPA, 4));
    assertArrayEquals(before, java.util.Arrays.copyOf(cpu.gpr, 8));
  }

  @Test
  void popa_secondPageMissing_leavesRspAndRegistersAbove() {
    cpu = TestProcessor.withPageMissing(0x9000);
    cpu.gpr[RSP] = 0x8FFC;
    cpu.gpr[RAX] = 77;
    GuestException fault = assertThrows(GuestException.class, () -> Stack.popa(cpu, insn(cpu, Op.POPA, 4)));
    assertEquals(0x9000, fault.address());
    assertEquals(77, cpu.gpr[RAX]);
    assertEquals(0x8FFC, cpu.gpr[RSP]);
  }

  @Test
  void enter_wideOperandOnNarrowStack_keepsUpperHalfOfEspInFrame() {
    cpu = TestProcessor.in16Bit();
    cpu.gpr[RSP] = 0x642B_8000L;
    Stack.enter(cpu, insn(cpu, Op.ENTER, 4, immediate(0, 2), immediate(0, 1)));
    assertEquals(0x642B_7FFCL, cpu.gpr[RBP]);
    assertEquals(0x642B_7FFCL, cpu.gpr[RSP]);
  }

  @Test
  void call_stackAndTargetBothForbidden_raisesSsFirst() {
    cpu.gpr[RSP] = 0x8000_0000_0000_0000L;
    GuestException fault = assertThrows(GuestException.class,
        () -> Branches.call(cpu, insn(cpu, Op.CALL, 8, register(RSP, 8))));
    assertEquals(Vector.SS, fault.vector());
  }

  @Test
  void enter_levelZero_makesFrameThatLeaveDrops() {
    cpu.gpr[RSP] = STACK;
    cpu.gpr[RBP] = 0x5555;
    Stack.enter(cpu, insn(cpu, Op.ENTER, 8, immediate(0x20, 2), immediate(0, 1)));
    assertEquals(STACK - 8, cpu.gpr[RBP]);
    assertEquals(STACK - 0x28, cpu.gpr[RSP]);
    Stack.leave(cpu, insn(cpu, Op.LEAVE, 8));
    assertEquals(0x5555, cpu.gpr[RBP]);
    assertEquals(STACK, cpu.gpr[RSP]);
  }

  @Test
  void enter_levelThree_copiesOuterFramePointers() {
    cpu = TestProcessor.in32Bit();
    cpu.gpr[RSP] = STACK;
    cpu.gpr[RBP] = 0x9000;
    cpu.memory.write(0x9000 - 4, 0x111, 4);
    cpu.memory.write(0x9000 - 8, 0x222, 4);
    Stack.enter(cpu, insn(cpu, Op.ENTER, 4, immediate(8, 2), immediate(3, 1)));
    assertEquals(0x9000, cpu.memory.read(STACK - 4, 4));
    assertEquals(0x111, cpu.memory.read(STACK - 8, 4));
    assertEquals(0x222, cpu.memory.read(STACK - 12, 4));
    assertEquals(STACK - 4, cpu.memory.read(STACK - 16, 4));
    assertEquals(STACK - 4, cpu.gpr[RBP]);
    assertEquals(STACK - 24, cpu.gpr[RSP]);
  }

  @Test
  void enter_newTopNotWritable_faultsUnchanged() {
    cpu = TestProcessor.withPageMissing(0x7000);
    cpu.gpr[RSP] = STACK + 0x10;
    cpu.gpr[RBP] = 1;
    GuestException fault = assertThrows(GuestException.class,
        () -> Stack.enter(cpu, insn(cpu, Op.ENTER, 4, immediate(0x10, 2), immediate(0, 1))));
    assertEquals(Vector.PF, fault.vector());
    assertEquals(STACK + 0x10, cpu.gpr[RSP]);
    assertEquals(1, cpu.gpr[RBP]);
  }

  @Test
  void call_targetBeyondLimit_raisesGpBeforePushing() {
    cpu = TestProcessor.in16Bit();
    cpu.gpr[RSP] = STACK;
    cpu.gpr[RAX] = 0x1_0000;
    GuestException fault = assertThrows(GuestException.class,
        () -> Branches.call(cpu, insn(cpu, Op.CALL, 4, register(RAX, 4))));
    assertEquals(Vector.GP, fault.vector());
    assertEquals(STACK, cpu.gpr[RSP]);
    assertEquals(0x1000, cpu.rip);
  }

  @Test
  void callThenRet_withParameters_dropsThem() {
    cpu.gpr[RSP] = STACK;
    cpu.rip = 0x1002;
    Branches.call(cpu, insn(cpu, Op.CALL, 8, new Operand.Relative(-2, 4)));
    assertEquals(0x1000, cpu.rip);
    Branches.ret(cpu, insn(cpu, Op.RET, 8, immediate(0x10, 2)));
    assertEquals(0x1002, cpu.rip);
    assertEquals(STACK + 0x10, cpu.gpr[RSP]);
  }

  @Test
  void ret_nonCanonicalAddress_raisesGpWithStackUnchanged() {
    cpu.gpr[RSP] = STACK;
    cpu.memory.write(STACK, 0x8000_0000_0000L, 8);
    GuestException fault = assertThrows(GuestException.class, () -> Branches.ret(cpu, insn(cpu, Op.RET, 8)));
    assertEquals(Vector.GP, fault.vector());
    assertEquals(STACK, cpu.gpr[RSP]);
  }

  @Test
  void loop_16BitCount_leavesUpperHalf() {
    cpu = TestProcessor.in32Bit();
    cpu.rip = 0x1002;
    cpu.gpr[RCX] = 0x5555_0000L;
    Branches.loop(cpu, TestProcessor.insnWithAddressSize(cpu, Op.LOOP, 4, 2, 0,
        new Operand.Relative(-2, 4)));
    assertEquals(0x5555_FFFFL, cpu.gpr[RCX]);
    assertEquals(0x1000, cpu.rip);
  }

  @Test
  void loope_zfClear_countsWithoutJumping() {
    cpu.rip = 0x1002;
    cpu.gpr[RCX] = 5;
    cpu.setArithmeticFlags(0);
    Branches.loope(cpu, insn(cpu, Op.LOOPE, 8, new Operand.Relative(-2, 8)));
    assertEquals(4, cpu.gpr[RCX]);
    assertEquals(0x1002, cpu.rip);
  }

  @Test
  void jcxz_zero_jumps() {
    cpu.rip = 0x1002;
    cpu.gpr[RCX] = 0xFFFF_FFFF_0000_0000L;
    Branches.jcxz(cpu, TestProcessor.insnWithAddressSize(cpu, Op.JCXZ, 8, 4, 0,
        new Operand.Relative(0x10, 8)));
    assertEquals(0x1012, cpu.rip);
  }

  @Test
  void jmp_16BitOperand_wrapsIp() {
    cpu = TestProcessor.in16Bit();
    cpu.rip = 0xFFF0;
    Branches.jmp(cpu, insn(cpu, Op.JMP, 2, new Operand.Relative(0x20, 2)));
    assertEquals(0x10, cpu.rip);
  }

  @Test
  void bound_indexOutside_raisesBr() {
    cpu = TestProcessor.in32Bit();
    cpu.memory.write(0x3000, -5, 4);
    cpu.memory.write(0x3004, 5, 4);
    cpu.gpr[RAX] = 6;
    GuestException fault = assertThrows(GuestException.class, () -> Branches.bound(cpu,
        insn(cpu, Op.BOUND, 4, register(RAX, 4), memory(cpu, Reg.NONE, 0x3000, 0))));
    assertEquals(Vector.BR, fault.vector());
  }

  @Test
  void bound_indexWithin_passes() {
    cpu = TestProcessor.in32Bit();
    cpu.memory.write(0x3000, -5, 4);
    cpu.memory.write(0x3004, 5, 4);
    cpu.gpr[RAX] = -5 & 0xFFFF_FFFFL;
    Branches.bound(cpu, insn(cpu, Op.BOUND, 4, register(RAX, 4),
        memory(cpu, Reg.NONE, 0x3000, 0)));
    assertEquals(-5 & 0xFFFF_FFFFL, cpu.gpr[RAX]);
  }
}
