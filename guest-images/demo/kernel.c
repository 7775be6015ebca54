/*
 * The demo guest's kernel: paging, interrupts, system calls, and the way out.
 *
 * Everything that an operating system needs of its processor and its chipset occurs once, in the
 * order of the lines that it prints on COM1.
 */
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

enum port {
  PORT_PIC1 = 0x20,
  PORT_PIT_COUNTER0 = 0x40,
  PORT_PIT_CONTROL = 0x43,
  PORT_PIC2 = 0xa0,
  PORT_COM1 = 0x3f8,
};

enum msr {
  MSR_EFER = 0xc0000080,
  MSR_STAR = 0xc0000081,
  MSR_LSTAR = 0xc0000082,
  MSR_SFMASK = 0xc0000084,
  MSR_KERNEL_GS_BASE = 0xc0000102,
};

enum page_flag {
  PAGE_PRESENT = 1 << 0,
  PAGE_WRITABLE = 1 << 1,
  PAGE_USER = 1 << 2,
};
#define PAGE_NO_EXECUTE (1ull << 63)
#define PAGE_SIZE 4096

enum vector { VECTOR_PAGE_FAULT = 14, VECTOR_IRQ0 = 32, VECTOR_COUNT = 48 };

#define TIMER_HZ 1000
#define TICKS_TO_WAIT 20

struct interrupt_frame {
  uint64_t r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
  uint64_t vector, error_code;
  uint64_t rip, cs, rflags, rsp, ss;
};

struct idt_gate {
  uint16_t offset_low, selector;
  uint8_t stack, type;
  uint16_t offset_middle;
  uint32_t offset_high, reserved;
};

struct __attribute__((packed)) task_state {
  uint32_t reserved0;
  uint64_t rsp[3], reserved1, ist[7], reserved2;
  uint16_t reserved3, io_map_base;
};

struct __attribute__((packed)) descriptor_table {
  uint16_t limit;
  void *base;
};

/* From the linker script, boot.S, entry.S and user.c. */
extern char kernel_data_start[], kernel_end[], user_image[], user_pages[];
extern uint64_t gdt[];
extern char kernel_stack_top[], interrupt_stubs[][16];
extern void syscall_entry(void), user_main(void), user_probe(void), user_probe_end(void);
extern _Noreturn void enter_user_mode(void (*entry)(void), uint64_t stack);

typedef uint64_t page_table[512] __attribute__((aligned(PAGE_SIZE)));
static page_table pml4, pdpt, directory, kernel_table, user_table, user_stack_table;
static char user_stack[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static struct idt_gate idt[VECTOR_COUNT];
static struct task_state task;
/* What GS points to between the two SWAPGS: the kernel's and the user's stack pointer. */
static uint64_t syscall_stacks[2];
static volatile uint64_t ticks, ticks_in_user_mode;

static void out8(uint16_t port, uint8_t value) {
  asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void out16(uint16_t port, uint16_t value) {
  asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port) {
  uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static uint64_t read_msr(uint32_t msr) {
  uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return (uint64_t) high << 32 | low;
}

static void write_msr(uint32_t msr, uint64_t value) {
  asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t) value), "d"((uint32_t) (value >> 32)));
}

static void cpuid(uint32_t leaf, uint32_t answer[4]) {
  asm volatile("cpuid"
               : "=a"(answer[0]), "=b"(answer[1]), "=c"(answer[2]), "=d"(answer[3])
               : "a"(leaf), "c"(0));
}

static void print_char(char c) {
  while (!(in8(PORT_COM1 + 5) & 0x20)) {
  }
  out8(PORT_COM1, c);
}

static void print(const char *text) {
  while (*text) {
    print_char(*text++);
  }
}

static void print_hex(uint64_t value, int digits) {
  while (digits-- > 0) {
    print_char("0123456789abcdef"[value >> (4 * digits) & 15]);
  }
}

static void print_decimal(uint64_t value) {
  if (value >= 10) {
    print_decimal(value / 10);
  }
  print_char('0' + value % 10);
}

static void print_processor(void) {
  uint32_t name[13] = {0};
  cpuid(0x80000000, name);
  if (name[0] < 0x80000004) {
    return;
  }
  for (uint32_t i = 0; i < 3; i++) {
    cpuid(0x80000002 + i, name + 4 * i);
  }
  print("  processor       ");
  print((const char *) name);
  print("\n");
}

static _Noreturn void power_off(void) {
  out16(PM1A_CONTROL, SLEEP_S5);
  for (;;) {
    asm volatile("cli; hlt");
  }
}

/* Maps the kernel page by page, code read-only, and the ring-3 program at 4 MiB. */
static void turn_on_fine_paging(void) {
  uint32_t features[4];
  cpuid(0x80000001, features);
  uint64_t no_execute = 0;
  if (features[3] & 1 << 20) {
    write_msr(MSR_EFER, read_msr(MSR_EFER) | 1 << 11);
    no_execute = PAGE_NO_EXECUTE;
  }

  const uint64_t table = PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER;
  pml4[0] = (uint64_t) pdpt | table;
  pdpt[0] = (uint64_t) directory | table;
  directory[0] = (uint64_t) kernel_table | table;
  directory[USER_CODE >> 21] = (uint64_t) user_table | table;
  directory[(USER_STACK_TOP - 1) >> 21] = (uint64_t) user_stack_table | table;

  for (uint64_t page = 0x100000; page < (uint64_t) kernel_end; page += PAGE_SIZE) {
    uint64_t writable = page >= (uint64_t) kernel_data_start ? PAGE_WRITABLE | no_execute : 0;
    kernel_table[page / PAGE_SIZE] = page | PAGE_PRESENT | writable;
  }
  for (uint64_t i = 0; i < (uint64_t) user_pages; i++) {
    user_table[i] = ((uint64_t) user_image + i * PAGE_SIZE) | PAGE_PRESENT | PAGE_USER;
  }
  user_stack_table[511] =
      (uint64_t) user_stack | PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER | no_execute;

  asm volatile("mov %0, %%cr3" : : "r"(pml4) : "memory");
  print("  paging          4 KiB pages, kernel code read-only, CR3 0x");
  print_hex((uint64_t) pml4, 8);
  print("\n");
}

