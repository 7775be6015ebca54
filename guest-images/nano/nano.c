/*
 * A kernel that does nothing but measure what the techniques of virtualization differ in: how long one operation takes, in
 * ticks of the time-stamp counter and in nanoseconds. README.md says what the operations are.
 */
#include <stdint.h>

#include "layout.h"

#define COM1 0x3f8
#define PIC_MASTER_MASK 0x21
#define PIC_SLAVE_MASK 0xa1
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_HERTZ 1193182
#define PIT_LATCH2 0x80
#define PIT_ONCE2 0xb0 /* channel 2, both bytes, mode 0: the output rises at zero */
#define PIT_OUTPUT2 0x20
#define SYSTEM_CONTROL 0x61
#define DEBUG_EXIT 0x501
#define PM1_CONTROL 0x604
#define PM1_POWER_OFF 0x2000
/* isa-debug-exit ends an emulator with twice the value, plus 1. */
#define EXIT_GOOD 0x10
#define EXIT_BAD 0x11

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_SFMASK 0xc0000084
#define FEATURE_APIC (1u << 9)
#define FEATURE_SEP (1u << 11)
#define FEATURE_HYPERVISOR (1u << 31)
#define HYPERVISOR_LEAF 0x40000000

#define MULTIBOOT_COMMAND_LINE (1 << 2)
#define DEFAULT_MILLISECONDS 200
#define ROUNDS 10
#define MOST_OPERATIONS (1u << 31)
#define ATTEMPTS 20

typedef unsigned long word;

struct multiboot {
  uint32_t flags, lower, upper, boot_device, command_line;
};

struct registers {
  uint32_t a, b, c, d;
};

struct benchmark {
  const char *name;
  void (*operations)(word count);
  int available;
  const char *what;
};

struct moment {
  uint64_t ticks;
  uint32_t count;
};

struct result {
  uint64_t ticks_hundredths, operations;
  uint32_t rounds;
};

#ifdef __x86_64__
struct gate {
  uint16_t low, selector, type, middle;
  uint32_t high, reserved;
};
struct task_state {
  uint32_t reserved;
  uint64_t stack;
  uint32_t rest[23];
} __attribute__((packed));
#else
struct gate {
  uint16_t low, selector, type, middle;
};
struct task_state {
  uint32_t link, stack, stack_segment, rest[23];
};
#endif
#define INTERRUPT_GATE 0x8e00
#define INTERRUPT_GATE_RING3 0xee00

extern uint64_t gdt[];
extern word page_table[];
extern char touched[], interrupt_stack_top[], exception_stubs[];
extern void on_divide(void), on_page_fault(void), on_self(void), on_nothing(void), on_kernel(void), on_system_call(void);
extern void callret(word), cpuid(word), rdtsc(word), sti_cli(word), in(word), mmio(word), cr3wr(word), cr3wr64(word),
    invlpg(word), ptestore(word), ptemod(word), pteuse(word), divzero(word), pgfault(word), iret(word), vmcall(word),
    vmmcall(word), irq(word), syscall(word), int_(word) __asm__("int");

static struct gate idt[256] __attribute__((aligned(16)));
static struct task_state task;
static uint32_t tsc_khz;
/* The operation that is being measured. */
static const char *current;

static void out8(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static uint64_t ticks(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
  return (uint64_t) high << 32 | low;
}

static void write_msr(uint32_t index, word value) {
  __asm__ volatile("wrmsr" : : "c"(index), "a"((uint32_t) value), "d"((uint32_t) ((uint64_t) value >> 32)));
}

static struct registers identify(uint32_t leaf) {
  struct registers r;
  __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "0"(leaf), "2"(0));
  return r;
}

/* a * b / c, without a library for 64-bit divisions; the result must fit. */
static uint64_t scale(uint64_t a, uint32_t b, uint32_t c) {
  uint64_t low = (a & 0xffffffff) * b;
  uint64_t high = (a >> 32) * b + (low >> 32);
  uint32_t digits[3] = {(uint32_t) (high >> 32), (uint32_t) high, (uint32_t) low};
  uint32_t rest = 0;
  for (int i = 0; i < 3; i++) {
    __asm__("divl %4" : "=a"(digits[i]), "=d"(rest) : "0"(digits[i]), "1"(rest), "r"(c) : "cc");
  }
  return (uint64_t) digits[1] << 32 | digits[2];
}

/* ---- Output ------------------------------------------------------------------------------- */

static void print_char(char c) {
  while (!(in8(COM1 + 5) & 0x20)) {
  }
  out8(COM1, (uint8_t) c);
}

