/* Exceptions that both widths have. */
#include "runtime/runtime.h"

/* ---- Divide error --------------------------------------------------------------------------- */

CASE(div_by_zero) {
  ATTEMPT("div %%ecx", : "a"(1), "d"(0), "c"(0));
}

CASE(div_overflow) {
  ATTEMPT("div %%ecx", : "a"(0), "d"(5), "c"(5));
  note("eax", last.ax);
  note("edx", last.dx);
}

CASE(div_byte_overflow) {
  ATTEMPT("div %%cl", : "a"(0x500), "c"(5));
}

CASE(div_word_largest_quotient) {
  uint32_t eax, edx;
  ATTEMPT("div %%cx", "=a"(eax), "=d"(edx) : "a"(0xffff), "d"(4), "c"(5));
  note("eax", eax);
  note("edx", edx);
}

CASE(idiv_most_negative_by_minus_one) {
  ATTEMPT("idiv %%ecx", : "a"(0x80000000), "d"(-1), "c"(-1));
}

CASE(idiv_byte_minus_128) {
  uint32_t eax;
  ATTEMPT("idiv %%cl", "=a"(eax) : "a"(-256), "c"(2));
  note("ax", eax & 0xffff);
}

CASE(idiv_byte_minus_129) {
  ATTEMPT("idiv %%cl", : "a"(-258), "c"(2));
}

/* ---- Invalid opcode and general protection by encoding --------------------------------------- */

CASE(ud2) {
  ATTEMPT("ud2");
}

CASE(ud1) {
  ATTEMPT(".byte 0x0f, 0xb9, 0xc0");
}

CASE(lea_of_register) {
  ATTEMPT(".byte 0x8d, 0xc0");
}

CASE(mov_to_cs) {
  ATTEMPT(".byte 0x8e, 0xc8");
}

CASE(mov_from_seventh_segment_register) {
  ATTEMPT(".byte 0x8c, 0xf8");
}

CASE(lock_of_register_destination) {
  ATTEMPT(".byte 0xf0, 0x01, 0xc0");
}

CASE(lock_of_load) {
  ATTEMPT(".byte 0xf0, 0x8b, 0x00", : "a"(&last));
}

CASE(lock_of_compare) {
  ATTEMPT(".byte 0xf0, 0x39, 0x00", : "a"(&last));
}

CASE(lock_of_nop) {
  ATTEMPT(".byte 0xf0, 0x90");
}

CASE(cmpxchg8b_of_register) {
  ATTEMPT(".byte 0x0f, 0xc7, 0xc9");
}

CASE(mov_from_cr1) {
  ATTEMPT(".byte 0x0f, 0x20, 0xc8");
}

CASE(mov_from_cr5) {
  ATTEMPT(".byte 0x0f, 0x20, 0xe8");
}

CASE(fifteen_bytes) {
  ATTEMPT(".fill 14, 1, 0x3e\n nop");
}

CASE(sixteen_bytes) {
  ATTEMPT(".fill 15, 1, 0x3e\n nop");
}

CASE(sixteen_bytes_of_invalid_opcode) {
  ATTEMPT(".fill 14, 1, 0x3e\n ud2");
}

/* ---- Software interrupts and their gates ------------------------------------------------------- */

CASE(int3) {
  ATTEMPT("int3");
}

CASE(int_3_in_two_bytes) {
  ATTEMPT(".byte 0xcd, 3");
}

CASE(int1) {
  ATTEMPT(".byte 0xf1");
}

CASE(int_0_has_no_error_code) {
  ATTEMPT(".byte 0xcd, 0");
}

CASE(int_40) {
  ATTEMPT("int $0x40");
}

CASE(int_through_gate_not_present) {
  idt[0x40].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT("int $0x40");
}

CASE(int_through_gate_of_wrong_type) {
  idt[0x40].type = 0x80;
  ATTEMPT("int $0x40");
}

CASE(int_of_wrong_type_and_not_present) {
  idt[0x40].type = 0x00;
  ATTEMPT("int $0x40");
}

CASE(int_through_gate_with_null_selector) {
  idt[0x40].selector = 0;
  ATTEMPT("int $0x40");
}

CASE(int_through_gate_beyond_gdt) {
  idt[0x40].selector = 0xff8;
  ATTEMPT("int $0x40");
}

