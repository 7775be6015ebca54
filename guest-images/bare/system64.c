/* Control registers and privileged instructions in 64-bit mode. */
#include "shared/system.h"

CASE(upper_half_of_control_registers) {
  if (is_qemu()) {
    skip("check of CR0 and CR4");
    return;
  }
  TRY_CR0(read_cr0() | 1ull << 32);
  TRY_CR4(read_cr4() | 1ull << 32);
}

CASE(descriptor_table_stores_ten_bytes) {
  for (int i = 0; i < 16; i++) {
    place[i] = 0xee;
  }
  ATTEMPT(".byte 0x66\n sgdt (%%rax)", : "a"(place) : "memory");
  note("tenth", place[9]);
  note("eleventh", place[10]);
}

CASE(invalid_cr_with_rex) {
  ATTEMPT(".byte 0x44, 0x0f, 0x20, 0xc8", : : "rax"); /* CR9 */
  ATTEMPT(".byte 0x44, 0x0f, 0x21, 0xc0", : : "rax"); /* DR8 */
}

CASE(popf_widths) {
  uint64_t wide, narrow;
  ATTEMPT("mov %%rsp, %%rax\n pushfq\n sub %%rsp, %%rax\n add $8, %%rsp", "=a"(wide));
  ATTEMPT("mov %%rsp, %%rax\n pushfw\n sub %%rsp, %%rax\n add $2, %%rsp", "=a"(narrow));
  note("pushfq", wide);
  note("pushfw", narrow);
}