static int print(const char *text) {
  int length = 0;
  while (text[length]) {
    print_char(text[length++]);
  }
  return length;
}

static void print_spaces(int count) {
  while (count-- > 0) {
    print_char(' ');
  }
}

/* A decimal number, right-aligned. */
static void print_number(uint64_t value, int width) {
  char digits[20];
  int length = 0;
  do {
    uint64_t tenth = scale(value, 1, 10);
    digits[length++] = (char) ('0' + (value - tenth * 10));
    value = tenth;
  } while (value);
  print_spaces(width - length);
  while (length) {
    print_char(digits[--length]);
  }
}

static void print_hundredths(uint64_t value, int width) {
  uint64_t whole = scale(value, 1, 100);
  uint32_t rest = (uint32_t) (value - whole * 100);
  print_number(whole, width - 3);
  print_char('.');
  print_char((char) ('0' + rest / 10));
  print_char((char) ('0' + rest % 10));
}

static _Noreturn void leave(uint32_t code) {
  __asm__ volatile("outl %0, %1" : : "a"(code), "d"((uint16_t) DEBUG_EXIT));
  __asm__ volatile("outw %0, %1" : : "a"((uint16_t) PM1_POWER_OFF), "d"((uint16_t) PM1_CONTROL));
  /* Neither device is there: a triple fault stops whatever it is. */
  struct {
    uint16_t limit;
    word base;
  } __attribute__((packed)) none = {0, 0};
  __asm__ volatile("lidt %0; ud2" : : "m"(none));
  __builtin_unreachable();
}

_Noreturn void unexpected(int vector) {
  print("nano: unexpected exception ");
  print_number((uint64_t) vector, 0);
  print(current ? " while measuring " : " while setting up");
  print(current ? current : "");
  print("\n");
  leave(EXIT_BAD);
}

/* ---- The machine -------------------------------------------------------------------------- */

static void set_gate(int vector, void (*handler)(void), uint16_t type) {
  word offset = (word) handler;
  idt[vector] = (struct gate){.low = (uint16_t) offset, .selector = KERNEL_CODE, .type = type,
      .middle = (uint16_t) (offset >> 16)};
}

static void set_up_tables(void) {
  for (int i = 0; i < EXCEPTIONS; i++) {
    set_gate(i, (void (*)(void)) (exception_stubs + 16 * i), INTERRUPT_GATE);
  }
  set_gate(VECTOR_DIVIDE, on_divide, INTERRUPT_GATE);
  set_gate(VECTOR_PAGE_FAULT, on_page_fault, INTERRUPT_GATE);
  set_gate(VECTOR_SELF, on_self, INTERRUPT_GATE);
  set_gate(VECTOR_SPURIOUS, on_nothing, INTERRUPT_GATE);
  set_gate(VECTOR_KERNEL, on_kernel, INTERRUPT_GATE_RING3);
  set_gate(VECTOR_NOTHING, on_nothing, INTERRUPT_GATE_RING3);
  struct {
    uint16_t limit;
    word base;
  } __attribute__((packed)) pointer = {sizeof idt - 1, (word) idt};
  __asm__ volatile("lidt %0" : : "m"(pointer));

  task.stack = (word) interrupt_stack_top;
#ifndef __x86_64__
  task.stack_segment = KERNEL_DATA;
#endif
  gdt[TASK / 8] = (sizeof task - 1) | (uint64_t) (word) &task << 16 | 0x89ull << 40;
  __asm__ volatile("ltr %w0" : : "r"(TASK));

  for (word i = 0; i < TOUCHED_PAGES; i++) {
    page_table[i] = (word) (touched + 4096 * i) | 0x67;
  }
}

static void set_up_system_calls(void) {
#ifdef __x86_64__
  write_msr(MSR_STAR, (word) KERNEL_CODE << 32 | (word) USER_CODE32 << 48);
  write_msr(MSR_LSTAR, (word) on_system_call);
  write_msr(MSR_SFMASK, 0x200);
#else
  write_msr(MSR_SYSENTER_CS, KERNEL_CODE);
  write_msr(MSR_SYSENTER_ESP, (word) interrupt_stack_top);
  write_msr(MSR_SYSENTER_EIP, (word) on_system_call);
#endif
}

static void set_up_interrupts(int apic) {
  out8(PIC_MASTER_MASK, 0xff);
  out8(PIC_SLAVE_MASK, 0xff);
  if (apic) {
    *(volatile uint32_t *) (LOCAL_APIC + APIC_SPURIOUS) = 0x100 | VECTOR_SPURIOUS;
  }
}

