/* SYSCALL, SYSRET, SYSENTER and SYSEXIT in long mode. */
#include "runtime/runtime.h"

#define NON_CANONICAL 0x0000800000000000ull

/* What SYSCALL and SYSENTER enter: reports the registers, then comes back. */
extern char entered[];
asm("entered:\n"
    "  mov %cs, %ebx\n"
    "  mov %ss, %edx\n"
    "  mov %rsp, %rsi\n"
    "  pushfq\n"
    "  pop %rdi\n"
    "  int $0x30\n");

static char stack[1024] ALIGNED(16);

static void set_up_syscall(uint64_t mask) {
  write_msr(MSR_STAR, (uint64_t) (USER_CODE32 & ~3) << 48 | (uint64_t) KERNEL_CODE << 32);
  write_msr(MSR_LSTAR, (word) entered);
  write_msr(MSR_CSTAR, (word) entered);
  write_msr(MSR_SFMASK, mask);
}

static void set_up_sysenter(void) {
  write_msr(MSR_SYSENTER_CS, KERNEL_CODE);
  write_msr(MSR_SYSENTER_ESP, (word) stack + sizeof stack);
  write_msr(MSR_SYSENTER_EIP, (word) entered);
}

/* ---- SYSCALL --------------------------------------------------------------------------------------------- */

CASE(syscall_from_ring_3) {
  set_up_syscall(0);
  ATTEMPT_RING3("syscall");
  note("cs", last.bx & 0xffff);
  note("ss", last.dx & 0xffff);
  note("rcx", last.cx - attempt_start);
}

CASE(syscall_keeps_rsp) {
  set_up_syscall(0);
  ATTEMPT_RING3("mov %%rax, %%rsp\n syscall", "a"(stack + 512));
  note("rsp", last.si - (word) stack);
}

CASE(syscall_masks_flags) {
  set_up_syscall(FLAG_CF | FLAG_DF);
  ATTEMPT_RING3("stc\n std\n syscall");
  note("r11", last.r11 & (FLAG_CF | FLAG_DF));
  note("flags", last.di & (FLAG_CF | FLAG_DF));
}

CASE(syscall_clears_rf_in_flags) {
  set_up_syscall(0);
  ATTEMPT_RING3("syscall");
  note("rf", last.di >> 16 & 1);
}

CASE(syscall_in_ring_0) {
  set_up_syscall(0);
  ATTEMPT("syscall", : : "rcx", "r11");
  note("cs", last.bx & 0xffff);
  note("rcx", last.cx - attempt_start);
}

CASE(syscall_without_sce) {
  set_up_syscall(0);
  write_msr(MSR_EFER, read_msr(MSR_EFER) & ~EFER_SCE);
  ATTEMPT("syscall", : : "rcx", "r11");
  ATTEMPT("sysretq", : : "rcx", "r11");
}

CASE(syscall_loads_no_descriptor) {
  set_up_syscall(0);
  write_msr(MSR_STAR, 0xff8ull << 32);
  ATTEMPT("syscall", : : "rcx", "r11");
  note("cs", last.bx & 0xffff);
  note("ss", last.dx & 0xffff);
}

CASE(lstar_non_canonical) {
  ATTEMPT("wrmsr", : "a"(0), "d"(0x8000), "c"(MSR_LSTAR));
  ATTEMPT("wrmsr", : "a"(0), "d"(0x8000), "c"(MSR_CSTAR));
}

CASE(syscall_from_compatibility_mode_on_amd) {
  if (!is_amd()) {
    skip("AMD processor");
    return;
  }
  set_up_syscall(0);
  ATTEMPT("mov %%rsp, %%r8\n push %0\n push %%r8\n push $2\n push %1\n push $1f\n iretq\n"
          ".code32\n1: syscall\n.code64", : "i"(USER_DATA), "i"(USER_CODE32) : "r8");
  note("cs", last.bx & 0xffff);
}

CASE(syscall_from_compatibility_mode_on_intel) {
  if (is_amd()) {
    skip("Intel processor");
    return;
  }
  set_up_syscall(0);
  ATTEMPT("mov %%rsp, %%r8\n push %0\n push %%r8\n push $2\n push %1\n push $1f\n iretq\n"
          ".code32\n1: syscall\n.code64", : "i"(USER_DATA), "i"(USER_CODE32) : "r8");
}

/* ---- SYSRET ---------------------------------------------------------------------------------------------- */

CASE(sysret_to_64_bit_code) {
  set_up_syscall(0);
  ATTEMPT("movl $1f, %%ecx\n mov $0x202, %%r11d\n sysretq\n1: mov %%cs, %%eax\n mov %%ss, %%ebx\n"
          "pushfq\n pop %%rdx" COME_BACK, : : "rcx", "r11");
  note("cs", last.ax & 0xffff);
  note("ss", last.bx & 0xffff);
  note("if", last.dx >> 9 & 1);
}

CASE(sysret_to_32_bit_code) {
  set_up_syscall(0);
  ATTEMPT("movl $1f, %%ecx\n mov $2, %%r11d\n sysretl\n.code32\n1: mov %%cs, %%eax\n"
          "mov %%ss, %%ebx" COME_BACK ".code64", : : "rcx", "r11");
  note("cs", last.ax & 0xffff);
  note("ss", last.bx & 0xffff);
}

CASE(sysret_in_ring_3) {
  set_up_syscall(0);
  ATTEMPT_RING3("sysretq");
}

