/* Maskable and non-maskable interrupts: when they are taken, and what holds them back. */
#include "runtime/runtime.h"

#define PIC 0x20
#define PIC_MASK 0x21
#define IRQ0 0x20 /* its vector */

/*
 * Makes the timer request its interrupt, and returns when the controller has it. IF must be 0.
 * Without a handler of the case's own, the interrupt then ends the attempt.
 */
static void request_timer_interrupt(void) {
  out8(PIC, 0x20); /* end of any interrupt before */
  out8(PIC_MASK, 0xfe);
  out8(0x43, 0x30); /* counter 0, both bytes, interrupt on terminal count */
  out8(0x40, 100);
  out8(0x40, 0);
  out8(PIC, 0x0a); /* read the request register */
  while (!(in8(PIC) & 1)) {
  }
}

static volatile int taken;

static void count_and_end(struct frame *frame) {
  (void) frame;
  taken++;
  out8(PIC, 0x20);
}

CASE(sti_delays_by_one_instruction) {
  request_timer_interrupt();
  ATTEMPT("sti\n nop\n nop\n nop");
  note("if", last.flags >> 9 & 1);
}

CASE(sti_cli_lets_nothing_in) {
  request_timer_interrupt();
  ATTEMPT("sti\n cli\n nop\n nop");
}

CASE(sti_while_if_is_set_delays_nothing) {
  taken = 0;
  handlers[IRQ0] = count_and_end;
  request_timer_interrupt();
  ATTEMPT("sti\n sti\n cli");
  note("taken", taken);
}

CASE(sti_nop_cli_lets_one_in) {
  request_timer_interrupt();
  ATTEMPT("sti\n nop\n cli\n nop");
}

CASE(sti_hlt_wakes) {
  request_timer_interrupt();
  ATTEMPT("sti\n hlt\n nop");
}

CASE(popf_delays_nothing) {
  request_timer_interrupt();
  ATTEMPT("push $0x202\n popf\n nop\n nop");
}

CASE(mov_ss_delays_by_one_instruction) {
  request_timer_interrupt();
  ATTEMPT("mov %%ss, %%eax\n push $0x202\n mov %%eax, %%ss\n popf\n nop", : : "eax");
}

CASE(cli_holds_back) {
  request_timer_interrupt();
  ATTEMPT("nop\n nop\n nop");
}

CASE(interrupt_in_ring_3) {
  request_timer_interrupt();
  if (!begin_attempt()) {
    attempting = 1;
#ifdef __x86_64__
    asm volatile("movq $1f, attempt_start\n mov %%rsp, %%rcx\n push %0\n push %%rcx\n push $0x202\n"
                 "push %1\n push $1f\n iretq\n1: nop\n nop" COME_BACK
                 : : "i"(USER_DATA), "i"(USER_CODE) : "rcx");
#else
    asm volatile("movl $1f, attempt_start\n mov %%esp, %%ecx\n push %0\n push %%ecx\n push $0x202\n"
                 "push %1\n push $1f\n iret\n1: nop\n nop" COME_BACK
                 : : "i"(USER_DATA), "i"(USER_CODE) : "ecx");
#endif
  }
  print_outcome();
  note("cs", last.cs & 0xffff);
}

CASE(interrupt_through_gate_not_present) {
  request_timer_interrupt();
  idt[IRQ0].type = NOT_PRESENT(INTERRUPT_GATE);
  ATTEMPT("sti\n nop\n nop");
}

CASE(interrupt_through_gate_to_data_segment) {
  request_timer_interrupt();
  idt[IRQ0].selector = KERNEL_DATA;
  ATTEMPT("sti\n nop\n nop");
}

CASE(interrupt_returns_to_the_loop) {
  taken = 0;
  handlers[IRQ0] = count_and_end;
  request_timer_interrupt();
  word left;
  ATTEMPT("sti\n mov $1000, %%ecx\n1: loop 1b\n cli", "=c"(left));
  note("taken", taken);
  note("left", left);
}

CASE(halt_is_left_behind) {
  taken = 0;
  handlers[IRQ0] = count_and_end;
  request_timer_interrupt();
  ATTEMPT("sti\n hlt\n cli\n nop");
  note("taken", taken);
}

CASE(masked_request_is_not_taken) {
  request_timer_interrupt();
  out8(PIC_MASK, 0xff);
  ATTEMPT("sti\n nop\n nop\n cli");
  out8(PIC_MASK, 0xfe);
  ATTEMPT("sti\n nop\n nop\n cli");
}

CASE(one_request_is_taken_once) {
  taken = 0;
  handlers[IRQ0] = count_and_end;
  request_timer_interrupt();
  ATTEMPT("sti\n nop\n nop\n nop\n cli");
  note("taken", taken);
}

/* ---- NMI, sent by the local APIC to itself --------------------------------------------------------------------- */

#define APIC 0xfee00000u

static void send_nmi(void) {
  volatile uint32_t *apic = (volatile uint32_t *) (word) APIC;
  apic[0x310 / 4] = apic[0x20 / 4]; /* to this processor */
  apic[0x300 / 4] = 0x4400;
  while (apic[0x300 / 4] & 0x1000) {
  }
}

static void prepare_apic(void) {
#ifdef __x86_64__
  static volatile uint64_t directory[512] ALIGNED(4096);
  extern uint64_t page_directory_pointers[];
  directory[(APIC >> 21) & 511] = (APIC & ~0x1fffffu) | 0x9b; /* 2 MiB, uncached */
  ((volatile uint64_t *) page_directory_pointers)[3] = (word) directory | 3;
  write_cr3(read_cr3());
#endif
  ((volatile uint32_t *) (word) APIC)[0xf0 / 4] = 0x1ff; /* on */
}

static volatile int nmis, nmis_in_handler, depth, deepest;

static void on_nmi(struct frame *frame) {
  (void) frame;
  nmis++;
  if (++depth > deepest) {
    deepest = depth;
  }
  if (nmis == 1) {
    send_nmi();
    for (volatile int i = 0; i < 1000; i++) {
    }
    nmis_in_handler = nmis;
  }
  depth--;
}

CASE(nmi_ignores_if) {
  prepare_apic();
  nmis = 5;
  handlers[VECTOR_NMI] = on_nmi;
  send_nmi();
  for (volatile int i = 0; i < 1000; i++) {
  }
  note("taken", nmis - 5);
}

CASE(nmi_is_blocked_until_iret) {
  prepare_apic();
  nmis = depth = deepest = 0;
  handlers[VECTOR_NMI] = on_nmi;
  send_nmi();
  for (volatile int i = 0; i < 1000; i++) {
  }
  note("in_handler", nmis_in_handler);
  note("deepest", deepest);
  note("all", nmis);
}

static void on_nmi_with_exception(struct frame *frame) {
  (void) frame;
  nmis++;
  if (nmis == 1) {
    send_nmi();
    for (volatile int i = 0; i < 1000; i++) {
    }
    note("before", nmis);
    asm volatile("int3"); /* its IRET unblocks NMIs */
    for (volatile int i = 0; i < 1000; i++) {
    }
    note("behind", nmis);
  }
}

static void ignore(struct frame *frame) {
  (void) frame;
}

CASE(any_iret_unblocks_nmi) {
  prepare_apic();
  nmis = 0;
  handlers[VECTOR_NMI] = on_nmi_with_exception;
  handlers[VECTOR_BP] = ignore;
  send_nmi();
  for (volatile int i = 0; i < 1000; i++) {
  }
  note("all", nmis);
}
