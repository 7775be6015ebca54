/* Paging in 32-bit protected mode: 4 KiB and 4 MiB pages, and PAE with no-execute. */
#include "shared/paging.h"

static volatile uint32_t directory[1024] ALIGNED(4096), table[1024] ALIGNED(4096);
static volatile uint64_t pae_pointers[4] ALIGNED(32);
static volatile uint64_t pae_directory[512] ALIGNED(4096), pae_table[512] ALIGNED(4096);

/* The page that the cases play with, and its entry in the table. */
#define PAGE 0x40005000u
#define ENTRY table[5]
#define PAE_ENTRY pae_table[5]

static void clear(volatile void *place) {
  volatile uint32_t *words = place;
  for (int i = 0; i < 1024; i++) {
    words[i] = 0;
  }
}

/* Maps the first 4 MiB to themselves for all rings, and PAGE to frame_a as given. */
static void turn_on(uint32_t directory_bits, uint32_t entry_bits, uint32_t cr4) {
  static uint32_t identity[1024] ALIGNED(4096);
  for (uint32_t i = 0; i < 1024; i++) {
    identity[i] = i << 12 | U | W | P;
  }
  clear(directory);
  clear(table);
  directory[0] = (uint32_t) identity | U | W | P;
  directory[PAGE >> 22] = (uint32_t) table | directory_bits;
  ENTRY = (uint32_t) frame_a | entry_bits;
  write_cr3((uint32_t) directory);
  double_fault_task.cr3 = (uint32_t) directory;
  write_cr4(cr4);
  write_cr0(read_cr0() | CR0_PG);
}

static void turn_on_pae(uint64_t directory_bits, uint64_t entry_bits, uint32_t cr4) {
  clear(pae_directory);
  clear(pae_table);
  static volatile uint64_t identity[512] ALIGNED(4096);
  clear(identity);
  identity[0] = U | W | P | LARGE;
  identity[1] = 0x200000 | U | W | P | LARGE;
  pae_pointers[0] = (uint32_t) identity | P;
  pae_pointers[1] = (uint32_t) pae_directory | P;
  pae_pointers[2] = pae_pointers[3] = 0;
  pae_directory[0] = (uint32_t) pae_table | directory_bits;
  PAE_ENTRY = (uint32_t) frame_a | entry_bits;
  write_cr3((uint32_t) pae_pointers);
  double_fault_task.cr3 = (uint32_t) pae_pointers;
  write_cr4(cr4 | CR4_PAE);
  write_cr0(read_cr0() | CR0_PG);
}

/* ---- Presence and rights --------------------------------------------------------------------------- */

CASE(load) {
  turn_on(U | W | P, U | W | P, 0);
  TRY_LOAD(PAGE);
  TRY_STORE(PAGE);
}

CASE(not_present) {
  turn_on(U | W | P, U | W, 0);
  TRY_LOAD(PAGE + 0x123);
  TRY_STORE(PAGE + 0x456);
  TRY_USER_LOAD(PAGE);
  TRY_USER_STORE(PAGE);
  TRY_EXECUTE(PAGE);
}

CASE(table_not_present) {
  turn_on(U | W, U | W | P, 0);
  TRY_LOAD(PAGE);
  TRY_USER_STORE(PAGE);
}

CASE(not_present_ignores_reserved_bits) {
  turn_on(U | W | P, 0, CR4_PSE);
  directory[PAGE >> 22] = 0xffffffff & ~P;
  TRY_LOAD(PAGE);
}

CASE(supervisor_page) {
  turn_on(U | W | P, W | P, 0);
  TRY_LOAD(PAGE);
  TRY_USER_LOAD(PAGE);
  TRY_USER_STORE(PAGE);
}

CASE(supervisor_table) {
  turn_on(W | P, U | W | P, 0);
  TRY_USER_LOAD(PAGE);
}

CASE(read_only_page) {
  turn_on(U | W | P, U | P, 0);
  TRY_LOAD(PAGE);
  TRY_STORE(PAGE);
  TRY_USER_LOAD(PAGE);
  TRY_USER_STORE(PAGE);
}

