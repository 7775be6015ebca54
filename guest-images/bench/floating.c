/* Floating point: SSE2 doubles, and the x87's 80-bit numbers. Every result is hashed bit by bit. */
#include "bench.h"

#define ROWS 120
static double left[ROWS][ROWS], right[ROWS][ROWS], product[ROWS][ROWS];

/* Products of two matrices of 120 rows, size times. */
static uint64_t matmul(uint64_t size) {
  uint64_t random = 7;
  for (int i = 0; i < ROWS; i++) {
    for (int j = 0; j < ROWS; j++) {
      left[i][j] = (double)next_random(&random) / 4294967296.0 - 0.5;
      right[i][j] = (double)next_random(&random) / 4294967296.0 - 0.5;
    }
  }
  uint64_t sum = HASH;
  for (uint64_t round = 0; round < size; round++) {
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < ROWS; j++) {
        double cell = 0;
        for (int k = 0; k < ROWS; k++) {
          cell += left[i][k] * right[k][j];
        }
        product[i][j] = cell;
      }
    }
    left[round % ROWS][0] += product[round % ROWS][1] / 64;
    sum = hash_bytes(sum, &product[round % ROWS][round % ROWS], sizeof(double));
  }
  return hash_bytes(sum, product, sizeof product);
}

#define REAL double
#define NBODY nbody
#define SQUARE_ROOT __builtin_sqrt
#define SIGNIFICANT_BYTES 8
#include "nbody.inc"
#undef REAL
#undef NBODY
#undef SQUARE_ROOT
#undef SIGNIFICANT_BYTES

#define REAL long double
#define NBODY nbody_x87
#define SQUARE_ROOT __builtin_sqrtl
#define SIGNIFICANT_BYTES 10
#include "nbody.inc"

const struct program floating_programs[] = {
    {"floating", "matmul", matmul, NULL, 100, 1},
    {"floating", "nbody", nbody, NULL, 1000000, 500},
    {"floating", "nbody-x87", nbody_x87, NULL, 150000, 500},
    {0},
};
