/* The runtime of the test guests: cases, outcomes, and the machine's state between cases. */
#include "runtime.h"

#define PORT_DEBUG_CONSOLE 0xe9
#define PORT_COM1 0x3f8
#define PORT_PM1A_CONTROL 0x604
#define PORT_DEBUG_EXIT 0xf4
#define PORT_BOCHS_SHUTDOWN 0x8900

struct frame last;
int last_vector;
word last_cr2, last_dr7;
word attempt_start;
int attempting;
void (*handlers[256])(struct frame *frame);

uint64_t gdt[GDT_ENTRIES];
struct idt_gate idt[256] ALIGNED(16);
struct task_state task ALIGNED(16);
extern const uint64_t boot_gdt[];
extern const char boot_gdt_end[];
extern const struct test_case cases_start[], cases_end[];
extern int begin_case(void) __attribute__((returns_twice));
extern _Noreturn void end_case(void), end_attempt(void);

#ifdef __x86_64__
#define SYSTEM_TASK 0x89
static char double_fault_stack[4096] ALIGNED(16);
extern uint64_t page_map[], page_directory_pointers[], page_directory[];
#else
struct task_state double_fault_task ALIGNED(16);
static char double_fault_stack[4096] ALIGNED(16);
extern void double_fault_entry(void);
#endif

const struct feature VME = {1, 3, 1, "VME"}, DE = {1, 3, 2, "DE"}, PSE = {1, 3, 3, "PSE"},
    PAE = {1, 3, 6, "PAE"}, MCE = {1, 3, 7, "MCE"}, SEP = {1, 3, 11, "SEP"},
    PGE = {1, 3, 13, "PGE"}, FXSR = {1, 3, 24, "FXSR"}, PCID = {1, 2, 17, "PCID"},
    XSAVE = {1, 2, 26, "XSAVE"}, FSGSBASE = {7, 1, 0, "FSGSBASE"}, SMEP = {7, 1, 7, "SMEP"},
    INVPCID = {7, 1, 10, "INVPCID"}, SMAP = {7, 1, 20, "SMAP"}, UMIP = {7, 2, 2, "UMIP"},
    NULL_SELECTOR_CLEARS_BASE = {0x80000021, 0, 6, "NullSelectClearsBase"},
    ALT_MOV_CR8 = {0x80000001, 2, 4, "AltMovCr8"}, SYSCALL = {0x80000001, 3, 11, "SYSCALL"},
    NX = {0x80000001, 3, 20, "NX"},
    PAGE_1G = {0x80000001, 3, 26, "1 GiB pages"}, RDTSCP = {0x80000001, 3, 27, "RDTSCP"},
    LONG_MODE = {0x80000001, 3, 29, "long mode"};

/* ---- Output ------------------------------------------------------------------------------- */

static void print_char(char c) {
  out8(PORT_DEBUG_CONSOLE, c);
  while (!(in8(PORT_COM1 + 5) & 0x20)) {
  }
  out8(PORT_COM1, c);
}

static void print(const char *text) {
  while (*text) {
    print_char(*text++);
  }
}

static void print_hex(uint64_t value) {
  int shift = 60;
  while (shift > 0 && value >> shift == 0) {
    shift -= 4;
  }
  for (; shift >= 0; shift -= 4) {
    print_char("0123456789abcdef"[value >> shift & 15]);
  }
}

void note(const char *name, uint64_t value) {
  print(" ");
  print(name);
  print("=");
  print_hex(value);
}

void say(const char *text) {
  print(" ");
  print(text);
}

void skip(const char *missing) {
  print(" skipped, no ");
  print(missing);
}

static void print_vector(int vector) {
  static const char names[][4] = {"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF",
                                  "#9", "#TS", "#NP", "#SS", "#GP", "#PF", "#15", "#MF", "#AC",
                                  "#MC", "#XM"};
  if (vector < (int) (sizeof names / sizeof *names)) {
    print(names[vector]);
  } else {
    print("vector ");
    print_hex(vector);
  }
}

