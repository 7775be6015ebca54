/* The same code in another context: what a translation depends on besides the bytes. */
#include "runtime/runtime.h"

#define ENOUGH 20000 /* executions that make code worth translating */

static volatile uint8_t arena[8192] ALIGNED(4096), other[4096] ALIGNED(4096);
static volatile uint32_t directory[1024] ALIGNED(4096), other_directory[1024] ALIGNED(4096),
    identity[1024] ALIGNED(4096), table[1024] ALIGNED(4096), other_table[1024] ALIGNED(4096);

static void put_code(volatile uint8_t *place, const uint8_t *code, size_t size) {
  for (size_t i = 0; i < size; i++) {
    place[i] = code[i];
  }
}
#define PUT_CODE(place, ...)                          \
  do {                                                \
    static const uint8_t code[] = {__VA_ARGS__};      \
    put_code(place, code, sizeof code);               \
  } while (0)

/*
 * 32-bit: MOV EAX, DB311234; RETF. 16-bit: MOV AX, 1234; XOR BX, BX; RETF, which takes two words
 * off the stack, so a 16-bit far call has to come before it.
 */
CASE(sixteen_and_thirty_two_bit_code) {
  PUT_CODE(arena, 0xb8, 0x34, 0x12, 0x31, 0xdb, 0xcb);
  /* In 16-bit code behind it: CALL FAR 0 in its own segment, then a 32-bit RETF. */
  PUT_CODE(arena + 16, 0x0e, 0xe8, 0xec, 0xff, 0x66, 0xcb); /* PUSH CS; CALL 0; RETFD */
  set_test_descriptor(0, descriptor((uint32_t) arena, 0xfff, CODE, SIZE_32));
  set_test_descriptor(1, descriptor((uint32_t) arena, 0xfff, CODE, 0));
  uint32_t wide = 0, narrow = 0;
  for (int i = 0; i < ENOUGH; i++) {
    uint32_t eax = 0xaaaa0000;
    asm volatile("lcall %1, $0" : "+a"(eax) : "i"(selector(0, 0)) : "ebx", "cc", "memory");
    wide += eax;
    eax = 0xaaaa0000;
    asm volatile("lcall %1, $16" : "+a"(eax) : "i"(selector(1, 0)) : "ebx", "cc", "memory");
    narrow += eax;
  }
  note("wide", wide);
  note("narrow", narrow);
}

CASE(segment_base_changes) {
  arena[0x10] = 0x11;
  arena[0x110] = 0x22;
  set_test_descriptor(0, descriptor((uint32_t) arena, 0xfff, DATA, SIZE_32));
  set_test_descriptor(1, descriptor((uint32_t) arena + 0x100, 0xfff, DATA, SIZE_32));
  uint32_t sums[2] = {0, 0};
  for (int i = 0; i < ENOUGH; i++) {
    uint32_t byte;
    asm volatile("mov %1, %%fs\n movzbl %%fs:0x10, %0" : "=r"(byte) : "r"(selector(0, 0) + 8 * (i & 1)));
    sums[i & 1] += byte;
  }
  asm volatile("mov %0, %%fs" : : "r"(USER_DATA));
  note("first", sums[0]);
  note("second", sums[1]);
}

/* Reads the byte at FS:EAX, always by the same instruction. */
extern char read_byte[];
asm("read_byte:\n"
    "  movzbl %fs:(%eax), %ecx\n"
    "  ret\n");

static void read_often(uint32_t offset) {
  for (int i = 0; i < ENOUGH; i++) {
    asm volatile("call read_byte" : : "a"(offset) : "ecx");
  }
}

#define READ_BYTE(offset)                                                                  \
  ATTEMPT("movl $read_byte, attempt_start\n call read_byte", : "a"(offset) : "ecx", "memory")

