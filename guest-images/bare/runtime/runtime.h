/*
 * What a bare-metal test guest is made of.
 *
 * A guest is a list of cases. A case does something privileged and prints what a program in the
 * guest observes, as one line "name: outcome". ATTEMPT runs one piece of assembler and prints
 * whether it completed or which exception it raised: vector, error code, CR2, and where the
 * saved instruction pointer points, in bytes from the beginning of the piece. note() adds values.
 * Before every case the machine is put back into the state described at restore_machine().
 */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#include "layout.h"

typedef uintptr_t word;

#define ALIGNED(n) __attribute__((aligned(n)))
#define PACKED __attribute__((packed))

/* Registers as an exception or interrupt found them, in the order in which entry.S saves them. */
struct frame {
#ifdef __x86_64__
  word r15, r14, r13, r12, r11, r10, r9, r8;
#endif
  word gs, fs, es, ds;
  word di, si, bp, bx, dx, cx, ax;
  word vector, error_code;
  word ip, cs, flags;
  word sp, ss;                 /* in 32-bit guests only when the privilege changed */
  word v86_es, v86_ds, v86_fs, v86_gs; /* only from virtual-8086 mode */
};

#define VECTOR_DE 0
#define VECTOR_DB 1
#define VECTOR_NMI 2
#define VECTOR_BP 3
#define VECTOR_OF 4
#define VECTOR_BR 5
#define VECTOR_UD 6
#define VECTOR_NM 7
#define VECTOR_DF 8
#define VECTOR_TS 10
#define VECTOR_NP 11
#define VECTOR_SS 12
#define VECTOR_GP 13
#define VECTOR_PF 14
#define VECTOR_MF 16
#define VECTOR_AC 17

#define FLAG_CF (1u << 0)
#define FLAG_ZF (1u << 6)
#define FLAG_TF (1u << 8)
#define FLAG_IF (1u << 9)
#define FLAG_DF (1u << 10)
#define FLAG_IOPL(n) ((n) << 12)
#define FLAG_NT (1u << 14)
#define FLAG_RF (1u << 16)
#define FLAG_VM (1u << 17)
#define FLAG_AC (1u << 18)
#define FLAG_VIF (1u << 19)
#define FLAG_VIP (1u << 20)
#define FLAG_ID (1u << 21)

#define CR0_PE (1u << 0)
#define CR0_MP (1u << 1)
#define CR0_EM (1u << 2)
#define CR0_TS (1u << 3)
#define CR0_NE (1u << 5)
#define CR0_WP (1u << 16)
#define CR0_AM (1u << 18)
#define CR0_NW (1u << 29)
#define CR0_CD (1u << 30)
#define CR0_PG (1u << 31)
#define CR4_VME (1u << 0)
#define CR4_PVI (1u << 1)
#define CR4_TSD (1u << 2)
#define CR4_DE (1u << 3)
#define CR4_PSE (1u << 4)
#define CR4_PAE (1u << 5)
#define CR4_PGE (1u << 7)
#define CR4_PCE (1u << 8)
#define CR4_OSFXSR (1u << 9)
#define CR4_OSXMMEXCPT (1u << 10)
#define CR4_UMIP (1u << 11)
#define CR4_FSGSBASE (1u << 16)
#define CR4_PCIDE (1u << 17)
#define CR4_OSXSAVE (1u << 18)
#define CR4_SMEP (1u << 20)
#define CR4_SMAP (1u << 21)

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_SFMASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define EFER_SCE (1u << 0)
#define EFER_LME (1u << 8)
#define EFER_LMA (1u << 10)
#define EFER_NXE (1u << 11)

/* ---- Cases ---------------------------------------------------------------------------------- */

struct test_case {
  const char *name;
  void (*run)(void);
};

