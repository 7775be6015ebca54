/* Call gates, interrupts and returns between the rings in 32-bit protected mode. */
#include "runtime/runtime.h"

/*
 * Where the gates of the cases lead: EDX and EDI get CS and SS, ESI the stack pointer, EAX, EBX,
 * ECX and EBP the first four words on the stack.
 */
extern char gate_target[], gate_target_popping[];
asm("gate_target:\n"
    "  mov %cs, %edx\n"
    "  mov %ss, %edi\n"
    "  mov (%esp), %eax\n"
    "  mov 4(%esp), %ebx\n"
    "  mov 8(%esp), %ecx\n"
    "  mov 12(%esp), %ebp\n"
    "  mov %esp, %esi\n"
    "  int $0x30\n"
    "gate_target_popping:\n"
    "  lret $8\n");

static uint8_t outer_stack[256] ALIGNED(16), inner_stack[256] ALIGNED(16);
static uint8_t spare_task[sizeof(struct task_state)];

static void put_gate(int index, uint16_t selector, uint8_t type, uint8_t parameters) {
  set_test_descriptor(index, gate(selector, (uint32_t) gate_target, type, parameters));
}

static void note_target(void) {
  note("cs", last.dx & 0xffff);
  note("ss", last.di & 0xffff);
  note("from", last.bx & 0xffff);
}

static void note_pushed(void) {
  note("pushed", (word) interrupt_stack_top - last.si);
}

/* ---- Call gates ---------------------------------------------------------------------------------- */

CASE(call_gate_same_privilege) {
  put_gate(0, KERNEL_CODE, CALL_GATE32, 0);
  ATTEMPT("lcall %0, $0x12345678", : "i"(selector(0, 0)));
  note_target();
  note("returns_to", last.ax - attempt_start);
}

CASE(call_gate_rpl_of_target_is_ignored) {
  put_gate(0, KERNEL_CODE | 3, CALL_GATE32, 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 0)));
  note_target();
}

CASE(jump_through_call_gate) {
  put_gate(0, KERNEL_CODE, CALL_GATE32, 0);
  ATTEMPT("push $0x77\n ljmp %0, $0", : "i"(selector(0, 0)));
  note("cs", last.dx & 0xffff);
  note("top", last.ax);
}

CASE(ring3_call_gate) {
  put_gate(0, KERNEL_CODE, CALL_GATE32 | DPL(3), 0);
  ATTEMPT_RING3("lcall %0, $0", "i"(selector(0, 3)));
  note_target();
  note_pushed();
  note("old_ss", last.bp & 0xffff);
}

CASE(ring3_call_gate_copies_parameters) {
  put_gate(0, KERNEL_CODE, CALL_GATE32 | DPL(3), 2);
  ATTEMPT_RING3("push $0x11\n push $0x22\n lcall %0, $0", "i"(selector(0, 3)));
  note_target();
  note_pushed();
  note("last", last.cx);
  note("first", last.bp);
}

CASE(ring3_call_gate_31_parameters) {
  put_gate(0, KERNEL_CODE, CALL_GATE32 | DPL(3), 31);
  ATTEMPT_RING3("sub $200, %%esp\n lcall %0, $0", "i"(selector(0, 3)));
  note_pushed();
}

CASE(ring3_call_gate_returns_and_drops_parameters) {
  set_test_descriptor(0, gate(KERNEL_CODE, (uint32_t) gate_target_popping,
                              CALL_GATE32 | DPL(3), 2));
  ATTEMPT_RING3("mov %%esp, %%ebx\n push $0x11\n push $0x22\n lcall %0, $0\n sub %%esp, %%ebx\n"
                "mov %%cs, %%ecx", "i"(selector(0, 3)));
  note("left", last.bx);
  note("cs", last.cx & 0xffff);
}