CASE(int_through_gate_to_data_segment) {
  idt[0x40].selector = KERNEL_DATA;
  ATTEMPT("int $0x40");
}

CASE(int_through_gate_to_outer_code) {
  idt[0x40].selector = USER_CODE;
  ATTEMPT("int $0x40");
}

CASE(int_through_gate_to_code_not_present) {
  set_test_descriptor(0, gdt[KERNEL_CODE / 8] & ~(1ull << 47));
  idt[0x40].selector = selector(0, 0);
  ATTEMPT("int $0x40");
}

CASE(int_selector_ignores_rpl) {
  idt[0x40].selector = KERNEL_CODE | 3;
  ATTEMPT("int $0x40");
}

CASE(int_beyond_idt_limit) {
  struct PACKED {
    uint16_t limit;
    void *base;
  } table = {0x40 * sizeof *idt + sizeof *idt - 2, idt};
  asm volatile("lidt %0" : : "m"(table));
  ATTEMPT("int $0x40");
}

CASE(int_at_idt_limit) {
  struct PACKED {
    uint16_t limit;
    void *base;
  } table = {0x40 * sizeof *idt + sizeof *idt - 1, idt};
  asm volatile("lidt %0" : : "m"(table));
  ATTEMPT("int $0x40");
}

CASE(ring3_int_to_privileged_gate) {
  ATTEMPT_RING3("int $0x40");
}

CASE(ring3_int_to_privileged_gate_not_present) {
  idt[0x40].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT_RING3("int $0x40");
}

CASE(ring3_int1_ignores_gate_privilege) {
  ATTEMPT_RING3(".byte 0xf1");
}

CASE(ring3_int3_checks_gate_privilege) {
  idt[VECTOR_BP].type = INTERRUPT_GATE;
  ATTEMPT_RING3("int3");
}

CASE(ring3_exception_ignores_gate_privilege) {
  idt[VECTOR_UD].type = INTERRUPT_GATE;
  ATTEMPT_RING3("ud2");
}

CASE(ring3_int_through_trap_gate_keeps_if) {
  idt[0x40].type = TRAP_GATE | DPL(3);
  ATTEMPT_RING3("int $0x40");
  note("cs", last.cs & 0xffff);
  note("ss", last.ss & 0xffff);
}

/* The error code's lowest bit says that the event came from outside the program. */
CASE(exception_through_gate_with_null_selector) {
  idt[VECTOR_UD].selector = 0;
  ATTEMPT("ud2");
}

CASE(exception_through_gate_not_present) {
  idt[VECTOR_UD].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT("ud2");
}

CASE(exception_through_gate_of_wrong_type) {
  idt[VECTOR_UD].type = 0x80;
  ATTEMPT("ud2");
}

CASE(exception_through_gate_to_data_segment) {
  idt[VECTOR_UD].selector = KERNEL_DATA;
  ATTEMPT("ud2");
}

CASE(int3_through_gate_not_present) {
  idt[VECTOR_BP].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT("int3");
}

CASE(int1_through_gate_not_present) {
  idt[VECTOR_DB].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT(".byte 0xf1");
}

/* ---- Double faults ------------------------------------------------------------------------------- */

CASE(contributory_during_contributory) {
  idt[VECTOR_DE].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT("div %%ecx", : "a"(1), "d"(0), "c"(0));
  note("error", last.error_code);
}

CASE(general_protection_gate_missing) {
  idt[VECTOR_GP].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT("mov %%eax, %%ss", : "a"(0xff8));
}

CASE(contributory_during_benign) {
  idt[VECTOR_UD].type = NOT_PRESENT(INTERRUPT_GATE);
  idt[VECTOR_NP].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT("ud2");
}

/* ---- x87 and SSE availability ------------------------------------------------------------------------ */

CASE(x87_while_task_switched) {
  write_cr0(read_cr0() | CR0_TS);
  ATTEMPT("fld1");
}

CASE(x87_while_emulated) {
  write_cr0(read_cr0() | CR0_EM);
  ATTEMPT("fld1");
}

CASE(wait_while_task_switched_and_monitored) {
  write_cr0(read_cr0() | CR0_TS | CR0_MP);
  ATTEMPT("fwait");
}

CASE(wait_while_task_switched_only) {
  write_cr0((read_cr0() | CR0_TS) & ~CR0_MP);
  ATTEMPT("fwait");
}

