/* Segmentation in long mode: what is left of it, 16-byte descriptors, and compatibility mode. */
#include "runtime/runtime.h"

#define NON_CANONICAL 0x0000800000000000ull

/* Enters 32-bit code at ring 0; it comes back with its registers in last. */
#define ATTEMPT_COMPATIBILITY(text, ...)                                                \
  ATTEMPT("movq $attempt%=c, attempt_start\n push %[code32]\n push $attempt%=c\n"       \
          "lretq\n.code32\nattempt%=c:\n" text COME_BACK ".code64\n",                   \
          : [code32] "i"(KERNEL_CODE32) __VA_OPT__(,) __VA_ARGS__)

/* The same at ring 3. */
#define ATTEMPT_COMPATIBILITY_RING3(text, ...)                                          \
  ATTEMPT("movq $attempt%=c, attempt_start\n mov %%rsp, %%r8\n push %[data]\n push %%r8\n" \
          "push $2\n push %[code32]\n push $attempt%=c\n"                               \
          "iretq\n.code32\nattempt%=c:\n" text COME_BACK ".code64\n",                   \
          : [code32] "i"(USER_CODE32), [data] "i"(USER_DATA) __VA_OPT__(,) __VA_ARGS__)

static volatile uint8_t arena[256] ALIGNED(16);

/* ---- Loading selectors --------------------------------------------------------------------------------- */

CASE(null_ds_can_be_used) {
  ATTEMPT("mov %%eax, %%ds\n mov %%eax, %%es\n movb (%%rcx), %%dl\n movb %%es:(%%rcx), %%dl",
          : "a"(0), "c"(arena) : "rdx");
}

CASE(load_ss_null_in_ring_0) {
  uint64_t value;
  ATTEMPT("mov %%eax, %%ss\n mov %%ss, %%ecx", "=c"(value) : "a"(0));
  note("ss", value);
}

CASE(load_ss_null_rpl_3_in_ring_0) {
  ATTEMPT("mov %%eax, %%ss", : "a"(3));
}

CASE(ring3_load_ss_null) {
  ATTEMPT_RING3("mov %%eax, %%ss", "a"(0));
  ATTEMPT_RING3("mov %%eax, %%ss", "a"(3));
}

CASE(load_still_checks_descriptors) {
  ATTEMPT("mov %%eax, %%ds", : "a"(0xff8));
  set_test_descriptor(0, descriptor(0, 0xfff, NOT_PRESENT(DATA), 0));
  ATTEMPT("mov %%eax, %%ds", : "a"(selector(0, 0)));
  ATTEMPT("mov %%eax, %%ss", : "a"(selector(0, 0)));
  set_test_descriptor(0, descriptor(0, 0xfff, EXECUTE_ONLY, 0));
  ATTEMPT("mov %%eax, %%fs", : "a"(selector(0, 0)));
  ATTEMPT("mov %%eax, %%ss", : "a"(USER_DATA));
}

CASE(base_and_limit_of_ds_are_ignored) {
  set_test_descriptor(0, descriptor(0x1000, 0, READ_ONLY, 0));
  arena[3] = 0x33;
  uint64_t value;
  ATTEMPT("mov %%eax, %%ds\n movzbl 3(%%rcx), %%edx\n movb $0x44, 4(%%rcx)", "=d"(value)
          : "a"(selector(0, 0)), "c"(arena) : "memory");
  note("read", value);
  note("written", arena[4]);
}

CASE(stack_segment_limit_is_ignored) {
  set_test_descriptor(0, descriptor(0x1000, 0, DATA, 0));
  ATTEMPT("mov %%eax, %%ss\n push %%rax\n pop %%rax", : "a"(selector(0, 0)));
}

/* ---- FS and GS ----------------------------------------------------------------------------------------------- */

CASE(fs_base_by_selector) {
  set_test_descriptor(0, descriptor((word) arena, 0, DATA, 0));
  arena[9] = 0x99;
  uint64_t value;
  ATTEMPT("mov %%eax, %%fs\n movzbl %%fs:9, %%edx", "=d"(value) : "a"(selector(0, 0)));
  note("byte", value);
  note("base", read_msr(MSR_FS_BASE) == (word) arena);
}

