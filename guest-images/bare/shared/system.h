/* Control registers, and instructions that ring 3 may or may not use. */
#include "runtime/runtime.h"

#ifdef __x86_64__
#define AX "rax"
#else
#define AX "eax"
#endif

static volatile uint8_t place[16] ALIGNED(16);

/* ---- CR0 -------------------------------------------------------------------------------------------- */

#define TRY_CR0(value) ATTEMPT("mov %%" AX ", %%cr0", : "a"((word) (value)) : "memory")

CASE(cr0_not_write_through_needs_cache_disable) {
  TRY_CR0(read_cr0() | CR0_NW);
  TRY_CR0(read_cr0() | CR0_NW | CR0_CD);
}

CASE(cr0_extension_type_stays_set) {
  TRY_CR0(read_cr0() & ~0x10u);
  note("et", read_cr0() >> 4 & 1);
}

CASE(cr0_reserved_low_bits_are_ignored) {
  TRY_CR0(read_cr0() | 1u << 6 | 1u << 17 | 1u << 28);
  note("cr0", read_cr0() & 0xffffffff);
}

CASE(lmsw_sets_four_bits) {
  ATTEMPT("lmsw %%ax", : "a"(0xffff));
  note("cr0", read_cr0() & 0xffff);
}

CASE(lmsw_cannot_clear_pe) {
  ATTEMPT("lmsw %%ax", : "a"(0));
  note("cr0", read_cr0() & 0xffff);
}

CASE(smsw_widths) {
  word wide = -1, narrow = -1;
  ATTEMPT("smsw %%" AX, "+a"(wide));
  ATTEMPT("smsw %%ax", "+a"(narrow));
  note("wide", wide);
  note("narrow", narrow);
  for (int i = 0; i < 8; i++) {
    place[i] = 0xee;
  }
  ATTEMPT("smsw (%%" AX ")", : "a"(place) : "memory");
  note("third_byte", place[2]);
}

CASE(clts) {
  write_cr0(read_cr0() | CR0_TS);
  ATTEMPT("clts");
  note("ts", read_cr0() >> 3 & 1);
}

CASE(mov_cr_ignores_the_mode_of_its_operand) {
  word value;
  ATTEMPT(".byte 0x0f, 0x20, 0x00", "=a"(value));
  note("pe", value & 1);
}

CASE(mov_cr_ignores_operand_size) {
  word value = -1;
  ATTEMPT(".byte 0x66, 0x0f, 0x20, 0xc0", "+a"(value));
  note("upper", value >> 16 & 0x7fff);
}

CASE(lock_mov_cr) {
  NEEDS(ALT_MOV_CR8);
  ATTEMPT(".byte 0xf0, 0x0f, 0x20, 0xc0", : : AX); /* AMD's way to CR8 in 32-bit code */
}

/* ---- CR4 ----------------------------------------------------------------------------------------------- */

#define TRY_CR4(value) ATTEMPT("mov %%" AX ", %%cr4", : "a"((word) (value)) : "memory")

CASE(cr4_reserved_bits) {
  if (is_qemu()) { /* it would keep them, and go on in an odd state */
    skip("check of CR4");
    return;
  }
  TRY_CR4(read_cr4() | 1u << 31);
  TRY_CR4(read_cr4() | 1u << 15);
  TRY_CR4(read_cr4() | 1u << 19);
}

CASE(cr4_keeps_what_is_written) {
  TRY_CR4(read_cr4() | CR4_TSD | CR4_DE | CR4_PCE | CR4_OSFXSR);
  note("cr4", read_cr4() & (CR4_TSD | CR4_DE | CR4_PCE | CR4_OSFXSR));
}

/* ---- What ring 3 may do ----------------------------------------------------------------------------------- */

CASE(ring3_system_instructions) {
  ATTEMPT_RING3("hlt");
  ATTEMPT_RING3("invd");
  ATTEMPT_RING3("lgdt (%%" AX ")", "a"(place));
  ATTEMPT_RING3("lidt (%%" AX ")", "a"(place));
  ATTEMPT_RING3("lmsw %%ax", "a"(1));
  ATTEMPT_RING3("ltr %%ax", "a"(TASK));
  ATTEMPT_RING3("mov %%cr0, %%" AX);
  ATTEMPT_RING3("mov %%" AX ", %%cr3", "a"((word) 0));
  ATTEMPT_RING3("rdmsr", "c"(0x10));
  ATTEMPT_RING3("wrmsr", "c"(0x10));
  ATTEMPT_RING3("rdpmc", "c"(0));
}

CASE(ring3_lgdt_of_unreadable_operand) {
  ATTEMPT_RING3("lgdt (%%" AX ")", "a"((word) 0x7fffff00));
}

CASE(ring3_store_instructions) {
  ATTEMPT_RING3("sgdt (%%" AX ")", "a"(place));
  ATTEMPT_RING3("sidt (%%" AX ")", "a"(place));
  ATTEMPT_RING3("sldt (%%" AX ")", "a"(place));
  ATTEMPT_RING3("str (%%" AX ")", "a"(place));
  ATTEMPT_RING3("smsw (%%" AX ")", "a"(place));
}

CASE(ring3_store_instructions_with_umip) {
  NEEDS(UMIP);
  write_cr4(read_cr4() | CR4_UMIP);
  ATTEMPT_RING3("sgdt (%%" AX ")", "a"(place));
  ATTEMPT_RING3("sidt (%%" AX ")", "a"(place));
  ATTEMPT_RING3("sldt (%%" AX ")", "a"(place));
  ATTEMPT_RING3("str (%%" AX ")", "a"(place));
  ATTEMPT_RING3("smsw (%%" AX ")", "a"(place));
  ATTEMPT_RING3("sldt %%ax");
}

CASE(ring0_store_instructions_with_umip) {
  NEEDS(UMIP);
  write_cr4(read_cr4() | CR4_UMIP);
  ATTEMPT("sgdt (%%" AX ")", : "a"(place) : "memory");
  ATTEMPT("smsw %%ax", : : "eax");
}

CASE(ring3_time_stamp) {
  ATTEMPT_RING3("rdtsc");
  write_cr4(read_cr4() | CR4_TSD);
  ATTEMPT_RING3("rdtsc");
  ATTEMPT("rdtsc", : : "eax", "edx");
}

CASE(ring3_rdtscp) {
  NEEDS(RDTSCP);
  ATTEMPT_RING3("rdtscp");
  write_cr4(read_cr4() | CR4_TSD);
  ATTEMPT_RING3("rdtscp");
}

CASE(ring3_cpuid) {
  ATTEMPT_RING3("cpuid", "a"(0));
}

CASE(ring3_sysexit_and_sysret) {
  ATTEMPT_RING3(".byte 0x0f, 0x07");
}

/* ---- Descriptor-table registers ---------------------------------------------------------------------------------- */

CASE(lgdt_of_register) {
  ATTEMPT(".byte 0x0f, 0x01, 0xd0", : : "eax", "edx"); /* XGETBV's place, refused for its own reason */
  ATTEMPT(".byte 0x0f, 0x01, 0xd6");
}

CASE(sgdt_stores_what_lgdt_loaded) {
  ATTEMPT("sgdt (%%" AX ")", : "a"(place) : "memory");
  note("limit", place[0] | place[1] << 8);
  note("low_base", place[2] == ((word) gdt & 0xff));
}

CASE(lidt_limit_is_enforced_at_once) {
  struct PACKED {
    uint16_t limit;
    void *base;
  } table = {0x30 * sizeof *idt - 1, idt};
  ATTEMPT("lidt %0\n int $0x30", : "m"(table));
}

