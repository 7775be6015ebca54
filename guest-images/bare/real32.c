/* Real mode: segments, interrupts, limits, and the ways in and out, unreal mode included. */
#include "runtime/runtime.h"

/*
 * A case's 16-bit program is copied to PROGRAM_SEGMENT:0 and entered there with that segment in DS,
 * ES, FS and GS and with a stack of its own. The interrupt table at 0 sends every vector below to
 * a stub that records it and goes back to protected mode; "at" counts from the program's beginning.
 */
#define PROGRAM_SEGMENT 0x1000
#define STUBS 0x9000
#define STUB_SIZE 5
#define VECTORS 0x50

extern char glue[], glue_end[], glue_record[], enter_real_mode[];

asm(".pushsection .rodata\n"
    ".code16\n"
    "glue:\n"
    "  mov $0x58, %ax\n"            /* DATA16: the limits that real mode expects */
    "  mov %ax, %ds\n  mov %ax, %es\n  mov %ax, %fs\n  mov %ax, %gs\n  mov %ax, %ss\n"
    "  mov %cr0, %eax\n"
    "  and $0xfe, %al\n"
    "  mov %eax, %cr0\n"
    "  ljmp $0, $0x8000 + 1f - glue\n"
    "1:\n"
    "  mov $0x3000, %ax\n  mov %ax, %ss\n  mov $0x8000, %sp\n"
    "  mov $0x1000, %ax\n  mov %ax, %ds\n  mov %ax, %es\n  mov %ax, %fs\n  mov %ax, %gs\n"
    "  xor %eax, %eax\n  xor %ebx, %ebx\n  xor %ecx, %ecx\n  xor %edx, %edx\n"
    "  xor %esi, %esi\n  xor %edi, %edi\n  xor %ebp, %ebp\n"
    "  ljmp $0x1000, $0\n"
    "glue_record:\n"
    "  pushl %ds\n  pushl %es\n"
    "  pushal\n"
    "  cli\n"
    "  movzwl %sp, %esi\n"
    "  xor %ebx, %ebx\n"
    "  mov %ss, %bx\n"
    "  mov %cr0, %eax\n"
    "  or $1, %al\n"
    "  mov %eax, %cr0\n"
    "  ljmpl $0x08, $back_in_protected_mode\n"
    "glue_end:\n"
    ".code32\n"
    ".popsection\n"
    "enter_real_mode:\n"
    "  lidt real_table\n"
    "  ljmp $0x50, $0x8000\n"
    "real_table: .word 0x3ff\n .long 0\n"
    "back_in_protected_mode:\n"
    "  mov $0x23, %eax\n  mov %eax, %ds\n  mov %eax, %es\n"
    "  mov $0x10, %eax\n  mov %eax, %ss\n"
    "  mov $interrupt_stack_top, %esp\n"
    "  push %ebx\n"
    "  push %esi\n"
    "  call real_mode_ended\n");

/* Everything that the stub and the glue pushed, from the last to the first. */
struct PACKED pushed {
  uint32_t di, si, bp, sp, bx, dx, cx, ax;
  uint32_t es, ds;
  uint16_t vector, ip, cs, flags;
};

extern _Noreturn void end_attempt(void);

__attribute__((used)) void real_mode_ended(uint32_t sp, uint32_t ss) {
  const struct pushed *frame = (const struct pushed *) (ss * 16 + sp);
  last = (struct frame) {
      .ax = frame->ax, .bx = frame->bx, .cx = frame->cx, .dx = frame->dx,
      .si = frame->si, .di = frame->di, .bp = frame->bp,
      .ds = frame->ds & 0xffff, .es = frame->es & 0xffff, .ss = ss,
      .ip = frame->ip, .cs = frame->cs, .flags = frame->flags,
      .sp = sp + sizeof *frame,
  };
  last_vector = frame->vector == VECTOR_RETURN ? -1 : frame->vector;
  last_cr2 = 0;
  asm volatile("lidt %0" : : "m"(*&(const struct PACKED {
    uint16_t limit;
    void *base;
  }) {sizeof idt - 1, idt}));
  end_attempt();
}

static void copy(void *to, const void *from, size_t size) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

static void *low(uint32_t address) {
  asm("" : "+r"(address)); /* keeps the compiler from taking it for a null pointer's field */
  return (void *) address;
}

static void prepare(const void *program, size_t size) {
  copy(low(REAL_MODE_BASE), glue, glue_end - glue);
  copy(low(PROGRAM_SEGMENT * 16), program, size);
  uint8_t *stub = low(STUBS);
  for (int vector = 0; vector < VECTORS; vector++, stub += STUB_SIZE) {
    int distance = REAL_MODE_BASE + (glue_record - glue) - ((int) stub + STUB_SIZE);
    stub[0] = 0x6a; /* PUSH imm8, JMP rel16 */
    stub[1] = vector;
    stub[2] = 0xe9;
    stub[3] = distance;
    stub[4] = distance >> 8;
    uint32_t *table = low(0);
    table[vector] = (uint32_t) stub;
  }
}

