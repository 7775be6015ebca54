/* SYSENTER, SYSEXIT, SYSCALL and SYSRET in 32-bit protected mode. */
#include "runtime/runtime.h"

/* What SYSENTER and SYSCALL enter: reports the registers, then comes back. */
extern char entered[];
asm("entered:\n"
    "  mov %cs, %ebx\n"
    "  mov %ss, %edx\n"
    "  mov %esp, %esi\n"
    "  pushfl\n"
    "  pop %edi\n"
    "  int $0x30\n");

static char stack[256] ALIGNED(16);

static void set_up_sysenter(void) {
  write_msr(MSR_SYSENTER_CS, KERNEL_CODE);
  write_msr(MSR_SYSENTER_ESP, (word) stack + sizeof stack);
  write_msr(MSR_SYSENTER_EIP, (word) entered);
}

static void note_entry(void) {
  note("cs", last.bx & 0xffff);
  note("ss", last.dx & 0xffff);
}

CASE(sysenter_from_ring_3) {
  NEEDS(SEP);
  set_up_sysenter();
  ATTEMPT_RING3("sysenter");
  note_entry();
  note("esp", last.si - (word) stack);
}

CASE(sysenter_clears_if_and_vm) {
  NEEDS(SEP);
  set_up_sysenter();
  ATTEMPT("mov %%esp, %%ecx\n push %0\n push %%ecx\n push $0x202\n push %1\n push $1f\n iret\n"
          "1: sysenter", : "i"(USER_DATA), "i"(USER_CODE32) : "ecx");
  note("if", last.di >> 9 & 1);
}

CASE(sysenter_keeps_other_flags) {
  NEEDS(SEP);
  set_up_sysenter();
  ATTEMPT_RING3("stc\n std\n sysenter");
  note("flags", last.di & (FLAG_CF | FLAG_DF));
}

CASE(sysenter_in_ring_0) {
  NEEDS(SEP);
  set_up_sysenter();
  ATTEMPT("sysenter");
  note_entry();
}

CASE(sysenter_with_null_selector) {
  NEEDS(SEP);
  set_up_sysenter();
  write_msr(MSR_SYSENTER_CS, 0);
  ATTEMPT_RING3("sysenter");
  write_msr(MSR_SYSENTER_CS, 3);
  ATTEMPT_RING3("sysenter");
}

CASE(sysenter_ignores_rpl_and_descriptors) {
  NEEDS(SEP);
  set_up_sysenter();
  write_msr(MSR_SYSENTER_CS, 0xfeb);
  ATTEMPT_RING3("sysenter");
  note_entry();
}

CASE(sysexit_to_ring_3) {
  NEEDS(SEP);
  set_up_sysenter();
  ATTEMPT("mov $1f, %%edx\n mov %%esp, %%ecx\n sysexit\n1: mov %%cs, %%eax\n mov %%ss, %%ebx\n"
          "sub %%esp, %%ecx" COME_BACK, : : "ecx", "edx");
  note("cs", last.ax & 0xffff);
  note("ss", last.bx & 0xffff);
  note("esp_moved", last.cx);
}

CASE(ring3_sysexit) {
  NEEDS(SEP);
  set_up_sysenter();
  ATTEMPT_RING3("sysexit");
}

CASE(sysexit_with_null_selector) {
  NEEDS(SEP);
  set_up_sysenter();
  write_msr(MSR_SYSENTER_CS, 0);
  ATTEMPT("sysexit");
}

CASE(v86_sysenter_leaves_virtual_8086_mode) {
  NEEDS(SEP);
  set_up_sysenter();
  static const uint8_t code[] = {0x0f, 0x34};
  asm volatile("rep movsb" : : "S"(code), "D"(0x20000), "c"(sizeof code) : "memory");
  ATTEMPT("push $0x2000\n push $0x2000\n push $0x2000\n push $0x2000\n push $0x2000\n push $0x8000\n"
          "push $0x20202\n push $0x2000\n push $0\n iret");
  note_entry();
  note("vm", last.di >> 17 & 1);
  note("if", last.di >> 9 & 1);
}

/* SYSCALL outside long mode exists on AMD's processors only. */

static void set_up_syscall(void) {
  write_msr(MSR_EFER, EFER_SCE);
  write_msr(MSR_STAR, (uint64_t) (USER_CODE32 & ~3) << 48 | (uint64_t) KERNEL_CODE << 32
                          | (word) entered);
}

CASE(legacy_syscall_on_amd) {
  if (!is_amd()) {
    skip("AMD processor");
    return;
  }
  set_up_syscall();
  ATTEMPT_RING3("mov %%eax, %%esp\n syscall", "a"(stack + 128));
  note_entry();
  note("ecx", last.cx - attempt_start);
  note("esp", last.si - (word) stack);
  note("if", last.di >> 9 & 1);
  write_msr(MSR_EFER, 0);
}

CASE(legacy_sysret_on_amd) {
  if (!is_amd()) {
    skip("AMD processor");
    return;
  }
  set_up_syscall();
  ATTEMPT("mov $1f, %%ecx\n sysret\n1: mov %%cs, %%eax\n mov %%ss, %%ebx\n pushfl\n pop %%edx"
          COME_BACK, : : "ecx");
  note("cs", last.ax & 0xffff);
  note("ss", last.bx & 0xffff);
  note("if", last.dx >> 9 & 1);
  write_msr(MSR_EFER, 0);
}

CASE(legacy_syscall_on_intel) {
  if (is_amd()) {
    skip("Intel processor");
    return;
  }
  set_up_syscall();
  ATTEMPT_RING3("syscall");
  write_msr(MSR_EFER, 0);
}
