/* Integer programs: no floating point, no system calls, memory mostly in the first cache. */
#include "bench.h"

static int is_prime(uint32_t number) {
  if (number % 2 == 0) {
    return number == 2;
  }
  for (uint32_t divisor = 3; divisor * divisor <= number; divisor += 2) {
    if (number % divisor == 0) {
      return 0;
    }
  }
  return number > 1;
}

/* Primes up to size by trial division: a division and two branches over and over. */
static uint64_t isprime(uint64_t size) {
  uint64_t sum = HASH;
  for (uint32_t number = 2; number <= size; number++) {
    if (is_prime(number)) {
      sum = hash(sum, number);
    }
  }
  return sum;
}

static uint8_t composite[16 << 20];

/* The sieve of Eratosthenes over size bytes: stores with growing strides. */
static uint64_t sieve(uint64_t size) {
  uint32_t end = size < sizeof composite ? (uint32_t)size : sizeof composite;
  for (uint32_t i = 0; i < end; i++) {
    composite[i] = 0;
  }
  uint64_t count = 0, last = 0;
  for (uint32_t i = 2; i < end; i++) {
    if (!composite[i]) {
      count++;
      last = i;
      for (uint64_t multiple = (uint64_t)i * i; multiple < end; multiple += i) {
        composite[multiple] = 1;
      }
    }
  }
  return hash(hash(HASH, count), last);
}

static uint32_t numbers[4 << 20];

static void quicksort(uint32_t *first, uint32_t *last) {
  while (last - first > 12) {
    uint32_t pivot = first[(last - first) / 2];
    uint32_t *left = first - 1, *right = last;
    for (;;) {
      do {
        left++;
      } while (*left < pivot);
      do {
        right--;
      } while (*right > pivot);
      if (left >= right) {
        break;
      }
      uint32_t swapped = *left;
      *left = *right;
      *right = swapped;
    }
    quicksort(first, right + 1);
    first = right + 1;
  }
  for (uint32_t *next = first + 1; next < last; next++) {
    uint32_t moved = *next, *hole = next;
    for (; hole > first && hole[-1] > moved; hole--) {
      *hole = hole[-1];
    }
    *hole = moved;
  }
}

/* Sorts size random numbers: unpredictable branches and recursion. */
static uint64_t sort_numbers(uint64_t size) {
  uint32_t count = size < length_of(numbers) ? (uint32_t)size : length_of(numbers);
  uint64_t random = 1;
  for (uint32_t i = 0; i < count; i++) {
    numbers[i] = next_random(&random);
  }
  quicksort(numbers, numbers + count);
  uint64_t sum = HASH;
  for (uint32_t i = 0; i < count; i++) {
    sum = hash(sum, numbers[i]);
  }
  return sum;
}

static uint8_t text[1 << 20];

/* Words of small letters and spaces, the same for every caller. */
static void fill_text(void) {
  uint64_t random = 2;
  for (size_t i = 0; i < sizeof text; i++) {
    uint32_t letter = (next_random(&random) >> 8) % 30;
    text[i] = (uint8_t)(letter < 26 ? 'a' + letter : ' ');
  }
}

static void prepare_text(uint64_t size) {
  (void)size;
  fill_text();
}

static uint32_t crc_table[256];

static void prepare_crc(uint64_t size) {
  prepare_text(size);
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) {
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    crc_table[i] = crc;
  }
}

/* CRC-32 of size mebibytes, a byte and a table look-up at a time: one long chain. */
static uint64_t crc32(uint64_t size) {
  uint32_t crc = ~0u;
  for (uint64_t round = 0; round < size; round++) {
    for (size_t i = 0; i < sizeof text; i++) {
      crc = crc >> 8 ^ crc_table[(crc ^ text[i]) & 255];
    }
  }
  return hash(HASH, ~crc);
}

static uint32_t rotate(uint32_t value, int by) { return value >> by | value << (32 - by); }

/* FIPS 180-4: fractions of the cube roots of the first 64 primes. */
static const uint32_t sha_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void sha256_block(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++) {
    w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16
        | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g))
        + sha_constants[i] + w[i];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/* SHA-256 of size blocks of 64 bytes: rotations, and more live values than registers. */
static uint64_t sha256(uint64_t size) {
  /* Fractions of the square roots of the first eight primes. */
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (uint64_t block = 0; block < size; block++) {
    sha256_block(state, text + block * 64 % sizeof text);
  }
  return hash_bytes(HASH, state, sizeof state);
}

#define ROWS 200
static int32_t left[ROWS][ROWS], right[ROWS][ROWS], product[ROWS][ROWS];

/* Products of two matrices of 200 rows, size times: multiply, add, and loads a row apart. */
static uint64_t matrix(uint64_t size) {
  uint64_t random = 3;
  for (int i = 0; i < ROWS; i++) {
    for (int j = 0; j < ROWS; j++) {
      left[i][j] = (int32_t)next_random(&random);
      right[i][j] = (int32_t)next_random(&random);
    }
  }
  uint64_t sum = HASH;
  for (uint64_t round = 0; round < size; round++) {
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < ROWS; j++) {
        uint32_t cell = 0;
        for (int k = 0; k < ROWS; k++) {
          cell += (uint32_t)left[i][k] * (uint32_t)right[k][j];
        }
        product[i][j] = (int32_t)cell;
      }
    }
    left[round % ROWS][0] ^= product[round % ROWS][1];
    sum = hash(sum, (uint32_t)product[round % ROWS][round % ROWS]);
  }
  return hash_bytes(sum, product, sizeof product);
}

