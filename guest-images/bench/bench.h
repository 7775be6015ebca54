/* What the measured programs share. Each is a function of a size and answers with a checksum that
 * depends on every value it computed, the same in 64 and 32 bits, in a guest and on the host. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

struct program {
  const char *group;
  const char *name;
  /* Runs with the given size once and returns the checksum. */
  uint64_t (*run)(uint64_t size);
  /* Where not null, run once before the first measured run. */
  void (*prepare)(uint64_t size);
  /* At scale 1: about one to two seconds under QEMU's TCG. */
  uint64_t size;
  /* The smallest size that still measures something. */
  uint64_t smallest;
};

/* The programs of a group; the last one has no name. */
extern const struct program integer_programs[];
extern const struct program floating_programs[];
extern const struct program memory_programs[];
extern const struct program system_programs[];
extern const struct program real_programs[];
extern const struct program stack_programs[];

/* Which BusyBox the real programs run, and where they keep their files. */
extern const char *busybox;
extern const char *directory;

/* Ends the program with a sentence about what failed, and errno. */
_Noreturn void fail(const char *what);

/* FNV-1a, one step of eight bytes; starts with HASH. */
#define HASH 0xcbf29ce484222325u
static inline uint64_t hash(uint64_t sum, uint64_t value) {
  return (sum ^ value) * 0x100000001b3u;
}

uint64_t hash_bytes(uint64_t sum, const void *bytes, size_t length);

/* Pseudo-random numbers: a linear congruence and its upper half. */
static inline uint32_t next_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 32);
}

/* Keeps the compiler from moving memory accesses or work across this point. */
#define barrier() __asm__ volatile("" ::: "memory")

#define length_of(array) (sizeof(array) / sizeof((array)[0]))

#endif