CASE(fs_base_by_msr) {
  write_msr(MSR_FS_BASE, (word) arena + 0);
  arena[9] = 0x98;
  uint64_t value;
  ATTEMPT("movzbl %%fs:9, %%edx", "=d"(value) : "a"(0));
  note("byte", value);
}

CASE(base_beyond_four_gigabytes) {
  write_msr(MSR_GS_BASE, 0xffffffff80000000);
  uint64_t value;
  arena[9] = 0x97;
  ATTEMPT("movzbl %%gs:9(%%rax), %%edx", "=d"(value) : "a"((word) arena + 0x80000000));
  note("byte", value);
}

CASE(effective_address_is_cut_before_the_base_is_added) {
  write_msr(MSR_GS_BASE, (word) arena);
  uint64_t value;
  arena[9] = 0x96;
  ATTEMPT("addr32 movzbl %%gs:10(%%eax), %%edx", "=d"(value) : "a"(-1ull));
  note("byte", value);
}

CASE(sum_with_base_may_be_non_canonical) {
  write_msr(MSR_GS_BASE, 0x7fffffffffff);
  ATTEMPT("movb %%gs:1, %%dl", : : "rdx");
}

CASE(msr_base_non_canonical) {
  ATTEMPT("wrmsr", : "a"(0), "d"(0x8000), "c"(MSR_FS_BASE));
  ATTEMPT("wrmsr", : "a"(0), "d"(0x8000), "c"(MSR_KERNEL_GS_BASE));
}

CASE(null_selector_clears_base) {
  if (is_amd()) {
    NEEDS(NULL_SELECTOR_CLEARS_BASE); /* older processors of AMD keep the base */
  }
  write_msr(MSR_FS_BASE, 0x12345);
  ATTEMPT("mov %%eax, %%fs", : "a"(0));
  note("base", read_msr(MSR_FS_BASE));
}

CASE(selector_loads_32_bits_of_base) {
  write_msr(MSR_GS_BASE, 0xffffffff12345678);
  set_test_descriptor(0, descriptor(0xfedcba98, 0xfff, DATA, 0));
  ATTEMPT("mov %%eax, %%gs", : "a"(selector(0, 0)));
  note("base", read_msr(MSR_GS_BASE));
}

CASE(swapgs) {
  write_msr(MSR_GS_BASE, 0x1111);
  write_msr(MSR_KERNEL_GS_BASE, 0x2222);
  ATTEMPT("swapgs");
  note("gs", read_msr(MSR_GS_BASE));
  note("kernel", read_msr(MSR_KERNEL_GS_BASE));
}

CASE(ring3_swapgs) {
  ATTEMPT_RING3("swapgs");
}

CASE(compatibility_swapgs) {
  ATTEMPT_COMPATIBILITY(".byte 0x0f, 0x01, 0xf8");
}

CASE(fsgsbase_instructions) {
  NEEDS(FSGSBASE);
  ATTEMPT("rdfsbase %%rax", : : "rax");
  write_cr4(read_cr4() | CR4_FSGSBASE);
  uint64_t value;
  ATTEMPT("wrfsbase %1\n rdfsbase %0", "=r"(value) : "r"(0x123456789abull));
  note("base", value);
  ATTEMPT("wrgsbase %%rax", : "a"(NON_CANONICAL));
  ATTEMPT("wrfsbase %k1\n rdfsbase %0", "=r"(value) : "r"(0xffffffff87654321ull));
  note("base", value);
}

CASE(fsgsbase_in_compatibility_mode) {
  NEEDS(FSGSBASE);
  write_cr4(read_cr4() | CR4_FSGSBASE);
  ATTEMPT_COMPATIBILITY(".byte 0xf3, 0x0f, 0xae, 0xc0");
}

/* ---- Far transfers ---------------------------------------------------------------------------------------------- */

