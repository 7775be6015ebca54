/* Hardware task switches: by JMP, CALL, interrupt and IRET; what is saved, loaded and checked. */
#include "runtime/runtime.h"

#define OTHER selector(0, 0)
#define OTHER_GATE selector(1, 0)
#define SMALL selector(2, 0)

static struct task_state other;
static uint8_t other_stack[512] ALIGNED(16);

/* Where the other task begins; it comes back with its registers as they are. */
extern char other_entry[], other_entry_iret[], other_entry_flags[];
asm("other_entry:\n"
    "  int $0x30\n"
    "other_entry_iret:\n"
    "  iret\n"
    "  int $0x30\n"
    "other_entry_flags:\n"
    "  str %ebx\n"
    "  pushfl\n"
    "  pop %edx\n"
    "  mov %cr0, %esi\n"
    "  mov %cr3, %edi\n"
    "  int $0x30\n");

static uint8_t access_of(int selector) {
  return gdt[selector / 8] >> 40;
}

static void prepare_other(void) {
  other = (struct task_state) {
      .ip = (uint32_t) other_entry_flags, .flags = 2,
      .ax = 0xa, .cx = 0xc, .dx = 0xd, .bx = 0xb, .bp = 0xb9, .si = 0x51, .di = 0xd1,
      .sp = (uint32_t) other_stack + sizeof other_stack, .ss = KERNEL_DATA,
      .es = USER_DATA, .cs = KERNEL_CODE, .ds = USER_DATA, .fs = USER_DATA, .gs = USER_DATA,
      .io_map = sizeof other,
  };
  set_test_descriptor(0, descriptor((uint32_t) &other, sizeof other - 1, TSS32, 0));
  set_test_descriptor(1, gate(OTHER, 0, TASK_GATE | DPL(3), 0));
}

static void note_switch(void) {
  note("tr", last.bx);
  note("link", other.link);
  note("nt", last.dx >> 14 & 1);
  note("ts", last.si >> 3 & 1);
  note("old", access_of(TASK));
  note("new", access_of(OTHER));
}

/* ---- Ways in ------------------------------------------------------------------------------------- */

CASE(jump_to_task) {
  prepare_other();
  ATTEMPT("ljmp %0, $0", : "i"(OTHER));
  note_switch();
}

CASE(call_task) {
  prepare_other();
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  note_switch();
}

CASE(jump_through_task_gate) {
  prepare_other();
  ATTEMPT("ljmp %0, $0", : "i"(OTHER_GATE));
  note_switch();
}

CASE(ring3_call_through_task_gate) {
  prepare_other();
  ATTEMPT_RING3("lcall %0, $0", "i"(OTHER_GATE | 3));
  note_switch();
  note("saved_cs", task.cs);
  note("saved_ss", task.ss);
}

CASE(interrupt_through_task_gate) {
  prepare_other();
  set_idt_gate(0x40, 0, OTHER, TASK_GATE, 0);
  ATTEMPT("int $0x40");
  note_switch();
}

CASE(exception_through_task_gate_pushes_error_code) {
  prepare_other();
  other.ip = (uint32_t) other_entry;
  set_idt_gate(VECTOR_NP, 0, OTHER, TASK_GATE, 0);
  set_test_descriptor(3, descriptor(0, 0xfff, NOT_PRESENT(DATA), 0));
  ATTEMPT("mov %0, %%fs", : "r"(selector(3, 0)));
  note("error", *(uint32_t *) (other_stack + sizeof other_stack - 4));
  note("saved_eip", task.ip - attempt_start);
}

CASE(task_sees_its_registers) {
  prepare_other();
  other.ip = (uint32_t) other_entry;
  ATTEMPT("ljmp %0, $0", : "i"(OTHER));
  note("eax", last.ax);
  note("ecx", last.cx);
  note("edx", last.dx);
  note("ebx", last.bx);
  note("ebp", last.bp);
  note("esi", last.si);
  note("edi", last.di);
}

