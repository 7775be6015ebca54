/* Segmentation in 32-bit protected mode: loading selectors, limits, access rights, the LDT. */
#include "runtime/runtime.h"

/* Where the segments of the cases are. */
static uint8_t arena[3 * 4096] ALIGNED(4096);

static void put(int index, uint32_t limit, uint8_t access, uint8_t flags) {
  for (size_t i = 0; i < sizeof arena; i += 2) {
    arena[i] = 0xcd; /* code that runs where it should not comes back at once */
    arena[i + 1] = VECTOR_RETURN;
  }
  set_test_descriptor(index, descriptor((uint32_t) arena, limit, access, flags));
}

/* ---- Loading data segment registers ------------------------------------------------------------ */

CASE(load_ds_null) {
  ATTEMPT("mov %%eax, %%ds\n mov %%ds, %%ecx\n mov %%edx, %%ds", : "a"(3), "d"(USER_DATA) : "ecx");
}

CASE(use_ds_null) {
  ATTEMPT("mov %%eax, %%es\n mov %%es:(%%ecx), %%dl", : "a"(0), "c"(arena) : "edx");
}

CASE(use_ds_null_store) {
  ATTEMPT("mov %%eax, %%es\n mov %%dl, %%es:(%%ecx)", : "a"(3), "c"(arena));
}

CASE(load_ds_beyond_gdt) {
  ATTEMPT("mov %%eax, %%ds", : "a"(GDT_ENTRIES * 8));
}

CASE(load_ds_last_in_gdt) {
  gdt[GDT_ENTRIES - 1] = descriptor(0, 0xfffff, DATA, PAGES | SIZE_32);
  ATTEMPT("mov %%eax, %%es", : "a"(GDT_ENTRIES * 8 - 8));
}

CASE(load_ds_partly_beyond_gdt) {
  struct PACKED {
    uint16_t limit;
    void *base;
  } table = {sizeof gdt - 2, gdt};
  gdt[GDT_ENTRIES - 1] = descriptor(0, 0xfffff, DATA, PAGES | SIZE_32);
  asm volatile("lgdt %0" : : "m"(table));
  ATTEMPT("mov %%eax, %%es", : "a"(GDT_ENTRIES * 8 - 8));
}

CASE(load_ds_not_present) {
  put(0, 0xfff, NOT_PRESENT(DATA), SIZE_32);
  ATTEMPT("mov %%eax, %%ds", : "a"(selector(0, 0)));
}

CASE(load_es_not_present_and_wrong_type) {
  put(0, 0xfff, NOT_PRESENT(EXECUTE_ONLY), SIZE_32);
  ATTEMPT("mov %%eax, %%es", : "a"(selector(0, 0)));
}

CASE(load_ds_execute_only) {
  put(0, 0xfff, EXECUTE_ONLY, SIZE_32);
  ATTEMPT("mov %%eax, %%ds", : "a"(selector(0, 0)));
}

CASE(load_ds_system_segment) {
  ATTEMPT("mov %%eax, %%ds", : "a"(TASK));
}

CASE(load_ds_readable_code) {
  put(0, 0xfff, CODE, SIZE_32);
  arena[5] = 0x77;
  uint32_t value;
  ATTEMPT("mov %%eax, %%es\n movzbl %%es:5, %%edx", "=d"(value) : "a"(selector(0, 0)));
  note("byte", value);
}

CASE(store_through_readable_code) {
  put(0, 0xfff, CODE, SIZE_32);
  ATTEMPT("mov %%eax, %%es\n movb $1, %%es:5", : "a"(selector(0, 0)));
}

CASE(store_through_read_only) {
  put(0, 0xfff, READ_ONLY, SIZE_32);
  ATTEMPT("mov %%eax, %%es\n movb $1, %%es:5", : "a"(selector(0, 0)));
}

CASE(load_rpl_above_dpl) {
  put(0, 0xfff, DATA, SIZE_32);
  ATTEMPT("mov %%eax, %%ds", : "a"(selector(0, 1)));
}

CASE(load_rpl_above_dpl_of_conforming_code) {
  put(0, 0xfff, CONFORMING, SIZE_32);
  ATTEMPT("mov %%eax, %%es", : "a"(selector(0, 3)));
}

CASE(load_rpl_above_dpl_of_plain_code) {
  put(0, 0xfff, CODE, SIZE_32);
  ATTEMPT("mov %%eax, %%es", : "a"(selector(0, 3)));
}