CASE(ring3_call_gate_16_bit) {
  set_test_descriptor(1, descriptor((uint32_t) gate_target & ~0xffff, 0xffff, CODE, SIZE_32));
  set_test_descriptor(0, gate(selector(1, 0), (uint32_t) gate_target & 0xffff,
                              CALL_GATE16 | DPL(3), 0));
  ATTEMPT_RING3("lcall %0, $0", "i"(selector(0, 3)));
  note("cs", last.dx & 0xffff);
  note_pushed();
}

CASE(ring3_call_gate_privileged) {
  put_gate(0, KERNEL_CODE, CALL_GATE32, 0);
  ATTEMPT_RING3("lcall %0, $0", "i"(selector(0, 0)));
}

CASE(ring3_call_gate_rpl_above_dpl) {
  put_gate(0, KERNEL_CODE, CALL_GATE32 | DPL(2), 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 3)));
}

CASE(call_gate_not_present) {
  put_gate(0, KERNEL_CODE, NOT_PRESENT(CALL_GATE32), 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 0)));
}

CASE(ring3_call_gate_privileged_not_present) {
  put_gate(0, KERNEL_CODE, NOT_PRESENT(CALL_GATE32), 0);
  ATTEMPT_RING3("lcall %0, $0", "i"(selector(0, 3)));
}

CASE(call_gate_to_null) {
  put_gate(0, 0, CALL_GATE32, 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 0)));
}

CASE(call_gate_beyond_gdt) {
  put_gate(0, 0xff8, CALL_GATE32, 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 0)));
}

CASE(call_gate_to_data) {
  put_gate(0, KERNEL_DATA, CALL_GATE32, 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 0)));
}

CASE(call_gate_to_outer_code) {
  put_gate(0, USER_CODE32, CALL_GATE32, 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 0)));
}

CASE(call_gate_to_code_not_present) {
  set_test_descriptor(1, descriptor(0, 0xfffff, NOT_PRESENT(CODE), SIZE_32 | PAGES));
  put_gate(0, selector(1, 0), CALL_GATE32, 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 0)));
}

CASE(call_gate_beyond_code_limit) {
  set_test_descriptor(1, descriptor(0, 0xfff, CODE, SIZE_32));
  put_gate(0, selector(1, 0), CALL_GATE32, 0);
  ATTEMPT("lcall %0, $0", : "i"(selector(0, 0)));
}

CASE(ring3_jump_through_call_gate_to_inner_code) {
  put_gate(0, KERNEL_CODE, CALL_GATE32 | DPL(3), 0);
  ATTEMPT_RING3("ljmp %0, $0", "i"(selector(0, 3)));
}

CASE(ring3_call_gate_to_conforming_code) {
  set_test_descriptor(1, descriptor(0, 0xfffff, CONFORMING, SIZE_32 | PAGES));
  put_gate(0, selector(1, 0), CALL_GATE32 | DPL(3), 2);
  ATTEMPT_RING3("mov %%esp, %%ecx\n lcall %0, $0", "i"(selector(0, 3)));
  note("cs", last.dx & 0xffff);
  note("ss", last.di & 0xffff);
}

CASE(call_gate_in_ldt) {
  static uint64_t ldt[2];
  set_test_descriptor(0, descriptor((uint32_t) ldt, sizeof ldt - 1, LDT, 0));
  ldt[1] = gate(KERNEL_CODE, (uint32_t) gate_target, CALL_GATE32 | DPL(3), 0);
  asm volatile("lldt %w0" : : "r"(selector(0, 0)));
  ATTEMPT_RING3("lcall $0xf, $0");
  note_target();
}

/* ---- The stack that the task state gives ------------------------------------------------------------ */


/* Handlers of these faults come from ring 3 too, so they have to live in a task of their own. */
static void faults_switch_tasks(void) {
  extern void spare_task_entry(void);
  struct task_state *spare = (struct task_state *) spare_task;
  *spare = (struct task_state) {
      .ip = (uint32_t) spare_task_entry, .flags = 2,
      .sp = (uint32_t) inner_stack + sizeof inner_stack,
      .es = USER_DATA, .cs = KERNEL_CODE, .ss = KERNEL_DATA,
      .ds = USER_DATA, .fs = USER_DATA, .gs = USER_DATA, .io_map = sizeof *spare,
  };
  set_test_descriptor(10, descriptor((uint32_t) spare, sizeof *spare - 1, TSS32, 0));
}

