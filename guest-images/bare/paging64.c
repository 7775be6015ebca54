/* Paging in long mode: four levels, no-execute, SMEP, SMAP, PCID, accessed and dirty bits. */
#include "shared/paging.h"

static volatile uint64_t pointers[512] ALIGNED(4096), directory[512] ALIGNED(4096),
    table[512] ALIGNED(4096), other_table[512] ALIGNED(4096);
extern uint64_t page_map[];
#define top ((volatile uint64_t *) page_map)

/* The page that the cases play with, under an entry of its own at each level. */
#define PAGE 0x7f8040005000ull
#define TOP top[255]
#define POINTER pointers[1]
#define DIRECTORY directory[0]
#define ENTRY table[5]

static void turn_on(uint64_t entry_bits, uint64_t cr4) {
  for (int i = 0; i < 512; i++) {
    pointers[i] = directory[i] = table[i] = other_table[i] = 0;
  }
  TOP = (word) pointers | U | W | P;
  POINTER = (word) directory | U | W | P;
  DIRECTORY = (word) table | U | W | P;
  ENTRY = (word) frame_a | entry_bits;
  if (has(&NX)) {
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
  }
  write_cr4(read_cr4() | cr4);
  write_cr3(read_cr3());
}

static int reads(uint64_t linear) {
  return *(volatile uint8_t *) linear;
}

/* ---- Presence and rights ------------------------------------------------------------------------------ */

CASE(load_and_store) {
  turn_on(U | W | P, 0);
  TRY_LOAD(PAGE);
  TRY_STORE(PAGE);
  TRY_USER_LOAD(PAGE);
  TRY_USER_STORE(PAGE);
  TRY_EXECUTE(PAGE);
  TRY_USER_EXECUTE(PAGE);
}

CASE(not_present_at_each_level) {
  turn_on(U | W | P, 0);
  TRY_LOAD(PAGE + 0x1000);
  TRY_LOAD(PAGE + 0x200000);
  TRY_LOAD(PAGE + 0x40000000);
  TRY_LOAD(PAGE - 0x8000000000);
  TRY_STORE(PAGE + 0x1000);
  TRY_USER_LOAD(PAGE + 0x1000);
  TRY_USER_STORE(PAGE + 0x1000);
  TRY_EXECUTE(PAGE + 0x1000);
  TRY_USER_EXECUTE(PAGE + 0x1000);
}

CASE(fetch_is_not_told_without_nxe_and_smep) {
  turn_on(U | W | P, 0);
  write_msr(MSR_EFER, read_msr(MSR_EFER) & ~EFER_NXE);
  TRY_EXECUTE(PAGE + 0x1000);
}

CASE(high_half) {
  turn_on(U | W | P, 0);
  top[511] = TOP;
  frame_a[0] = 0xa;
  note("byte", reads(PAGE | 0xffffff8000000000));
  TRY_LOAD(0xffffffffffffffff);
}

CASE(write_right_of_any_level) {
  write_cr0(read_cr0() | CR0_WP);
  turn_on(U | P, 0);
  TRY_STORE(PAGE);
  turn_on(U | W | P, 0);
  DIRECTORY &= ~W;
  TRY_STORE(PAGE);
  turn_on(U | W | P, 0);
  POINTER &= ~W;
  TRY_STORE(PAGE);
  turn_on(U | W | P, 0);
  TOP &= ~W;
  TRY_STORE(PAGE);
}

CASE(user_right_of_any_level) {
  turn_on(W | P, 0);
  TRY_USER_LOAD(PAGE);
  turn_on(U | W | P, 0);
  DIRECTORY &= ~U;
  TRY_USER_LOAD(PAGE);
  turn_on(U | W | P, 0);
  POINTER &= ~U;
  TRY_USER_STORE(PAGE);
  turn_on(U | W | P, 0);
  TOP &= ~U;
  TRY_USER_EXECUTE(PAGE);
}

