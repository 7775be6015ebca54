/*
 * Makes cases from rows. A row names one instruction form in the letters of the manuals:
 *
 *   "66 0F 38 1C /r VW mem16 a"
 *
 *   hex bytes     mandatory prefix, escape and opcode
 *   /r /0../7     ModRM with a register operand, or with a fixed reg field; =C9 the whole ModRM byte
 *   +r +c         a register, a condition in the low bits of the opcode
 *   b w v y d q   operand size: 8; 16; 16/32/64; 32/64; like v but 64 by default; 64 by default, no 66
 *   GE VW ...     what reg and rm are: G E general register (E or memory), V W XMM, P Q MMX, - nothing
 *   m r           rm is only memory, only a register
 *   ib iw iz iv   immediates: 8, 16, operand size but at most 32, operand size; ia an address
 *   memN a        bytes of the memory operand, which an SSE instruction wants aligned
 *   ps pd ss sd   what the operands hold: packed/scalar floats or doubles, else integers
 *   lock          LOCK may precede the memory form
 *   n64 o64 n16   not in / only in 64-bit mode; not in 16-bit mode
 *   w1            with REX.W
 */
#ifndef GEN_H
#define GEN_H

#include "engine.h"

enum Domain { INTEGERS, PS, PD, SS_, SD_ };

struct Row {
  const char *text;
  uint8_t mandatory, map, opcode, fixedModrm;
  bool modrm, fixed, reg, plusR, plusC, memoryOnly, registerOnly, aligned, lock, w1;
  int digit;          /* -1: reg is an operand */
  char size;          /* b w v y d q or 0 */
  char regKind, rmKind;
  char immediate;     /* b w z v a or 0 */
  int memory;         /* bytes, 0: the operand size */
  enum Domain domain;
  bool n64, o64, n16;
};

struct Gen {
  struct Case c;
  struct Row row;
  int operandSize;    /* bytes */
  int reg, rm;        /* register numbers, rm -1 for memory */
  bool useMemory;
  int memorySize;
  uint32_t target;    /* linear address of the memory operand */
  uint64_t far;       /* target beyond the 32 bits, if not zero */
  int segment;        /* override, -1 none */
  bool address67;
  bool lock;
  uint8_t repeat;     /* F2 or F3 in front, 0 none */
  bool rex;           /* a REX prefix, even if it is 40h */
  bool rexW;
  bool prefix66;
  bool odd66;         /* 66h although REX.W makes it void */
  uint64_t immediate;
  unsigned pinned;    /* registers that addressing must leave alone */
  uint8_t extra[16];  /* further prefixes in front */
  int extras;
};

typedef void Prepare(struct Gen *g);

/* The random numbers of the generator. */
void rndSeed(uint64_t seed);
uint64_t rnd(void);
static inline unsigned below(unsigned n) { return (unsigned) (rnd() >> 33) % n; }
static inline bool one(unsigned in) { return below(in) == 0; }

/* Values near the edges of an integer, float, double. */
uint64_t edge(int size);
uint64_t anyInteger(int size);
uint32_t anyFloat(void);
uint64_t anyDouble(void);

bool parseRow(const char *text, struct Row *row);

/* The operand sizes of the row in this mode, as bytes; returns how many. */
int operandSizes(const struct Row *row, int mode, int sizes[3]);

/* Starts a case: defaults, no code. */
void genBegin(struct Gen *g, int mode, uint64_t seed);

/* Chooses operands for the row and fills them with values. */
void genOperands(struct Gen *g, const struct Row *row, int operandSize);

/* Chooses an addressing form, sets its registers, emits the bytes. False if it found none. */
bool genEncode(struct Gen *g);

void setGpr(struct Gen *g, int r, int size, uint64_t value);
void setByteGpr(struct Gen *g, int r, uint64_t value);
uint64_t getGpr(struct Gen *g, int r, int size);
void addPatch(struct Gen *g, uint32_t address, const void *bytes, uint32_t n);
void fillLanes(enum Domain domain, uint8_t *to, int n);
uint32_t pickTarget(struct Gen *g, int size, int alignment);

#endif