#define ATTEMPT_REAL(text)                                                              \
  do {                                                                                  \
    const char *program, *end;                                                          \
    asm(".pushsection .rodata\n.code16\nprogram%=:\n" text "\nint $0x30\n"              \
        "programend%=:\n.code32\n.popsection\n mov $program%=, %0\n mov $programend%=, %1" \
        : "=r"(program), "=r"(end));                                                    \
    prepare(program, end - program);                                                    \
    attempting = 1;                                                                     \
    if (!begin_attempt()) {                                                             \
      attempt_start = 0;                                                                \
      asm volatile("jmp enter_real_mode");                                              \
      __builtin_unreachable();                                                          \
    }                                                                                   \
    print_real_outcome();                                                               \
  } while (0)

/* Fills up to an offset in the program. */
#define AT(offset) "\n.fill " #offset " - (. - program%=), 1, 0x90\n"

/* Exceptions push no error codes in real mode. */
static void print_real_outcome(void) {
  attempting = 0;
  if (last_vector < 0) {
    say("completed");
  } else {
    note("vector", last_vector);
    note("ip", last.ip);
  }
}

CASE(comes_back) {
  ATTEMPT_REAL("mov %%cs, %%ax\n mov %%ds, %%bx\n mov %%ss, %%cx\n mov %%sp, %%dx");
  note("ax", last.ax);
  note("bx", last.bx);
  note("cx", last.cx);
  note("dx", last.dx);
}

CASE(interrupt_pushes_flags_cs_ip) {
  ATTEMPT_REAL("stc\n int $0x41");
  note("cs", last.cs);
  note("carry", last.flags & 1);
  note("sp", last.sp);
}

CASE(interrupt_clears_if_and_tf) {
  ATTEMPT_REAL("push %%cs\n pop %%ds\n xor %%ax, %%ax\n mov %%ax, %%es\n"
               "movw $0x80, %%es:0x40*4\n mov %%cs, %%es:0x40*4+2\n int $0x40\n"
               AT(0x80) "pushf\n pop %%bx\n int $0x30");
  note("flags", last.bx & 0x300);
}

CASE(iret_restores_flags) {
  ATTEMPT_REAL("pushw $0x0003\n push %%cs\n pushw $0x20\n iret" AT(0x20) "pushf\n pop %%ax");
  note("flags", last.ax & 0xfd7);
}

CASE(iret_may_set_iopl_and_nt) {
  ATTEMPT_REAL("pushw $0x7002\n push %%cs\n pushw $0x20\n iret" AT(0x20) "pushf\n pop %%ax\n"
               "pushw $2\n popf");
  note("flags", last.ax);
}

CASE(segment_times_sixteen) {
  ATTEMPT_REAL("mov $0x1111, %%ax\n mov %%ax, 0x120\n mov $0x1010, %%bx\n mov %%bx, %%es\n"
               "mov %%es:0x20, %%cx");
  note("cx", last.cx);
}

CASE(linear_address_goes_beyond_one_mebibyte) {
  ATTEMPT_REAL("mov $0xffff, %%ax\n mov %%ax, %%es\n mov %%es:0x10, %%bx");
  note("bx", last.bx); /* the guest's Multiboot magic, with A20 open */
}

CASE(word_at_segment_end) {
  ATTEMPT_REAL("mov 0xffff, %%al");
  ATTEMPT_REAL("mov 0xffff, %%ax");
  ATTEMPT_REAL("mov $0xffff, %%bp\n mov (%%bp), %%ax");
  ATTEMPT_REAL("mov 0xfffd, %%eax");
}

CASE(address_beyond_segment_end) {
  ATTEMPT_REAL("addr32 mov 0x10000, %%al");
}

CASE(push_wraps_around) {
  ATTEMPT_REAL("xor %%sp, %%sp\n push %%ax\n mov %%sp, %%bx");
  note("bx", last.bx);
}

CASE(offset_wraps_in_16_bit_addresses) {
  ATTEMPT_REAL("movb $0x77, 0x110\n mov $0xff00, %%bx\n mov 0x210(%%bx), %%al");
  note("al", last.ax & 0xff);
}

CASE(jump_wraps_in_16_bits) {
  ATTEMPT_REAL("jmp 1f" AT(0x40) "1: mov $0x50, %%ax\n jmp *%%ax" AT(0x50) "int $0x41");
}

CASE(exceptions_have_no_error_code) {
  ATTEMPT_REAL("ud2");
  note("sp", last.sp);
  ATTEMPT_REAL("nop\n div %%cl");
  note("sp", last.sp);
  ATTEMPT_REAL("mov 0xffff, %%ax");
  note("sp", last.sp);
}