asm("spare_task_entry:\n"
    "  pop %eax\n"
    "  int $0x30\n");

/* Calls ring 0 with the stack selector and pointer given; prints the error code it meets. */
static void call_with_stack(uint16_t ss, uint32_t esp) {
  task.ss0 = ss;
  task.sp0 = esp;
  put_gate(0, KERNEL_CODE, CALL_GATE32 | DPL(3), 0);
  static const uint8_t vectors[] = {VECTOR_TS, VECTOR_SS, VECTOR_GP, VECTOR_NP};
  for (size_t i = 0; i < sizeof vectors; i++) {
    faults_switch_tasks();
    for (int vector = 8; vector < 14; vector++) {
      set_idt_gate(vector, 0, DOUBLE_FAULT_TASK, TASK_GATE, 0);
    }
    set_idt_gate(vectors[i], 0, selector(10, 0), TASK_GATE, 0);
    asm volatile("lldt %w0" : : "r"(0));
    attempting = 1;
    if (!begin_attempt()) {
      asm volatile(MARK_ATTEMPT_RING3 "lcall %0, $0" COME_BACK : : "i"(selector(0, 3)));
      __builtin_unreachable();
    }
    attempting = 0;
    /* The link in the task says that it was entered; then EAX holds the error code. */
    if (((struct task_state *) spare_task)->link == TASK && last_vector < 0) {
      static const char *const names[] = {"TS", "SS", "GP", "NP"};
      note(names[i], last.ax);
    }
    uint8_t access = DPL(0) | TSS32;
    gdt[TASK / 8] = (gdt[TASK / 8] & ~(0xffull << 40)) | (uint64_t) access << 40;
    gdt[DOUBLE_FAULT_TASK / 8] &= ~(2ull << 40);
    asm volatile("ltr %w0" : : "r"(TASK));
    task.ss0 = ss;
    task.sp0 = esp;
  }
}

CASE(inner_stack_null) {
  call_with_stack(0, (uint32_t) inner_stack + 128);
}

CASE(inner_stack_beyond_gdt) {
  call_with_stack(0xff8, (uint32_t) inner_stack + 128);
}

CASE(inner_stack_of_outer_privilege) {
  call_with_stack(USER_DATA, (uint32_t) inner_stack + 128);
}

CASE(inner_stack_rpl_differs) {
  call_with_stack(KERNEL_DATA | 3, (uint32_t) inner_stack + 128);
}

CASE(inner_stack_is_code) {
  call_with_stack(KERNEL_CODE, (uint32_t) inner_stack + 128);
}

CASE(inner_stack_read_only) {
  set_test_descriptor(1, descriptor(0, 0xfffff, READ_ONLY, SIZE_32 | PAGES));
  call_with_stack(selector(1, 0), (uint32_t) inner_stack + 128);
}

CASE(inner_stack_not_present) {
  set_test_descriptor(1, descriptor(0, 0xfffff, NOT_PRESENT(DATA), SIZE_32 | PAGES));
  call_with_stack(selector(1, 0), (uint32_t) inner_stack + 128);
}

CASE(inner_stack_too_small) {
  set_test_descriptor(1, descriptor((uint32_t) inner_stack, 127, DATA, SIZE_32));
  call_with_stack(selector(1, 0), 8);
}


/* ---- Interrupts from ring 3 -------------------------------------------------------------------------- */

CASE(ring3_int_pushes_stack_and_flags) {
  set_idt_gate(0x40, (uint32_t) gate_target, KERNEL_CODE, INTERRUPT_GATE | DPL(3), 0);
  ATTEMPT_RING3("mov $0x2345, %%esp\n int $0x40");
  note("cs", last.dx & 0xffff);
  note("from", last.bx & 0xffff);
  note_pushed();
  note("old_esp", last.bp);
}