CASE(ring3_loads_privileged_data) {
  put(0, 0xfff, DATA, SIZE_32);
  ATTEMPT_RING3("mov %%eax, %%ds", "a"(selector(0, 0)));
}

CASE(ring3_loads_privileged_conforming_code) {
  put(0, 0xfff, CONFORMING, SIZE_32);
  ATTEMPT_RING3("mov %%eax, %%es", "a"(selector(0, 0)));
}

CASE(ring3_loads_privileged_not_present) {
  put(0, 0xfff, NOT_PRESENT(DATA), SIZE_32);
  ATTEMPT_RING3("mov %%eax, %%ds", "a"(selector(0, 0)));
}

CASE(load_sets_accessed_bit) {
  put(0, 0xfff, DATA & ~1, SIZE_32);
  ATTEMPT("mov %%eax, %%es", : "a"(selector(0, 0)));
  note("access", gdt[TEST_SELECTOR / 8] >> 40 & 0xff);
}

CASE(failed_load_leaves_accessed_bit) {
  put(0, 0xfff, NOT_PRESENT(DATA & ~1), SIZE_32);
  ATTEMPT("mov %%eax, %%es", : "a"(selector(0, 0)));
  note("access", gdt[TEST_SELECTOR / 8] >> 40 & 0xff);
}

CASE(failed_load_keeps_register) {
  put(0, 0xfff, NOT_PRESENT(DATA), SIZE_32);
  ATTEMPT("mov %%eax, %%fs", : "a"(selector(0, 0)));
  note("fs", last.fs & 0xffff);
}

CASE(descriptor_is_cached) {
  put(0, 0xfff, DATA, SIZE_32);
  uint32_t value;
  arena[7] = 0x55;
  ATTEMPT("mov %%eax, %%es\n movl $0, %2\n movl $0, 4+%2\n movzbl %%es:7, %%edx",
          "=d"(value) : "a"(selector(0, 0)), "m"(gdt[TEST_SELECTOR / 8]));
  note("byte", value);
}

CASE(mov_from_segment_register_widths) {
  uint32_t value = 0xffffffff;
  ATTEMPT("mov %%ds, %%eax", "+a"(value));
  note("eax", value);
  uint32_t word_value = 0xffffffff;
  ATTEMPT("movw %%ds, %%ax", "+a"(word_value));
  note("ax", word_value);
}

CASE(pop_segment_register_takes_four_bytes) {
  uint32_t difference;
  ATTEMPT("mov %%esp, %%eax\n push $0x23\n pop %%es\n sub %%esp, %%eax", "=a"(difference));
  note("difference", difference);
}

CASE(pop_ss_bad_selector_keeps_esp) {
  ATTEMPT("push $0xff8\n mov %%esp, %%eax\n pop %%ss", : : "eax");
  note("esp_low_matches", (last.ax & 0xff) != 0);
}

CASE(lds_null) {
  static const uint32_t pointer[2] = {0x12345678, 0};
  ATTEMPT("les %1, %%eax", : "a"(0), "m"(pointer));
}

CASE(les_fault_keeps_register) {
  static const uint32_t pointer[2] = {0x12345678, 0xff8};
  ATTEMPT("les %1, %%eax", : "a"(1), "m"(pointer));
  note("eax", last.ax);
}

/* ---- SS --------------------------------------------------------------------------------------------- */

CASE(load_ss_null) {
  ATTEMPT("mov %%eax, %%ss", : "a"(0));
}

CASE(load_ss_rpl_differs) {
  ATTEMPT("mov %%eax, %%ss", : "a"(KERNEL_DATA | 3));
}

CASE(load_ss_dpl_differs) {
  ATTEMPT("mov %%eax, %%ss", : "a"(USER_DATA));
}

CASE(load_ss_read_only) {
  put(0, 0xfff, READ_ONLY, SIZE_32);
  ATTEMPT("mov %%eax, %%ss", : "a"(selector(0, 0)));
}

CASE(load_ss_code) {
  ATTEMPT("mov %%eax, %%ss", : "a"(KERNEL_CODE));
}

CASE(load_ss_not_present) {
  put(0, 0xfff, NOT_PRESENT(DATA), SIZE_32);
  ATTEMPT("mov %%eax, %%ss", : "a"(selector(0, 0)));
}