/* Defines and enrols a case; cases run in the order of the source. */
#define CASE(name)                                                                      \
  static void case_##name(void);                                                        \
  static const struct test_case enrolled_##name                                         \
      __attribute__((section(".cases"), used, aligned(sizeof(word)))) =                 \
      {#name, case_##name};                                                             \
  static void case_##name(void)

/* Runs assembler text in ring 0: ATTEMPT("text", outputs : inputs : clobbers). */
#define ATTEMPT(text, ...)                                                              \
  do {                                                                                  \
    attempting = 1;                                                                    \
    if (!begin_attempt()) {                                                             \
      asm volatile(MARK_ATTEMPT text : __VA_ARGS__);                                    \
      complete_attempt();                                                               \
    }                                                                                   \
    print_outcome();                                                                    \
  } while (0)

/*
 * Runs assembler text in ring 3. It has the stack, but comes back with all other registers lost;
 * what it left in them is in last.
 */
#define ATTEMPT_RING3(text, ...)                                                        \
  do {                                                                                  \
    attempting = 1;                                                                    \
    if (!begin_attempt()) {                                                             \
      asm volatile(MARK_ATTEMPT_RING3 text COME_BACK                                       \
                   : : __VA_ARGS__);                                                    \
      __builtin_unreachable();                                                          \
    }                                                                                   \
    print_outcome();                                                                    \
  } while (0)

/* Ends assembler text that left the stack, the code segment or the privilege behind. */
#define COME_BACK "\nint $" STRING(VECTOR_RETURN) "\n"

#ifdef __x86_64__
#define PUSH_FLAGS "pushfq\n"
#define IRET "iretq\n"
#define SET_WORD "movq "
#else
#define PUSH_FLAGS "pushfl\n"
#define IRET "iretl\n"
#define SET_WORD "movl "
#endif
#define MARK_ATTEMPT SET_WORD "$attempt%=, attempt_start\nattempt%=:\n"
#define MARK_ATTEMPT_RING3                                                              \
  SET_WORD "$attempt%=, attempt_start\n"                                                \
  "push $" STRING(USER_DATA) "\npush %%" STACK_POINTER "\n" PUSH_FLAGS                  \
  "push $" STRING(USER_CODE) "\npush $attempt%=\n" IRET "attempt%=:\n"
#ifdef __x86_64__
#define STACK_POINTER "rsp"
#else
#define STACK_POINTER "esp"
#endif
#define STRING(macro) STRING_OF(macro)
#define STRING_OF(text) #text

/* What the last attempt met: the frame, and the vector or -1 when it completed. */
extern struct frame last;
extern int last_vector;
extern word last_cr2, last_dr7;
/* Where the running attempt begins; cases that leave by a detour may set it. */
extern word attempt_start;
extern int attempting;

int begin_attempt(void) __attribute__((returns_twice));
void complete_attempt(void);
void print_outcome(void);

/* Print " name=value" in hexadecimal, " text", or the reason for not running the case. */
void note(const char *name, uint64_t value);
void say(const char *text);
void skip(const char *missing);

/* ---- The machine ---------------------------------------------------------------------------- */

/*
 * Called instead of ending the attempt when the vector occurs; returning resumes the interrupted
 * code with the frame's registers. Cleared before every case.
 */
extern void (*handlers[256])(struct frame *frame);

/*
 * The state in which every case begins: flat segments, the descriptor tables below, interrupts
 * off and masked, no debug registers, no local descriptor table, CR0, CR4 and EFER as booted,
 * paging off in 32-bit guests; in 64-bit guests the first 4 MiB mapped to themselves, for all
 * rings, by 2 MiB pages.
 */
void restore_machine(void);

struct idt_gate {
  uint16_t offset_low, selector;
  uint8_t stack, type;
  uint16_t offset_middle;
#ifdef __x86_64__
  uint32_t offset_high, reserved;
#endif
};

#ifdef __x86_64__
struct PACKED task_state {
  uint32_t reserved0;
  uint64_t sp0, sp1, sp2, reserved1, ist[7], reserved2;
  uint16_t reserved3, io_map;
  uint8_t io_bits[33];
};
#else
struct PACKED task_state {
  uint32_t link, sp0, ss0, sp1, ss1, sp2, ss2, cr3, ip, flags, ax, cx, dx, bx, sp, bp, si, di;
  uint32_t es, cs, ss, ds, fs, gs, ldt;
  uint16_t trap, io_map;
  uint8_t interrupt_redirection[32];
  uint8_t io_bits[8193];
};
#endif

extern uint64_t gdt[GDT_ENTRIES];
extern struct idt_gate idt[256];
extern struct task_state task;
#ifndef __x86_64__
extern struct task_state double_fault_task; /* cases that turn paging on give it their CR3 */
#endif
extern char interrupt_stack_top[], interrupt_stubs[][16];

/* Descriptor bits 40 to 55, as in the manual: access byte, then G, D/B, L, AVL. */
#define DATA 0x93
#define READ_ONLY 0x91
#define EXPAND_DOWN 0x97
#define CODE 0x9b
#define EXECUTE_ONLY 0x99
#define CONFORMING 0x9f
#define LDT 0x82
#define TSS16 0x81
#define TSS32 0x89
#define TSS_BUSY 0x8b
#define CALL_GATE16 0x84
#define CALL_GATE32 0x8c
#define TASK_GATE 0x85
#define INTERRUPT_GATE 0x8e
#define TRAP_GATE 0x8f
#define DPL(n) ((n) << 5)
#define NOT_PRESENT(access) ((access) & ~0x80)
#define SIZE_32 0x4
#define SIZE_64 0x2
#define PAGES 0x8

uint64_t descriptor(uint32_t base, uint32_t limit, uint8_t access, uint8_t flags);
uint64_t gate(uint16_t selector, uint32_t offset, uint8_t type, uint8_t parameters);
void set_idt_gate(int vector, word entry, uint16_t selector, uint8_t type, uint8_t stack);

static inline uint16_t selector(int index, int privilege) {
  return TEST_SELECTOR + 8 * index + privilege;
}

/* The given entry of the part of the GDT that belongs to the cases. */
static inline void set_test_descriptor(int index, uint64_t value) {
  gdt[TEST_SELECTOR / 8 + index] = value;
}

static inline void out8(uint16_t port, uint8_t value) {
  asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out16(uint16_t port, uint16_t value) {
  asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port) {
  uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline uint64_t read_msr(uint32_t msr) {
  uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return (uint64_t) high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value) {
  asm volatile("wrmsr"
               : : "c"(msr), "a"((uint32_t) value), "d"((uint32_t) (value >> 32)) : "memory");
}

#define CONTROL_REGISTER(name, register)                             \
  static inline word read_##name(void) {                             \
    word value;                                                      \
    asm volatile("mov %%" #register ", %0" : "=r"(value));           \
    return value;                                                    \
  }                                                                  \
  static inline void write_##name(word value) {                      \
    asm volatile("mov %0, %%" #register : : "r"(value) : "memory");  \
  }
CONTROL_REGISTER(cr0, cr0)
CONTROL_REGISTER(cr2, cr2)
CONTROL_REGISTER(cr3, cr3)
CONTROL_REGISTER(cr4, cr4)
CONTROL_REGISTER(dr0, dr0)
CONTROL_REGISTER(dr1, dr1)
CONTROL_REGISTER(dr2, dr2)
CONTROL_REGISTER(dr3, dr3)
CONTROL_REGISTER(dr6, dr6)
CONTROL_REGISTER(dr7, dr7)

/* One bit of CPUID. */
struct feature {
  uint32_t leaf;
  int register_index; /* EAX, EBX, ECX, EDX */
  int bit;
  const char *name;
};
extern const struct feature VME, PSE, PAE, SEP, PGE, FXSR, SYSCALL, NX, LONG_MODE, PCID, XSAVE,
    FSGSBASE, SMEP, SMAP, INVPCID, UMIP, RDTSCP, PAGE_1G, MCE, DE,
    ALT_MOV_CR8, NULL_SELECTOR_CLEARS_BASE;

void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t answer[4]);
int has(const struct feature *feature);
int is_amd(void);
int is_qemu(void);

/* Ends the case, saying so, when the processor lacks the feature. */
#define NEEDS(feature)         \
  do {                         \
    if (!has(&feature)) {      \
      skip(feature.name);      \
      return;                  \
    }                          \
  } while (0)

#endif
