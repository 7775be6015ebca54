/* Exceptions in 64-bit mode: vectors, error codes, saved RIP, and what comes first. */
#include "shared/exceptions.h"

CASE(opcodes_that_64_bit_mode_dropped) {
#define DROPPED(byte) ATTEMPT(".byte " #byte ", 0, 0, 0, 0, 0, 0", : : "memory")
  DROPPED(0x06); /* PUSH ES */
  DROPPED(0x07);
  DROPPED(0x0e);
  DROPPED(0x16);
  DROPPED(0x17);
  DROPPED(0x1e);
  DROPPED(0x1f);
  DROPPED(0x27); /* DAA, DAS, AAA, AAS */
  DROPPED(0x2f);
  DROPPED(0x37);
  DROPPED(0x3f);
  DROPPED(0x60); /* PUSHA, POPA */
  DROPPED(0x61);
  DROPPED(0x82);
  DROPPED(0x9a); /* CALL far */
  DROPPED(0xce); /* INTO */
  DROPPED(0xd4); /* AAM, AAD, SALC */
  DROPPED(0xd5);
  DROPPED(0xd6);
  DROPPED(0xea); /* JMP far */
}

CASE(div_quadword_overflow) {
  ATTEMPT("divq %%rcx", : "a"(0ull), "d"(5ull), "c"(5ull));
}

CASE(idiv_quadword_most_negative) {
  ATTEMPT("idivq %%rcx", : "a"(1ull << 63), "d"(-1ull), "c"(-1ull));
}

#define NON_CANONICAL 0x0000800000000000ull

CASE(load_non_canonical) {
  ATTEMPT("mov (%%rax), %%ecx", : "a"(NON_CANONICAL) : "rcx");
}

CASE(store_non_canonical) {
  ATTEMPT("mov %%ecx, (%%rax)", : "a"(NON_CANONICAL), "c"(0));
}

CASE(load_across_canonical_end) {
  ATTEMPT("mov (%%rax), %%ecx", : "a"(NON_CANONICAL - 2) : "rcx");
}

CASE(load_non_canonical_by_rsp) {
  ATTEMPT("mov %%rsp, %%rdx\n mov %%rax, %%rsp\n mov (%%rsp), %%ecx",
          : "a"(NON_CANONICAL) : "rcx", "rdx");
  note("vector", last_vector);
}

CASE(load_non_canonical_by_rbp) {
  ATTEMPT("push %%rbp\n mov %%rax, %%rbp\n mov 0(%%rbp), %%ecx", : "a"(NON_CANONICAL) : "rcx");
}

CASE(load_non_canonical_by_rbp_with_ds) {
  ATTEMPT("push %%rbp\n mov %%rax, %%rbp\n mov %%ds:0(%%rbp), %%ecx",
          : "a"(NON_CANONICAL) : "rcx");
}

CASE(push_non_canonical) {
  set_idt_gate(VECTOR_SS, (word) interrupt_stubs[VECTOR_SS], KERNEL_CODE, INTERRUPT_GATE, 1);
  ATTEMPT("mov %%rax, %%rsp\n push %%rcx", : "a"(NON_CANONICAL));
  note("rsp", last.sp);
}

CASE(jump_non_canonical) {
  ATTEMPT("jmp *%%rax", : "a"(NON_CANONICAL));
}

CASE(call_non_canonical) {
  ATTEMPT("call *%%rax", : "a"(NON_CANONICAL));
  note("same_rsp", last.sp % 16);
}

CASE(return_non_canonical) {
  ATTEMPT("push %%rax\n ret", : "a"(NON_CANONICAL));
}

CASE(lgdt_non_canonical) {
  struct PACKED {
    uint16_t limit;
    uint64_t base;
  } table = {0xff, NON_CANONICAL};
  ATTEMPT("lgdt %0", : "m"(table));
}

CASE(invlpg_non_canonical) {
  ATTEMPT("invlpg (%%rax)", : "a"(NON_CANONICAL));
}

CASE(prefetch_non_canonical) {
  ATTEMPT("prefetcht0 (%%rax)", : "a"(NON_CANONICAL));
}

CASE(lea_non_canonical) {
  ATTEMPT("lea (%%rax), %%rcx", : "a"(NON_CANONICAL) : "rcx");
}

CASE(nop_with_non_canonical_operand) {
  ATTEMPT("nopl (%%rax)", : "a"(NON_CANONICAL));
}

CASE(cmpxchg16b_unaligned) {
  ATTEMPT("cmpxchg16b %0", "+m"(*((char *) aligned_words + 8)) : "a"(0), "b"(0), "c"(0), "d"(0));
}

CASE(mov_to_cr8_reserved) {
  ATTEMPT("mov %%rax, %%cr8", : "a"(0x10ull));
}

CASE(mov_to_cr8) {
  uint64_t value;
  ATTEMPT("mov %%rax, %%cr8\n mov %%cr8, %%rcx", "=c"(value) : "a"(0xfull));
  note("cr8", value);
  asm volatile("mov %0, %%cr8" : : "r"(0ull));
}

CASE(ring3_mov_to_cr8) {
  ATTEMPT_RING3("mov %%rax, %%cr8", "a"(0ull));
}

CASE(lock_mov_cr0_reaches_cr8) {
  NEEDS(ALT_MOV_CR8);
  uint64_t value = 99;
  ATTEMPT(".byte 0xf0, 0x0f, 0x20, 0xc0", "+a"(value));
}

/* Interrupt stack table: the stack comes from the task state without a change of privilege. */
static char interrupt_stack[512] ALIGNED(16);

CASE(exception_on_interrupt_stack) {
  task.ist[2] = (word) interrupt_stack + sizeof interrupt_stack - 8;
  idt[VECTOR_UD].stack = 3;
  ATTEMPT("ud2");
  note("ss", last.ss);
}

CASE(interrupt_stack_non_canonical) {
  task.ist[2] = NON_CANONICAL;
  idt[0x40].stack = 3;
  ATTEMPT("int $0x40");
}

CASE(stack_is_aligned_on_exception) {
  uint64_t pushed;
  ATTEMPT("mov %%rsp, %%rax\n and $-16, %%rsp\n sub $3, %%rsp\n ud2", "=a"(pushed));
  note("rsp_low", last.sp & 15);
}

CASE(ring3_exception_pushes_user_stack) {
  ATTEMPT_RING3("mov $0x123456789abc, %%rsp\n ud2");
  note("rsp", last.sp);
  note("ss", last.ss);
  note("cs", last.cs);
}