CASE(load_ss_beyond_gdt) {
  ATTEMPT("mov %%eax, %%ss", : "a"(0xff8));
}

CASE(ring3_load_ss) {
  ATTEMPT_RING3("mov %%eax, %%ss\n mov %%ss, %%ebx", "a"(USER_DATA));
  note("ebx", last.bx);
}

CASE(ring3_load_ss_rpl_0) {
  ATTEMPT_RING3("mov %%eax, %%ss", "a"(USER_DATA & ~3));
}

/* ---- Limits ----------------------------------------------------------------------------------------- */

#define LOAD_ES "mov %%eax, %%es\n"

CASE(last_byte_inside_limit) {
  put(0, 0x7ff, DATA, SIZE_32);
  ATTEMPT(LOAD_ES "movb %%es:0x7ff, %%dl", : "a"(selector(0, 0)) : "edx");
}

CASE(first_byte_outside_limit) {
  put(0, 0x7ff, DATA, SIZE_32);
  ATTEMPT(LOAD_ES "movb %%es:0x800, %%dl", : "a"(selector(0, 0)) : "edx");
}

CASE(word_across_limit) {
  put(0, 0x7ff, DATA, SIZE_32);
  ATTEMPT(LOAD_ES "movw %%es:0x7ff, %%dx", : "a"(selector(0, 0)) : "edx");
}

CASE(double_word_at_limit) {
  put(0, 0x7ff, DATA, SIZE_32);
  ATTEMPT(LOAD_ES "movl %%es:0x7fc, %%edx", : "a"(selector(0, 0)) : "edx");
}

CASE(double_word_across_limit) {
  put(0, 0x7ff, DATA, SIZE_32);
  ATTEMPT(LOAD_ES "movl %%es:0x7fd, %%edx", : "a"(selector(0, 0)) : "edx");
}

CASE(store_across_limit_changes_nothing) {
  put(0, 0x7ff, DATA, SIZE_32);
  arena[0x7fd] = arena[0x7fe] = arena[0x7ff] = 0x11;
  ATTEMPT(LOAD_ES "movl %%edx, %%es:0x7fd", : "a"(selector(0, 0)), "d"(-1));
  note("byte", arena[0x7fd]);
}

CASE(offset_wraps_around_four_gigabytes) {
  put(0, 0x7ff, DATA, SIZE_32);
  ATTEMPT(LOAD_ES "movl %%es:0xfffffffe, %%edx", : "a"(selector(0, 0)) : "edx");
}

CASE(limit_in_pages) {
  put(0, 0, DATA, SIZE_32 | PAGES);
  ATTEMPT(LOAD_ES "movb %%es:0xfff, %%dl", : "a"(selector(0, 0)) : "edx");
  ATTEMPT(LOAD_ES "movb %%es:0x1000, %%dl", : "a"(selector(0, 0)) : "edx");
}

CASE(limit_zero) {
  put(0, 0, DATA, SIZE_32);
  ATTEMPT(LOAD_ES "movb %%es:0, %%dl", : "a"(selector(0, 0)) : "edx");
  ATTEMPT(LOAD_ES "movw %%es:0, %%dx", : "a"(selector(0, 0)) : "edx");
}

CASE(expand_down_above_limit) {
  put(0, 0x7ff, EXPAND_DOWN, SIZE_32);
  ATTEMPT(LOAD_ES "movb %%es:0x800, %%dl", : "a"(selector(0, 0)) : "edx");
}

CASE(expand_down_at_limit) {
  put(0, 0x7ff, EXPAND_DOWN, SIZE_32);
  ATTEMPT(LOAD_ES "movb %%es:0x7ff, %%dl", : "a"(selector(0, 0)) : "edx");
}

CASE(expand_down_across_limit) {
  put(0, 0x7ff, EXPAND_DOWN, SIZE_32);
  ATTEMPT(LOAD_ES "movl %%es:0x7fe, %%edx", : "a"(selector(0, 0)) : "edx");
}

CASE(expand_down_small_upper_bound) {
  put(0, 0x7ff, EXPAND_DOWN, 0);
  ATTEMPT(LOAD_ES "movb %%es:0xffff, %%dl", : "a"(selector(0, 0)) : "edx");
  ATTEMPT(LOAD_ES "movw %%es:0xffff, %%dx", : "a"(selector(0, 0)) : "edx");
  ATTEMPT(LOAD_ES "movb %%es:0x10000, %%dl", : "a"(selector(0, 0)) : "edx");
}

