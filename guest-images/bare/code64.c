/* Code that is changed while it runs, in every way in which a translator may not notice. */
#include "shared/paging.h"

static volatile uint64_t table[512] ALIGNED(4096);
extern uint64_t page_directory[];

/* The frames appear here: frame_a at WINDOW, frame_b behind it, frame_a once more as an alias. */
#define WINDOW 0x800000ull
#define ALIAS (WINDOW + 0x5000)
#define ENOUGH 20000 /* executions that make code worth translating */

static void map(int page, volatile void *frame) {
  table[page] = (word) frame | U | W | P;
  invalidate(WINDOW + 4096 * page);
}

static void prepare(void) {
  ((volatile uint64_t *) page_directory)[WINDOW >> 21] = (word) table | U | W | P;
  map(0, frame_a);
  map(1, frame_b);
  map(5, frame_a);
}

/* Writes "mov $value, %eax; ret", six bytes. */
static void write_function(uint64_t place, uint32_t value) {
  volatile uint8_t *byte = (volatile uint8_t *) place;
  byte[0] = 0xb8;
  for (int i = 0; i < 4; i++) {
    byte[1 + i] = value >> 8 * i;
  }
  byte[5] = 0xc3;
}

static uint32_t call(uint64_t place) {
  uint32_t value;
  asm volatile("call *%1" : "=a"(value) : "r"(place) : "memory", "cc");
  return value;
}

static uint32_t call_often(uint64_t place) {
  uint32_t sum = 0;
  for (int i = 0; i < ENOUGH; i++) {
    sum += call(place);
  }
  return sum;
}

CASE(immediate_is_changed) {
  prepare();
  write_function(WINDOW, 1);
  note("before", call_often(WINDOW));
  *(volatile uint8_t *) (WINDOW + 1) = 2;
  note("after", call(WINDOW));
  note("often", call_often(WINDOW));
}

CASE(immediate_is_changed_through_an_alias) {
  prepare();
  write_function(WINDOW, 1);
  note("before", call_often(WINDOW));
  *(volatile uint8_t *) (ALIAS + 1) = 2;
  note("after", call(WINDOW));
}

CASE(immediate_is_changed_at_its_physical_address) {
  prepare();
  write_function(WINDOW, 1);
  note("before", call_often(WINDOW));
  frame_a[1] = 2;
  note("after", call(WINDOW));
}

CASE(immediate_is_changed_again_and_again) {
  prepare();
  write_function(WINDOW, 0);
  uint32_t sum = 0;
  for (int i = 0; i < 1000; i++) {
    *(volatile uint8_t *) (WINDOW + 1) = i;
    sum += call(WINDOW);
  }
  note("sum", sum);
}

CASE(data_beside_code_is_changed) {
  prepare();
  write_function(WINDOW, 3);
  uint32_t sum = 0;
  for (int i = 0; i < ENOUGH; i++) {
    *(volatile uint32_t *) (WINDOW + 0x800) = i;
    sum += call(WINDOW) + *(volatile uint32_t *) (WINDOW + 0x800);
  }
  note("sum", sum);
}

CASE(next_instruction_is_changed) {
  uint32_t value;
  prepare();
  for (int i = 0; i < 50; i++) {
    asm volatile("movl $0x11111111, 1f + 1\n movl %1, 1f + 1\n1: mov $0, %0"
                 : "=a"(value) : "r"(i) : "memory");
    if (value != (uint32_t) i) {
      note("stale", value);
      return;
    }
  }
  note("last", value);
}

CASE(loop_changes_its_own_body) {
  uint32_t sum = 0;
  asm volatile("xor %%ecx, %%ecx\n"
               "1: mov %%ecx, 2f + 1\n"
               "2: mov $0x7fffffff, %%eax\n"
               "   add %%eax, %0\n"
               "   inc %%ecx\n"
               "   cmp $3000, %%ecx\n"
               "   jne 1b" : "+r"(sum) : : "eax", "ecx", "memory", "cc");
  note("sum", sum);
}

#define CHANGE_BY(text)                                                          \
  do {                                                                           \
    prepare();                                                                   \
    write_function(WINDOW, 1);                                                   \
    call_often(WINDOW);                                                          \
    asm volatile(text : : "D"(WINDOW + 1), "a"(2), "c"(1) : "memory", "cc", "rsi", "rdx"); \
    note("after", call(WINDOW));                                                 \
  } while (0)

CASE(code_is_changed_by_many_kinds_of_store) {
  CHANGE_BY("movb %%al, (%%rdi)");
  CHANGE_BY("stosb");
  CHANGE_BY("rep stosb");
  CHANGE_BY("xchgb %%al, (%%rdi)");
  CHANGE_BY("lock addb %%cl, (%%rdi)");
  CHANGE_BY("mov %%eax, %%edx\n mov %%ecx, %%eax\n cmpxchgb %%dl, (%%rdi)");
  CHANGE_BY("btsl $1, (%%rdi)");
  CHANGE_BY("mov %%rsp, %%rdx\n lea 8(%%rdi), %%rsp\n push %%rax\n mov %%rdx, %%rsp\n"
            "movb $0xc3, 4(%%rdi)");
  CHANGE_BY("fninit\n filds 1f\n fistps (%%rdi)\n jmp 2f\n1: .word 9\n2:");
}

