/*
 * The demo guest's program in ring 3.
 *
 * Linked at 4 MiB into read-only pages: it has no variables but those on its stack, and reaches
 * the kernel through SYSCALL only.
 */
#include <stdint.h>

#include "layout.h"

/*
 * void user_probe(uint64_t address, int write): touches an address. The kernel answers a page
 * fault between user_probe and user_probe_end by going on at user_probe_end.
 */
extern void user_probe(uint64_t address, int write);
asm(".globl user_probe, user_probe_end\n"
    "user_probe:\n"
    "  test %esi, %esi\n"
    "  jnz 1f\n"
    "  mov (%rdi), %al\n"
    "  ret\n"
    "1: mov %al, (%rdi)\n"
    "user_probe_end:\n"
    "  ret\n");

static uint64_t system_call(uint64_t number, uint64_t argument) {
  uint64_t answer;
  asm volatile("syscall"
               : "=a"(answer), "+D"(argument)
               : "a"(number)
               : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory");
  return answer;
}

static void print(const char *text) {
  system_call(SYSCALL_PRINT, (uint64_t) text);
}

/* Prints a blank and a number below 100. */
static void print_number(int number) {
  char text[4] = {' '};
  char *digit = text + 1;
  if (number >= 10) {
    *digit++ = '0' + number / 10;
  }
  *digit = '0' + number % 10;
  print(text);
}

/* The paper's example, literally. */
static int isPrime(int a) {
  for (int i = 2; i < a; i++) {
    if (a % i == 0) return 0;
  }
  return 1;
}

void user_main(void) {
  print("  ring 3          entered, printing through SYSCALL\n");
  while (system_call(SYSCALL_TICKS, 0) < 3) {
  }
  print("  timer           3 interrupts taken from ring 3\n");
  user_probe(0x100000, 0);
  user_probe(0x123456789000, 1);

  print("primes below 100:");
  for (int number = 2; number < 100; number++) {
    if (isPrime(number)) {
      print_number(number);
    }
  }
  print("\n");
  system_call(SYSCALL_EXIT, 0);
}