CASE(expand_down_in_pages) {
  put(0, 0, EXPAND_DOWN, SIZE_32 | PAGES);
  ATTEMPT(LOAD_ES "movb %%es:0xfff, %%dl", : "a"(selector(0, 0)) : "edx");
  ATTEMPT(LOAD_ES "movb %%es:0x1000, %%dl", : "a"(selector(0, 0)) : "edx");
}

CASE(string_move_stops_at_limit) {
  put(0, 0x7ff, DATA, SIZE_32);
  ATTEMPT(LOAD_ES "rep movsb", : "a"(selector(0, 0)), "S"(arena), "D"(0x7fc), "c"(10));
  note("ecx", last.cx);
  note("edi", last.di);
  note("rf", last.flags >> 16 & 1);
}

/* A stack segment that begins at 0, as the runtime expects, and ends with the arena's first page. */
static void put_stack(int index) {
  put(index, 0, DATA, 0);
  set_test_descriptor(index, descriptor(0, (uint32_t) arena >> 12, DATA, SIZE_32 | PAGES));
}

CASE(esp_reference_beyond_limit) {
  put_stack(0);
  ATTEMPT("mov %%eax, %%ss\n mov %1, %%esp\n mov 0xc00(%%esp), %%edx" COME_BACK,
          : "a"(selector(0, 0)), "r"(arena + 0x400) : "edx");
}

CASE(ebp_reference_beyond_limit) {
  put_stack(0);
  ATTEMPT("mov %%eax, %%ss\n mov %%ecx, %%esp\n push %%ebp\n lea 0xc00(%%ecx), %%ebp\n"
          "mov (%%ebp), %%edx" COME_BACK, : "a"(selector(0, 0)), "c"(arena + 0x400) : "edx");
}

CASE(ebp_reference_across_limit) {
  put_stack(0);
  ATTEMPT("mov %%eax, %%ss\n mov %%ecx, %%esp\n push %%ebp\n lea 0xbfd(%%ecx), %%ebp\n"
          "mov (%%ebp), %%edx" COME_BACK, : "a"(selector(0, 0)), "c"(arena + 0x400) : "edx");
}

CASE(ebp_reference_with_ds_override) {
  put_stack(0);
  ATTEMPT("mov %%eax, %%es\n mov %%ecx, %%esp\n push %%ebp\n lea 0xc00(%%ecx), %%ebp\n"
          "mov %%es:(%%ebp), %%edx" COME_BACK, : "a"(selector(0, 0)), "c"(arena + 0x400) : "edx");
}

CASE(ss_override_beyond_limit) {
  put_stack(0);
  ATTEMPT("mov %%eax, %%ss\n mov %%ecx, %%esp\n mov %%ss:0xc00(%%ecx), %%edx" COME_BACK,
          : "a"(selector(0, 0)), "c"(arena + 0x400) : "edx");
}

CASE(pop_beyond_limit) {
  put_stack(0);
  ATTEMPT("mov %%eax, %%ss\n lea 0xc00(%%ecx), %%esp\n pop %%edx" COME_BACK,
          : "a"(selector(0, 0)), "c"(arena + 0x400) : "edx");
}

CASE(enter_beyond_limit) {
  put_stack(0);
  ATTEMPT("mov %%eax, %%ss\n lea 0x400(%%ecx), %%esp\n push %%ebp\n lea 0x1000(%%ecx), %%ebp\n"
          "enter $8, $3" COME_BACK, : "a"(selector(0, 0)), "c"(arena) : "edx");
}

CASE(call_beyond_code_limit) {
  put(0, 0xfff, CODE, SIZE_32);
  arena[0] = 0xe9; /* JMP to 0x2000 */
  arena[1] = 0xfb;
  arena[2] = 0x1f;
  arena[3] = arena[4] = 0;
  ATTEMPT("movl $0, attempt_start\n ljmp %0, $0", : "i"(selector(0, 0)));
  note("cs", last.cs & 0xffff);
  note("ip", last.ip);
}

CASE(execution_runs_over_code_limit) {
  put(0, 0x0f, CODE, SIZE_32);
  for (int i = 0; i < 16; i++) {
    arena[i] = 0x90;
  }
  ATTEMPT("movl $0, attempt_start\n ljmp %0, $0", : "i"(selector(0, 0)));
  note("ip", last.ip);
}