CASE(sysret_ignores_rf_and_vm) {
  set_up_syscall(0);
  ATTEMPT("movl $1f, %%ecx\n mov $0x30003, %%r11d\n sysretq\n1: pushfq\n pop %%rdx" COME_BACK,
          : : "rcx", "r11");
  note("flags", last.dx & 0x30003);
}

CASE(sysret_loads_other_flags) {
  set_up_syscall(0);
  ATTEMPT("movl $1f, %%ecx\n mov $0x243cd7, %%r11d\n sysretq\n1: pushfq\n pop %%rdx" COME_BACK,
          : : "rcx", "r11");
  note("flags", last.dx);
}

CASE(sysret_non_canonical_on_intel) {
  if (is_amd()) {
    skip("Intel processor");
    return;
  }
  set_up_syscall(0);
  ATTEMPT("sysretq", : "c"(NON_CANONICAL) : "r11");
  note("cs", last.cs);
}

CASE(sysret_non_canonical_on_amd) {
  if (!is_amd()) {
    skip("AMD processor");
    return;
  }
  set_up_syscall(0);
  ATTEMPT("mov $2, %%r11d\n sysretq", : "c"(NON_CANONICAL) : "r11");
  note("cs", last.cs);
}

CASE(sysret_loads_no_descriptor) {
  set_up_syscall(0);
  write_msr(MSR_STAR, 0x0fe0ull << 48);
  ATTEMPT("movl $1f, %%ecx\n mov $2, %%r11d\n sysretq\n1: mov %%cs, %%eax\n mov %%ss, %%ebx"
          COME_BACK, : : "rcx", "r11");
  note("cs", last.ax & 0xffff);
  note("ss", last.bx & 0xffff);
}

/* ---- SYSENTER and SYSEXIT: on Intel's processors in all modes, on AMD's not in long mode ------------------------ */

CASE(sysenter_on_amd) {
  if (!is_amd()) {
    skip("AMD processor");
    return;
  }
  set_up_sysenter();
  ATTEMPT_RING3("sysenter");
  ATTEMPT("sysexitl");
}

CASE(sysenter_from_compatibility_mode_on_amd) {
  if (!is_amd()) {
    skip("AMD processor");
    return;
  }
  set_up_sysenter();
  ATTEMPT("mov %%rsp, %%r8\n push %0\n push %%r8\n push $2\n push %1\n push $1f\n iretq\n"
          ".code32\n1: sysenter\n.code64", : "i"(USER_DATA), "i"(USER_CODE32) : "r8");
}

CASE(sysenter_on_intel) {
  if (is_amd()) {
    skip("Intel processor");
    return;
  }
  set_up_sysenter();
  ATTEMPT_RING3("sysenter");
  note("cs", last.bx & 0xffff);
  note("ss", last.dx & 0xffff);
  note("rsp", last.si - (word) stack);
}

CASE(sysexit_on_intel) {
  if (is_amd()) {
    skip("Intel processor");
    return;
  }
  set_up_sysenter();
  ATTEMPT("movl $1f, %%edx\n mov %%rsp, %%rcx\n rex.w sysexit\n1: mov %%cs, %%eax\n"
          "mov %%ss, %%ebx" COME_BACK, : : "rcx", "rdx");
  note("cs", last.ax & 0xffff);
  note("ss", last.bx & 0xffff);
}

CASE(ring3_sysexit_on_intel) {
  if (is_amd()) {
    skip("Intel processor");
    return;
  }
  set_up_sysenter();
  ATTEMPT_RING3("sysexitl");
}

CASE(sysenter_msr_non_canonical_on_intel) {
  if (is_amd()) {
    skip("Intel processor");
    return;
  }
  ATTEMPT("wrmsr", : "a"(0), "d"(0x8000), "c"(MSR_SYSENTER_EIP));
}

/* ---- EFER ------------------------------------------------------------------------------------------------------------ */

CASE(efer_lma_is_read_only) {
  ATTEMPT("rdmsr\n and $0xfffffbff, %%eax\n wrmsr\n rdmsr", : "c"(MSR_EFER) : "rax", "rdx");
  note("lma", read_msr(MSR_EFER) >> 10 & 1);
}

CASE(efer_lme_cannot_change_while_paging) {
  ATTEMPT("rdmsr\n and $0xfffffeff, %%eax\n wrmsr", : "c"(MSR_EFER) : "rax", "rdx");
}

CASE(efer_reserved_bit) {
  ATTEMPT("rdmsr\n or $0x200, %%eax\n wrmsr", : "c"(MSR_EFER) : "rax", "rdx");
  ATTEMPT("rdmsr\n or $1, %%edx\n wrmsr", : "c"(MSR_EFER) : "rax", "rdx");
}

CASE(long_mode_pae_cannot_be_cleared) {
  if (is_qemu()) { /* it would go on with other page tables */
    skip("check of CR4.PAE");
    return;
  }
  ATTEMPT("mov %%rax, %%cr4", : "a"(read_cr4() & ~(uint64_t) CR4_PAE));
}

CASE(paging_cannot_be_cleared_in_64_bit_code) {
  if (is_qemu()) { /* it would go on in a mode of its own */
    skip("check of CR0.PG");
    return;
  }
  ATTEMPT("mov %%rax, %%cr0", : "a"(read_cr0() & ~(uint64_t) CR0_PG));
}