CASE(far_call_and_return_64) {
  uint64_t cs;
  ATTEMPT("push %1\n push $1f\n rex.w lcall *(%%rsp)\n jmp 2f\n"
          "1: mov %%cs, %0\n rex.w lret\n2: add $16, %%rsp", "=r"(cs) : "i"(KERNEL_CODE));
  note("cs", cs);
}

CASE(far_return_to_32_bit_code_and_back) {
  ATTEMPT_COMPATIBILITY("mov $1, %%eax\n .byte 0x48\n mov %%esp, %%ebx", "S"(1));
  note("eax", last.ax);
}

CASE(code_segment_with_l_and_d) {
  set_test_descriptor(0, descriptor(0, 0xfffff, CODE, SIZE_32 | SIZE_64 | PAGES));
  ATTEMPT("push %0\n push $1f\n lretq\n1:", : "i"(selector(0, 0)));
}

CASE(far_return_64_non_canonical) {
  ATTEMPT("push %0\n push %1\n lretq", : "i"(KERNEL_CODE), "r"(NON_CANONICAL));
}

CASE(far_return_64_to_null_stack_in_ring_3) {
  ATTEMPT("push $3\n push $0x1000\n push %0\n push $1f\n lretq\n1: mov %%ss, %%eax" COME_BACK,
          : "i"(USER_CODE64));
  ATTEMPT("push $0\n push $0x1000\n push %0\n push $0\n lretq", : "i"(USER_CODE64));
}

CASE(far_jump_through_memory_m16_64) {
  struct PACKED {
    uint64_t offset;
    uint16_t selector;
  } target = {0, KERNEL_CODE};
  ATTEMPT("movq $1f, %0\n rex.w ljmp *%0\n1:", "+m"(target));
}

CASE(far_jump_to_available_task) {
  set_test_descriptor(0, descriptor((word) &task, 0x67, TSS32, 0));
  struct PACKED {
    uint32_t offset;
    uint16_t selector;
  } target = {0, selector(0, 0)};
  ATTEMPT("ljmp *%0", : "m"(target));
}

CASE(far_jump_to_32_bit_call_gate_type) {
  struct PACKED {
    uint32_t offset;
    uint16_t selector;
  } target = {0, selector(0, 0)};
  set_test_descriptor(0, gate(KERNEL_CODE, 0, CALL_GATE16, 0));
  ATTEMPT("ljmp *%0", : "m"(target));
  set_test_descriptor(0, gate(KERNEL_CODE, 0, TASK_GATE, 0));
  ATTEMPT("ljmp *%0", : "m"(target));
}

/* ---- Call gates of 16 bytes ------------------------------------------------------------------------------------------ */

extern char gate_target[];
asm("gate_target:\n"
    "  mov %cs, %edx\n"
    "  mov %ss, %edi\n"
    "  mov (%rsp), %rax\n"
    "  mov 8(%rsp), %rbx\n"
    "  mov 16(%rsp), %rcx\n"
    "  mov %rsp, %rsi\n"
    "  int $0x30\n");

static struct PACKED {
  uint32_t offset;
  uint16_t selector;
} gate_pointer = {0, TEST_SELECTOR + 3};

static void put_gate(uint16_t code, uint8_t type) {
  set_test_descriptor(0, gate(code, (uint32_t) (word) gate_target, type, 0));
  set_test_descriptor(1, 0);
}

CASE(call_gate_same_privilege) {
  put_gate(KERNEL_CODE, CALL_GATE32 | DPL(3));
  ATTEMPT("lcall *%0", : "m"(gate_pointer));
  note("cs", last.dx & 0xffff);
  note("from", last.bx & 0xffff);
  note("ss", last.di & 0xffff);
}

CASE(ring3_call_gate) {
  put_gate(KERNEL_CODE, CALL_GATE32 | DPL(3));
  ATTEMPT_RING3("lcall *%0", "m"(gate_pointer));
  note("cs", last.dx & 0xffff);
  note("from", last.bx & 0xffff);
  note("ss", last.di & 0xffff);
  note("pushed", (word) interrupt_stack_top - last.si);
}

