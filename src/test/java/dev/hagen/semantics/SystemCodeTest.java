package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.util.List;
import org.junit.jupiter.api.Test;

/** System instructions as machine code: decoder and semantic methods agree about their operands. */
class SystemCodeTest {
  @Test
  void wayIntoLongMode() {
    try (SystemGuest guest = longMode()) {
      // Back to protected mode first, with the page tables in place.
      assertNull(guest.faultOf(dev.hagen.decode.Op.JMP_FAR, 4, farPointer(CODE0, CODE)));
      guest.cpu.gpr[Reg.RAX] = Control.CR0_PE;
      assertNull(guest.code("0F 22 C0"));                      // mov cr0, eax
      guest.cpu.gpr[Reg.RAX] = Control.CR4_PAE;
      assertNull(guest.code("0F 22 E0"));                      // mov cr4, eax
      guest.cpu.gpr[Reg.RCX] = 0xC000_0080L;
      assertNull(guest.code("0F 32"));                         // rdmsr
      assertEquals(Control.EFER_LME | Control.EFER_SCE, guest.cpu.gpr[Reg.RAX]);
      assertNull(guest.code("0F 30"));                         // wrmsr
      guest.cpu.gpr[Reg.RAX] = PAGE_TABLES;
      assertNull(guest.code("0F 22 D8"));                      // mov cr3, eax
      guest.cpu.gpr[Reg.RAX] = Control.CR0_PE | Control.CR0_PG;
      assertNull(guest.code("0F 22 C0"));                      // mov cr0, eax
      assertTrue(guest.cpu.isLongMode());
      assertNull(guest.code("EA 00 40 00 00 38 00"));          // jmp 38h:4000h
      assertTrue(guest.cpu.is64Bit());
      assertNull(guest.code("44 0F 20 C0"));                   // mov rax, cr8
      assertEquals(0, guest.cpu.gpr[Reg.RAX]);
    }
  }

