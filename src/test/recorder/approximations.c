/*
 * Prints the tables of dev.hagen.semantics.SseApproximation, derived from the RCPSS and RSQRTSS of the processor that it
 * runs on (an AMD of family 1Ah when they were checked in).
 *
 *   make -s -C src/test/recorder approximations
 *
 * Both instructions look at twelve bits of the significand. Their results split exactly into a table by the upper eight
 * bits less a table by the upper four and the lower four (a bipartite table). This program finds the two by solving the
 * equations first[h][m] - second[h][l] == result, and exits with 1 where there is no solution.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <xmmintrin.h>

static int result(int root, uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  __m128 in = _mm_set_ss(value);
  value = _mm_cvtss_f32(root ? _mm_rsqrt_ss(in) : _mm_rcp_ss(in));
  memcpy(&bits, &value, 4);
  return (int) (bits >> 11) - (126 << 12);
}

/* One group of 256 results: the first row and column give the tables, all other results must agree. */
static int solve(int root, uint32_t start, int first[16], int second[16]) {
  int target[16][16];
  for (int i = 0; i < 256; i++) {
    target[i >> 4][i & 15] = result(root, start + ((uint32_t) i << 11));
  }
  for (int m = 0; m < 16; m++) {
    first[m] = target[m][0];
  }
  for (int l = 0; l < 16; l++) {
    second[l] = target[0][0] - target[0][l];
  }
  for (int m = 0; m < 16; m++) {
    for (int l = 0; l < 16; l++) {
      if (first[m] - second[l] != target[m][l]) {
        return 0;
      }
    }
  }
  return 1;
}

static void print(const char *name, const int *values, int digits) {
  printf("  private static final String %s = \"\"\n", name);
  int columns = digits == 3 ? 32 : 48;
  for (int i = 0; i < 256; i += columns) {
    printf("      + \"");
    for (int j = i; j < 256 && j < i + columns; j++) {
      printf("%0*x", digits, values[j]);
    }
    printf(i + columns >= 256 ? "\";\n" : "\"\n");
  }
}

int main(void) {
  static const char *names[] = {"RECIPROCAL", "ROOT_EVEN", "ROOT_ODD"};
  for (int table = 0; table < 3; table++) {
    int first[256], second[256];
    uint32_t start = table == 2 ? 0x40000000 : 0x3F800000;
    for (int group = 0; group < 16; group++) {
      if (!solve(table != 0, start + ((uint32_t) group << 19), first + 16 * group, second + 16 * group)) {
        fprintf(stderr, "%s: group %d is no bipartite table\n", names[table], group);
        return 1;
      }
    }
    char name[32];
    print(names[table], first, 3);
    sprintf(name, "%s_LESS", names[table]);
    print(name, second, 2);
  }
  return 0;
}
