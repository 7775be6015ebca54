/* Exceptions of 32-bit protected mode: vectors, error codes and the saved EIP. */
#include "runtime/runtime.h"

CASE(divide_by_zero) {
  ATTEMPT("div %%ecx", : "a"(1), "d"(0), "c"(0));
}

CASE(divide_overflow) {
  ATTEMPT("div %%ecx", : "a"(0), "d"(5), "c"(5));
}

CASE(ud2) {
  ATTEMPT("ud2");
}

CASE(ring3_ud2) {
  ATTEMPT_RING3("ud2");
}

CASE(ring3_hlt) {
  ATTEMPT_RING3("nop; hlt");
  note("cs", last.cs & 0xffff);
  note("ss", last.ss & 0xffff);
}

CASE(ring3_returns) {
  ATTEMPT_RING3("mov $0x1234, %%eax", "b"(1));
  note("eax", last.ax);
  note("ebx", last.bx);
}