/* The time-stamp counter and the counter of channel 2 at the same time, as nearly as 20 attempts get them. */
static struct moment now(void) {
  struct moment best = {0, 0};
  uint64_t least = ~0ull;
  for (int i = 0; i < ATTEMPTS; i++) {
    uint64_t before = ticks();
    out8(PIT_COMMAND, PIT_LATCH2);
    uint32_t count = in8(PIT_CHANNEL2);
    count |= (uint32_t) in8(PIT_CHANNEL2) << 8;
    uint64_t gap = ticks() - before;
    if (gap < least) {
      least = gap;
      best = (struct moment){before + (gap >> 1), count};
    }
  }
  return best;
}

/* Channel 2 can be gated and read without interrupts. Where the host was away until it had run out, once more. */
static void calibrate(void) {
  for (int i = 0; i < ATTEMPTS; i++) {
    out8(SYSTEM_CONTROL, (in8(SYSTEM_CONTROL) & ~3) | 1); /* gate on, speaker off */
    out8(PIT_COMMAND, PIT_ONCE2);
    out8(PIT_CHANNEL2, 0xff);
    out8(PIT_CHANNEL2, 0xff);
    struct moment start = now();
    struct moment end;
    do {
      end = now();
    } while (start.count - end.count < PIT_HERTZ / 40 && !(in8(SYSTEM_CONTROL) & PIT_OUTPUT2));
    if (!(in8(SYSTEM_CONTROL) & PIT_OUTPUT2)) {
      tsc_khz = (uint32_t) scale(end.ticks - start.ticks, PIT_HERTZ, (start.count - end.count) * 1000);
      return;
    }
  }
  print("nano: the timer cannot be read in time\n");
  leave(EXIT_BAD);
}

/* ---- Measuring ---------------------------------------------------------------------------- */

/*
 * Repeats the operations in rounds. A round that takes less than a tenth of the time is followed by one of twice as many
 * operations, and what was before counts no more: so a translator may take its time. After that the shortest round counts,
 * since whatever disturbs makes one longer.
 */
static struct result measure(const struct benchmark *benchmark, uint32_t milliseconds) {
  current = benchmark->name;
  uint64_t budget = scale(tsc_khz, milliseconds, 1);
  uint64_t round = scale(budget, 1, ROUNDS);
  struct result result = {0, UNROLL, 0};
  uint64_t least = ~0ull;
  uint64_t start = ticks();
  uint64_t end;
  do {
    uint64_t before = ticks();
    benchmark->operations((word) (result.operations / UNROLL));
    end = ticks();
    uint64_t taken = end - before;
    if (taken < round && end - start < budget && result.operations < MOST_OPERATIONS) {
      result.operations *= 2;
      result.rounds = 0;
      least = ~0ull;
      continue;
    }
    if (taken < least) {
      least = taken;
    }
    result.rounds++;
  } while (end - start < budget || result.rounds < 3);
  result.ticks_hundredths = scale(least, 100, (uint32_t) result.operations);
  return result;
}

/* Copies the hypervisor's name; answers whether it knows KVM's hypercalls. */
static int find_hypervisor(uint32_t features, char name[13]) {
  if (!(features & FEATURE_HYPERVISOR)) {
    return 0;
  }
  struct registers r = identify(HYPERVISOR_LEAF);
  const uint32_t words[3] = {r.b, r.c, r.d};
  for (int i = 0; i < 12; i++) {
    char c = (char) (words[i / 4] >> i % 4 * 8);
    name[i] = c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : 0;
  }
  return r.b == 0x4b4d564b && r.c == 0x564b4d56 && r.d == 0x4d;
}

static int starts_with(const char *text, const char *prefix) {
  while (*prefix) {
    if (*text++ != *prefix++) {
      return 0;
    }
  }
  return 1;
}

/* The number behind " ms=" on the command line. */
static uint32_t milliseconds(const struct multiboot *info) {
  if (!(info->flags & MULTIBOOT_COMMAND_LINE)) {
    return DEFAULT_MILLISECONDS;
  }
  for (const char *at = (const char *) (word) info->command_line; *at; at++) {
    if (starts_with(at, " ms=")) {
      uint32_t value = 0;
      for (at += 4; *at >= '0' && *at <= '9' && value < 100000; at++) {
        value = value * 10 + (uint32_t) (*at - '0');
      }
      return value ? value : 1;
    }
  }
  return DEFAULT_MILLISECONDS;
}

static void print_row(const struct benchmark *benchmark, const struct result *result, uint64_t nanos) {
  print_spaces(10 - print(benchmark->name));
  print_hundredths(result->ticks_hundredths, 12);
  print_hundredths(nanos, 12);
  print("  ");
  print(benchmark->what);
  print("\n");
}