CASE(read_only_page_with_wp) {
  turn_on(U | W | P, U | P, 0);
  write_cr0(read_cr0() | CR0_WP);
  TRY_LOAD(PAGE);
  TRY_STORE(PAGE);
  TRY_USER_STORE(PAGE);
}

CASE(read_only_table_with_wp) {
  turn_on(U | P, U | W | P, 0);
  write_cr0(read_cr0() | CR0_WP);
  TRY_STORE(PAGE);
}

CASE(read_only_supervisor_page) {
  turn_on(U | W | P, P, 0);
  TRY_STORE(PAGE);
  write_cr0(read_cr0() | CR0_WP);
  TRY_STORE(PAGE);
  TRY_USER_STORE(PAGE);
}

CASE(clearing_wp_takes_effect_at_once) {
  turn_on(U | W | P, U | P, 0);
  write_cr0(read_cr0() | CR0_WP);
  TRY_STORE(PAGE);
  write_cr0(read_cr0() & ~CR0_WP);
  TRY_STORE(PAGE);
}

CASE(read_modify_write_reports_a_write) {
  turn_on(U | W | P, 0, 0);
  ATTEMPT(RMW, : "a"(PAGE) : "memory");
  ATTEMPT("cmpxchg %%ecx, (%%edx)", : "a"(0), "c"(1), "d"(PAGE) : "memory");
  ATTEMPT("btl $0, (%%eax)", : "a"(PAGE) : "memory");
  ATTEMPT("xchg %%ecx, (%%eax)", : "a"(PAGE), "c"(0) : "memory");
}

CASE(read_modify_write_of_read_only_page) {
  turn_on(U | W | P, U | P, 0);
  write_cr0(read_cr0() | CR0_WP);
  ATTEMPT(RMW, : "a"(PAGE) : "memory");
  /* The comparison fails, but CMPXCHG always writes. */
  ATTEMPT("cmpxchg %%ecx, (%%edx)", : "a"(77), "c"(1), "d"(PAGE) : "memory");
  ATTEMPT("cmpxchg8b (%%edi)", : "a"(77), "d"(1), "b"(0), "c"(0), "D"(PAGE) : "memory");
}

CASE(access_across_pages) {
  turn_on(U | W | P, U | W | P, 0);
  frame_a[4094] = frame_a[4095] = 0x11;
  ATTEMPT("mov %%ecx, (%%eax)", : "a"(PAGE + 4094), "c"(-1) : "memory");
  note("first", frame_a[4094]);
  ATTEMPT("mov (%%eax), %%ecx", : "a"(PAGE + 4094) : "ecx");
  ATTEMPT("mov (%%eax), %%ecx", : "a"(PAGE - 2) : "ecx");
}

CASE(user_access_across_pages) {
  turn_on(U | W | P, U | W | P, 0);
  table[6] = (uint32_t) frame_b | W | P;
  ATTEMPT_RING3("mov (%%eax), %%ecx", "a"(PAGE + 4093));
}

CASE(pushed_frame_of_fault_in_ring_3) {
  turn_on(U | W | P, 0, 0);
  ATTEMPT_RING3("mov %%eax, %%esp\n push %%ecx", "a"(PAGE + 0x10));
  note("esp", last.sp);
}

CASE(push_fault_keeps_esp) {
  turn_on(U | W | P, U | W | P, 0);
  ATTEMPT_RING3("lea 4(%%eax), %%esp\n push %%ecx\n push %%ecx", "a"(PAGE));
  note("esp", last.sp);
}

CASE(pusha_across_pages_changes_nothing) {
  turn_on(U | W | P, U | W | P, 0);
  frame_a[12] = 0x11;
  ATTEMPT_RING3("lea 16(%%eax), %%esp\n pusha", "a"(PAGE));
  note("esp", last.sp);
}

CASE(string_move_stops_at_page) {
  turn_on(U | W | P, U | W | P, 0);
  ATTEMPT("rep movsb", : "S"(frame_b), "D"(PAGE + 4090), "c"(20) : "memory");
  note("ecx", last.cx);
  note("edi", last.di);
  note("esi", last.si - (word) frame_b);
}

CASE(call_fault_on_stack_or_target) {
  turn_on(U | W | P, 0, 0);
  ATTEMPT_RING3("call *%%eax", "a"(PAGE));
  note("esp_low", last.sp & 3);
}