static void load_descriptor_tables(void) {
  for (int vector = 0; vector < VECTOR_COUNT; vector++) {
    uint64_t entry = (uint64_t) interrupt_stubs[vector];
    idt[vector] = (struct idt_gate) {
        .offset_low = entry,
        .selector = SELECTOR_KERNEL_CODE,
        .type = 0x8e, /* present, DPL 0, interrupt gate */
        .offset_middle = entry >> 16,
        .offset_high = entry >> 32,
    };
  }
  struct descriptor_table idt_register = {sizeof idt - 1, idt};
  asm volatile("lidt %0" : : "m"(idt_register));

  task.rsp[0] = (uint64_t) kernel_stack_top;
  task.io_map_base = sizeof task;
  uint64_t base = (uint64_t) &task;
  gdt[SELECTOR_TSS / 8] = (sizeof task - 1) | (base & 0xffffff) << 16 | 0x89ull << 40
      | (base >> 24 & 0xff) << 56;
  gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
  asm volatile("ltr %w0" : : "r"(SELECTOR_TSS));
}

/* Takes twenty interrupts of the timer, asleep in between. */
static void count_timer_interrupts(void) {
  static const uint8_t setup[][2] = {
      {PORT_PIC1, 0x11}, {PORT_PIC1 + 1, VECTOR_IRQ0}, {PORT_PIC1 + 1, 4}, {PORT_PIC1 + 1, 1},
      {PORT_PIC2, 0x11}, {PORT_PIC2 + 1, VECTOR_IRQ0 + 8}, {PORT_PIC2 + 1, 2}, {PORT_PIC2 + 1, 1},
      {PORT_PIC1 + 1, 0xfe}, {PORT_PIC2 + 1, 0xff}, /* only IRQ 0 */
  };
  for (size_t i = 0; i < sizeof setup / sizeof *setup; i++) {
    out8(setup[i][0], setup[i][1]);
  }
  out8(PORT_PIT_CONTROL, 0x34); /* counter 0, both bytes, rate generator */
  out8(PORT_PIT_COUNTER0, (uint8_t) (1193182 / TIMER_HZ));
  out8(PORT_PIT_COUNTER0, 1193182 / TIMER_HZ >> 8);

  while (ticks < TICKS_TO_WAIT) {
    asm volatile("sti; hlt; cli");
  }
  print("  timer           ");
  print_decimal(TICKS_TO_WAIT);
  print(" interrupts of the PIT, halted in between\n");
}

static void allow_system_calls(void) {
  syscall_stacks[0] = (uint64_t) kernel_stack_top;
  write_msr(MSR_KERNEL_GS_BASE, (uint64_t) syscall_stacks);
  write_msr(MSR_STAR,
            (uint64_t) (SELECTOR_SYSRET_BASE | 3) << 48 | (uint64_t) SELECTOR_KERNEL_CODE << 32);
  write_msr(MSR_LSTAR, (uint64_t) syscall_entry);
  write_msr(MSR_SFMASK, 0x700); /* TF, IF and DF */
}

uint64_t system_call(uint64_t number, uint64_t a) {
  switch (number) {
    case SYSCALL_PRINT:
      print((const char *) a);
      return 0;
    case SYSCALL_TICKS:
      return ticks_in_user_mode;
    default:
      print("  power off       by ACPI\n");
      power_off();
  }
}

static void page_fault(struct interrupt_frame *frame) {
  uint64_t address;
  asm volatile("mov %%cr2, %0" : "=r"(address));
  print("  page fault      from ring 3 at 0x");
  print_hex(address, 12);
  print(frame->error_code & 2 ? ", write" : ", read");
  print(frame->error_code & 1 ? " of a kernel page" : ", not present");
  print(", error code ");
  print_decimal(frame->error_code);
  print("\n");
  frame->rip = (uint64_t) user_probe_end;
}

void interrupt(struct interrupt_frame *frame) {
  if (frame->vector == VECTOR_IRQ0) {
    ticks++;
    ticks_in_user_mode += (frame->cs & 3) == 3;
    out8(PORT_PIC1, 0x20); /* end of interrupt */
  } else if (frame->vector == VECTOR_PAGE_FAULT && frame->rip >= (uint64_t) user_probe
             && frame->rip < (uint64_t) user_probe_end) {
    page_fault(frame);
  } else {
    print("unexpected vector ");
    print_decimal(frame->vector);
    print(", error code 0x");
    print_hex(frame->error_code, 8);
    print(", RIP 0x");
    print_hex(frame->rip, 16);
    print("\n");
    power_off();
  }
}

_Noreturn void kernel_main(void) {
  print("  long mode       printed by 64-bit code\n");
  print_processor();
  turn_on_fine_paging();
  load_descriptor_tables();
  count_timer_interrupts();
  allow_system_calls();
  enter_user_mode(user_main, USER_STACK_TOP);
}
