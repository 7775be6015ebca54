/* Memory: bulk copies and fills, and accesses that no cache and no TLB holds. */
#include "bench.h"

#define BLOCK (1u << 20)
static uint8_t source[BLOCK + 64], target[BLOCK + 64];

static void prepare_blocks(uint64_t size) {
  (void)size;
  uint64_t random = 8;
  for (size_t i = 0; i < sizeof source; i++) {
    source[i] = (uint8_t)next_random(&random);
  }
}

#ifdef __x86_64__
#define WORD "q"
#else
#define WORD "l"
#endif

static void copy_by_rep(void *to, const void *from, size_t bytes) {
  size_t words = bytes / sizeof(long), rest = bytes % sizeof(long);
  __asm__ volatile("rep movs" WORD : "+D"(to), "+S"(from), "+c"(words) : : "memory");
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
}

static void fill_by_rep(void *to, unsigned long word, size_t bytes) {
  size_t words = bytes / sizeof(long);
  __asm__ volatile("rep stos" WORD : "+D"(to), "+c"(words) : "a"(word) : "memory");
}

/* Copies and fills a mebibyte size times with REP MOVS and REP STOS of the widest word, from
 * changing offsets. */
static uint64_t rep(uint64_t size) {
  uint64_t sum = HASH;
  for (uint64_t round = 0; round < size; round++) {
    fill_by_rep(target, (round & 255) * (~0ul / 255), BLOCK);
    sum = hash(sum, target[round * 4099 % BLOCK]);
    copy_by_rep(target + round % 7, source + round % 64, BLOCK - 9);
    sum = hash(sum, target[round * 8191 % BLOCK]);
  }
  return hash_bytes(sum, target, 4096);
}

__attribute__((noinline)) static void copy_by_loop(long *to, const long *from, size_t words) {
  for (size_t i = 0; i < words; i++) {
    to[i] = from[i];
  }
}

__attribute__((noinline)) static void fill_by_loop(long *to, long word, size_t words) {
  for (size_t i = 0; i < words; i++) {
    to[i] = word;
  }
}

/* The same by loops of the compiler, a word at a time. */
static uint64_t loop(uint64_t size) {
  uint64_t sum = HASH;
  for (uint64_t round = 0; round < size; round++) {
    fill_by_loop((long *)target, (long)((round & 255) * (~0ul / 255)), BLOCK / sizeof(long));
    sum = hash(sum, target[round * 4099 % BLOCK]);
    copy_by_loop((long *)target, (const long *)(source + round % 8 * 8), BLOCK / sizeof(long));
    sum = hash(sum, target[round * 8191 % BLOCK]);
  }
  return hash_bytes(sum, target, 4096);
}

static uint32_t field[16 << 20];

static void prepare_field(uint64_t size) {
  (void)size;
  for (uint32_t i = 0; i < length_of(field); i++) {
    field[i] = i * 2654435761u ^ i >> 7;
  }
}

/* Takes size steps through 64 MiB, each to where the value just read says. */
static uint64_t random_walk(uint64_t size) {
  uint32_t at = 0;
  uint64_t sum = HASH;
  for (uint64_t step = 0; step < size; step++) {
    uint32_t value = field[at];
    sum += value;
    at = (at * 1664525u + 1013904223u + value) % length_of(field);
  }
  return hash(sum, at);
}

const struct program memory_programs[] = {
    {"memory", "rep", rep, prepare_blocks, 400, 2},
    {"memory", "loop", loop, prepare_blocks, 3000, 5},
    {"memory", "random-walk", random_walk, prepare_field, 20000000, 100000},
    {0},
};