CASE(instruction_across_code_limit) {
  put(0, 0x0f, CODE, SIZE_32);
  arena[14] = 0xb8; /* MOV EAX, imm32 */
  arena[19] = 0x90;
  ATTEMPT("movl $0, attempt_start\n ljmp %0, $14", : "i"(selector(0, 0)));
  note("ip", last.ip);
}

CASE(invalid_opcode_cut_by_code_limit) {
  put(0, 0x0f, CODE, SIZE_32);
  arena[15] = 0x0f; /* with the next byte CMOVcc, should the limit not matter */
  arena[16] = 0x44;
  arena[17] = 0xc0;
  arena[18] = arena[19] = 0x90;
  ATTEMPT("movl $0, attempt_start\n ljmp %0, $15", : "i"(selector(0, 0)));
  note("ip", last.ip);
}

/* ---- Far transfers of the same privilege -------------------------------------------------------------- */

CASE(far_jump_null) {
  ATTEMPT("ljmp $0, $0");
}

CASE(far_jump_beyond_gdt) {
  ATTEMPT("ljmp $0xff8, $0");
}

CASE(far_jump_to_data) {
  ATTEMPT("ljmp %0, $0", : "i"(KERNEL_DATA));
}

CASE(far_jump_to_outer_code) {
  ATTEMPT("ljmp %0, $0", : "i"(USER_CODE32 & ~3));
}

CASE(far_jump_rpl_above_cpl) {
  ATTEMPT("ljmp %0, $0", : "i"(KERNEL_CODE | 3));
}

CASE(far_jump_not_present) {
  put(0, 0xfff, NOT_PRESENT(CODE), SIZE_32);
  ATTEMPT("ljmp %0, $0", : "i"(selector(0, 0)));
}

CASE(far_jump_beyond_limit) {
  put(0, 0xfff, CODE, SIZE_32);
  ATTEMPT("ljmp %0, $0x1000", : "i"(selector(0, 0)));
}

CASE(far_jump_not_present_beyond_limit) {
  put(0, 0xfff, NOT_PRESENT(CODE), SIZE_32);
  ATTEMPT("ljmp %0, $0x1000", : "i"(selector(0, 0)));
}

CASE(far_jump_to_busy_task) {
  ATTEMPT("ljmp %0, $0", : "i"(TASK));
}

CASE(far_jump_to_ldt_descriptor) {
  put(0, 0x7f, LDT, 0);
  ATTEMPT("ljmp %0, $0", : "i"(selector(0, 0)));
}

CASE(far_jump_to_interrupt_gate) {
  set_test_descriptor(0, gate(KERNEL_CODE, 0, INTERRUPT_GATE, 0));
  ATTEMPT("ljmp %0, $0", : "i"(selector(0, 0)));
}

CASE(ring3_far_jump_to_kernel_code) {
  ATTEMPT_RING3("ljmp %0, $0", "i"(KERNEL_CODE));
}

CASE(ring3_far_jump_to_conforming_code) {
  set_test_descriptor(0, descriptor(0, 0xfffff, CONFORMING, SIZE_32 | PAGES));
  ATTEMPT_RING3("ljmp %0, $1f\n1: mov %%cs, %%eax", "i"(selector(0, 0)));
  note("cs", last.ax);
}

CASE(ring0_far_jump_to_outer_conforming_code) {
  set_test_descriptor(0, descriptor(0, 0xfffff, CONFORMING | DPL(3), SIZE_32 | PAGES));
  ATTEMPT("ljmp %0, $1f\n1:", : "i"(selector(0, 0)));
}

CASE(far_call_pushes_cs_and_eip) {
  uint32_t pushed;
  ATTEMPT("mov %%esp, %%ecx\n lcall %1, $1f\n1: mov 4(%%esp), %%eax\n sub %%esp, %%ecx\n"
          "add $8, %%esp", "=c"(pushed) : "i"(KERNEL_CODE) : "eax");
  note("bytes", pushed);
}

CASE(far_call_beyond_limit_pushes_nothing) {
  put(0, 0xfff, CODE, SIZE_32);
  ATTEMPT("mov %%esp, %%eax\n lcall %0, $0x1000", : "i"(selector(0, 0)) : "eax");
}

CASE(far_return_to_null) {
  ATTEMPT("push $0\n push $0\n lret");
}

CASE(far_return_to_inner_code) {
  ATTEMPT_RING3("push %0\n push $0\n lret", "i"(KERNEL_CODE));
}