CASE(task_saves_registers) {
  prepare_other();
  ATTEMPT("mov %%esp, %%ebx\n lcall %0, $0", : "i"(OTHER), "a"(0x11), "c"(0x22), "d"(0x33),
          "S"(0x44), "D"(0x55) : "ebx");
  note("eax", task.ax);
  note("ecx", task.cx);
  note("edx", task.dx);
  note("esp_is_ebx", task.sp == task.bx);
  note("esi", task.si);
  note("edi", task.di);
  note("eip", task.ip - attempt_start);
  note("cs", task.cs);
  note("ss", task.ss);
  note("ds", task.ds);
}

CASE(saved_flags_of_interrupted_task_keep_if) {
  prepare_other();
  set_idt_gate(0x40, 0, OTHER, TASK_GATE, 0);
  ATTEMPT("sti\n nop\n int $0x40");
  note("flags", task.flags & 0x4200);
}

CASE(static_fields_are_not_saved) {
  prepare_other();
  task.ldt = 0x1234;
  task.cr3 = 0x5678;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  note("ldt", task.ldt);
  note("cr3", task.cr3);
}

/* ---- The way back ------------------------------------------------------------------------------------- */

CASE(called_task_returns_by_iret) {
  prepare_other();
  other.ip = (uint32_t) other_entry_iret;
  uint32_t task_register, flags;
  ATTEMPT("lcall %2, $0\n str %0\n pushfl\n pop %1", "=r"(task_register), "=r"(flags)
          : "i"(OTHER));
  note("tr", task_register);
  note("nt", flags >> 14 & 1);
  note("old", access_of(TASK));
  note("new", access_of(OTHER));
  note("saved_nt", other.flags >> 14 & 1);
}

CASE(called_task_goes_on_behind_its_iret) {
  prepare_other();
  other.ip = (uint32_t) other_entry_iret;
  ATTEMPT("lcall %0, $0\n lcall %0, $0", : "i"(OTHER));
  note("eip", last.ip - (word) other_entry_iret);
}

CASE(iret_to_task_that_is_not_busy) {
  prepare_other();
  task.link = OTHER;
  ATTEMPT("pushfl\n orl $0x4000, (%%esp)\n popfl\n iret");
}

CASE(iret_to_busy_task) {
  prepare_other();
  set_test_descriptor(0, descriptor((uint32_t) &other, sizeof other - 1, TSS_BUSY, 0));
  task.link = OTHER;
  ATTEMPT("pushfl\n orl $0x4000, (%%esp)\n popfl\n iret");
  note("old", access_of(TASK));
  note("saved_nt", task.flags >> 14 & 1);
}

/* ---- Checks before the switch: the old task takes the fault ----------------------------------------------- */

CASE(call_busy_task) {
  prepare_other();
  set_test_descriptor(0, descriptor((uint32_t) &other, sizeof other - 1, TSS_BUSY, 0));
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
}

CASE(call_task_not_present) {
  prepare_other();
  set_test_descriptor(0, descriptor((uint32_t) &other, sizeof other - 1, NOT_PRESENT(TSS32), 0));
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
}

CASE(call_task_too_small) {
  prepare_other();
  set_test_descriptor(0, descriptor((uint32_t) &other, 0x66, TSS32, 0));
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
}

CASE(call_smallest_task) {
  prepare_other();
  set_test_descriptor(0, descriptor((uint32_t) &other, 0x67, TSS32, 0));
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
}

CASE(call_task_gate_not_present) {
  prepare_other();
  set_test_descriptor(1, gate(OTHER, 0, NOT_PRESENT(TASK_GATE), 0));
  ATTEMPT("lcall %0, $0", : "i"(OTHER_GATE));
}

CASE(call_task_gate_to_data) {
  prepare_other();
  set_test_descriptor(1, gate(KERNEL_DATA, 0, TASK_GATE, 0));
  ATTEMPT("lcall %0, $0", : "i"(OTHER_GATE));
}

CASE(call_task_gate_to_null) {
  prepare_other();
  set_test_descriptor(1, gate(0, 0, TASK_GATE, 0));
  ATTEMPT("lcall %0, $0", : "i"(OTHER_GATE));
}

CASE(interrupt_task_gate_to_busy_task) {
  prepare_other();
  set_test_descriptor(0, descriptor((uint32_t) &other, sizeof other - 1, TSS_BUSY, 0));
  set_idt_gate(0x40, 0, OTHER, TASK_GATE, 0);
  ATTEMPT("int $0x40");
}

