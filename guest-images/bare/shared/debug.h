/* Single-stepping and debug registers. */
#include "runtime/runtime.h"

#ifdef __x86_64__
#define AX "rax"
#define CX "rcx"
#else
#define AX "eax"
#define CX "ecx"
#endif

#define SET_TF PUSH_FLAGS "orl $0x100, (%%" STACK_POINTER ")\n popf\n"

#define EXECUTED 0u
#define WRITTEN 1u
#define PORT 2u
#define ACCESSED 3u

static volatile uint64_t watched[4] ALIGNED(32);

/* DR6 without the bits that are always set. */
static void note_dr6(void) {
  note("dr6", read_dr6() & 0xe00f);
}

/* Enables breakpoint n for all tasks. */
static void watch(int n, word address, uint32_t condition, uint32_t length) {
  switch (n) {
    case 0: write_dr0(address); break;
    case 1: write_dr1(address); break;
    case 2: write_dr2(address); break;
    default: write_dr3(address); break;
  }
  uint32_t size = length == 8 ? 2 : length - 1;
  write_dr7(read_dr7() | 2u << 2 * n | (condition | size << 2) << (16 + 4 * n));
}

/* ---- Single-stepping ------------------------------------------------------------------------------------ */

CASE(step_after_the_instruction_behind_popf) {
  ATTEMPT(SET_TF "nop\n nop\n nop");
  note_dr6();
  note("tf", last.flags >> 8 & 1);
}

CASE(step_in_ring_3) {
  ATTEMPT_RING3(SET_TF "nop\n nop");
  note_dr6();
  note("cs", last.cs & 0xffff);
}

CASE(step_over_popf_that_clears_tf) {
  ATTEMPT(SET_TF "push $2\n popf\n nop");
  note_dr6();
}

CASE(popf_that_clears_tf_is_still_stepped) {
  ATTEMPT("push $2\n" SET_TF "popf\n nop\n nop");
  note_dr6();
}

CASE(step_through_software_interrupt) {
  ATTEMPT(SET_TF "int $0x41\n nop");
  note("tf_pushed", last.flags >> 8 & 1);
  note_dr6();
}

CASE(step_into_faulting_instruction) {
  ATTEMPT(SET_TF "ud2");
  note("tf_pushed", last.flags >> 8 & 1);
  note_dr6();
}

CASE(step_stops_after_each_repetition) {
  static uint8_t from[8], to[8];
  ATTEMPT(SET_TF "rep movsb", : "S"(from), "D"(to), "c"(5) : "memory");
  note("count", last.cx);
  note("rf", last.flags >> 16 & 1);
  note_dr6();
}

CASE(step_of_last_repetition) {
  static uint8_t from[8], to[8];
  ATTEMPT(SET_TF "rep movsb\n nop", : "S"(from), "D"(to), "c"(1) : "memory");
  note("count", last.cx);
}

CASE(step_of_repetition_of_nothing) {
  static uint8_t from[8], to[8];
  ATTEMPT(SET_TF "rep movsb\n nop", : "S"(from), "D"(to), "c"(0) : "memory");
  note("count", last.cx);
}

CASE(step_is_delayed_by_mov_ss) {
  ATTEMPT(SET_TF "mov %%eax, %%ss\n nop\n nop", : "a"(KERNEL_DATA));
  note_dr6();
}

CASE(step_is_not_delayed_by_sti) {
  ATTEMPT(SET_TF "sti\n nop\n nop");
  note_dr6();
}

CASE(step_of_taken_branch) {
  ATTEMPT(SET_TF "jmp 1f\n nop\n nop\n1: nop");
}

CASE(step_keeps_other_bits_of_dr6) {
  write_dr6(0xffff0ff5);
  ATTEMPT(SET_TF "nop");
  note_dr6();
}

CASE(iret_with_tf_steps_after_one_instruction) {
#ifdef __x86_64__
  ATTEMPT("mov %%rsp, %%rcx\n push %0\n push %%rcx\n push $0x102\n push %1\n push $1f\n iretq\n"
          "1: nop\n nop", : "i"(KERNEL_DATA), "i"(KERNEL_CODE) : "rcx");
#else
  ATTEMPT("push $0x102\n push %0\n push $1f\n iret\n1: nop\n nop", : "i"(KERNEL_CODE));
#endif
}

/* ---- Instruction breakpoints ------------------------------------------------------------------------------ */

extern char breakpoint_code[], breakpoint_nop[], breakpoint_bad[];
asm("breakpoint_code:\n"
    "  nop\n"
    "breakpoint_nop:\n"
    "  nop\n"
    "  int $0x30\n"
    "breakpoint_bad:\n"
    "  ud2\n");

