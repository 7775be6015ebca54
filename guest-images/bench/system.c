/* System calls, processes and page faults: what a kernel does all day. */
#define _GNU_SOURCE
#include "bench.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The cheapest system call, size times. */
static uint64_t getppid_loop(uint64_t size) {
  long parent = syscall(SYS_getppid);
  uint64_t same = 0;
  for (uint64_t i = 0; i < size; i++) {
    same += syscall(SYS_getppid) == parent;
  }
  return hash(HASH, same);
}

static uint64_t wait_for(pid_t child) {
  int status;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    fail("a child got lost");
  }
  return (uint64_t)status;
}

/* Makes size processes that only end. */
static uint64_t fork_wait(uint64_t size) {
  uint64_t sum = HASH;
  for (uint64_t i = 0; i < size; i++) {
    pid_t child = fork();
    if (child == 0) {
      _exit((int)(i & 127));
    }
    sum = hash(sum, wait_for(child));
  }
  return sum;
}

/* Makes size processes that become another program, which only ends. */
static uint64_t fork_exec(uint64_t size) {
  uint64_t sum = HASH;
  for (uint64_t i = 0; i < size; i++) {
    pid_t child = fork();
    if (child == 0) {
      execl("/proc/self/exe", "bench", "--exit", i & 1 ? "1" : "0", (char *)NULL);
      _exit(126);
    }
    sum = hash(sum, wait_for(child));
  }
  return sum;
}

/* Sends a number to another process and back, size times: two switches each. */
static uint64_t pipe_ping_pong(uint64_t size) {
  int there[2], back[2];
  if (pipe(there) != 0 || pipe(back) != 0) {
    fail("cannot make a pipe");
  }
  pid_t child = fork();
  if (child == 0) {
    close(there[1]);
    uint32_t value;
    while (read(there[0], &value, sizeof value) == sizeof value) {
      value = value * 5 + 1;
      if (write(back[1], &value, sizeof value) != sizeof value) {
        _exit(1);
      }
    }
    _exit(0);
  }
  close(there[0]);
  close(back[1]);
  uint32_t value = 1;
  uint64_t sum = HASH;
  for (uint64_t i = 0; i < size; i++) {
    if (write(there[1], &value, sizeof value) != sizeof value
        || read(back[0], &value, sizeof value) != sizeof value) {
      fail("the pipe broke");
    }
    sum = hash(sum, value);
  }
  close(there[1]);
  close(back[0]);
  return hash(sum, wait_for(child));
}

static uint8_t *map_memory(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    fail("cannot map memory");
  }
  return memory;
}

#define PAGE 4096u
#define MAPPED (256 * PAGE)

/* Maps a mebibyte, touches each page and unmaps it, size times. */
static uint64_t map_touch_unmap(uint64_t size) {
  uint64_t sum = HASH;
  for (uint64_t i = 0; i < size; i++) {
    volatile uint8_t *memory = map_memory(MAPPED);
    for (size_t at = 0; at < MAPPED; at += PAGE) {
      sum = hash(sum, memory[at]);
      memory[at] = (uint8_t)i;
      sum = hash(sum, memory[at]);
    }
    munmap((void *)memory, MAPPED);
  }
  return sum;
}

/* Gives one page back and touches it, size times: a page fault each. */
static uint64_t page_faults(uint64_t size) {
  volatile uint8_t *memory = map_memory(16 * PAGE);
  uint64_t sum = HASH;
  for (uint64_t i = 0; i < size; i++) {
    volatile uint8_t *page = memory + i % 16 * PAGE;
    sum = hash(sum, *page);
    *page = (uint8_t)(i | 1);
    madvise((void *)page, PAGE, MADV_DONTNEED);
  }
  munmap((void *)memory, 16 * PAGE);
  return sum;
}

const struct program system_programs[] = {
    {"system", "getppid", getppid_loop, NULL, 2000000, 5000},
    {"system", "fork", fork_wait, NULL, 4000, 20},
    {"system", "exec", fork_exec, NULL, 1000, 10},
    {"system", "pipe", pipe_ping_pong, NULL, 25000, 200},
    {"system", "map", map_touch_unmap, NULL, 700, 5},
    {"system", "faults", page_faults, NULL, 100000, 1000},
    {0},
};