CASE(ring3_int_16_bit_gate) {
  set_test_descriptor(1, descriptor((uint32_t) gate_target & ~0xffff, 0xffff, CODE, SIZE_32));
  set_idt_gate(0x40, (uint32_t) gate_target & 0xffff, selector(1, 0), 0x86 | DPL(3), 0);
  ATTEMPT_RING3("int $0x40");
  note_pushed();
}

CASE(ring3_int_to_ring1) {
  set_test_descriptor(1, descriptor(0, 0xfffff, CODE | DPL(1), SIZE_32 | PAGES));
  set_test_descriptor(2, descriptor(0, 0xfffff, DATA | DPL(1), SIZE_32 | PAGES));
  task.ss1 = selector(2, 1);
  task.sp1 = (uint32_t) inner_stack + sizeof inner_stack;
  set_idt_gate(0x40, (uint32_t) gate_target, selector(1, 0), INTERRUPT_GATE | DPL(3), 0);
  ATTEMPT_RING3("int $0x40");
  note("cs", last.dx & 0xffff);
  note("ss", last.di & 0xffff);
  note("pushed", (word) inner_stack + sizeof inner_stack - last.si);
}

CASE(ring3_int_to_conforming_code) {
  set_test_descriptor(1, descriptor(0, 0xfffff, CONFORMING, SIZE_32 | PAGES));
  set_idt_gate(0x40, (uint32_t) gate_target, selector(1, 0), INTERRUPT_GATE | DPL(3), 0);
  ATTEMPT_RING3("int $0x40");
  note("cs", last.dx & 0xffff);
  note("ss", last.di & 0xffff);
}

extern char flags_target[];
asm("flags_target: pushfl\n pop %eax\n int $0x30");

CASE(interrupt_gate_clears_if_trap_gate_keeps_it) {
  set_idt_gate(0x40, (uint32_t) flags_target, KERNEL_CODE, INTERRUPT_GATE | DPL(3), 0);
  set_idt_gate(0x41, (uint32_t) flags_target, KERNEL_CODE, TRAP_GATE | DPL(3), 0);
  ATTEMPT("sti\n nop\n int $0x40");
  note("if", last.ax >> 9 & 1);
  ATTEMPT("sti\n nop\n int $0x41");
  note("if", last.ax >> 9 & 1);
}

/* ---- IRET ---------------------------------------------------------------------------------------------- */


CASE(iret_same_privilege) {
  uint32_t cs;
  ATTEMPT("pushfl\n push %1\n push $1f\n iret\n1: mov %%cs, %0", "=r"(cs) : "i"(KERNEL_CODE));
  note("cs", cs);
}

CASE(iret_null_cs) {
  ATTEMPT("pushfl\n push $0\n push $0\n iret");
}

CASE(iret_rpl_below_cpl) {
  ATTEMPT_RING3("pushfl\n push %0\n push $0\n iret", "i"(KERNEL_CODE));
}

CASE(iret_dpl_differs_from_rpl) {
  ATTEMPT("pushfl\n push %0\n push $0\n iret", : "i"(USER_CODE32 & ~3));
}

CASE(iret_not_present) {
  set_test_descriptor(1, descriptor(0, 0xfffff, NOT_PRESENT(CODE), SIZE_32 | PAGES));
  ATTEMPT("pushfl\n push %0\n push $0\n iret", : "i"(selector(1, 0)));
}

CASE(iret_beyond_limit) {
  set_test_descriptor(1, descriptor(0, 0xfff, CODE, SIZE_32));
  ATTEMPT("pushfl\n push %0\n push $0x1000\n iret", : "i"(selector(1, 0)));
}

CASE(iret_to_ring3_with_kernel_stack) {
  ATTEMPT("push %0\n push $0\n pushfl\n push %1\n push $0\n iret",
          : "i"(KERNEL_DATA | 3), "i"(USER_CODE32));
}

