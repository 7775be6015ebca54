/* Virtual-8086 mode: sensitive instructions, interrupts, and the virtual-mode extensions. */
#include "runtime/runtime.h"

/*
 * The 16-bit programs run in a segment at V86_SEGMENT:0. ATTEMPT_V86 copies one there, enters it
 * with the flags given, and prints what stopped it; "at" counts from the program's beginning.
 */
#define V86_SEGMENT 0x2000
#define V86_STACK 0x8000

#define ATTEMPT_V86(v86_flags, text)                                                    \
  do {                                                                                  \
    attempting = 1;                                                                     \
    if (!begin_attempt()) {                                                             \
      asm volatile("mov $program%=, %%esi\n mov %[base], %%edi\n"                       \
                   "mov $programend%= - program%=, %%ecx\n rep movsb\n"                 \
                   "movl $0, attempt_start\n"                                           \
                   "push %[segment]\n push %[segment]\n push %[segment]\n"              \
                   "push %[segment]\n push %[segment]\n push %[stack]\n push %%eax\n"   \
                   "push %[segment]\n push $0\n xor %%ebx, %%ebx\n iret\n"              \
                   ".pushsection .rodata\n.code16\nprogram%=:\n" text                   \
                   "\nint $0x30\nprogramend%=:\n.code32\n.popsection"                   \
                   : : "a"((v86_flags) | FLAG_VM | 2), [segment] "i"(V86_SEGMENT),      \
                     [stack] "i"(V86_STACK), [base] "i"(V86_SEGMENT * 16)               \
                   : "esi", "edi", "ecx", "ebx");                                       \
      __builtin_unreachable();                                                          \
    }                                                                                   \
    print_outcome();                                                                    \
  } while (0)

static uint16_t *real_vector(int vector) {
  uint32_t address = vector * 4;
  asm("" : "+r"(address)); /* or the compiler warns of the null pointer's neighbourhood */
  return (uint16_t *) address;
}

static uint16_t *v86_stack(void) {
  return (uint16_t *) (V86_SEGMENT * 16 + V86_STACK);
}

CASE(v86_comes_back) {
  ATTEMPT_V86(FLAG_IOPL(3), "mov %%cs, %%ax\n mov %%ss, %%bx");
  note("ax", last.ax & 0xffff);
  note("bx", last.bx & 0xffff);
  note("vm", last.flags >> 17 & 1);
  note("cs", last.cs & 0xffff);
  note("sp", last.sp);
  note("ss", last.ss & 0xffff);
  note("ds", last.v86_ds & 0xffff);
  note("gs", last.v86_gs & 0xffff);
}

CASE(v86_entry_clears_data_segments) {
  ATTEMPT_V86(FLAG_IOPL(3), "nop");
  note("ds", last.ds & 0xffff);
  note("es", last.es & 0xffff);
  note("fs", last.fs & 0xffff);
  note("gs", last.gs & 0xffff);
}

CASE(v86_gates_and_iopl) {
  ATTEMPT_V86(FLAG_IOPL(0), "int $0x30");
  ATTEMPT_V86(FLAG_IOPL(2), "int $0x30");
}

CASE(v86_int_to_privileged_gate) {
  ATTEMPT_V86(FLAG_IOPL(3), "int $0x40");
}

CASE(v86_int_to_ring1_code) {
  set_test_descriptor(0, descriptor(0, 0xfffff, CODE | DPL(1), SIZE_32 | PAGES));
  set_idt_gate(0x40, (word) interrupt_stubs[0x40], selector(0, 1), INTERRUPT_GATE | DPL(3), 0);
  ATTEMPT_V86(FLAG_IOPL(3), "int $0x40");
}

CASE(v86_int_to_conforming_code) {
  set_test_descriptor(0, descriptor(0, 0xfffff, CONFORMING, SIZE_32 | PAGES));
  set_idt_gate(0x40, (word) interrupt_stubs[0x40], selector(0, 0), INTERRUPT_GATE | DPL(3), 0);
  ATTEMPT_V86(FLAG_IOPL(3), "int $0x40");
}

CASE(v86_int3_ignores_iopl) {
  ATTEMPT_V86(FLAG_IOPL(0), "int3");
}

CASE(v86_sensitive_instructions_with_iopl_0) {
  ATTEMPT_V86(0, "cli");
  ATTEMPT_V86(0, "sti");
  ATTEMPT_V86(0, "pushf");
  ATTEMPT_V86(0, "popf");
  ATTEMPT_V86(0, "iret");
  ATTEMPT_V86(0, "hlt");
  ATTEMPT_V86(0, "mov %%cr0, %%eax");
  ATTEMPT_V86(0, "clts");
  ATTEMPT_V86(0, "in $0x80, %%al");
}

CASE(v86_sensitive_instructions_with_iopl_3) {
  ATTEMPT_V86(FLAG_IOPL(3), "cli");
  ATTEMPT_V86(FLAG_IOPL(3), "pushf\n popf");
  ATTEMPT_V86(FLAG_IOPL(3), "hlt");
  ATTEMPT_V86(FLAG_IOPL(3), "lmsw %%ax");
  ATTEMPT_V86(FLAG_IOPL(3), "in $0x80, %%al");
  ATTEMPT_V86(FLAG_IOPL(3), "invd");
}