CASE(opcode_is_changed) {
  prepare();
  write_function(WINDOW, 0x11);
  note("before", call_often(WINDOW));
  *(volatile uint8_t *) WINDOW = 0x05; /* ADD EAX, imm32 */
  uint32_t value;
  asm volatile("call *%1" : "=a"(value) : "r"(WINDOW), "a"(0x100) : "memory", "cc");
  note("after", value);
}

CASE(code_becomes_invalid) {
  prepare();
  write_function(WINDOW, 1);
  call_often(WINDOW);
  *(volatile uint16_t *) WINDOW = 0x0b0f;
  ATTEMPT("movq %%rax, attempt_start\n call *%%rax", : "a"(WINDOW));
}

CASE(instruction_across_two_pages) {
  prepare();
  uint64_t place = WINDOW + 4096 - 3;
  write_function(place, 0x04030201);
  note("before", call_often(place));
  *(volatile uint8_t *) (WINDOW + 4096) = 0x55; /* the immediate's third byte */
  note("after", call(place));
  *(volatile uint8_t *) (WINDOW + 4095) = 0x66;
  note("then", call(place));
}

CASE(second_page_is_replaced) {
  static volatile uint8_t other[4096] ALIGNED(4096);
  prepare();
  uint64_t place = WINDOW + 4096 - 3;
  write_function(place, 0x04030201);
  for (int i = 0; i < 16; i++) {
    other[i] = frame_b[i];
  }
  other[0] = 0x77;
  note("before", call_often(place));
  map(1, other);
  note("after", call(place));
}

CASE(page_is_replaced) {
  prepare();
  write_function(WINDOW, 1);
  write_function(WINDOW + 4096, 2);
  note("before", call_often(WINDOW));
  map(0, frame_b);
  note("after", call(WINDOW));
  map(0, frame_a);
  note("again", call(WINDOW));
}

CASE(page_becomes_not_executable) {
  NEEDS(NX);
  write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
  prepare();
  write_function(WINDOW, 1);
  call_often(WINDOW);
  table[0] |= XD;
  invalidate(WINDOW);
  ATTEMPT("movq %%rax, attempt_start\n call *%%rax", : "a"(WINDOW));
}

CASE(page_becomes_not_present) {
  prepare();
  write_function(WINDOW, 1);
  call_often(WINDOW);
  table[0] = 0;
  invalidate(WINDOW);
  ATTEMPT("movq %%rax, attempt_start\n call *%%rax", : "a"(WINDOW));
}

CASE(same_bytes_at_two_addresses) {
  prepare();
  volatile uint8_t *byte = (volatile uint8_t *) WINDOW;
  static const uint8_t code[] = {0x48, 0x8d, 0x05, 0, 0, 0, 0, 0xc3}; /* LEA RAX, [RIP]; RET */
  for (size_t i = 0; i < sizeof code; i++) {
    byte[i] = code[i];
  }
  uint32_t here = 0, there = 0;
  for (int i = 0; i < ENOUGH; i++) {
    here ^= call(WINDOW);
    there += call(ALIAS) - call(WINDOW);
  }
  note("here", here);
  note("there", there);
}

CASE(jump_into_the_middle_of_an_instruction) {
  prepare();
  write_function(WINDOW, 0xc3c031); /* XOR EAX, EAX; RET inside the immediate */
  uint32_t sum = call_often(WINDOW);
  note("sum", sum);
  note("inside", call_often(WINDOW + 1));
}

/* ---- Events in code that has run often --------------------------------------------------------------------- */

CASE(division_error_in_a_hot_loop) {
  ATTEMPT("mov %0, %%ecx\n1: mov $1000, %%eax\n xor %%edx, %%edx\n div %%ecx\n add %%eax, %%ebx\n"
          "dec %%ecx\n jmp 1b", : "i"(ENOUGH), "b"(0) : "rax", "rcx", "rdx");
  note("ecx", last.cx);
  note("eax", last.ax);
  note("ebx", last.bx);
}

CASE(page_fault_in_a_hot_loop) {
  prepare();
  ATTEMPT("1: movb (%%rdi), %%al\n inc %%rdi\n add $3, %%rbx\n jmp 1b", : "D"(WINDOW), "b"(0) : "rax");
  note("rbx", last.bx);
  note("rdi", last.di);
}

CASE(push_faults_in_a_hot_loop) {
  prepare();
  task.ist[1] = (word) interrupt_stack_top;
  idt[VECTOR_PF].stack = 2;
  ATTEMPT("mov %%rdi, %%rsp\n1: inc %%rbx\n push %%rbx\n jmp 1b", : "D"(WINDOW + 4096), "b"(0));
  note("rbx", last.bx);
  note("rsp", last.sp);
}