CASE(call_gate_to_compatibility_code) {
  put_gate(KERNEL_CODE32, CALL_GATE32 | DPL(3));
  ATTEMPT("lcall *%0", : "m"(gate_pointer));
}

CASE(call_gate_upper_half_has_type) {
  put_gate(KERNEL_CODE, CALL_GATE32 | DPL(3));
  set_test_descriptor(1, 0x0000010000000000);
  ATTEMPT("lcall *%0", : "m"(gate_pointer));
}

CASE(call_gate_non_canonical) {
  put_gate(KERNEL_CODE, CALL_GATE32 | DPL(3));
  set_test_descriptor(1, 0x8000);
  ATTEMPT("lcall *%0", : "m"(gate_pointer));
}

CASE(call_gate_not_present) {
  put_gate(KERNEL_CODE, NOT_PRESENT(CALL_GATE32 | DPL(3)));
  ATTEMPT("lcall *%0", : "m"(gate_pointer));
}

CASE(ring3_call_gate_with_non_canonical_stack) {
  put_gate(KERNEL_CODE, CALL_GATE32 | DPL(3));
  task.sp0 = NON_CANONICAL;
  ATTEMPT_RING3("lcall *%0", "m"(gate_pointer));
}

/* ---- System descriptors ---------------------------------------------------------------------------------------------- */

CASE(lldt_reads_16_bytes) {
  static uint64_t ldt[1] = {0x00cf93000000ffff};
  set_test_descriptor(0, descriptor((word) ldt, 7, LDT, 0));
  set_test_descriptor(1, 0);
  ATTEMPT("lldt %w0\n mov %%ecx, %%es", : "a"(selector(0, 0)), "c"(4));
}

CASE(lldt_upper_half_has_type) {
  set_test_descriptor(0, descriptor(0, 7, LDT, 0));
  set_test_descriptor(1, 0x0000010000000000);
  ATTEMPT("lldt %w0", : "a"(selector(0, 0)));
}

CASE(lldt_non_canonical) {
  set_test_descriptor(0, descriptor(0, 7, LDT, 0));
  set_test_descriptor(1, 0x8000);
  ATTEMPT("lldt %w0", : "a"(selector(0, 0)));
}

CASE(ltr_at_end_of_table) {
  gdt[GDT_ENTRIES - 1] = descriptor((word) &task, 0x67, TSS32, 0);
  ATTEMPT("ltr %w0", : "a"(GDT_ENTRIES * 8 - 8));
}

CASE(ltr_of_16_bit_task) {
  set_test_descriptor(0, descriptor((word) &task, 0x67, TSS16, 0));
  ATTEMPT("ltr %w0", : "a"(selector(0, 0)));
}

/* ---- IRETQ --------------------------------------------------------------------------------------------------------------- */

CASE(iretq_same_privilege_pops_stack) {
  uint64_t sp;
  ATTEMPT("mov %%rsp, %%rcx\n push %1\n push %2\n pushfq\n push %3\n push $1f\n iretq\n"
          "1: mov %%rsp, %0\n mov %%rcx, %%rsp", "=r"(sp)
          : "i"(KERNEL_DATA), "r"(arena + 128), "i"(KERNEL_CODE) : "rcx");
  note("sp", sp - (word) arena);
}

CASE(iretq_null_ss_in_ring_0) {
  ATTEMPT("mov %%rsp, %%rcx\n push $0\n push %%rcx\n pushfq\n push %0\n push $1f\n iretq\n1:",
          : "i"(KERNEL_CODE) : "rcx");
}

CASE(iretq_null_ss_to_ring_3) {
  ATTEMPT("mov %%rsp, %%rcx\n push $3\n push %%rcx\n pushfq\n push %0\n push $1f\n iretq\n"
          "1: mov %%ss, %%eax" COME_BACK, : "i"(USER_CODE64) : "rcx");
}

CASE(iretq_null_ss_to_compatibility_code) {
  ATTEMPT("mov %%rsp, %%rcx\n push $3\n push %%rcx\n pushfq\n push %0\n push $0\n iretq",
          : "i"(USER_CODE32) : "rcx");
}