CASE(no_execute_of_any_level) {
  NEEDS(NX);
  turn_on(U | W | P | XD, 0);
  TRY_EXECUTE(PAGE);
  TRY_USER_EXECUTE(PAGE);
  TRY_LOAD(PAGE);
  turn_on(U | W | P, 0);
  DIRECTORY |= XD;
  TRY_EXECUTE(PAGE);
  turn_on(U | W | P, 0);
  POINTER |= XD;
  TRY_EXECUTE(PAGE);
  turn_on(U | W | P, 0);
  TOP |= XD;
  TRY_EXECUTE(PAGE);
}

CASE(read_only_without_wp) {
  turn_on(U | P, 0);
  TRY_STORE(PAGE);
  TRY_USER_STORE(PAGE);
}

CASE(execution_runs_into_missing_page) {
  turn_on(U | W | P, 0);
  frame_a[4095] = 0x90;
  ATTEMPT("jmp *%%rax", : "a"(PAGE + 4095));
  note("rip", last.ip);
}

CASE(instruction_across_missing_page) {
  turn_on(U | W | P, 0);
  frame_a[4094] = 0xb8;
  ATTEMPT("jmp *%%rax", : "a"(PAGE + 4094));
  note("rip", last.ip);
}

CASE(privileged_instruction_across_missing_page) {
  turn_on(U | W | P, 0);
  frame_a[4095] = 0x0f; /* MOV to CR, in ring 3: fetched first */
  ATTEMPT_RING3("jmp *%%rax", "a"(PAGE + 4095));
  note("rip", last.ip);
}

/* ---- Reserved bits --------------------------------------------------------------------------------------- */

CASE(xd_without_nxe_is_reserved) {
  turn_on(U | W | P | XD, 0);
  write_msr(MSR_EFER, read_msr(MSR_EFER) & ~EFER_NXE);
  TRY_LOAD(PAGE);
  TRY_USER_STORE(PAGE);
  TRY_EXECUTE(PAGE);
}

CASE(reserved_bits_of_large_pages) {
  turn_on(U | W | P, 0);
  DIRECTORY = 1 << 13 | LARGE | U | W | P;
  TRY_LOAD(PAGE);
  POINTER = 1 << 29 | LARGE | U | W | P;
  TRY_USER_LOAD(PAGE);
}

CASE(large_bit_at_top_is_reserved) {
  turn_on(U | W | P, 0);
  TOP |= LARGE;
  TRY_LOAD(PAGE);
}

CASE(address_beyond_physical_width) {
  uint32_t answer[4];
  cpuid(0x80000008, 0, answer);
  turn_on(U | W | P, 0);
  if ((answer[0] & 0xff) >= 52) {
    skip("reserved address bits");
    return;
  }
  ENTRY |= 1ull << 51;
  TRY_LOAD(PAGE);
  TRY_USER_STORE(PAGE);
  DIRECTORY |= 1ull << 51;
  TRY_STORE(PAGE);
}

CASE(reserved_bit_wins_over_rights) {
  turn_on(P, 0);
  DIRECTORY = 1 << 13 | LARGE | P;
  TRY_USER_STORE(PAGE);
}

CASE(available_bits_are_ignored) {
  turn_on(U | W | P | 0xe00 | 0x7full << 52, 0);
  TRY_STORE(PAGE);
}

CASE(cr3_reserved_address) {
  uint32_t answer[4];
  cpuid(0x80000008, 0, answer);
  if ((answer[0] & 0xff) >= 52 || is_qemu()) { /* QEMU would go on with that address */
    skip("check of reserved address bits");
    return;
  }
  ATTEMPT("mov %%rax, %%cr3", : "a"(read_cr3() | 1ull << 51));
}

/* ---- Large pages ------------------------------------------------------------------------------------------- */

CASE(two_mebibyte_page) {
  turn_on(U | W | P, 0);
  directory[1] = LARGE | U | W | P;
  frame_a[7] = 0x77;
  note("byte", reads((PAGE & ~0x3fffffffull) + 0x200000 + (word) frame_a + 7));
  note("bits", directory[1] & (A | D));
}