CASE(iret_to_ring3_with_null_stack) {
  ATTEMPT("push $0\n push $0\n pushfl\n push %0\n push $0\n iret", : "i"(USER_CODE32));
}

CASE(iret_to_ring3_clears_privileged_data) {
  ATTEMPT("mov %2, %%eax\n mov %%eax, %%fs\n mov %%esp, %%eax\n push %0\n push %%eax\n pushfl\n"
          "push %1\n push $1f\n iret\n1: mov %%fs, %%eax\n mov %%ds, %%ebx" COME_BACK,
          : "i"(USER_DATA), "i"(USER_CODE32), "i"(KERNEL_DATA));
  note("fs", last.ax & 0xffff);
  note("ds", last.bx & 0xffff);
}

CASE(iret_to_ring3_keeps_conforming_code_in_fs) {
  set_test_descriptor(1, descriptor(0, 0xfffff, CONFORMING, SIZE_32 | PAGES));
  ATTEMPT("mov %2, %%eax\n mov %%eax, %%fs\n mov %%esp, %%eax\n push %0\n push %%eax\n pushfl\n"
          "push %1\n push $1f\n iret\n1: mov %%fs, %%eax" COME_BACK,
          : "i"(USER_DATA), "i"(USER_CODE32), "i"(selector(1, 0)));
  note("fs", last.ax & 0xffff);
}

CASE(ring3_iret_cannot_change_iopl_or_if) {
  ATTEMPT_RING3("pushfl\n orl $0x3200, (%%esp)\n push %0\n push $1f\n iret\n1: pushfl\n pop %%eax",
                "i"(USER_CODE32));
  note("flags", last.ax & 0x3200);
}

CASE(ring3_popf_cannot_change_iopl_or_if) {
  ATTEMPT_RING3("pushfl\n orl $0x3200, (%%esp)\n popfl\n pushfl\n pop %%eax");
  note("flags", last.ax & 0x3200);
}

CASE(ring3_popf_with_iopl_3_changes_if_only) {
  ATTEMPT("mov %%esp, %%eax\n push %0\n push %%eax\n push $0x3002\n push %1\n push $1f\n iret\n"
          "1: push $0x0202\n popfl\n pushfl\n pop %%eax\n cli\n pushfl\n pop %%ebx" COME_BACK,
          : "i"(USER_DATA), "i"(USER_CODE32));
  note("flags", last.ax & 0x3200);
  note("after_cli", last.bx & 0x3200);
}

CASE(popf_leaves_vm_and_clears_rf) {
  uint32_t flags;
  ATTEMPT("push $0x30002\n popfl\n pushfl\n pop %0", "=r"(flags));
  note("flags", flags);
}

CASE(popf_sets_all_that_ring_0_may) {
  uint32_t flags;
  ATTEMPT("push $0xffffedff\n xorl $0x0, (%%esp)\n andl $0x247cd5, (%%esp)\n popfl\n pushfl\n"
          "pop %0\n push $2\n popfl", "=r"(flags));
  note("flags", flags);
}

CASE(iret_16_bit_operand) {
  ATTEMPT("pushfw\n pushw %0\n pushw $0x10\n iretw", : "i"(0xff8));
}

CASE(iret_with_nt_and_no_previous_task) {
  task.link = 0;
  ATTEMPT("pushfl\n orl $0x4000, (%%esp)\n popfl\n iret");
}

CASE(iret_with_nt_to_idle_task) {
  task.link = DOUBLE_FAULT_TASK;
  ATTEMPT("pushfl\n orl $0x4000, (%%esp)\n popfl\n iret");
}

CASE(ring3_stack_of_outer_ring_is_checked) {
  task.ss0 = KERNEL_DATA;
  ATTEMPT_RING3("mov %0, %%esp\n push $1\n pop %%eax", "i"(outer_stack + 64));
  note("eax", last.ax);
}
