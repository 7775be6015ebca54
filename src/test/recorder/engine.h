/* Runs one instruction natively and tells what became of the state. */
#ifndef ENGINE_H
#define ENGINE_H

#include "layout.h"
#include <stdbool.h>

struct St {          /* an x87 register */
  uint64_t mantissa;
  uint16_t exponent; /* with the sign in bit 15 */
};

struct State {
  uint64_t gpr[16];
  uint64_t rip;      /* an offset into CS: differs from the linear address in 16-bit mode only */
  uint64_t xmm[16][2];
  struct St x87[8];  /* R0 to R7, not ST(0) to ST(7) */
  uint64_t fip, fdp;
  uint64_t fsBase, gsBase;
  uint32_t flags;
  uint32_t mxcsr;
  uint16_t fcw, fsw, fop, ftw; /* ftw as FXSAVE has it: one bit for each register in use */
  uint16_t selector[6];
};

#define PATCHES 8
#define PATCH_SIZE 528

struct Patch {       /* bytes of memory that differ from the background before, or from before, after */
  uint32_t address;
  uint32_t length;
  uint8_t bytes[PATCH_SIZE];
};

struct Case {
  int mode;          /* 16, 32, 64 */
  uint64_t seed;
  uint8_t code[32];
  int length;
  int instructions;  /* in the code */
  struct State before;
  int patches;
  struct Patch patch[PATCHES];
};

struct Outcome {
  struct State after;
  int vector;        /* of the fault, -1 if the instruction completed */
  uint32_t error;
  uint64_t cr2;
  int patches;
  struct Patch patch[PATCHES];
  bool usable;       /* false if the host got in the way, or more changed than fits */
};

void engineStart(void);

/* The state that a case starts from unless it says otherwise. */
void engineDefaults(struct State *state, int mode, uint64_t seed);

void engineRun(const struct Case *c, struct Outcome *outcome);

uint32_t codeBase(int mode);

#endif