/* The instructions of the interpreted machine: one accumulator, sixteen cells. */
enum operation { LOAD, STORE, ADD, SUBTRACT, XOR, SHIFT, STEP, BRANCH, RETURN };

struct instruction {
  uint8_t operation, cell;
};

/* Runs a small loop of an invented machine size times: an indirect jump for each instruction. */
static uint64_t interpreter(uint64_t size) {
  static const struct instruction program[] = {
      {LOAD, 0}, {ADD, 1}, {XOR, 2}, {STORE, 3}, {SHIFT, 5}, {SUBTRACT, 3}, {STORE, 0},
      {LOAD, 2}, {ADD, 0}, {STORE, 2}, {SHIFT, 3}, {XOR, 1}, {STORE, 1}, {STEP, 4},
      {BRANCH, 0}, {RETURN, 0},
  };
  static const void *const labels[] = {
      &&load, &&store, &&add, &&subtract, &&exclusive_or, &&shift, &&step, &&branch, &&finish,
  };
  uint32_t cells[16] = {1, 2, 3};
  uint32_t accumulator = 0;
  uint64_t left_to_do = size;
  const struct instruction *next = program;
  unsigned cell;
#define DISPATCH() \
  do { \
    cell = next->cell; \
    goto *labels[(next++)->operation]; \
  } while (0)
  DISPATCH();
load:
  accumulator = cells[cell];
  DISPATCH();
store:
  cells[cell] = accumulator;
  DISPATCH();
add:
  accumulator += cells[cell];
  DISPATCH();
subtract:
  accumulator -= cells[cell];
  DISPATCH();
exclusive_or:
  accumulator ^= cells[cell];
  DISPATCH();
shift:
  accumulator = accumulator << cell | accumulator >> (32 - cell);
  DISPATCH();
step:
  cells[cell]++;
  DISPATCH();
branch:
  if (--left_to_do != 0) {
    next = program + cell;
  }
  DISPATCH();
finish:
#undef DISPATCH
  return hash_bytes(HASH, cells, sizeof cells);
}

struct node {
  struct node *next;
  uint32_t value;
};

static struct node nodes[1 << 15];

static void prepare_list(uint64_t size) {
  (void)size;
  static uint32_t order[length_of(nodes)];
  uint64_t random = 4;
  for (uint32_t i = 0; i < length_of(nodes); i++) {
    uint32_t other = next_random(&random) % (i + 1);
    order[i] = order[other];
    order[other] = i;
  }
  for (uint32_t i = 0; i < length_of(nodes); i++) {
    nodes[order[i]].next = &nodes[order[(i + 1) % length_of(nodes)]];
    nodes[order[i]].value = i * 2654435761u;
  }
}

/* Follows a shuffled ring of 32,768 nodes for size rounds: each address comes from the last load. */
static uint64_t list(uint64_t size) {
  uint64_t sum = HASH;
  const struct node *node = nodes;
  for (uint64_t round = 0; round < size; round++) {
    uint32_t total = (uint32_t)round;
    for (size_t i = 0; i < length_of(nodes); i++) {
      total = (total << 1 | total >> 31) + node->value;
      node = node->next;
    }
    sum = hash(sum, total);
    node = node->next->next;
  }
  return sum;
}

/* Both calls stay calls. */
__attribute__((noinline, optimize("no-optimize-sibling-calls")))
static uint32_t fibonacci(uint32_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

/* Recursive Fibonacci numbers of 22, size times: calls, returns and the stack. */
static uint64_t fib(uint64_t size) {
  uint64_t sum = HASH;
  for (uint64_t round = 0; round < size; round++) {
    sum = hash(sum, fibonacci(22 + (round & 1)));
  }
  return sum;
}

/* Horspool's search; counts the places. */
__attribute__((noinline))
static uint32_t occurrences(const uint8_t *word, size_t length) {
  size_t skip[256];
  for (size_t i = 0; i < 256; i++) {
    skip[i] = length;
  }
  for (size_t i = 0; i + 1 < length; i++) {
    skip[word[i]] = length - 1 - i;
  }
  uint32_t found = 0;
  for (size_t at = 0; at + length <= sizeof text; at += skip[text[at + length - 1]]) {
    size_t i = length;
    while (i > 0 && text[at + i - 1] == word[i - 1]) {
      i--;
    }
    found += i == 0;
  }
  return found;
}

/* Searches size words in a mebibyte of text: bytes, short loops, comparisons. */
static uint64_t search(uint64_t size) {
  uint64_t sum = HASH, random = 5;
  for (uint64_t round = 0; round < size; round++) {
    uint8_t word[8];
    size_t length = 2 + round % 6, from = next_random(&random) % (sizeof text - sizeof word);
    for (size_t i = 0; i < length; i++) {
      word[i] = text[from + i];
    }
    sum = hash(sum, occurrences(word, length));
  }
  return sum;
}

const struct program integer_programs[] = {
    {"integer", "isprime", isprime, NULL, 4000000, 20000},
    {"integer", "sieve", sieve, NULL, 16 << 20, 1 << 17},
    {"integer", "quicksort", sort_numbers, NULL, 4 << 20, 10000},
    {"integer", "crc32", crc32, prepare_crc, 200, 2},
    {"integer", "sha256", sha256, prepare_text, 1000000, 10000},
    {"integer", "matrix", matrix, NULL, 40, 1},
    {"integer", "interpreter", interpreter, NULL, 7000000, 50000},
    {"integer", "list", list, prepare_list, 4000, 10},
    {"integer", "fib", fib, NULL, 1500, 10},
    {"integer", "search", search, prepare_text, 300, 6},
    {0},
};
