/* Debugging in 64-bit mode. */
#include "shared/debug.h"

CASE(eight_byte_breakpoint) {
  watch(0, (word) watched, WRITTEN, 8);
  STORE_BYTE(7);
  STORE_BYTE(8);
}

CASE(upper_half_of_dr6_and_dr7) {
  ATTEMPT("mov %%rax, %%dr6", : "a"(1ull << 32));
  ATTEMPT("mov %%rax, %%dr7", : "a"(1ull << 32));
}

CASE(upper_half_of_dr0) {
  ATTEMPT("mov %%rax, %%dr0", : "a"(0x123456789abcull));
  note("dr0", read_dr0());
}

CASE(syscall_keeps_tf_unless_masked) {
  extern char syscall_target[];
  write_msr(MSR_STAR, (uint64_t) (USER_CODE32 & ~3) << 48 | (uint64_t) KERNEL_CODE << 32);
  write_msr(MSR_LSTAR, (word) syscall_target);
  write_msr(MSR_SFMASK, FLAG_TF);
  ATTEMPT_RING3(SET_TF "nop\n syscall");
  handlers[VECTOR_DB] = count_and_resume_with_rf;
  debug_count = 0;
  ATTEMPT_RING3(SET_TF "syscall");
  note("steps", debug_count);
  note("r11_tf", last.r11 >> 8 & 1);
}
asm("syscall_target:\n"
    "  nop\n"
    "  int $0x30\n");