CASE(protected_mode_instructions) {
  ATTEMPT_REAL("lar %%ax, %%bx");
  ATTEMPT_REAL("verr %%ax");
  ATTEMPT_REAL("lldt %%ax");
  ATTEMPT_REAL("str %%ax");
  ATTEMPT_REAL("arpl %%ax, %%bx");
  ATTEMPT_REAL("sysenter");
}

CASE(allowed_system_instructions) {
  ATTEMPT_REAL("smsw %%ax\n mov %%cr3, %%ebx\n sgdt 0x200\n sidt 0x210\n mov 0x210, %%cx\n clts");
  note("ax", last.ax & 0xffff);
  note("idt_limit", last.cx);
}

CASE(bound_and_into) {
  ATTEMPT_REAL("movw $5, 0x200\n movw $9, 0x202\n mov $10, %%ax\n bound %%ax, 0x200");
  ATTEMPT_REAL("mov $0x7f, %%al\n add $1, %%al\n into");
}

CASE(interrupt_beyond_table_limit) {
  ATTEMPT_REAL("movw $0xbf, 0x200\n movl $0, 0x202\n lidt 0x200\n int $0x30");
}

CASE(single_step) {
  ATTEMPT_REAL("pushw $0x0102\n popf\n nop\n nop");
}

CASE(single_step_after_mov_ss) {
  ATTEMPT_REAL("mov %%ss, %%ax\n pushw $0x0102\n popf\n mov %%ax, %%ss\n nop\n nop");
}

CASE(lock_prefix) {
  ATTEMPT_REAL(".byte 0xf0\n nop");
}

CASE(operand_and_address_size) {
  ATTEMPT_REAL("mov $0x12345678, %%eax\n mov %%eax, %%edx\n movl $0x100, %%ebx\n"
               "addr32 mov %%eax, 4(%%ebx,%%ebx)\n mov 0x204, %%ecx");
  note("edx", last.dx);
  note("ecx", last.cx);
}

CASE(pushad_and_popad) {
  ATTEMPT_REAL("mov $0x11112222, %%eax\n mov %%sp, %%bx\n pushal\n sub %%sp, %%bx\n popal\n"
               "mov %%eax, %%ecx");
  note("ecx", last.cx);
}

CASE(far_call_and_return) {
  ATTEMPT_REAL("lcall $0x1002, $0x10\n mov $1, %%bx\n int $0x30" AT(0x30) "mov %%cs, %%ax\n lret");
  note("ax", last.ax);
  note("bx", last.bx);
}

CASE(segment_load_reads_no_descriptor) {
  ATTEMPT_REAL("mov $0xabcd, %%ax\n mov %%ax, %%fs\n mov %%fs, %%bx");
  note("bx", last.bx);
}

/* ---- Unreal mode: limits survive the way back --------------------------------------------------------------- */

#define LOAD_FLAT_FS                                                                   \
  "cli\n mov %%cr0, %%eax\n or $1, %%al\n mov %%eax, %%cr0\n mov $0x10, %%bx\n mov %%bx, %%fs\n" \
  "and $0xfe, %%al\n mov %%eax, %%cr0\n"

static volatile uint32_t far_away = 0x600df00d;

CASE(unreal_mode_reaches_all_memory) {
  *(volatile uint32_t *) low(PROGRAM_SEGMENT * 16 + 0x400) = (uint32_t) &far_away;
  ATTEMPT_REAL(LOAD_FLAT_FS "mov 0x400, %%esi\n addr32 mov %%fs:(%%esi), %%ecx");
  note("ecx", last.cx);
}

CASE(unreal_limit_survives_a_segment_load) {
  *(volatile uint32_t *) low(PROGRAM_SEGMENT * 16 + 0x400) = (uint32_t) &far_away;
  ATTEMPT_REAL(LOAD_FLAT_FS "xor %%bx, %%bx\n mov %%bx, %%fs\n mov 0x400, %%esi\n"
               "addr32 mov %%fs:(%%esi), %%ecx");
  note("ecx", last.cx);
}

CASE(unreal_segment_load_sets_base) {
  *(volatile uint32_t *) low(PROGRAM_SEGMENT * 16 + 0x400) = (uint32_t) &far_away;
  ATTEMPT_REAL(LOAD_FLAT_FS "mov $0x0010, %%bx\n mov %%bx, %%fs\n mov 0x400, %%esi\n"
               "sub $0x100, %%esi\n addr32 mov %%fs:(%%esi), %%ecx");
  note("ecx", last.cx);
}

CASE(protected_mode_without_a_far_jump_keeps_16_bit_code) {
  ATTEMPT_REAL("cli\n mov %%cr0, %%eax\n or $1, %%al\n mov %%eax, %%cr0\n mov $0x1234, %%cx\n"
               "mov %%cs, %%dx\n and $0xfe, %%al\n mov %%eax, %%cr0\n");
  note("ecx", last.cx);
  note("cs", last.dx);
}
