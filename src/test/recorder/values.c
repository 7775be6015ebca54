/* Random numbers and operand values: half of them at the edges. */
#include "gen.h"
#include <string.h>

static uint64_t rndState;

void rndSeed(uint64_t seed) { rndState = mix64(seed); }

uint64_t rnd(void) { return mix64(rndState += 0x9E3779B97F4A7C15ull); }

uint64_t edge(int size) {
  int bits = size * 8;
  uint64_t top = 1ull << (bits - 1);
  switch (below(14)) {
    case 0: return 0;
    case 1: return 1;
    case 2: return ~0ull;
    case 3: return top;
    case 4: return top - 1;
    case 5: return top + 1;
    case 6: return ~1ull;
    case 7: return 1ull << below((unsigned) bits);
    case 8: return (1ull << below((unsigned) bits)) - 1;
    case 9: return ~(1ull << below((unsigned) bits));
    case 10: return below(20);
    case 11: return 0 - (uint64_t) below(20);
    case 12: return 0x5555555555555555ull << below(2);
    default: return 0x0F0F0F0F0F0F0F0Full << 4 * below(2);
  }
}

uint64_t anyInteger(int size) { return one(2) ? edge(size) : rnd(); }

uint32_t anyFloat(void) {
  static const uint32_t edges[] = {
      0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x40000000, 0x3F000000, 0x3FC00000, 0x40200000,
      0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0x7FC12345, 0x7F800001, 0x7FA00000, 0xFF923456,
      0x00000001, 0x80000001, 0x007FFFFF, 0x807FFFFF, 0x00800000, 0x80800000, 0x7F7FFFFF, 0xFF7FFFFF,
      0x4F000000, 0xCF000000, 0x4EFFFFFF, 0x4B000001, 0x4B7FFFFF, 0x3EFFFFFF, 0x3F7FFFFF, 0x5F000000,
      0xDF000000, 0x5EFFFFFF, 0x1F800000, 0x20000000, 0x5F800000, 0x3DCCCCCD, 0x40490FDB, 0x00400000};
  if (one(2)) return edges[below(sizeof edges / 4)];
  uint32_t bits = (uint32_t) rnd();
  if (one(3)) return bits;
  uint32_t exponent = 127 - 12 + below(24); /* close enough together for sums to round */
  return (bits & 0x807FFFFF) | exponent << 23;
}

uint64_t anyDouble(void) {
  static const uint64_t edges[] = {
      0x0000000000000000, 0x8000000000000000, 0x3FF0000000000000, 0xBFF0000000000000, 0x4000000000000000,
      0x3FE0000000000000, 0x3FF8000000000000, 0x4004000000000000, 0x7FF0000000000000, 0xFFF0000000000000,
      0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000012345678, 0x7FF0000000000001, 0x7FF4000000000000,
      0xFFF2345678900000, 0x0000000000000001, 0x8000000000000001, 0x000FFFFFFFFFFFFF, 0x800FFFFFFFFFFFFF,
      0x0010000000000000, 0x8010000000000000, 0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF, 0x41E0000000000000,
      0xC1E0000000000000, 0xC1E0000000200000, 0x41DFFFFFFFC00000, 0x41DFFFFFFFE00000, 0x43E0000000000000,
      0xC3E0000000000000, 0x43DFFFFFFFFFFFFF, 0x3FDFFFFFFFFFFFFF, 0x3FEFFFFFFFFFFFFF, 0x47EFFFFFE0000000,
      0x47EFFFFFF0000000, 0x3810000000000000, 0x380FFFFFF0000000, 0x36A0000000000000, 0x3690000000000000,
      0x3FB999999999999A, 0x400921FB54442D18, 0x4330000000000001, 0x4340000000000001, 0x5FE0000000000000,
      0x1FF0000000000000, 0x2000000000000000, 0x40DFFFE000000000};
  if (one(2)) return edges[below(sizeof edges / 8)];
  uint64_t bits = rnd();
  if (one(3)) return bits;
  uint64_t exponent = 1023 - 24 + below(48);
  return (bits & 0x800FFFFFFFFFFFFFull) | exponent << 52;
}

/* A vector of integer lanes of one width, at the edges in some of them. */
static void fillIntegers(uint8_t *to, int n) {
  int width = 1 << below(4);
  bool keep = one(3);
  for (int i = 0; i < n; i += width) {
    uint64_t v = keep ? rnd() : anyInteger(width);
    memcpy(to + i, &v, (size_t) (i + width > n ? n - i : width));
  }
}

void fillLanes(enum Domain domain, uint8_t *to, int n) {
  if (domain == INTEGERS || n < 4 || ((domain == PD || domain == SD_) && n < 8)) {
    fillIntegers(to, n);
    return;
  }
  for (int i = 0; i + 4 <= n; i += 4) {
    uint32_t f = anyFloat();
    memcpy(to + i, &f, 4);
  }
  if (domain == PD || domain == SD_)
    for (int i = 0; i + 8 <= n; i += 8) {
      uint64_t d = anyDouble();
      memcpy(to + i, &d, 8);
    }
}