CASE(flags_at_a_fault_in_a_hot_loop) {
  prepare();
  ATTEMPT("1: sub $1, %%rbx\n movb (%%rdi), %%al\n lea 1(%%rdi), %%rdi\n jmp 1b",
          : "D"(WINDOW), "b"(0x2000) : "rax");
  note("flags", last.flags & 0x8d5);
  note("rbx", last.bx);
}

static void skip_two_bytes(struct frame *frame) {
  frame->ip += 2;
  frame->bx++;
}

CASE(exception_handled_in_a_hot_loop) {
  uint64_t count;
  handlers[VECTOR_UD] = skip_two_bytes;
  ATTEMPT("xor %%ebx, %%ebx\n mov $5000, %%ecx\n1: ud2\n dec %%ecx\n jnz 1b", "=b"(count)
          : : "rcx");
  note("count", count);
}

static volatile int interrupts;

static void count_interrupt(struct frame *frame) {
  (void) frame;
  interrupts++;
  out8(0x20, 0x20);
}

CASE(loop_without_exit_is_interrupted) {
  interrupts = 0;
  handlers[0x20] = count_interrupt;
  out8(0x21, 0xfe);
  out8(0x43, 0x34);
  out8(0x40, 0xa9); /* 1 kHz */
  out8(0x40, 0x04);
  uint64_t sum = 0;
  asm volatile("sti");
  while (interrupts < 5) {
    asm volatile("add $1, %0" : "+r"(sum));
  }
  asm volatile("cli");
  out8(0x21, 0xff);
  say(sum > 0 ? "interrupted" : "not even started");
}

CASE(return_address_is_changed) {
  uint64_t sum;
  ATTEMPT("xor %%ebx, %%ebx\n mov $5000, %%ecx\n"
          "1: call 2f\n jmp 9f\n"
          "2: movq $3f, (%%rsp)\n ret\n"
          "3: inc %%ebx\n dec %%ecx\n jnz 1b\n9:", "=b"(sum) : : "rcx");
  note("sum", sum);
}

CASE(return_address_is_changed_once_the_code_is_hot) {
  uint64_t sum;
  ATTEMPT("xor %%ebx, %%ebx\n mov $20000, %%ecx\n"
          "1: call 2f\n inc %%ebx\n dec %%ecx\n jnz 1b\n jmp 9f\n"
          "2: cmp $7, %%ecx\n jne 4f\n movq $3f, (%%rsp)\n4: ret\n"
          "3: add $0x100000, %%ebx\n dec %%ecx\n jmp 1b\n9:", "=b"(sum) : : "rcx");
  note("sum", sum);
}

CASE(return_address_is_dropped) {
  uint64_t sum;
  ATTEMPT("xor %%ebx, %%ebx\n mov $5000, %%ecx\n"
          "1: call 2f\n ud2\n2: add $8, %%rsp\n inc %%ebx\n dec %%ecx\n jnz 1b", "=b"(sum)
          : : "rcx");
  note("sum", sum);
}

CASE(deep_recursion) {
  prepare();
  uint64_t depth;
  ATTEMPT("mov $800, %%ecx\n xor %%ebx, %%ebx\n call 2f\n jmp 9f\n"
          "2: inc %%ebx\n dec %%ecx\n jz 3f\n call 2b\n inc %%ebx\n3: ret\n9:", "=b"(depth)
          : : "rcx");
  note("count", depth);
}

CASE(stack_is_switched_between_calls) {
  static uint64_t other_stack[64];
  uint64_t sum;
  ATTEMPT("xor %%ebx, %%ebx\n mov $5000, %%ecx\n"
          "1: call 2f\n inc %%ebx\n dec %%ecx\n jnz 1b\n jmp 9f\n"
          "2: pop %%rdx\n mov %%rsp, %%rsi\n mov %1, %%rsp\n push %%rsi\n push %%rdx\n pop %%rdx\n"
          "pop %%rsp\n push %%rdx\n ret\n9:", "=&b"(sum)
          : "r"(other_stack + 64) : "rcx", "rdx", "rsi");
  note("sum", sum);
}

CASE(single_step_through_code_that_is_hot) {
  prepare();
  write_function(WINDOW, 1);
  call_often(WINDOW);
  ATTEMPT("movq %%rax, attempt_start\n pushfq\n orl $0x100, (%%rsp)\n popfq\n jmp *%%rax",
          : "a"(WINDOW));
}

CASE(breakpoint_on_code_that_is_hot) {
  prepare();
  write_function(WINDOW, 1);
  call_often(WINDOW);
  write_dr0(WINDOW + 5);
  write_dr7(0x402);
  ATTEMPT("movq %%rax, attempt_start\n call *%%rax", : "a"(WINDOW));
  write_dr7(0x400);
}

CASE(data_breakpoint_in_a_hot_loop) {
  static volatile uint64_t counter;
  counter = 0;
  for (int i = 0; i < ENOUGH; i++) {
    counter++;
  }
  write_dr0((word) &counter);
  write_dr7(0xd0402);
  ATTEMPT("incq (%%rdi)\n nop", : "D"(&counter) : "memory");
  write_dr7(0x400);
  note("counter", counter);
}