CASE(exception_while_reading_descriptor_is_supervisor) {
  turn_on(U | W | P, 0, 0);
  set_test_descriptor(0, descriptor(PAGE, 0xff, LDT, 0));
  asm volatile("lldt %w0" : : "r"(selector(0, 0)));
  ATTEMPT_RING3("mov %%eax, %%es", "a"(7));
}

CASE(ring3_reads_descriptor_from_supervisor_page) {
  turn_on(U | W | P, W | P, 0);
  *(volatile uint64_t *) frame_a = descriptor(0, 0xfffff, DATA | DPL(3), SIZE_32 | PAGES);
  set_test_descriptor(0, descriptor(PAGE, 0xff, LDT, 0));
  asm volatile("lldt %w0" : : "r"(selector(0, 0)));
  ATTEMPT_RING3("mov %%eax, %%es", "a"(7));
}

/* ---- Accessed and dirty bits ----------------------------------------------------------------------------- */

#define NOTE_BITS(entry) note("bits", (entry) & (A | D))

CASE(load_sets_accessed) {
  turn_on(U | W | P, U | W | P, 0);
  TRY_LOAD(PAGE);
  NOTE_BITS(ENTRY);
  NOTE_BITS(directory[PAGE >> 22]);
}

CASE(store_sets_dirty) {
  turn_on(U | W | P, U | W | P, 0);
  TRY_STORE(PAGE);
  NOTE_BITS(ENTRY);
  NOTE_BITS(directory[PAGE >> 22]);
}

CASE(store_after_load_sets_dirty) {
  turn_on(U | W | P, U | W | P, 0);
  TRY_LOAD(PAGE);
  TRY_STORE(PAGE);
  NOTE_BITS(ENTRY);
}

CASE(refused_store_sets_no_dirty) {
  turn_on(U | W | P, U | P, 0);
  write_cr0(read_cr0() | CR0_WP);
  TRY_STORE(PAGE);
  note("dirty", ENTRY & D);
}

CASE(refused_user_load_sets_no_accessed) {
  turn_on(U | W | P, W | P, 0);
  TRY_USER_LOAD(PAGE);
  note("accessed", ENTRY & A);
}

CASE(not_present_entry_is_untouched) {
  turn_on(U | W | P, U | W, 0);
  TRY_LOAD(PAGE);
  note("entry", ENTRY - (uint32_t) frame_a);
}

CASE(invlpg_sets_no_accessed) {
  turn_on(U | W | P, U | W | P, 0);
  invalidate(PAGE);
  NOTE_BITS(ENTRY);
}

/* ---- Forgetting translations --------------------------------------------------------------------------------- */

static int reads(uint32_t linear) {
  return *(volatile uint8_t *) linear;
}

CASE(invlpg_makes_change_visible) {
  turn_on(U | W | P, U | W | P, 0);
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  note("before", reads(PAGE));
  ENTRY = (uint32_t) frame_b | U | W | P;
  invalidate(PAGE + 0x800);
  note("after", reads(PAGE));
}

CASE(cr3_write_makes_change_visible) {
  turn_on(U | W | P, U | W | P, 0);
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  note("before", reads(PAGE));
  ENTRY = (uint32_t) frame_b | U | W | P;
  write_cr3(read_cr3());
  note("after", reads(PAGE));
}

CASE(page_becoming_present_needs_no_invlpg) {
  turn_on(U | W | P, 0, 0);
  frame_a[0] = 0xa;
  TRY_LOAD(PAGE);
  ENTRY = (uint32_t) frame_a | U | W | P;
  note("byte", reads(PAGE));
}

CASE(page_fault_forgets_its_page) {
  turn_on(U | W | P, U | P, 0);
  write_cr0(read_cr0() | CR0_WP);
  TRY_LOAD(PAGE);
  TRY_STORE(PAGE);
  ENTRY |= W;
  TRY_STORE(PAGE);
}

CASE(cr4_pge_write_makes_change_visible) {
  NEEDS(PGE);
  turn_on(U | W | P, U | W | P | G, CR4_PGE);
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  note("before", reads(PAGE));
  ENTRY = (uint32_t) frame_b | U | W | P | G;
  write_cr4(read_cr4() & ~CR4_PGE);
  note("after", reads(PAGE));
}

