/* What the interpreter's benchmark runs: integer code of several kinds, each over and over again. */

typedef unsigned char byte;
typedef unsigned int word;

enum { SIEVE_SIZE = 32768, CRC_SIZE = 32768, SORT_SIZE = 4096 };

/* Behind the code and its stack, without a place in the file. */
static byte *const sieve_flags = (byte *)0x220000;
static byte *const crc_bytes = (byte *)0x240000;
static word *const crc_table = (word *)0x260000;
static word *const numbers = (word *)0x270000;

static volatile word sink;

static word sieve(void) {
  word count = 0;
  for (word i = 2; i < SIEVE_SIZE; i++) {
    sieve_flags[i] = 1;
  }
  for (word i = 2; i < SIEVE_SIZE; i++) {
    if (sieve_flags[i]) {
      count++;
      for (word j = 2 * i; j < SIEVE_SIZE; j += i) {
        sieve_flags[j] = 0;
      }
    }
  }
  return count;
}

static word crc(void) {
  for (word i = 0; i < 256; i++) {
    word value = i;
    for (int bit = 0; bit < 8; bit++) {
      value = value & 1 ? value >> 1 ^ 0xEDB88320 : value >> 1;
    }
    crc_table[i] = value;
  }
  word sum = ~0u;
  for (word i = 0; i < CRC_SIZE; i++) {
    crc_bytes[i] = (byte)(i * 31);
    sum = crc_table[(sum ^ crc_bytes[i]) & 0xFF] ^ sum >> 8;
  }
  return ~sum;
}

static void quicksort(int low, int high) {
  while (low < high) {
    word pivot = numbers[(low + high) / 2];
    int i = low;
    int j = high;
    while (i <= j) {
      while (numbers[i] < pivot) {
        i++;
      }
      while (numbers[j] > pivot) {
        j--;
      }
      if (i <= j) {
        word other = numbers[i];
        numbers[i++] = numbers[j];
        numbers[j--] = other;
      }
    }
    quicksort(low, j);
    low = i;
  }
}

static word sort(void) {
  word random = 1;
  for (word i = 0; i < SORT_SIZE; i++) {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    numbers[i] = random;
  }
  quicksort(0, SORT_SIZE - 1);
  return numbers[SORT_SIZE / 2];
}

static word fibonacci(word n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

void run(int program) {
  for (;;) {
    switch (program) {
      case 0: sink = sieve(); break;
      case 1: sink = crc(); break;
      case 2: sink = sort(); break;
      default: sink = fibonacci(20); break;
    }
  }
}