static void print_json(const struct benchmark *benchmark, const struct result *result, uint64_t nanos) {
  print("{\"name\":\"");
  print(benchmark->name);
  print("\",\"ticks\":");
  print_hundredths(result->ticks_hundredths, 0);
  print(",\"ns\":");
  print_hundredths(nanos, 0);
  print(",\"operations\":");
  print_number(result->operations, 0);
  print(",\"rounds\":");
  print_number(result->rounds, 0);
  print("}");
}

/* What a translator does behind a guest's back goes on while the others have their turn. */
static void warm_up(const struct benchmark *benchmarks, int length, uint32_t time) {
  for (int i = 0; i < length; i++) {
    if (benchmarks[i].available) {
      measure(&benchmarks[i], time);
    }
  }
}

static void measure_all(const struct benchmark *benchmarks, struct result *results, int length, uint32_t time) {
  for (int i = 0; i < length; i++) {
    if (benchmarks[i].available) {
      results[i] = measure(&benchmarks[i], time);
      print_row(&benchmarks[i], &results[i], scale(results[i].ticks_hundredths, 1000000, tsc_khz));
    }
  }
}

static void print_all(const struct benchmark *benchmarks, const struct result *results, int length, const char *hypervisor) {
  print("{\"guest\":\"nano\",\"bits\":");
  print_number(sizeof(word) * 8, 0);
  print(",\"tsc_khz\":");
  print_number(tsc_khz, 0);
  print(",\"hypervisor\":\"");
  print(hypervisor);
  print("\",\"results\":[");
  const char *separator = "";
  for (int i = 0; i < length; i++) {
    if (benchmarks[i].available) {
      print(separator);
      print_json(&benchmarks[i], &results[i], scale(results[i].ticks_hundredths, 1000000, tsc_khz));
      separator = ",";
    }
  }
  print("]}\n");
}

_Noreturn void nano(const struct multiboot *info) {
  uint32_t features = identify(1).d;
  char hypervisor[13] = "";
  int kvm = find_hypervisor(identify(1).c, hypervisor);
  int amd = identify(0).b == 0x68747541;
  int apic = (features & FEATURE_APIC) != 0;
  int fast = sizeof(word) == 8 || (features & FEATURE_SEP) != 0;
  const struct benchmark benchmarks[] = {
      {"callret", callret, 1, "call of an empty function"},
      {"rdtsc", rdtsc, 1, "time-stamp counter read"},
      {"cpuid", cpuid, 1, "CPUID leaf 0"},
      {"sti/cli", sti_cli, 1, "interrupts on and off"},
      {"in", in, 1, "read of port 80h"},
      {"mmio", mmio, apic, "read of a local APIC register"},
      {"cr3wr", cr3wr, 1, "write of CR3"},
      {"cr3wr64", cr3wr64, 1, "write of CR3, then loads from 64 pages"},
      {"invlpg", invlpg, 1, "INVLPG"},
      {"ptestore", ptestore, 1, "store into a page table in use"},
      {"ptemod", ptemod, 1, "store into a page table in use, INVLPG"},
      {"pteuse", pteuse, 1, "the same, then a load from the page"},
      {"divzero", divzero, 1, "#DE, handler, return"},
      {"pgfault", pgfault, 1, "#PF, handler, return"},
      {"iret", iret, 1, "IRET in ring 0"},
#ifdef __x86_64__
      {"syscall", syscall, fast, "SYSCALL, SYSRET"},
#else
      {"syscall", syscall, fast, "SYSENTER, SYSEXIT"},
#endif
      {"int", int_, 1, "INT from ring 3, IRET"},
      {"irq", irq, apic, "interrupt to itself, handler, EOI, return"},
      {"hypercall", amd ? vmmcall : vmcall, kvm, "hypercall"},
  };
  enum { LENGTH = sizeof benchmarks / sizeof *benchmarks };
  static struct result results[LENGTH];

  set_up_tables();
  set_up_interrupts(apic);
  if (fast) {
    set_up_system_calls();
  }
  calibrate();
  uint32_t time = milliseconds(info);
  warm_up(benchmarks, LENGTH, time / 2);
  print("nano: ");
  print_number(sizeof(word) * 8, 0);
  print("-bit, ");
  print_number(tsc_khz, 0);
  print(" ticks a millisecond");
  if (*hypervisor) {
    print(", hypervisor ");
    print(hypervisor);
  }
  print("\noperation       ticks  nanoseconds\n");
  measure_all(benchmarks, results, LENGTH, time);
  print_all(benchmarks, results, LENGTH, hypervisor);
  print("nano: done\n");
  leave(EXIT_GOOD);
}