  @Test
  void descriptorTables() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RBX] = DATA;
      assertNull(guest.code("0F 01 03"));                      // sgdt [ebx]
      assertEquals(0xFF | (long) GDT << 16, guest.peek(DATA, 6));
      assertNull(guest.code("0F 01 13"));                      // lgdt [ebx]
      guest.cpu.gpr[Reg.RAX] = LDT_SELECTOR;
      assertNull(guest.code("0F 00 D0"));                      // lldt ax
      guest.cpu.gpr[Reg.RAX] = OTHER_TSS_SELECTOR;
      assertNull(guest.code("0F 00 D8"));                      // ltr ax
      assertNull(guest.code("0F 00 03"));                      // sldt [ebx]
      assertEquals(LDT_SELECTOR, guest.peek(DATA, 2));
      assertNull(guest.code("0F 00 CA"));                      // str edx
      assertEquals(OTHER_TSS_SELECTOR, guest.cpu.gpr[Reg.RDX]);
      guest.cpu.gpr[Reg.RAX] = CODE0;
      assertNull(guest.code("0F 02 C8"));                      // lar ecx, eax
      assertEquals(0xCF9B00, guest.cpu.gpr[Reg.RCX]);
      assertNull(guest.code("0F 03 C8"));                      // lsl ecx, eax
      assertEquals(0xFFFF_FFFFL, guest.cpu.gpr[Reg.RCX]);
      assertNull(guest.code("0F 00 E0"));                      // verr ax
      assertNull(guest.code("0F 00 E8"));                      // verw ax
      assertNull(guest.code("63 03"));                         // arpl [ebx], ax
    }
  }

  @Test
  void segmentRegisters() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RAX] = DATA0;
      assertNull(guest.code("8E D8"));                         // mov ds, eax
      assertNull(guest.code("8C DB"));                         // mov ebx, ds
      assertEquals(DATA0, guest.cpu.gpr[Reg.RBX]);
      assertNull(guest.code("1E"));                            // push ds
      assertNull(guest.code("0F A1"));                         // pop fs
      assertEquals(DATA0, guest.cpu.segment[Reg.FS].selector);
      assertNull(guest.code("16"));                            // push ss
      assertNull(guest.code("17"));                            // pop ss
      assertTrue(guest.cpu.debugShadow);
      guest.poke(DATA, 0x1234 | (long) DATA0 << 32, 8);
      guest.cpu.gpr[Reg.RBX] = DATA;
      assertNull(guest.code("C4 0B"));                         // les ecx, [ebx]
      assertEquals(0x1234, guest.cpu.gpr[Reg.RCX]);
      assertEquals(KERNEL_STACK, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void farTransfers() {
    try (SystemGuest guest = protectedMode()) {
      assertNull(guest.code("9A 00 50 00 00 08 00"));          // call 8:5000h
      assertNull(guest.code("CB"));                            // retf
      assertEquals(CODE + 7, guest.cpu.rip);
      guest.poke(DATA, 0x5000 | (long) CODE0 << 32, 8);
      guest.cpu.gpr[Reg.RBX] = DATA;
      assertNull(guest.code("FF 1B"));                         // call far [ebx]
      guest.prepareStack(4);
      assertNull(guest.code("CA 04 00"));                      // retf 4
      assertEquals(CODE + 9, guest.cpu.rip);
      assertEquals(KERNEL_STACK + 4, guest.cpu.gpr[Reg.RSP]);
      assertNull(guest.code("FF 2B"));                         // jmp far [ebx]
      assertEquals(0x5000, guest.cpu.rip);
      assertNull(guest.code("CD 21"));                         // int 21h
      assertNull(guest.code("CF"));                            // iret
      assertEquals(0x5002, guest.cpu.rip);
      assertNull(guest.code("CC"));                            // int3
      assertEquals(HANDLER + 16 * Vector.BP, guest.cpu.rip);
      assertNull(guest.code("F1"));                            // int1
      guest.cpu.setOf(true);
      assertNull(guest.code("CE"));                            // into
      assertEquals(HANDLER + 16 * Vector.OF, guest.cpu.rip);
    }
  }

  @Test
  void ports() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RAX] = 0x1122_3344;
      guest.cpu.gpr[Reg.RDX] = 0x3F8;
      guest.portValue = 0x5A;
      assertNull(guest.code("E6 80"));                         // out 80h, al
      assertNull(guest.code("EF"));                            // out dx, eax
      assertNull(guest.code("66 EF"));                         // out dx, ax
      assertNull(guest.code("EC"));                            // in al, dx
      guest.cpu.gpr[Reg.RDI] = DATA;
      guest.cpu.gpr[Reg.RSI] = DATA;
      guest.cpu.gpr[Reg.RCX] = 2;
      assertNull(guest.code("F3 66 6D"));                      // rep insw
      assertNull(guest.code("6E"));                            // outsb
      assertEquals(List.of(new PortAccess(0x80, 0x44, 1), new PortAccess(0x3F8, 0x1122_3344, 4),
          new PortAccess(0x3F8, 0x3344, 2), new PortAccess(0x3F8, -1, 1), new PortAccess(0x3F8, -1, 2),
          new PortAccess(0x3F8, -1, 2), new PortAccess(0x3F8, 0x5A, 1)), guest.ports);
    }
  }

  @Test
  void flags() {
    try (SystemGuest guest = longMode()) {
      assertNull(guest.code("FB"));                            // sti
      assertNull(guest.code("9C"));                            // pushfq
      assertEquals(Flags.IF | 2, guest.stack(0, 8));
      assertNull(guest.code("FA"));                            // cli
      assertNull(guest.code("9D"));                            // popfq
      assertEquals(Flags.IF | 2, guest.cpu.flags());
      assertEquals(KERNEL_STACK, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void longModeOnly() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.cr4 |= Control.CR4_FSGSBASE;
      guest.cpu.gpr[Reg.RAX] = 0x1_2345_6789L;
      assertNull(guest.code("F3 48 0F AE D0"));                // wrfsbase rax
      assertNull(guest.code("F3 0F AE C1"));                   // rdfsbase ecx
      assertEquals(0x2345_6789, guest.cpu.gpr[Reg.RCX]);
      assertNull(guest.code("0F 01 F8"));                      // swapgs
      guest.cpu.gpr[Reg.RAX] = 0;
      guest.cpu.gpr[Reg.RBX] = DATA;
      assertNull(guest.code("66 0F 38 82 03"));                // invpcid rax, [rbx]
      assertNull(guest.code("0F 01 3B"));                      // invlpg [rbx]
      assertNull(guest.code("0F 09"));                         // wbinvd
      assertNull(guest.code("0F 01 F9"));                      // rdtscp
      assertNull(guest.code("0F A2"));                         // cpuid
      assertNull(guest.code("F3 0F C7 F8"));                   // rdpid rax
      assertNull(guest.code("0F 21 F8"));                      // mov rax, dr7
      assertNull(guest.code("0F 23 F8"));                      // mov dr7, rax
      assertNull(guest.code("0F 06"));                         // clts
      assertNull(guest.code("0F 01 E0"));                      // smsw eax
      assertNull(guest.code("0F 01 F0"));                      // lmsw ax
      guest.prepareStack(8, CODE, CODE64_3, Flags.IF, USER_STACK, DATA3);
      assertNull(guest.code("48 CF"));                         // iretq
      guest.cpu.lstar = HANDLER;
      guest.cpu.star = 0x0033_0010L << 32;
      assertNull(guest.code("0F 05"));                         // syscall
      assertEquals(HANDLER, guest.cpu.rip);
      assertNull(guest.code("48 0F 07"));                      // sysretq
      assertEquals(CODE + 2, guest.cpu.rip);
      assertEquals(3, guest.cpu.cpl);
    }
  }
}