CASE(far_return_to_outer_code) {
  ATTEMPT("mov %%esp, %%eax\n push %0\n push %%eax\n push %1\n push $1f\n lret\n"
          "1: mov %%cs, %%eax\n mov %%ss, %%ebx\n int $0x30", : "i"(USER_DATA), "i"(USER_CODE32));
  note("cs", last.ax);
  note("ss", last.bx);
}

CASE(far_return_to_outer_code_clears_privileged_data) {
  ATTEMPT("mov %2, %%eax\n mov %%eax, %%fs\n mov %%esp, %%eax\n push %0\n push %%eax\n push %1\n"
          "push $1f\n lret\n1: mov %%fs, %%eax\n mov %%ds, %%ebx\n int $0x30",
          : "i"(USER_DATA), "i"(USER_CODE32), "i"(KERNEL_DATA));
  note("fs", last.ax);
  note("ds", last.bx);
}

CASE(far_return_to_outer_code_with_bad_ss) {
  ATTEMPT("mov %%esp, %%eax\n push %0\n push %%eax\n push %1\n push $0\n lret",
          : "i"(KERNEL_DATA | 3), "i"(USER_CODE32) : "eax");
}

CASE(far_return_to_outer_code_with_null_ss) {
  ATTEMPT("mov %%esp, %%eax\n push $0\n push %%eax\n push %0\n push $0\n lret",
          : "i"(USER_CODE32) : "eax");
}

/* ---- The local descriptor table ------------------------------------------------------------------------ */

static uint64_t ldt[4];

static void load_ldt(uint32_t limit) {
  ldt[0] = descriptor((uint32_t) arena, 0x10, DATA, SIZE_32);
  ldt[1] = descriptor(0, 0xfffff, DATA | DPL(3), SIZE_32 | PAGES);
  set_test_descriptor(0, descriptor((uint32_t) ldt, limit, LDT, 0));
  asm volatile("lldt %w0" : : "r"(selector(0, 0)));
}

CASE(ldt_selector_without_ldt) {
  ATTEMPT("mov %%eax, %%es", : "a"(0x0f));
}

CASE(ldt_selector_zero_is_not_null) {
  load_ldt(31);
  ATTEMPT("mov %%eax, %%es\n movb %%es:0x10, %%dl", : "a"(4) : "edx");
  ATTEMPT("mov %%eax, %%es\n movb %%es:0x11, %%dl", : "a"(4) : "edx");
}

CASE(ldt_selector_beyond_ldt) {
  load_ldt(7);
  ATTEMPT("mov %%eax, %%es", : "a"(0x0f));
}

CASE(lldt_null) {
  ATTEMPT("lldt %w0", : "a"(0));
}

CASE(lldt_of_data_segment) {
  ATTEMPT("lldt %w0", : "a"(KERNEL_DATA));
}

CASE(lldt_not_present) {
  put(0, 31, NOT_PRESENT(LDT), 0);
  ATTEMPT("lldt %w0", : "a"(selector(0, 0)));
}

CASE(lldt_from_ldt) {
  load_ldt(31);
  ATTEMPT("lldt %w0", : "a"(0x0c));
}

CASE(ring3_lldt) {
  ATTEMPT_RING3("lldt %w0", "a"(0));
}

CASE(sldt_and_str) {
  load_ldt(31);
  uint32_t local, task_register;
  ATTEMPT("sldt %%eax\n str %%ecx", "=a"(local), "=c"(task_register));
  note("ldt", local);
  note("tr", task_register);
}

CASE(ltr_of_busy_task) {
  ATTEMPT("ltr %w0", : "a"(TASK));
}

CASE(ltr_null) {
  ATTEMPT("ltr %w0", : "a"(0));
}

CASE(ltr_not_present) {
  put(0, 0x67, NOT_PRESENT(TSS32), 0);
  ATTEMPT("ltr %w0", : "a"(selector(0, 0)));
}

CASE(ltr_of_data_segment) {
  ATTEMPT("ltr %w0", : "a"(KERNEL_DATA));
}

CASE(ltr_marks_busy) {
  put(0, 0x67, TSS32, 0);
  ATTEMPT("ltr %w0", : "a"(selector(0, 0)));
  note("access", gdt[TEST_SELECTOR / 8] >> 40 & 0xff);
}