void print_outcome(void) {
  attempting = 0;
  if (last_vector < 0) {
    print(" completed");
    return;
  }
  print(" ");
  print_vector(last_vector);
  if (0x27d00 >> last_vector & 1 && last_vector < 32) {
    print("(");
    print_hex(last.error_code);
    print(")");
  }
  if (last_vector == VECTOR_PF) {
    note("cr2", last_cr2);
  }
  if (last_vector != VECTOR_DF) {
    intptr_t offset = last.ip - attempt_start;
    if (offset >= 0 && offset < 256) {
      print(" at +");
      print_hex(offset);
    } else {
      print(" elsewhere");
    }
  }
}

/* ---- Attempts ------------------------------------------------------------------------------ */

void complete_attempt(void) {
#ifndef __x86_64__
  asm volatile("mov %0, %%ds\n mov %0, %%es\n mov %0, %%fs\n mov %0, %%gs" : : "r"(USER_DATA));
#endif
  last_vector = -1;
}

/* Every exception and interrupt comes here; the stubs are in entry.S. */
void interrupt(struct frame *frame) {
  int vector = frame->vector;
  if (handlers[vector]) {
    handlers[vector](frame);
    return;
  }
  if (vector == VECTOR_DB) {
    last_dr7 = read_dr7();
    write_dr7(0x400); /* or breakpoints on the stack would hit the way back */
  }
  last = *frame;
  last_cr2 = read_cr2();
  last_vector = vector == VECTOR_RETURN ? -1 : vector;
  if (attempting) {
    end_attempt();
  }
  print(" unexpected");
  attempt_start = frame->ip;
  print_outcome();
  note("ip", frame->ip);
  end_case();
}

/* ---- The machine ---------------------------------------------------------------------------- */

uint64_t descriptor(uint32_t base, uint32_t limit, uint8_t access, uint8_t flags) {
  return (limit & 0xffff) | (uint64_t) (base & 0xffffff) << 16 | (uint64_t) access << 40
      | (uint64_t) (limit >> 16 & 15) << 48 | (uint64_t) flags << 52
      | (uint64_t) (base >> 24) << 56;
}

uint64_t gate(uint16_t selector, uint32_t offset, uint8_t type, uint8_t parameters) {
  return (offset & 0xffff) | (uint64_t) selector << 16 | (uint64_t) parameters << 32
      | (uint64_t) type << 40 | (uint64_t) (offset >> 16) << 48;
}

void set_idt_gate(int vector, word entry, uint16_t selector, uint8_t type, uint8_t stack) {
  idt[vector] = (struct idt_gate) {
      .offset_low = entry,
      .selector = selector,
      .stack = stack,
      .type = type,
      .offset_middle = entry >> 16,
#ifdef __x86_64__
      .offset_high = entry >> 32,
#endif
  };
}

static void fill(void *start, uint8_t value, size_t size) {
  asm volatile("rep stosb" : "+D"(start), "+c"(size) : "a"(value) : "memory");
}

struct PACKED descriptor_table {
  uint16_t limit;
  void *base;
};

static void restore_idt(void) {
  for (int vector = 0; vector < 256; vector++) {
    uint8_t privilege = vector == VECTOR_BP || vector == VECTOR_OF || vector == VECTOR_RETURN;
    set_idt_gate(vector, (word) interrupt_stubs[vector], KERNEL_CODE,
                 INTERRUPT_GATE | DPL(3 * privilege), 0);
  }
#ifdef __x86_64__
  idt[VECTOR_DF].stack = 1;
#else
  set_idt_gate(VECTOR_DF, 0, DOUBLE_FAULT_TASK, TASK_GATE, 0);
#endif
  asm volatile("lidt %0" : : "m"(*&(struct descriptor_table) {sizeof idt - 1, idt}));
}