CASE(iretq_non_canonical_target) {
  ATTEMPT("mov %%rsp, %%rcx\n push %0\n push %%rcx\n pushfq\n push %1\n push %2\n iretq",
          : "i"(KERNEL_DATA), "i"(KERNEL_CODE), "r"(NON_CANONICAL) : "rcx");
}

CASE(iretq_ignores_nt_in_flags_register) {
  ATTEMPT("push $0x4002\n popfq\n iretq");
}

CASE(iretq_loads_selected_flags) {
  uint64_t flags;
  ATTEMPT("mov %%rsp, %%rcx\n push %1\n push %%rcx\n push $0x245cd7\n push %2\n push $1f\n iretq\n"
          "1: pushfq\n pop %0\n push $2\n popfq", "=r"(flags)
          : "i"(KERNEL_DATA), "i"(KERNEL_CODE) : "rcx");
  note("flags", flags);
}

/* ---- Compatibility mode --------------------------------------------------------------------------------------------------- */

CASE(compatibility_interrupt_pushes_64_bit_frame) {
  ATTEMPT_COMPATIBILITY("ud2");
  note("cs", last.cs);
  note("ss", last.ss);
}

CASE(compatibility_ring3) {
  ATTEMPT_COMPATIBILITY_RING3("mov %%cs, %%eax\n mov %%ss, %%ebx\n ud2");
  note("eax", last.ax);
  note("ebx", last.bx);
}

CASE(compatibility_has_inc_and_bcd) {
  ATTEMPT_COMPATIBILITY("mov $0x19, %%eax\n .byte 0x40\n .byte 0x27\n .byte 0x60\n .byte 0x61");
  note("eax", last.ax);
}

CASE(compatibility_limit_is_checked) {
  set_test_descriptor(0, descriptor((word) arena, 0xff, DATA, SIZE_32));
  ATTEMPT_COMPATIBILITY("mov %%eax, %%es\n mov %%es:0x100, %%ecx", "a"(selector(0, 0)));
}

CASE(compatibility_null_segment) {
  ATTEMPT_COMPATIBILITY("mov %%eax, %%es\n mov %%es:0x100, %%ecx", "a"(0));
}

CASE(compatibility_stack_is_32_bit) {
  ATTEMPT_COMPATIBILITY("mov %%esp, %%ebx\n push %%eax\n sub %%esp, %%ebx\n add $4, %%esp");
  note("pushed", last.bx);
}

CASE(compatibility_far_jump_to_64_bit_code) {
  ATTEMPT_COMPATIBILITY("ljmp %[code64], $1f\n.code64\n1: mov $0x1234567890, %%rax\n int $0x30\n"
                        ".code32", [code64] "i"(KERNEL_CODE));
  note("rax", last.ax);
}

CASE(compatibility_upper_registers_in_64_bit_mode_again) {
  ATTEMPT_COMPATIBILITY("mov %%ebx, %%ecx", "b"(0x1122334455667788), "r"(0));
  note("ecx", last.cx & 0xffffffff);
}

CASE(compatibility_into_and_bound) {
  ATTEMPT_COMPATIBILITY("movb $0x7f, %%al\n addb $1, %%al\n .byte 0xce");
}

CASE(compatibility_task_switch) {
  set_test_descriptor(0, descriptor((word) &task, 0x67, TSS32, 0));
  ATTEMPT_COMPATIBILITY("ljmp %[to], $0", [to] "i"(selector(0, 0)));
}

CASE(compatibility_iret_with_nt) {
  ATTEMPT_COMPATIBILITY("push $0x4002\n popfl\n iretl");
}

CASE(compatibility_vm_flag_is_not_loaded) {
  ATTEMPT_COMPATIBILITY("push $0x20002\n push %[code]\n push $1f\n iretl\n1: pushfl\n pop %%eax",
                        [code] "i"(KERNEL_CODE32));
  note("vm", last.ax >> 17 & 1);
}