CASE(segment_limit_shrinks) {
  set_test_descriptor(0, descriptor((uint32_t) arena, 0xfff, DATA, SIZE_32));
  asm volatile("mov %0, %%fs" : : "r"(selector(0, 0)));
  read_often(0x800);
  set_test_descriptor(0, descriptor((uint32_t) arena, 0x7ff, DATA, SIZE_32));
  asm volatile("mov %0, %%fs" : : "r"(selector(0, 0)));
  READ_BYTE(0x800);
}

CASE(segment_becomes_null) {
  read_often((uint32_t) arena);
  asm volatile("mov %0, %%fs" : : "r"(0));
  READ_BYTE((uint32_t) arena);
}

CASE(segment_becomes_expand_down) {
  set_test_descriptor(0, descriptor((uint32_t) arena, 0x7ff, DATA, SIZE_32));
  asm volatile("mov %0, %%fs" : : "r"(selector(0, 0)));
  read_often(0x100);
  set_test_descriptor(0, descriptor((uint32_t) arena, 0x7ff, EXPAND_DOWN, SIZE_32));
  asm volatile("mov %0, %%fs" : : "r"(selector(0, 0)));
  READ_BYTE(0x100);
}

/* ---- Paging and privilege ------------------------------------------------------------------------------------- */

#define P 1
#define W 2
#define U 4
#define WINDOW 0x40000000u

static void turn_on(void) {
  for (uint32_t i = 0; i < 1024; i++) {
    identity[i] = i << 12 | U | W | P;
    directory[i] = other_directory[i] = table[i] = other_table[i] = 0;
  }
  directory[0] = other_directory[0] = (uint32_t) identity | U | W | P;
  directory[WINDOW >> 22] = (uint32_t) table | U | W | P;
  other_directory[WINDOW >> 22] = (uint32_t) other_table | U | W | P;
  table[0] = (uint32_t) arena | U | W | P;
  other_table[0] = (uint32_t) other | U | W | P;
  double_fault_task.cr3 = (uint32_t) directory;
  write_cr3((uint32_t) directory);
  write_cr0(read_cr0() | CR0_PG);
}

CASE(address_space_changes) {
  turn_on();
  PUT_CODE(arena, 0xb8, 1, 0, 0, 0, 0xc3); /* MOV EAX, 1; RET */
  PUT_CODE(other, 0xb8, 2, 0, 0, 0, 0xc3);
  uint32_t sums[2] = {0, 0};
  for (int i = 0; i < 5000; i++) {
    uint32_t eax;
    write_cr3((uint32_t) (i & 1 ? other_directory : directory));
    asm volatile("call *%1" : "=a"(eax) : "r"(WINDOW));
    sums[i & 1] += eax;
  }
  note("first", sums[0]);
  note("second", sums[1]);
}

CASE(paging_is_turned_off_and_on) {
  turn_on();
  arena[5] = 0x55;
  identity[(uint32_t) arena >> 12] = (uint32_t) other | U | W | P;
  other[5] = 0x66;
  write_cr3(read_cr3());
  uint32_t with = 0, without = 0;
  for (int i = 0; i < 2000; i++) {
    asm volatile("mov %%cr0, %%edx\n"
                 "movzbl %2, %%eax\n add %%eax, %0\n"
                 "and $0x7fffffff, %%edx\n mov %%edx, %%cr0\n"
                 "movzbl %2, %%eax\n add %%eax, %1\n"
                 "or $0x80000000, %%edx\n mov %%edx, %%cr0"
                 : "+r"(with), "+r"(without) : "m"(arena[5]) : "eax", "edx", "memory");
  }
  note("with", with);
  note("without", without);
}

CASE(write_protection_is_turned_on) {
  turn_on();
  table[0] = (uint32_t) arena | U | P;
  write_cr3(read_cr3());
  for (int i = 0; i < ENOUGH; i++) {
    *(volatile uint32_t *) (WINDOW + 8) = i;
  }
  note("stored", *(volatile uint32_t *) &arena[8]);
  write_cr0(read_cr0() | CR0_WP);
  ATTEMPT("movl $0, (%%eax)", : "a"(WINDOW + 8) : "memory");
}