CASE(invlpg_forgets_global_page) {
  NEEDS(PGE);
  turn_on(U | W | P, U | W | P | G, CR4_PGE);
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  note("before", reads(PAGE));
  ENTRY = (uint32_t) frame_b | U | W | P | G;
  invalidate(PAGE);
  note("after", reads(PAGE));
}

CASE(ring3_invlpg) {
  turn_on(U | W | P, U | W | P, 0);
  ATTEMPT_RING3("invlpg (%%eax)", "a"(PAGE));
}

/* ---- 4 MiB pages ------------------------------------------------------------------------------------------------ */

#define LARGE_PAGE 0x80000000u

CASE(large_page) {
  NEEDS(PSE);
  turn_on(U | W | P, U | W | P, CR4_PSE);
  directory[LARGE_PAGE >> 22] = LARGE | U | W | P;
  frame_a[9] = 0x99;
  note("byte", reads(LARGE_PAGE + (uint32_t) frame_a + 9));
  NOTE_BITS(directory[LARGE_PAGE >> 22]);
  TRY_STORE(LARGE_PAGE + (uint32_t) frame_a);
  NOTE_BITS(directory[LARGE_PAGE >> 22]);
}

CASE(large_page_rights) {
  NEEDS(PSE);
  turn_on(U | W | P, U | W | P, CR4_PSE);
  directory[LARGE_PAGE >> 22] = LARGE | P;
  write_cr0(read_cr0() | CR0_WP);
  TRY_STORE(LARGE_PAGE + 0x234567);
  TRY_USER_LOAD(LARGE_PAGE + 0x234567);
}

CASE(large_bit_without_pse_is_ignored) {
  turn_on(U | W | P, U | W | P, 0);
  directory[PAGE >> 22] |= LARGE;
  frame_a[0] = 0xa;
  note("byte", reads(PAGE));
}

CASE(large_page_reserved_bit) {
  NEEDS(PSE);
  turn_on(U | W | P, U | W | P, CR4_PSE);
  directory[LARGE_PAGE >> 22] = 1u << 21 | LARGE | U | W | P;
  TRY_LOAD(LARGE_PAGE);
  TRY_USER_STORE(LARGE_PAGE);
}

/* ---- PAE ---------------------------------------------------------------------------------------------------------- */

CASE(pae_load_and_store) {
  NEEDS(PAE);
  turn_on_pae(U | W | P, U | W | P, 0);
  TRY_LOAD(PAGE);
  NOTE_BITS(PAE_ENTRY);
  TRY_STORE(PAGE);
  NOTE_BITS(PAE_ENTRY);
  NOTE_BITS(pae_directory[0]);
  note("pointer", pae_pointers[1] & 0xfff);
}

CASE(pae_not_present_at_each_level) {
  NEEDS(PAE);
  turn_on_pae(U | W | P, U | W | P, 0);
  TRY_LOAD(PAGE + 0x1000);
  TRY_LOAD(PAGE + 0x200000);
  TRY_USER_STORE(0x80000000);
}

CASE(pae_pointers_are_read_when_cr3_is_written) {
  NEEDS(PAE);
  turn_on_pae(U | W | P, U | W | P, 0);
  frame_a[0] = 0xa;
  pae_pointers[1] = 0;
  invalidate(PAGE);
  note("byte", reads(PAGE));
  write_cr3(read_cr3());
  TRY_LOAD(PAGE);
}

CASE(pae_reserved_bit_in_pointer) {
  NEEDS(PAE);
  turn_on_pae(U | W | P, U | W | P, 0);
  pae_pointers[2] = W | P;
  ATTEMPT("mov %%eax, %%cr3", : "a"(pae_pointers));
}

CASE(pae_reserved_bit_in_pointer_not_present) {
  NEEDS(PAE);
  turn_on_pae(U | W | P, U | W | P, 0);
  pae_pointers[2] = W;
  ATTEMPT("mov %%eax, %%cr3", : "a"(pae_pointers));
}