CASE(ltr_of_16_bit_task) {
  put(0, 0x2b, TSS16, 0);
  ATTEMPT("ltr %w0", : "a"(selector(0, 0)));
  note("access", gdt[TEST_SELECTOR / 8] >> 40 & 0xff);
}

/* ---- Asking about segments ------------------------------------------------------------------------------ */

#define ASK(instruction, subject)                                                       \
  do {                                                                                  \
    uint32_t answer = 0x5a5a5a5a, zero;                                                 \
    ATTEMPT(instruction " %3, %0\n sete %b1", "=r"(answer), "=q"(zero)                  \
            : "0"(answer), "r"((uint32_t) (subject)));                                  \
    note("zf", zero & 1);                                                               \
    note("is", answer);                                                                 \
  } while (0)

CASE(lar) {
  put(0, 0x12345, DATA | DPL(3), SIZE_32 | 1);
  put(1, 0x12345, NOT_PRESENT(CODE), SIZE_32);
  ASK("lar", selector(0, 0));
  ASK("lar", selector(1, 0));
  ASK("lar", 0);
  ASK("lar", 0xff8);
  ASK("lar", KERNEL_CODE);
}

CASE(lar_of_system_descriptors) {
  set_test_descriptor(0, gate(KERNEL_CODE, 0, CALL_GATE32, 0));
  set_test_descriptor(1, gate(KERNEL_CODE, 0, INTERRUPT_GATE, 0));
  set_test_descriptor(2, gate(KERNEL_CODE, 0, TASK_GATE, 0));
  set_test_descriptor(3, descriptor(0, 7, LDT, 0));
  ASK("lar", selector(0, 0));
  ASK("lar", selector(1, 0));
  ASK("lar", selector(2, 0));
  ASK("lar", selector(3, 0));
  ASK("lar", TASK);
}

CASE(lsl) {
  put(0, 0x12345, DATA, SIZE_32);
  put(1, 0x12345, DATA, SIZE_32 | PAGES);
  set_test_descriptor(2, gate(KERNEL_CODE, 0, CALL_GATE32, 0));
  ASK("lsl", selector(0, 0));
  ASK("lsl", selector(1, 0));
  ASK("lsl", selector(2, 0));
  ASK("lsl", TASK);
  ASK("lsl", 0);
}

CASE(lsl_respects_rpl) {
  put(0, 0x12345, DATA, SIZE_32);
  put(1, 0x12345, CONFORMING, SIZE_32);
  ASK("lsl", selector(0, 3));
  ASK("lsl", selector(1, 3));
}

CASE(lar_16_bit_operand) {
  uint32_t answer = 0x5a5a5a5a;
  ATTEMPT("lar %w1, %w0", "+a"(answer) : "c"(KERNEL_CODE));
  note("eax", answer);
}

CASE(verr_and_verw) {
  static const uint8_t accesses[] = {DATA, READ_ONLY, CODE, EXECUTE_ONLY, EXPAND_DOWN, CONFORMING,
                                     NOT_PRESENT(DATA)};
  for (size_t i = 0; i < sizeof accesses; i++) {
    put(0, 0xfff, accesses[i], SIZE_32);
    uint32_t readable = 0, writable = 0;
    asm volatile("verr %w2\n sete %b0\n verw %w2\n sete %b1"
                 : "+q"(readable), "+q"(writable) : "r"((uint32_t) selector(0, 0)));
    note("access", accesses[i]);
    note("r", readable);
    note("w", writable);
  }
}

CASE(verr_respects_rpl) {
  put(0, 0xfff, DATA, SIZE_32);
  put(1, 0xfff, CONFORMING, SIZE_32);
  uint32_t data = 0, conforming = 0;
  asm volatile("verr %w2\n sete %b0\n verr %w3\n sete %b1" : "+q"(data), "+q"(conforming)
               : "r"((uint32_t) selector(0, 3)), "r"((uint32_t) selector(1, 3)));
  note("data", data);
  note("conforming", conforming);
}

CASE(arpl) {
  uint32_t a = 0x10, zero_a = 0, b = 0x13, zero_b = 0;
  asm volatile("arpl %w4, %w0\n sete %b1\n arpl %w5, %w2\n sete %b3"
               : "+r"(a), "+q"(zero_a), "+r"(b), "+q"(zero_b) : "r"(3), "r"(1));
  note("raised", a);
  note("zf", zero_a);
  note("kept", b);
  note("zf", zero_b);
}