CASE(supervisor_code_is_called_by_ring_3) {
  turn_on();
  PUT_CODE(arena, 0x8a, 0x03, 0xc3); /* MOV AL, [EBX]; RET */
  table[1] = (uint32_t) other | W | P;
  write_cr3(read_cr3());
  for (int i = 0; i < ENOUGH; i++) {
    asm volatile("call *%0" : : "r"(WINDOW), "b"(WINDOW + 0x1000) : "eax");
  }
  ATTEMPT_RING3("mov %%eax, attempt_start\n call *%%eax", "a"(WINDOW), "b"(WINDOW + 0x1000));
}

CASE(ring_3_code_is_called_with_less_io_privilege) {
  PUT_CODE(arena, 0xfa, 0xfb, 0xc3); /* CLI; STI; RET */
  ATTEMPT("mov %%esp, %%eax\n push %0\n push %%eax\n push $0x3002\n push %1\n push $1f\n iret\n"
          "1: mov $20000, %%ecx\n2: call *%%ebx\n dec %%ecx\n jnz 2b\n cli" COME_BACK,
          : "i"(USER_DATA), "i"(USER_CODE32), "b"(arena));
  ATTEMPT_RING3("mov %%ebx, attempt_start\n call *%%ebx", "b"(arena));
}

CASE(task_switched_is_set) {
  PUT_CODE(arena, 0xd9, 0xd0, 0xc3); /* FNOP; RET */
  for (int i = 0; i < ENOUGH; i++) {
    asm volatile("call *%0" : : "r"(arena));
  }
  write_cr0(read_cr0() | CR0_TS);
  ATTEMPT("mov %%eax, attempt_start\n call *%%eax", : "a"(arena) : "memory");
}

CASE(sse_is_turned_off) {
  PUT_CODE(arena, 0x0f, 0x57, 0xc0, 0xc3); /* XORPS XMM0, XMM0; RET */
  write_cr4(read_cr4() | CR4_OSFXSR);
  for (int i = 0; i < ENOUGH; i++) {
    asm volatile("call *%0" : : "r"(arena));
  }
  write_cr4(read_cr4() & ~CR4_OSFXSR);
  ATTEMPT("mov %%eax, attempt_start\n call *%%eax", : "a"(arena) : "memory");
}

CASE(time_stamp_is_denied) {
  PUT_CODE(arena, 0x0f, 0x31, 0xc3); /* RDTSC; RET */
  ATTEMPT_RING3("mov $20000, %%ecx\n2: call *%%ebx\n dec %%ecx\n jnz 2b", "b"(arena));
  write_cr4(read_cr4() | CR4_TSD);
  ATTEMPT_RING3("mov %%ebx, attempt_start\n call *%%ebx", "b"(arena));
}

/* PUSH EAX with ESP = 20000h: SP wraps in a 16-bit stack, ESP's upper half stays. */
CASE(stack_becomes_sixteen_bits_wide) {
  PUT_CODE(arena, 0x50, 0x89, 0xe0, 0xff, 0xe2); /* PUSH EAX; MOV EAX, ESP; JMP EDX */
  set_test_descriptor(0, descriptor(0, 0xfffff, DATA, PAGES));
  uint32_t wide = 0, narrow = 0;
  for (int i = 0; i < 2000; i++) {
    asm volatile("mov %%esp, %%ecx\n mov $0x00020000, %%esp\n mov $1f, %%edx\n jmp *%1\n"
                 "1: mov %%ecx, %%esp" : "=&a"(wide) : "r"(arena) : "ecx", "edx", "memory");
    asm volatile("mov %%esp, %%ecx\n mov %2, %%ss\n mov $0x00020000, %%esp\n mov $1f, %%edx\n"
                 "jmp *%1\n1: mov %3, %%edx\n mov %%edx, %%ss\n mov %%ecx, %%esp"
                 : "=&a"(narrow) : "r"(arena), "r"(selector(0, 0)), "i"(KERNEL_DATA)
                 : "ecx", "edx", "memory");
  }
  note("wide", wide);
  note("narrow", narrow);
}