#define RUN(label) \
  ATTEMPT("mov %0, %%" AX "\n mov %%" AX ", attempt_start\n jmp *%%" AX, : "i"(label) : AX)

CASE(instruction_breakpoint_is_a_fault) {
  watch(0, (word) breakpoint_nop, EXECUTED, 1);
  RUN(breakpoint_code);
  note_dr6();
  note("rf", last.flags >> 16 & 1);
}

CASE(instruction_breakpoint_needs_first_byte) {
  watch(0, (word) breakpoint_bad + 1, EXECUTED, 1);
  RUN(breakpoint_bad);
}

CASE(instruction_breakpoint_comes_before_invalid_opcode) {
  watch(1, (word) breakpoint_bad, EXECUTED, 1);
  RUN(breakpoint_bad);
  note_dr6();
}

static void resume_with_rf(struct frame *frame) {
  frame->flags |= FLAG_RF;
}

static volatile int debug_count;

static void count_and_resume_with_rf(struct frame *frame) {
  debug_count++;
  frame->flags |= FLAG_RF;
}

CASE(resume_flag_lets_the_instruction_run) {
  debug_count = 0;
  handlers[VECTOR_DB] = count_and_resume_with_rf;
  watch(0, (word) breakpoint_nop, EXECUTED, 1);
  RUN(breakpoint_code);
  note("hits", debug_count);
}

CASE(resume_flag_lasts_for_one_instruction) {
  debug_count = 0;
  handlers[VECTOR_DB] = count_and_resume_with_rf;
  watch(0, (word) breakpoint_code, EXECUTED, 1);
  watch(1, (word) breakpoint_nop, EXECUTED, 1);
  RUN(breakpoint_code);
  note("hits", debug_count);
}

CASE(local_enable_works_as_well) {
  write_dr0((word) breakpoint_nop);
  write_dr7(0x401);
  RUN(breakpoint_code);
}

CASE(disabled_breakpoint) {
  write_dr0((word) breakpoint_nop);
  RUN(breakpoint_code);
}

CASE(two_breakpoints_on_one_instruction) {
  watch(0, (word) breakpoint_nop, EXECUTED, 1);
  watch(3, (word) breakpoint_nop, EXECUTED, 1);
  RUN(breakpoint_code);
  note_dr6();
}

/* ---- Data breakpoints ------------------------------------------------------------------------------------------ */

#define STORE_BYTE(offset) \
  ATTEMPT("movb $1, (%%" CX ")\n nop\n nop", : "c"((word) watched + (offset)) : "memory")
#define LOAD_BYTE(offset) \
  ATTEMPT("movb (%%" CX "), %%al\n nop\n nop", : "c"((word) watched + (offset)) : "eax")

CASE(store_is_a_trap) {
  watch(0, (word) watched, WRITTEN, 1);
  STORE_BYTE(0);
  note_dr6();
  note("stored", watched[0] & 0xff);
}

CASE(load_does_not_hit_write_breakpoint) {
  watch(0, (word) watched, WRITTEN, 4);
  LOAD_BYTE(0);
}

CASE(load_hits_access_breakpoint) {
  watch(2, (word) watched, ACCESSED, 4);
  LOAD_BYTE(3);
  note_dr6();
}

CASE(store_beside_breakpoint) {
  watch(0, (word) watched + 4, WRITTEN, 4);
  STORE_BYTE(3);
  STORE_BYTE(8);
  STORE_BYTE(7);
}

CASE(wide_store_overlaps_breakpoint) {
  watch(0, (word) watched + 6, WRITTEN, 1);
  ATTEMPT("movl $0, (%%" CX ")\n nop", : "c"((word) watched + 4) : "memory");
  ATTEMPT("movl $0, (%%" CX ")\n nop", : "c"((word) watched + 8) : "memory");
}

CASE(unaligned_breakpoint_is_aligned_down) {
  watch(0, (word) watched + 3, WRITTEN, 4);
  STORE_BYTE(0);
}

CASE(push_hits_breakpoint) {
#ifdef __x86_64__
  ATTEMPT("mov %%rsp, %%rax\n sub $8, %%rax\n mov %%rax, %%dr0\n mov $0xd0402, %%eax\n"
          "mov %%rax, %%dr7\n push %%rcx\n nop\n pop %%rcx", : : "rax");
#else
  ATTEMPT("mov %%esp, %%eax\n sub $4, %%eax\n mov %%eax, %%dr0\n mov $0xd0402, %%eax\n"
          "mov %%eax, %%dr7\n push %%ecx\n nop\n pop %%ecx", : : "eax");
#endif
  write_dr7(0x400);
  note_dr6();
}

