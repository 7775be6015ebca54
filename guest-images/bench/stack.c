/* A loop whose stack lies in the page of its code, and the same loop with the stack elsewhere.
 * Where a store into a page with translated code is expensive, the first is many times slower. */
#define _GNU_SOURCE
#include "bench.h"

#include <sys/mman.h>

/* stack_loop(rounds, stack): pushes, pops, calls and returns on the given stack. */
uint32_t stack_loop(uint32_t rounds, void *stack);
extern const uint8_t stack_loop_end[];

#ifdef __x86_64__
__asm__(
    ".text\n"
    ".balign 64\n"
    "stack_loop:\n"
    "  mov %rsp, %rdx\n"
    "  mov %rsi, %rsp\n"
    "  mov $1, %eax\n"
    "1:\n"
    "  push %rax\n"
    "  push %rdi\n"
    "  call 2f\n"
    "  pop %rcx\n"
    "  add %ecx, %eax\n"
    "  pop %rcx\n"
    "  rol $5, %eax\n"
    "  xor %ecx, %eax\n"
    "  dec %edi\n"
    "  jnz 1b\n"
    "  mov %rdx, %rsp\n"
    "  ret\n"
    "2:\n"
    "  imul $1664525, %eax, %eax\n"
    "  add 8(%rsp), %eax\n"
    "  ret\n"
    "stack_loop_end:\n");
#else
__asm__(
    ".text\n"
    ".balign 64\n"
    "stack_loop:\n"
    "  push %edi\n"
    "  mov 8(%esp), %edi\n"
    "  mov 12(%esp), %ecx\n"
    "  mov %esp, %edx\n"
    "  mov %ecx, %esp\n"
    "  mov $1, %eax\n"
    "1:\n"
    "  push %eax\n"
    "  push %edi\n"
    "  call 2f\n"
    "  pop %ecx\n"
    "  add %ecx, %eax\n"
    "  pop %ecx\n"
    "  rol $5, %eax\n"
    "  xor %ecx, %eax\n"
    "  dec %edi\n"
    "  jnz 1b\n"
    "  mov %edx, %esp\n"
    "  pop %edi\n"
    "  ret\n"
    "2:\n"
    "  imul $1664525, %eax, %eax\n"
    "  add 4(%esp), %eax\n"
    "  ret\n"
    "stack_loop_end:\n");
#endif

#define PAGE 4096

static uint64_t run_with_stack(uint64_t rounds, size_t stack) {
  uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) {
    fail("cannot map memory that is both writable and executable");
  }
  const uint8_t *code = (const uint8_t *)(uintptr_t)stack_loop;
  for (size_t i = 0; code + i < stack_loop_end; i++) {
    pages[i] = code[i];
  }
  uint32_t (*copy)(uint32_t, void *) = (uint32_t (*)(uint32_t, void *))(uintptr_t)pages;
  uint64_t sum = hash(HASH, copy((uint32_t)rounds, pages + stack));
  munmap(pages, 2 * PAGE);
  return sum;
}

static uint64_t in_code_page(uint64_t size) { return run_with_stack(size, PAGE - 64); }

static uint64_t elsewhere(uint64_t size) { return run_with_stack(size, 2 * PAGE - 64); }

const struct program stack_programs[] = {
    {"stack", "stack-elsewhere", elsewhere, NULL, 100000000, 100000},
    {"stack", "stack-in-code", in_code_page, NULL, 100000000, 100000},
    {0},
};