CASE(wait_while_emulated) {
  write_cr0((read_cr0() | CR0_EM) & ~CR0_MP);
  ATTEMPT("fwait");
}

CASE(mmx_while_emulated) {
  write_cr0(read_cr0() | CR0_EM);
  ATTEMPT("pxor %%mm0, %%mm0");
}

CASE(mmx_while_task_switched) {
  write_cr0(read_cr0() | CR0_TS);
  ATTEMPT("pxor %%mm0, %%mm0");
  write_cr0(read_cr0() & ~CR0_TS);
  asm volatile("emms");
}

CASE(sse_without_osfxsr) {
  ATTEMPT("xorps %%xmm0, %%xmm0");
}

CASE(sse_while_task_switched) {
  write_cr4(read_cr4() | CR4_OSFXSR);
  write_cr0(read_cr0() | CR0_TS);
  ATTEMPT("xorps %%xmm0, %%xmm0");
}

CASE(sse_while_emulated) {
  write_cr4(read_cr4() | CR4_OSFXSR);
  write_cr0(read_cr0() | CR0_EM);
  ATTEMPT("xorps %%xmm0, %%xmm0");
}

CASE(sse_without_osfxsr_while_task_switched) {
  write_cr0(read_cr0() | CR0_TS);
  ATTEMPT("xorps %%xmm0, %%xmm0");
}

CASE(fxsave_while_task_switched) {
  static uint8_t area[512] ALIGNED(16);
  write_cr0(read_cr0() | CR0_TS);
  ATTEMPT("fxsave %0", "=m"(area));
}

CASE(fxsave_unaligned) {
  static uint8_t area[520] ALIGNED(16);
  ATTEMPT("fxsave %0", "=m"(area[8]));
}

CASE(ldmxcsr_reserved_bit) {
  uint32_t mxcsr = 0x80001f80;
  write_cr4(read_cr4() | CR4_OSFXSR);
  ATTEMPT("ldmxcsr %0", : "m"(mxcsr));
}

CASE(movaps_unaligned) {
  static uint8_t area[32] ALIGNED(16);
  write_cr4(read_cr4() | CR4_OSFXSR);
  ATTEMPT("movaps %0, %%xmm0", : "m"(area[8]));
}

CASE(sse_memory_operand_unaligned) {
  static uint8_t area[32] ALIGNED(16);
  write_cr4(read_cr4() | CR4_OSFXSR);
  ATTEMPT("addps %0, %%xmm0", : "m"(area[4]));
}

CASE(xsetbv_without_osxsave) {
  ATTEMPT("xsetbv", : "a"(3), "d"(0), "c"(0));
}

CASE(xgetbv_without_osxsave) {
  ATTEMPT("xgetbv", : "c"(0) : "eax", "edx");
}

CASE(xsetbv_without_x87) {
  NEEDS(XSAVE);
  write_cr4(read_cr4() | CR4_OSXSAVE);
  ATTEMPT("xsetbv", : "a"(2), "d"(0), "c"(0));
}

CASE(xsetbv_of_unknown_register) {
  NEEDS(XSAVE);
  write_cr4(read_cr4() | CR4_OSXSAVE);
  ATTEMPT("xsetbv", : "a"(3), "d"(0), "c"(1));
}

CASE(ring3_xsetbv) {
  NEEDS(XSAVE);
  write_cr4(read_cr4() | CR4_OSXSAVE);
  ATTEMPT_RING3("xsetbv", "a"(3), "d"(0), "c"(0));
}

/* ---- Unmasked floating-point exceptions ---------------------------------------------------------------- */

static const uint16_t x87_unmasked = 0x0340;

CASE(x87_exception_is_reported_by_next_instruction) {
  ATTEMPT("fninit\n fldcw %0\n fldz\n fld1\n fdivp\n nop\n fwait", : "m"(x87_unmasked));
  asm volatile("fninit");
}

CASE(x87_exception_is_not_reported_by_fnstsw) {
  uint32_t eax = 0;
  ATTEMPT("fninit\n fldcw %1\n fldz\n fld1\n fdivp\n fnstsw %%ax\n fnclex", "+a"(eax)
          : "m"(x87_unmasked));
  note("status", eax);
  asm volatile("fninit");
}

CASE(x87_stack_underflow_unmasked) {
  ATTEMPT("fninit\n fldcw %0\n fstp %%st(0)\n fwait", : "m"(x87_unmasked));
  asm volatile("fninit");
}