CASE(one_gibibyte_page) {
  NEEDS(PAGE_1G);
  turn_on(U | W | P, 0);
  pointers[2] = LARGE | U | W | P;
  frame_a[7] = 0x77;
  note("byte", reads((PAGE & ~0x7fffffffull) + 0x80000000 + (word) frame_a + 7));
  note("bits", pointers[2] & (A | D));
}

/* ---- Accessed and dirty bits ---------------------------------------------------------------------------------- */

#define NOTE_BITS                              \
  do {                                         \
    note("top", TOP & (A | D));                \
    note("pointer", POINTER & (A | D));        \
    note("directory", DIRECTORY & (A | D));    \
    note("entry", ENTRY & (A | D));            \
  } while (0)

CASE(load_sets_accessed_bits) {
  turn_on(U | W | P, 0);
  TRY_LOAD(PAGE);
  NOTE_BITS;
}

CASE(store_sets_dirty_bit) {
  turn_on(U | W | P, 0);
  TRY_STORE(PAGE);
  NOTE_BITS;
}

CASE(fetch_sets_accessed_bit) {
  turn_on(U | W | P, 0);
  frame_a[0] = 0xcd;
  frame_a[1] = VECTOR_RETURN;
  ATTEMPT("jmp *%%rax", : "a"(PAGE));
  NOTE_BITS;
}

CASE(prefetch_may_set_nothing_but_faults_never) {
  turn_on(U | W, 0);
  ATTEMPT("prefetcht0 (%%rax)", : "a"(PAGE));
  note("entry", ENTRY & (A | D));
}

CASE(dirty_bit_is_set_again_after_invlpg) {
  turn_on(U | W | P, 0);
  TRY_STORE(PAGE);
  ENTRY &= ~D;
  invalidate(PAGE);
  TRY_STORE(PAGE);
  note("entry", ENTRY & (A | D));
}

CASE(refused_store_leaves_dirty_bit) {
  turn_on(U | P, 0);
  write_cr0(read_cr0() | CR0_WP);
  TRY_STORE(PAGE);
  note("dirty", ENTRY & D);
}

/* ---- SMEP and SMAP ------------------------------------------------------------------------------------------------ */

/* Makes the runtime's own pages the supervisor's, and PAGE the user's; ring 3 is out of reach. */
static void turn_on_protection(uint64_t cr4) {
  extern uint64_t page_directory[];
  turn_on(U | W | P, 0);
  page_directory[0] &= ~U;
  page_directory[1] &= ~U;
  write_cr3(read_cr3());
  write_cr4(read_cr4() | cr4);
}

CASE(smep_refuses_user_code) {
  NEEDS(SMEP);
  turn_on_protection(CR4_SMEP);
  TRY_LOAD(PAGE);
  TRY_EXECUTE(PAGE);
}

CASE(smep_tells_fetches_without_nxe) {
  NEEDS(SMEP);
  turn_on_protection(CR4_SMEP);
  write_msr(MSR_EFER, read_msr(MSR_EFER) & ~EFER_NXE);
  TRY_EXECUTE(PAGE + 0x1000);
}

CASE(smep_allows_supervisor_code) {
  NEEDS(SMEP);
  turn_on_protection(CR4_SMEP);
  ENTRY &= ~U;
  write_cr3(read_cr3());
  TRY_EXECUTE(PAGE);
}

CASE(smep_allows_page_that_one_level_keeps_from_users) {
  NEEDS(SMEP);
  turn_on_protection(CR4_SMEP);
  POINTER &= ~U;
  write_cr3(read_cr3());
  TRY_EXECUTE(PAGE);
}

CASE(smap_refuses_user_data) {
  NEEDS(SMAP);
  turn_on_protection(CR4_SMAP);
  TRY_LOAD(PAGE);
  TRY_STORE(PAGE);
  TRY_EXECUTE(PAGE);
}

CASE(smap_yields_to_ac) {
  NEEDS(SMAP);
  turn_on_protection(CR4_SMAP);
  ATTEMPT("stac\n movb (%%rax), %%cl\n movb %%cl, (%%rax)\n clac", : "a"(PAGE) : "rcx");
  ATTEMPT("stac\n clac\n movb (%%rax), %%cl", : "a"(PAGE) : "rcx");
}

