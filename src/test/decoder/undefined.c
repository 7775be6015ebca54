/*
 * Asks the processor which byte strings are no instructions.
 *
 *   cc -O1 -o undefined undefined.c
 *   zcat random-64.txt.gz | ./undefined 64 | gzip -9n > undefined-64.txt.gz
 *
 * Reads a recording of record.py, executes each line's bytes for one single step in a child process, as 64- or 32-bit
 * code, and writes one character per line: 'u' where that raised SIGILL (#UD), '.' where it did anything else. All
 * registers point nowhere, so that memory operands fault, which is an answer too. User mode: what is undefined only
 * there (STAC, RSM) is marked as well.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CODE = 0x10000000, CODE_SIZE = 0x2000, START = CODE + 0x800, NOWHERE = 0x20, NO_SYSCALL = 0x7ffffff0 };
enum { USER_CS_64 = 0x33, USER_CS_32 = 0x23, USER_DS = 0x2b, RESTART_AFTER = 20000 };

static pid_t child;

static void start_child(void) {
  child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

static void restart_child(void) {
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  start_child();
}

static void set_registers(int mode) {
  struct user_regs_struct r;
  ptrace(PTRACE_GETREGS, child, 0, &r);
  r.rbx = r.rcx = r.rdx = r.rsi = r.rdi = r.rbp = r.rsp = NOWHERE;
  r.r8 = r.r9 = r.r10 = r.r11 = r.r12 = r.r13 = r.r14 = r.r15 = NOWHERE;
  r.rax = NO_SYSCALL;
  r.orig_rax = -1;
  r.rip = START;
  r.eflags = 0x202;
  r.cs = mode == 64 ? USER_CS_64 : USER_CS_32;
  r.ss = r.ds = r.es = USER_DS;
  r.fs = r.gs = r.fs_base = r.gs_base = 0;
  ptrace(PTRACE_SETREGS, child, 0, &r);
}

static int is_undefined(int mode) {
  int status;
  set_registers(mode);
  ptrace(PTRACE_SINGLESTEP, child, 0, 0);
  waitpid(child, &status, 0);
  if (!WIFSTOPPED(status)) {
    start_child();
    return 0;
  }
  return WSTOPSIG(status) == SIGILL;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s 32|64 <RECORDING\n", argv[0]);
    return 2;
  }
  int mode = atoi(argv[1]);
  unsigned char *code = mmap((void *)CODE, CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
                             MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (code == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  start_child();
  char line[512];
  for (long count = 1; fgets(line, sizeof line, stdin); count++) {
    memset(code, 0x90, CODE_SIZE);
    unsigned value;
    for (int i = 0; sscanf(line + 2 * i, "%2x", &value) == 1 && line[2 * i] != ' '; i++) {
      code[START - CODE + i] = value;
    }
    putchar(is_undefined(mode) ? 'u' : '.');
    putchar('\n');
    if (count % RESTART_AFTER == 0) {
      restart_child();
    }
  }
  kill(child, SIGKILL);
  return 0;
}