CASE(pae_cr3_is_32_byte_aligned) {
  NEEDS(PAE);
  static volatile uint64_t pointers[12] ALIGNED(64);
  turn_on_pae(U | W | P, U | W | P, 0);
  for (int i = 0; i < 4; i++) {
    pointers[i + 4] = pae_pointers[i];
  }
  frame_a[0] = 0xa;
  write_cr3((uint32_t) (pointers + 4));
  note("byte", reads(PAGE));
}

CASE(pae_reserved_address_bits) {
  NEEDS(PAE);
  turn_on_pae(U | W | P, U | W | P, 0);
  PAE_ENTRY |= 1ull << 62;
  TRY_LOAD(PAGE);
  TRY_USER_STORE(PAGE);
  pae_directory[0] |= 1ull << 62;
  TRY_STORE(PAGE);
}

CASE(pae_large_page) {
  NEEDS(PAE);
  turn_on_pae(U | W | P, U | W | P, 0);
  pae_directory[1] = LARGE | U | W | P;
  frame_a[9] = 0x99;
  note("byte", reads(0x40200000 + (uint32_t) frame_a + 9));
}

CASE(pae_large_page_reserved_bits) {
  NEEDS(PAE);
  turn_on_pae(U | W | P, U | W | P, 0);
  pae_directory[1] = 1 << 13 | LARGE | U | W | P;
  TRY_LOAD(0x40200000);
}

CASE(pae_xd_without_nxe_is_reserved) {
  NEEDS(PAE);
  NEEDS(NX);
  turn_on_pae(U | W | P, U | W | P | XD, 0);
  TRY_LOAD(PAGE);
  TRY_USER_LOAD(PAGE);
}

CASE(pae_no_execute) {
  NEEDS(PAE);
  NEEDS(NX);
  write_msr(MSR_EFER, EFER_NXE);
  turn_on_pae(U | W | P, U | W | P | XD, 0);
  TRY_LOAD(PAGE);
  TRY_EXECUTE(PAGE);
  TRY_USER_EXECUTE(PAGE);
  PAE_ENTRY &= ~P;
  invalidate(PAGE);
  TRY_EXECUTE(PAGE);
  write_cr0(0x33);
  write_msr(MSR_EFER, 0);
}

CASE(pae_no_execute_in_directory) {
  NEEDS(PAE);
  NEEDS(NX);
  write_msr(MSR_EFER, EFER_NXE);
  turn_on_pae(U | W | P | XD, U | W | P, 0);
  TRY_EXECUTE(PAGE);
  write_cr0(0x33);
  write_msr(MSR_EFER, 0);
}

CASE(pae_fetch_of_supervisor_page) {
  NEEDS(PAE);
  NEEDS(NX);
  write_msr(MSR_EFER, EFER_NXE);
  turn_on_pae(U | W | P, W | P, 0);
  TRY_EXECUTE(PAGE);
  TRY_USER_EXECUTE(PAGE);
  write_cr0(0x33);
  write_msr(MSR_EFER, 0);
}

CASE(pae_bit_cannot_change_to_long_mode) {
  NEEDS(PAE);
  NEEDS(LONG_MODE);
  turn_on_pae(U | W | P, U | W | P, 0);
  ATTEMPT("rdmsr\n or $0x100, %%eax\n wrmsr", : "c"(MSR_EFER) : "eax", "edx");
}

CASE(long_mode_needs_pae) {
  NEEDS(LONG_MODE);
  turn_on(U | W | P, U | W | P, 0);
  write_cr0(0x33);
  write_msr(MSR_EFER, EFER_LME);
  ATTEMPT("mov %%cr0, %%eax\n or $0x80000000, %%eax\n mov %%eax, %%cr0", : : "eax");
  write_msr(MSR_EFER, 0);
}

/* ---- Faults while delivering ------------------------------------------------------------------------------------------ */

CASE(page_fault_gate_missing) {
  turn_on(U | W | P, 0, 0);
  set_idt_gate(VECTOR_PF, 0, KERNEL_CODE, NOT_PRESENT(INTERRUPT_GATE), 0);
  TRY_LOAD(PAGE);
  note("cr2", read_cr2());
}

CASE(page_fault_on_inner_stack) {
  turn_on(U | W | P, 0, 0);
  task.sp0 = PAGE + 0x100;
  ATTEMPT_RING3("ud2");
  note("cr2", read_cr2());
}