CASE(ring3_call_privileged_task) {
  prepare_other();
  ATTEMPT_RING3("lcall %0, $0", "i"(OTHER | 3));
}

CASE(task_in_ldt) {
  static uint64_t ldt[1];
  prepare_other();
  ldt[0] = gdt[TEST_SELECTOR / 8];
  set_test_descriptor(3, descriptor((uint32_t) ldt, sizeof ldt - 1, LDT, 0));
  asm volatile("lldt %w0" : : "r"(selector(3, 0)));
  ATTEMPT("lcall $4, $0");
}

/* ---- Checks after the switch: the new task takes the fault -------------------------------------------------- */

#define NOTE_WHO                              \
  do {                                        \
    uint32_t task_register;                   \
    asm("str %0" : "=r"(task_register));      \
    note("tr", task_register);                \
    note("new", access_of(OTHER));            \
  } while (0)

/*
 * A fault before the new task's stack is loaded has no stack to be reported on, unless its handler
 * is a task of its own. EAX gets the error code.
 */
static struct task_state catcher;
static uint8_t catcher_stack[64] ALIGNED(16);
extern char catcher_entry[];
asm("catcher_entry:\n"
    "  pop %eax\n"
    "  int $0x30\n");

static void catch_by_task(int vector) {
  catcher = (struct task_state) {
      .ip = (uint32_t) catcher_entry, .flags = 2,
      .sp = (uint32_t) catcher_stack + sizeof catcher_stack, .ss = KERNEL_DATA,
      .es = USER_DATA, .cs = KERNEL_CODE, .ds = USER_DATA, .fs = USER_DATA, .gs = USER_DATA,
      .io_map = sizeof catcher,
  };
  set_test_descriptor(5, descriptor((uint32_t) &catcher, sizeof catcher - 1, TSS32, 0));
  set_idt_gate(vector, 0, selector(5, 0), TASK_GATE, 0);
}

#define NOTE_CAUGHT                                     \
  do {                                                  \
    note("error", last.ax);                             \
    note("by", catcher.link);                           \
    note("eip", other.ip - (word) other_entry_flags);   \
  } while (0)

CASE(task_with_null_cs) {
  prepare_other();
  other.cs = 0;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_WHO;
}

CASE(task_with_data_in_cs) {
  prepare_other();
  other.cs = KERNEL_DATA;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_WHO;
}

CASE(task_with_cs_not_present) {
  prepare_other();
  set_test_descriptor(3, descriptor(0, 0xfffff, NOT_PRESENT(CODE), SIZE_32 | PAGES));
  other.cs = selector(3, 0);
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_WHO;
}

CASE(task_with_cs_rpl_unlike_dpl) {
  prepare_other();
  other.cs = USER_CODE32 & ~3;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_WHO;
}

CASE(task_with_null_ss) {
  prepare_other();
  other.ss = 0;
  catch_by_task(VECTOR_TS);
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_CAUGHT;
}

CASE(task_with_bad_ds) {
  prepare_other();
  other.ds = 0xff8;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_WHO;
}

CASE(task_with_ds_not_present) {
  prepare_other();
  set_test_descriptor(3, descriptor(0, 0xfffff, NOT_PRESENT(DATA), SIZE_32 | PAGES));
  other.es = selector(3, 0);
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_WHO;
}

CASE(task_with_bad_ldt) {
  prepare_other();
  other.ldt = KERNEL_DATA;
  catch_by_task(VECTOR_TS);
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_CAUGHT;
}

CASE(task_with_ldt_not_present) {
  prepare_other();
  set_test_descriptor(3, descriptor(0, 7, NOT_PRESENT(LDT), 0));
  other.ldt = selector(3, 0);
  catch_by_task(VECTOR_TS);
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  NOTE_CAUGHT;
}

CASE(task_with_ldt) {
  static uint64_t ldt[1];
  prepare_other();
  ldt[0] = descriptor(0, 0xfffff, DATA, SIZE_32 | PAGES);
  set_test_descriptor(3, descriptor((uint32_t) ldt, sizeof ldt - 1, LDT, 0));
  other.ldt = selector(3, 0);
  other.es = 4;
  other.ip = (uint32_t) other_entry;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  note("es", last.es & 0xffff);
}