CASE(v86_protected_mode_instructions) {
  ATTEMPT_V86(FLAG_IOPL(3), "lar %%ax, %%bx");
  ATTEMPT_V86(FLAG_IOPL(3), "verr %%ax");
  ATTEMPT_V86(FLAG_IOPL(3), "sldt %%ax");
  ATTEMPT_V86(FLAG_IOPL(3), "str %%ax");
  ATTEMPT_V86(FLAG_IOPL(3), "ltr %%ax");
  ATTEMPT_V86(FLAG_IOPL(3), "arpl %%ax, %%bx");
  ATTEMPT_V86(FLAG_IOPL(3), "smsw %%ax");
  ATTEMPT_V86(FLAG_IOPL(3), "lgdt 0");
}

CASE(v86_port_by_bitmap) {
  task.io_map = offsetof(struct task_state, io_bits);
  ATTEMPT_V86(FLAG_IOPL(0), "in $0x80, %%al\n int3");
  task.io_bits[0x10] = 1;
  ATTEMPT_V86(FLAG_IOPL(3), "in $0x80, %%al\n int3");
}

CASE(v86_pushf_shows_iopl_hides_vm) {
  ATTEMPT_V86(FLAG_IOPL(3), "pushfl\n pop %%eax");
  note("eax", last.ax);
}

CASE(v86_popf_cannot_change_iopl) {
  ATTEMPT_V86(FLAG_IOPL(3), "pushl $0x0002\n popfl\n pushf\n pop %%ax");
  note("iopl", last.flags >> 12 & 3);
  note("vm", last.flags >> 17 & 1);
}

CASE(v86_iret_cannot_change_iopl) {
  ATTEMPT_V86(FLAG_IOPL(3),
              "pushl $0x20002\n pushl %%cs\n pushl $0x20\n iretl\n .fill 32, 1, 0xcc");
  note("iopl", last.flags >> 12 & 3);
  note("vm", last.flags >> 17 & 1);
}

CASE(v86_segment_load_multiplies) {
  ATTEMPT_V86(FLAG_IOPL(3), "mov $0x2001, %%ax\n mov %%ax, %%ds\n mov $0x1234, %%bx\n"
              "mov %%bx, %%cs:0x110\n mov 0x100, %%cx");
  note("cx", last.cx & 0xffff);
}

CASE(v86_limit_is_64k) {
  ATTEMPT_V86(FLAG_IOPL(3), "mov 0xffff, %%al");
  ATTEMPT_V86(FLAG_IOPL(3), "mov 0xffff, %%ax");
  ATTEMPT_V86(FLAG_IOPL(3), "addr32 mov 0x10000, %%al");
  ATTEMPT_V86(FLAG_IOPL(3), "mov $0xffff, %%bp\n mov (%%bp), %%ax");
}

CASE(v86_high_memory_area) {
  *(volatile uint8_t *) 0x100000; /* the runtime's own first byte */
  ATTEMPT_V86(FLAG_IOPL(3), "mov $0xffff, %%ax\n mov %%ax, %%ds\n mov 0x10, %%bx");
  note("bx", last.bx & 0xffff);
}

CASE(v86_exceptions) {
  ATTEMPT_V86(0, "ud2");
  ATTEMPT_V86(0, "xor %%cx, %%cx\n div %%cx");
  ATTEMPT_V86(0, ".byte 0xf0, 0x90");
}

CASE(v86_lock_hlt) {
  ATTEMPT_V86(0, ".byte 0xf0, 0xf4");
}

CASE(v86_call_far_and_return) {
  ATTEMPT_V86(0, "mov %%sp, %%bx\n lcall $0x2000, $9\n int3\n nop\n sub %%sp, %%bx\n lret");
  note("bx", last.bx & 0xffff);
}

CASE(v86_single_step) {
  ATTEMPT_V86(FLAG_TF, "nop\n nop");
  note("bs", read_dr6() >> 14 & 1);
}

/* ---- Virtual-mode extensions -------------------------------------------------------------------------- */

static void redirect(int vector, int to_program) {
  task.io_map = offsetof(struct task_state, io_bits);
  if (to_program) {
    task.interrupt_redirection[vector / 8] &= ~(1 << vector % 8);
  } else {
    task.interrupt_redirection[vector / 8] |= 1 << vector % 8;
  }
}

/* The program's own handler for INT 41h: puts the flags it was entered with into DX and ends. */
static void own_handler(void) {
  static const uint8_t code[] = {0x9c, 0x5a, 0xcc}; /* PUSHF, POP DX, INT3 */
  uint8_t *place = (uint8_t *) (V86_SEGMENT * 16 + 0x1000);
  for (size_t i = 0; i < sizeof code; i++) {
    place[i] = code[i];
  }
  real_vector(0x41)[0] = 0x1000;
  real_vector(0x41)[1] = V86_SEGMENT;
  redirect(0x41, 1);
}

