/* Exceptions in 32-bit protected mode: vectors, error codes, saved EIP, and what comes first. */
#include "shared/exceptions.h"

CASE(into_with_overflow) {
  ATTEMPT("movb $0x7f, %%al\n addb $1, %%al\n into", : : "eax");
}

CASE(into_without_overflow) {
  ATTEMPT("xor %%eax, %%eax\n into", : : "eax");
}

CASE(ring3_into_checks_gate_privilege) {
  idt[VECTOR_OF].type = INTERRUPT_GATE;
  ATTEMPT_RING3("movb $0x7f, %%al\n addb $1, %%al\n into");
}

static const int32_t bounds[2] = {-5, 10};

CASE(bound_inside) {
  ATTEMPT("bound %%eax, %1", : "a"(10), "m"(bounds));
}

CASE(bound_above) {
  ATTEMPT("bound %%eax, %1", : "a"(11), "m"(bounds));
}

CASE(bound_below) {
  ATTEMPT("bound %%eax, %1", : "a"(-6), "m"(bounds));
}

CASE(bound_of_register) {
  ATTEMPT(".byte 0x62, 0xc0");
}

CASE(aam_zero) {
  ATTEMPT(".byte 0xd4, 0x00", : "a"(0x1234));
  note("eax", last.ax);
}

CASE(les_of_register) {
  ATTEMPT(".byte 0xc4, 0xc0");
}

CASE(syscall_without_sce) {
  ATTEMPT("syscall", : : "ecx");
}

CASE(far_jump_to_register) {
  ATTEMPT(".byte 0xff, 0xe8");
}

CASE(pop_cs_is_two_byte_escape) {
  ATTEMPT(".byte 0x0f, 0x0b");
}