CASE(string_store_hits_after_its_repetition) {
  watch(0, (word) watched + 2, WRITTEN, 1);
  ATTEMPT("rep stosb\n nop", : "D"(watched), "c"(8), "a"(0) : "memory");
  note("count", last.cx);
  note_dr6();
}

CASE(read_modify_write_hits_once) {
  debug_count = 0;
  handlers[VECTOR_DB] = count_and_resume_with_rf;
  watch(0, (word) watched, ACCESSED, 4);
  ATTEMPT("incl (%%" CX ")\n nop", : "c"(watched) : "memory");
  note("hits", debug_count);
}

CASE(store_and_step_together) {
  watch(1, (word) watched, WRITTEN, 1);
  ATTEMPT(SET_TF "movb $1, (%%" CX ")\n nop", : "c"(watched) : "memory");
  note_dr6();
}

CASE(faulting_store_hits_nothing) {
  watch(0, (word) watched, WRITTEN, 4);
  ATTEMPT("mov %%eax, (%%" CX ")\n ud2", : "c"((word) watched + 8), "a"(0) : "memory");
  note_dr6();
}

CASE(store_watched_in_ring_3) {
  watch(0, (word) watched, WRITTEN, 4);
  ATTEMPT_RING3("mov %%eax, (%%" CX ")\n nop\n nop", "c"(watched), "a"(0));
  note_dr6();
}

/* ---- Port breakpoints -------------------------------------------------------------------------------------------- */

CASE(port_breakpoint) {
  NEEDS(DE);
  write_cr4(read_cr4() | CR4_DE);
  watch(0, 0x80, PORT, 1);
  ATTEMPT("outb %%al, $0x80\n nop", : "a"(0));
  note_dr6();
  ATTEMPT("outb %%al, $0xed\n nop", : "a"(0));
}

/* ---- Access to the registers ----------------------------------------------------------------------------------------- */

CASE(general_detect) {
  write_dr7(0x2400);
  ATTEMPT("mov %%dr0, %%" AX, : : AX);
  note_dr6();
  note("dr7", last_dr7);
}

CASE(general_detect_of_dr6_and_dr7) {
  write_dr7(0x2400);
  ATTEMPT("mov %%dr6, %%" AX, : : AX);
  write_dr7(0x2400);
  ATTEMPT("mov %%" AX ", %%dr7", : "a"(0x400));
}

CASE(dr4_and_dr5_are_dr6_and_dr7) {
  write_dr7(0x400);
  word four, five;
  ATTEMPT(".byte 0x0f, 0x21, 0xe0\n mov %%" AX ", %%" CX "\n .byte 0x0f, 0x21, 0xe8",
          "=c"(four), "=a"(five));
  note("dr4", four & 0xffffffff);
  note("dr5", five);
}

CASE(dr4_with_de) {
  NEEDS(DE);
  write_cr4(read_cr4() | CR4_DE);
  ATTEMPT(".byte 0x0f, 0x21, 0xe0", : : AX);
  ATTEMPT(".byte 0x0f, 0x23, 0xe8", : : AX);
}

/* The first write meets #DB, which clears GD; the handler lets it be tried again. */
static void clear_general_detect(void) {
  handlers[VECTOR_DB] = resume_with_rf;
  write_dr7(0x400);
}

CASE(dr4_with_de_and_general_detect) {
  NEEDS(DE);
  write_cr4(read_cr4() | CR4_DE);
  write_dr7(0x2400);
  ATTEMPT(".byte 0x0f, 0x21, 0xe0", : : AX);
  clear_general_detect();
}

CASE(ring3_debug_registers) {
  ATTEMPT_RING3("mov %%dr0, %%" AX);
  ATTEMPT_RING3("mov %%" AX ", %%dr7", "a"(0x400));
}

CASE(ring3_debug_register_with_general_detect) {
  write_dr7(0x2400);
  ATTEMPT_RING3("mov %%dr0, %%" AX);
  clear_general_detect();
}

CASE(fixed_bits) {
  write_dr6(0);
  note("dr6", read_dr6() & ~0x10800ull); /* two bits that newer processors gave a meaning */
  write_dr6(0xffffffff);
  note("dr6", read_dr6() & ~0x10800ull);
  write_dr7(0);
  note("dr7", read_dr7());
  write_dr7(0xffffdfff & ~0x800u);
  note("dr7", read_dr7());
  write_dr7(0x400);
}

CASE(resume_flag_set_by_debugger_survives_iret_only) {
  handlers[VECTOR_DB] = resume_with_rf;
  word flags;
  ATTEMPT(".byte 0xf1\n pushf\n pop %0", "=r"(flags));
  note("rf", flags >> 16 & 1);
}