CASE(vme_int_is_redirected) {
  NEEDS(VME);
  own_handler();
  write_cr4(CR4_VME);
  ATTEMPT_V86(FLAG_IOPL(3) | FLAG_IF, "nop\n int $0x41");
  note("sp", last.sp);
  note("ip", v86_stack()[-3]);
  note("cs", v86_stack()[-2]);
  note("pushed", v86_stack()[-1] & 0x3200);
  note("in_handler", last.dx & 0x3200);
}

CASE(vme_int_is_redirected_with_iopl_0) {
  NEEDS(VME);
  own_handler();
  write_cr4(CR4_VME);
  ATTEMPT_V86(FLAG_VIF, "nop\n int $0x41");
  note("sp", last.sp);
  note("pushed", v86_stack()[-1] & 0x3200);
  note("in_handler", last.dx & 0x3200);
  note("vif", last.flags >> 19 & 1);
  note("if", last.flags >> 9 & 1);
}

CASE(vme_int_is_redirected_with_vif_clear) {
  NEEDS(VME);
  own_handler();
  write_cr4(CR4_VME);
  ATTEMPT_V86(0, "nop\n int $0x41");
  note("pushed", v86_stack()[-1] & 0x3200);
}

CASE(vme_int_not_redirected) {
  NEEDS(VME);
  own_handler();
  redirect(0x41, 0);
  write_cr4(CR4_VME);
  set_idt_gate(0x41, (word) interrupt_stubs[0x41], KERNEL_CODE, INTERRUPT_GATE | DPL(3), 0);
  ATTEMPT_V86(FLAG_IOPL(3), "int $0x41");
  ATTEMPT_V86(FLAG_IOPL(0), "int $0x41");
}

CASE(vme_bitmap_beyond_task_limit) {
  NEEDS(VME);
  own_handler();
  write_cr4(CR4_VME);
  task.io_map = 0xffff;
  ATTEMPT_V86(FLAG_IOPL(0), "int $0x41");
}

CASE(vme_sti_sets_vif) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(0, "sti\n int3");
  note("vif", last.flags >> 19 & 1);
  note("if", last.flags >> 9 & 1);
}

CASE(vme_cli_clears_vif) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(FLAG_VIF | FLAG_IF, "cli\n int3");
  note("vif", last.flags >> 19 & 1);
  note("if", last.flags >> 9 & 1);
}

CASE(vme_sti_with_pending_interrupt) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(FLAG_VIP, "sti\n int3");
  note("vif", last.flags >> 19 & 1);
}

CASE(vme_pushf_shows_vif_as_if) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(FLAG_VIF, "pushf\n pop %%ax\n int3");
  note("ax", last.ax & 0xffff & 0x3202);
  ATTEMPT_V86(FLAG_IF, "pushf\n pop %%ax\n int3");
  note("ax", last.ax & 0xffff & 0x3202);
}

CASE(vme_pushfd_still_faults) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(0, "pushfl\n int3");
}

CASE(vme_popfd_still_faults) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(0, "popfl\n int3");
}

CASE(vme_popf_sets_vif) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(0, "push $0x0200\n popf\n int3");
  note("vif", last.flags >> 19 & 1);
  note("if", last.flags >> 9 & 1);
}

CASE(vme_popf_with_pending_interrupt) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(FLAG_VIP, "push $0x0200\n popf\n int3");
  note("sp", last.sp);
}

CASE(vme_popf_of_tf) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(0, "push $0x0100\n popf\n int3");
}

CASE(vme_iret_sets_vif) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(0, "push $0x0200\n push %%cs\n push $0x20\n iret\n .fill 32, 1, 0xcc");
  note("vif", last.flags >> 19 & 1);
  note("if", last.flags >> 9 & 1);
}

CASE(vme_iret_with_pending_interrupt) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(FLAG_VIP, "push $0x0200\n push %%cs\n push $0x20\n iret\n .fill 32, 1, 0xcc");
  note("sp", last.sp);
}

CASE(vme_iretd_still_faults) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(0, "iretl");
}

CASE(vme_with_iopl_3_is_as_before) {
  NEEDS(VME);
  write_cr4(CR4_VME);
  ATTEMPT_V86(FLAG_IOPL(3), "sti\n pushf\n pop %%ax\n cli\n int3");
  note("ax", last.ax & 0x3200);
  note("vif", last.flags >> 19 & 1);
}

/* ---- Protected-mode virtual interrupts ----------------------------------------------------------------------- */

CASE(pvi_ring3_sti_and_cli) {
  NEEDS(VME);
  write_cr4(CR4_PVI);
  ATTEMPT_RING3("sti\n int3");
  note("vif", last.flags >> 19 & 1);
  note("if", last.flags >> 9 & 1);
  ATTEMPT_RING3("sti\n cli\n int3");
  note("vif", last.flags >> 19 & 1);
}

CASE(pvi_does_not_change_pushf) {
  NEEDS(VME);
  write_cr4(CR4_PVI);
  ATTEMPT_RING3("sti\n pushfl\n pop %%eax\n int3");
  note("if", last.ax >> 9 & 1);
}
