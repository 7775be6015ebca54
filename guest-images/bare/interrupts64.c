/* Interrupts in 64-bit mode, and the task priority in CR8. */
#include "shared/interrupts.h"

static void send_to_self(uint8_t vector) {
  volatile uint32_t *apic = (volatile uint32_t *) (word) APIC;
  apic[0x300 / 4] = 0x44000 | vector; /* shorthand: self */
}

static void end_apic_interrupt(void) {
  ((volatile uint32_t *) (word) APIC)[0xb0 / 4] = 0;
}

static void write_cr8(word value) {
  asm volatile("mov %0, %%cr8" : : "r"(value) : "memory");
}

CASE(cr8_holds_back_lower_priorities) {
  prepare_apic();
  out8(PIC_MASK, 0xff);
  write_cr8(5);
  send_to_self(0x51);
  ATTEMPT("sti\n nop\n nop\n cli");
  write_cr8(4);
  ATTEMPT("sti\n nop\n nop\n cli");
  end_apic_interrupt();
  write_cr8(0);
}

CASE(lowering_cr8_lets_the_interrupt_in) {
  prepare_apic();
  out8(PIC_MASK, 0xff);
  write_cr8(15);
  send_to_self(0x51);
  ATTEMPT("sti\n nop\n mov %%rax, %%cr8\n nop\n nop\n cli", : "a"(0ull));
  end_apic_interrupt();
}

CASE(higher_vector_comes_first) {
  prepare_apic();
  out8(PIC_MASK, 0xff);
  send_to_self(0x51);
  send_to_self(0x61);
  ATTEMPT("sti\n nop\n nop\n cli");
  ATTEMPT("sti\n nop\n nop\n cli"); /* the other one waits for the end of the first */
  end_apic_interrupt();
  ATTEMPT("sti\n nop\n nop\n cli");
  end_apic_interrupt();
}

CASE(cr8_mirrors_task_priority) {
  prepare_apic();
  write_cr8(7);
  note("tpr", ((volatile uint32_t *) (word) APIC)[0x80 / 4]);
  write_cr8(0);
}