CASE(sse_divide_by_zero_unmasked) {
  uint32_t mxcsr = 0x1d80, one = 0x3f800000;
  write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
  ATTEMPT("ldmxcsr %0\n movss %1, %%xmm1\n xorps %%xmm0, %%xmm0\n divss %%xmm0, %%xmm1",
          : "m"(mxcsr), "m"(one));
}

CASE(sse_divide_by_zero_without_osxmmexcpt) {
  uint32_t mxcsr = 0x1d80, one = 0x3f800000;
  write_cr4(read_cr4() | CR4_OSFXSR);
  ATTEMPT("ldmxcsr %0\n movss %1, %%xmm1\n xorps %%xmm0, %%xmm0\n divss %%xmm0, %%xmm1",
          : "m"(mxcsr), "m"(one));
}

/* ---- Alignment check --------------------------------------------------------------------------------------- */

static uint64_t aligned_words[4] ALIGNED(16);

#define WITH_AC PUSH_FLAGS "orl $0x40000, (%%" STACK_POINTER ")\n popf\n"

CASE(ring3_unaligned) {
  write_cr0(read_cr0() | CR0_AM);
  ATTEMPT_RING3(WITH_AC "mov %0, %%eax", "m"(*((char *) aligned_words + 2)));
}

CASE(ring3_unaligned_without_am) {
  ATTEMPT_RING3(WITH_AC "mov %0, %%eax", "m"(*((char *) aligned_words + 2)));
}

CASE(ring3_unaligned_without_ac) {
  write_cr0(read_cr0() | CR0_AM);
  ATTEMPT_RING3("mov %0, %%eax", "m"(*((char *) aligned_words + 2)));
}

CASE(ring0_unaligned) {
  write_cr0(read_cr0() | CR0_AM);
  ATTEMPT(WITH_AC "mov %0, %%eax", : "m"(*((char *) aligned_words + 2)) : "eax");
}

CASE(ring3_unaligned_word) {
  write_cr0(read_cr0() | CR0_AM);
  ATTEMPT_RING3(WITH_AC "mov %0, %%ax", "m"(*((char *) aligned_words + 1)));
}

CASE(ring3_unaligned_store) {
  write_cr0(read_cr0() | CR0_AM);
  ATTEMPT_RING3(WITH_AC "mov %%eax, %0", "m"(*((char *) aligned_words + 1)), "a"(0));
}

CASE(ring3_unaligned_push) {
  write_cr0(read_cr0() | CR0_AM);
  ATTEMPT_RING3(WITH_AC "dec %%" STACK_POINTER "\n push %%" STACK_POINTER, "a"(0));
}

CASE(ring3_movups_unaligned) {
  write_cr0(read_cr0() | CR0_AM);
  write_cr4(read_cr4() | CR4_OSFXSR);
  ATTEMPT_RING3(WITH_AC "movups %0, %%xmm0", "m"(*((char *) aligned_words + 1)));
}

/* ---- Which exception comes first ------------------------------------------------------------------------------- */

CASE(ring3_lock_hlt) {
  ATTEMPT_RING3(".byte 0xf0, 0xf4");
}

CASE(ring3_mov_from_cr1) {
  ATTEMPT_RING3(".byte 0x0f, 0x20, 0xc8");
}

CASE(ring3_ud2_at_fifteen_bytes) {
  ATTEMPT_RING3(".fill 13, 1, 0x3e\n ud2");
}

CASE(ring3_wbinvd) {
  ATTEMPT_RING3("wbinvd");
}

CASE(ring3_clts) {
  ATTEMPT_RING3("clts");
}

CASE(ring3_rdmsr_of_unknown_msr) {
  ATTEMPT_RING3("rdmsr", "c"(0x12345678));
}

CASE(rdmsr_of_unknown_msr) {
  ATTEMPT("rdmsr", : "c"(0x12345678) : "eax", "edx");
}

CASE(wrmsr_of_unknown_msr) {
  ATTEMPT("wrmsr", : "c"(0x12345678), "a"(0), "d"(0));
}

CASE(ring3_cli) {
  ATTEMPT_RING3("cli");
}

CASE(ring3_in) {
  ATTEMPT_RING3("in $0x80, %%al", "a"(0));
}

CASE(ring3_outs) {
  ATTEMPT_RING3("outsb", "d"(0x80), "S"(aligned_words));
}