static void restore_gdt(void) {
  fill(gdt, 0, sizeof gdt);
  for (size_t i = 0; i < (size_t) (boot_gdt_end - (const char *) boot_gdt) / 8; i++) {
    gdt[i] = boot_gdt[i];
  }
  fill(&task, 0, sizeof task);
  task.sp0 = (word) interrupt_stack_top;
  task.io_map = sizeof task;
  gdt[TASK / 8] = descriptor((word) &task, sizeof task - 1, TSS32, 0);
#ifdef __x86_64__
  task.ist[0] = (word) double_fault_stack + sizeof double_fault_stack;
#else
  task.ss0 = KERNEL_DATA;
  double_fault_task = (struct task_state) {
      .ip = (word) double_fault_entry,
      .flags = 2,
      .sp = (word) double_fault_stack + sizeof double_fault_stack,
      .cr3 = read_cr3(),
      .es = USER_DATA, .cs = KERNEL_CODE, .ss = KERNEL_DATA,
      .ds = USER_DATA, .fs = USER_DATA, .gs = USER_DATA,
      .io_map = sizeof task,
  };
  gdt[DOUBLE_FAULT_TASK / 8] =
      descriptor((word) &double_fault_task, sizeof double_fault_task - 1, TSS32, 0);
#endif
  asm volatile("lgdt %0" : : "m"(*&(struct descriptor_table) {sizeof gdt - 1, gdt}));
  asm volatile("lldt %w0\n ltr %w1" : : "r"(0), "r"(TASK));
}

void restore_machine(void) {
#ifdef __x86_64__
  write_cr0(0x80000033);
  write_cr4(CR4_PAE);
  write_msr(MSR_EFER, EFER_LME | EFER_SCE);
  fill(page_map + 1, 0, 4096 - 8);
  fill(page_directory_pointers + 1, 0, 4096 - 8);
  fill(page_directory + 2, 0, 4096 - 16);
  page_directory[0] = 0x0000e7;
  page_directory[1] = 0x2000e7;
  write_cr3((word) page_map);
#else
  write_cr0(0x33);
  write_cr4(0);
  write_cr3(0);
#endif
  restore_gdt();
  restore_idt();
  write_dr7(0x400);
  write_dr6(0xffff0ff0);
  write_dr0(0);
  write_dr1(0);
  write_dr2(0);
  write_dr3(0);
  fill(handlers, 0, sizeof handlers);
}

void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t answer[4]) {
  asm volatile("cpuid"
               : "=a"(answer[0]), "=b"(answer[1]), "=c"(answer[2]), "=d"(answer[3])
               : "a"(leaf), "c"(subleaf));
}

int has(const struct feature *feature) {
  uint32_t answer[4];
  cpuid(feature->leaf & 0x80000000, 0, answer);
  if (answer[0] < feature->leaf) {
    return 0;
  }
  cpuid(feature->leaf, 0, answer);
  return answer[feature->register_index] >> feature->bit & 1;
}

int is_amd(void) {
  uint32_t answer[4];
  cpuid(0, 0, answer);
  return answer[2] == 0x444d4163; /* the end of "AuthenticAMD" */
}

int is_qemu(void) {
  uint32_t answer[4];
  cpuid(0x40000000, 0, answer);
  return answer[1] == 0x54474354; /* the beginning of "TCGTCGTCGTCG" */
}

static void setup_devices(void) {
  static const uint8_t serial[][2] = {{1, 0}, {3, 0x80}, {0, 1}, {1, 0}, {3, 3}, {2, 7}, {4, 3}};
  for (size_t i = 0; i < sizeof serial / sizeof *serial; i++) {
    out8(PORT_COM1 + serial[i][0], serial[i][1]);
  }
  static const uint8_t pic[][2] = {
      {0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}, {0xa0, 0x11}, {0xa1, 0x28}, {0xa1, 2},
      {0xa1, 1}, {0x21, 0xff}, {0xa1, 0xff},
  };
  for (size_t i = 0; i < sizeof pic / sizeof *pic; i++) {
    out8(pic[i][0], pic[i][1]);
  }
}

static _Noreturn void power_off(void) {
  while (!(in8(PORT_COM1 + 5) & 0x40)) { /* until the last character has left */
  }
  for (const char *c = "Shutdown"; *c; c++) {
    out8(PORT_BOCHS_SHUTDOWN, *c);
  }
  out16(PORT_PM1A_CONTROL, 1 << 13);
  out8(PORT_DEBUG_EXIT, 0);
  for (;;) {
    asm volatile("cli; hlt");
  }
}

_Noreturn void run_cases(void) {
  setup_devices();
  for (const struct test_case *volatile c = cases_start; c < cases_end; c++) {
    restore_machine();
    attempting = 0;
    print(c->name);
    print(":");
    if (!begin_case()) {
      c->run();
    }
    print("\n");
  }
  print("DONE\n");
  power_off();
}
