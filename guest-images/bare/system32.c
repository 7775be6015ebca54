/* Control registers and privileged instructions in 32-bit protected mode. */
#include "shared/system.h"

CASE(cr0_paging_needs_protection) {
  if (is_qemu()) {
    skip("check of CR0");
    return;
  }
  TRY_CR0((read_cr0() | CR0_PG) & ~CR0_PE);
}

CASE(lgdt_of_16_bit_operand_takes_24_bits) {
  struct PACKED {
    uint16_t limit;
    uint32_t base;
  } table = {0xff, 0xab123456}, stored = {0, 0}, usual;
  ATTEMPT("sgdt %1\n data16 lgdt %2\n sgdt %0\n lgdt %1", "=m"(stored), "=m"(usual)
          : "m"(table) : "memory");
  note("base", stored.base);
}

CASE(pushf_widths) {
  uint32_t wide, narrow;
  ATTEMPT("mov %%esp, %%eax\n pushfl\n sub %%esp, %%eax\n add $4, %%esp", "=a"(wide));
  ATTEMPT("mov %%esp, %%eax\n pushfw\n sub %%esp, %%eax\n add $2, %%esp", "=a"(narrow));
  note("pushfl", wide);
  note("pushfw", narrow);
}

CASE(flags_that_can_be_toggled) {
  uint32_t set, clear;
  ATTEMPT("pushl $0x3f7cd5\n popfl\n pushfl\n pop %0\n pushl $0\n popfl\n pushfl\n pop %1",
          "=r"(set), "=r"(clear));
  note("set", set);
  note("clear", clear);
}