CASE(task_in_ring_3) {
  prepare_other();
  other.cs = USER_CODE32;
  other.ss = USER_DATA;
  other.ip = (uint32_t) other_entry;
  other.sp0 = (uint32_t) interrupt_stack_top;
  other.ss0 = KERNEL_DATA;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  note("cs", last.cs & 0xffff);
  note("esp_ok", last.sp == (word) other_stack + sizeof other_stack);
}

CASE(task_trap_bit) {
  prepare_other();
  other.trap = 1;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  note("eip", last.ip - (word) other_entry_flags);
  note("dr6", read_dr6() & 0xf00f);
}

CASE(task_clears_local_breakpoints) {
  prepare_other();
  write_dr7(0x4ff);
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  note("dr7", read_dr7());
}

CASE(cr3_is_not_loaded_without_paging) {
  prepare_other();
  other.cr3 = 0x123000;
  ATTEMPT("lcall %0, $0", : "i"(OTHER));
  note("cr3", last.di);
}

/* ---- 16-bit task states ----------------------------------------------------------------------------------------- */

static uint16_t small[22];
extern char return_entry[];
asm("return_entry: int $0x31");

CASE(call_16_bit_task) {
  static const uint8_t code[] = {0xcd, VECTOR_RETURN};
  set_test_descriptor(3, descriptor((uint32_t) code, 0xff, CODE, SIZE_32));
  for (int i = 0; i < 22; i++) {
    small[i] = 0;
  }
  small[7] = 0; /* IP */
  small[8] = 2; /* FLAGS */
  small[9] = 0xa;
  small[10] = 0xc;
  set_test_descriptor(4, descriptor((uint32_t) other_stack, 0xffff, DATA, SIZE_32));
  small[13] = sizeof other_stack;
  small[17] = USER_DATA; /* ES, CS, SS, DS */
  small[18] = selector(3, 0);
  small[19] = selector(4, 0);
  small[20] = USER_DATA;
  set_test_descriptor(2, descriptor((uint32_t) small, 0x2b, TSS16, 0));
  /* The interrupt that comes back would use the small stack; a task of its own does not. */
  set_idt_gate(VECTOR_RETURN, 0, OTHER, TASK_GATE, 0);
  prepare_other();
  other.ip = (uint32_t) return_entry;
  set_idt_gate(0x31, (word) interrupt_stubs[VECTOR_RETURN], KERNEL_CODE, INTERRUPT_GATE, 0);
  ATTEMPT("lcall %0, $0", : "i"(SMALL));
  note("saved_ax", small[9]);
  note("saved_cx", small[10]);
  note("link", small[0]);
  note("access", access_of(SMALL));
}

/* ---- I/O permission ---------------------------------------------------------------------------------------------------- */

CASE(ring3_port_allowed) {
  task.io_map = offsetof(struct task_state, io_bits);
  ATTEMPT_RING3("in $0x80, %%al");
}

CASE(ring3_port_forbidden) {
  task.io_map = offsetof(struct task_state, io_bits);
  task.io_bits[0x80 / 8] = 1;
  ATTEMPT_RING3("in $0x80, %%al");
}

CASE(ring3_word_port_half_forbidden) {
  task.io_map = offsetof(struct task_state, io_bits);
  task.io_bits[0x88 / 8] = 1;
  ATTEMPT_RING3("mov $0x87, %%edx\n in %%dx, %%ax");
}

CASE(ring3_port_beyond_bitmap) {
  task.io_map = sizeof task - 2;
  ATTEMPT_RING3("mov $9, %%edx\n in %%dx, %%al");
}

CASE(ring3_port_in_last_bitmap_byte) {
  task.io_map = sizeof task - 2;
  ATTEMPT_RING3("mov $3, %%edx\n in %%dx, %%al");
}

CASE(ring3_bitmap_needs_byte_behind_it) {
  task.io_map = sizeof task - 1;
  ATTEMPT_RING3("mov $3, %%edx\n in %%dx, %%al");
}

CASE(ring3_port_with_iopl_3) {
  ATTEMPT("mov %%esp, %%eax\n push %0\n push %%eax\n push $0x3002\n push %1\n push $1f\n iret\n"
          "1: in $0x80, %%al" COME_BACK, : "i"(USER_DATA), "i"(USER_CODE32));
}