CASE(smap_ac_by_popf) {
  NEEDS(SMAP);
  turn_on_protection(CR4_SMAP);
  ATTEMPT("push $0x40002\n popf\n movb (%%rax), %%cl\n push $2\n popf\n nop\n movb (%%rax), %%cl",
          : "a"(PAGE) : "rcx");
}

CASE(smap_read_modify_write) {
  NEEDS(SMAP);
  turn_on_protection(CR4_SMAP);
  ATTEMPT("lock incl (%%rax)", : "a"(PAGE));
}

CASE(smap_string_move) {
  NEEDS(SMAP);
  turn_on_protection(CR4_SMAP);
  ATTEMPT("rep movsb", : "S"(PAGE), "D"(frame_b), "c"(4));
  ATTEMPT("rep movsb", : "S"(frame_b), "D"(PAGE), "c"(4));
}

CASE(smap_not_present_page) {
  NEEDS(SMAP);
  turn_on_protection(CR4_SMAP);
  TRY_LOAD(PAGE + 0x1000);
}

CASE(smap_implicit_access_ignores_ac) {
  NEEDS(SMAP);
  turn_on_protection(CR4_SMAP);
  set_test_descriptor(0, descriptor(0x40005000, 0xff, LDT, 0));
  set_test_descriptor(1, 0x7f80);
  asm volatile("lldt %w0" : : "r"(selector(0, 0)));
  ATTEMPT("stac\n mov %%eax, %%fs", : "a"(4));
}

CASE(stac_without_smap_in_cr4) {
  NEEDS(SMAP);
  uint64_t flags;
  ATTEMPT("stac\n pushfq\n pop %0\n clac", "=r"(flags));
  note("ac", flags >> 18 & 1);
}

CASE(ring3_stac) {
  NEEDS(SMAP);
  ATTEMPT_RING3("stac");
}

/* ---- Forgetting translations, and PCID ----------------------------------------------------------------------------- */

static void prepare_change(uint64_t bits, uint64_t cr4) {
  turn_on(U | W | P | bits, cr4);
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  note("before", reads(PAGE));
  ENTRY = (word) frame_b | U | W | P | bits;
}

CASE(invlpg_makes_change_visible) {
  prepare_change(0, 0);
  invalidate(PAGE + 0xfff);
  note("after", reads(PAGE));
}

CASE(cr3_write_makes_change_visible) {
  prepare_change(0, 0);
  write_cr3(read_cr3());
  note("after", reads(PAGE));
}

CASE(invlpg_forgets_global_page) {
  prepare_change(G, CR4_PGE);
  invalidate(PAGE);
  note("after", reads(PAGE));
}

CASE(cr4_pge_write_forgets_global_pages) {
  prepare_change(G, CR4_PGE);
  write_cr4(read_cr4() & ~CR4_PGE);
  note("after", reads(PAGE));
}

CASE(large_page_replaced_by_table) {
  turn_on(U | W | P, 0);
  directory[1] = LARGE | U | W | P;
  uint64_t place = (PAGE & ~0x3fffffffull) + 0x200000 + (word) frame_a;
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  note("before", reads(place));
  other_table[(word) frame_a >> 12 & 511] = (word) frame_b | U | W | P;
  directory[1] = (word) other_table | U | W | P;
  invalidate(place);
  note("after", reads(place));
}

CASE(table_replaced) {
  turn_on(U | W | P, 0);
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  note("before", reads(PAGE));
  other_table[5] = (word) frame_b | U | W | P;
  DIRECTORY = (word) other_table | U | W | P;
  invalidate(PAGE);
  note("after", reads(PAGE));
}

CASE(page_table_changed_through_its_own_mapping) {
  turn_on(U | W | P, 0);
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  table[6] = (word) table | W | P;
  note("before", reads(PAGE));
  ((volatile uint64_t *) (PAGE + 0x1000))[5] = (word) frame_b | W | P;
  invalidate(PAGE);
  note("after", reads(PAGE));
}

CASE(pcid_needs_zero_in_cr3) {
  NEEDS(PCID);
  turn_on(U | W | P, 0);
  write_cr3(read_cr3() | PWT);
  ATTEMPT("mov %%rax, %%cr4", : "a"(read_cr4() | CR4_PCIDE));
}

CASE(pcid_bit_63_without_pcide) {
  if (is_qemu()) {
    skip("check of reserved address bits");
    return;
  }
  ATTEMPT("mov %%rax, %%cr3", : "a"(read_cr3() | 1ull << 63));
}

CASE(pcid_bit_63_reads_as_zero) {
  NEEDS(PCID);
  turn_on(U | W | P, CR4_PCIDE);
  ATTEMPT("mov %%rax, %%cr3", : "a"(read_cr3() | 1ull << 63 | 5));
  note("top_bit", read_cr3() >> 63);
  note("pcid", read_cr3() & 0xfff);
}

CASE(pcid_clearing_pg_while_set) {
  NEEDS(PCID);
  turn_on(U | W | P, CR4_PCIDE);
  ATTEMPT("mov %%rax, %%cr0", : "a"(read_cr0() & ~(uint64_t) CR0_PG));
}

CASE(pcid_spaces_are_apart) {
  NEEDS(PCID);
  turn_on(U | W | P, CR4_PCIDE);
  frame_a[0] = 0xa;
  frame_b[0] = 0xb;
  uint64_t base = read_cr3();
  write_cr3(base | 1);
  note("one", reads(PAGE));
  ENTRY = (word) frame_b | U | W | P;
  write_cr3(base | 2);
  note("two", reads(PAGE));
  write_cr3(base | 1);
  note("one_flushed", reads(PAGE));
}

CASE(invpcid) {
  NEEDS(PCID);
  NEEDS(INVPCID);
  static const char *const names[] = {"address", "context", "all", "all_but_global"};
  for (uint64_t type = 0; type < 4; type++) {
    prepare_change(0, CR4_PCIDE);
    struct {
      uint64_t pcid, linear;
    } descriptor = {0, PAGE};
    asm volatile("invpcid %0, %1" : : "m"(descriptor), "r"(type) : "memory");
    note(names[type], reads(PAGE));
  }
}

CASE(invpcid_reserved) {
  NEEDS(INVPCID);
  struct {
    uint64_t pcid, linear;
  } reserved = {0x1000, 0}, non_canonical = {0, 0x800000000000}, plain = {1, 0};
  ATTEMPT("invpcid %0, %1", : "m"(plain), "r"(4ull));
  ATTEMPT("invpcid %0, %1", : "m"(reserved), "r"(0ull));
  ATTEMPT("invpcid %0, %1", : "m"(non_canonical), "r"(0ull));
  ATTEMPT("invpcid %0, %1", : "m"(non_canonical), "r"(2ull));
  ATTEMPT("invpcid %0, %1", : "m"(plain), "r"(1ull)); /* PCID 1 without CR4.PCIDE */
}

CASE(ring3_invpcid) {
  NEEDS(INVPCID);
  ATTEMPT_RING3("invpcid (%%rax), %%rcx", "a"(frame_a), "c"(0));
}

/* ---- Double faults -------------------------------------------------------------------------------------------------- */

CASE(page_fault_on_inner_stack) {
  turn_on(0, 0);
  task.sp0 = PAGE + 0x100;
  ATTEMPT_RING3("ud2");
  note("cr2", read_cr2());
}

CASE(page_fault_on_interrupt_stack) {
  turn_on(0, 0);
  task.ist[3] = PAGE + 0x100;
  idt[0x40].stack = 4;
  ATTEMPT("int $0x40");
}

CASE(page_fault_gate_missing) {
  turn_on(0, 0);
  idt[VECTOR_PF].type = NOT_PRESENT(INTERRUPT_GATE);
  TRY_LOAD(PAGE);
}
