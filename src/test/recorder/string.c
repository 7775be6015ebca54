/* String instructions, alone and repeated, in both directions. */
#include "family.h"
#include <string.h>

// clang-format off
static const char *const strings[] = {
    "A4 b", "A5 v", "A6 b", "A7 v", "AA b", "AB v", "AC b", "AD v", "AE b", "AF v",        /* MOVS CMPS STOS LODS SCAS */
    NULL};

static const char *const ports[] = {"6C b", "6D v", "6E b", "6F v", NULL};                  /* INS OUTS: #GP */
// clang-format on

static bool compares(uint8_t opcode) { return (opcode & 0xFE) == 0xA6 || (opcode & 0xFE) == 0xAE; }

/* A string of bytes most of which equal the one byte or its twin in the other string. */
static void fillString(struct Gen *g, uint32_t address, uint32_t n, uint8_t byte, unsigned equal) {
  uint8_t bytes[128];
  for (uint32_t i = 0; i < n; i++) bytes[i] = i < equal ? byte : (uint8_t) rnd();
  addPatch(g, address, bytes, n);
}

static uint32_t aStringAddress(struct Gen *g, int bytes) {
  bool flat16 = g->c.mode == 32 && g->address67;
  uint32_t base = flat16 ? LOW : SCRATCH, size = flat16 ? LOW_SIZE : SCRATCH_SIZE;
  if (one(12)) return base + size - below((unsigned) bytes + 16);  /* may run into READ_ONLY or nothing */
  if (one(16)) return base + below((unsigned) bytes + 16);
  if (one(20) && !flat16) return READ_ONLY + below(READ_ONLY_SIZE);
  if (one(6)) return base + 0x1000 - 64 + below(128);
  return base + 256 + below(size - 512);
}

static void setIndex(struct Gen *g, int r, uint32_t linear, uint64_t base) {
  int size = g->c.mode / 8;
  if (g->address67) size = g->c.mode == 32 ? 2 : 4;
  setGpr(g, r, size, linear - base);
}

static void prepareString(struct Gen *g) {
  int n = g->operandSize, size = g->c.mode / 8;
  g->address67 = one(6);
  if (g->address67) size = g->c.mode == 32 ? 2 : 4;
  g->segment = one(6) ? (int) below(6) : -1;
  if (g->address67 && g->c.mode != 32 && g->segment == GS) g->segment = FS;
  if (one(2)) g->c.before.flags ^= DF;
  g->repeat = one(4) ? 0 : one(3) ? 0xF2 : 0xF3;
  unsigned count = one(8) ? 0 : 1 + below(one(4) ? 60 : 12);
  if (g->repeat) setGpr(g, RCX, size, count);
  int bytes = (int) count * n;
  uint64_t base = g->segment == FS ? g->c.before.fsBase : g->segment == GS ? g->c.before.gsBase : codeBase(g->c.mode);
  if (g->c.mode == 32 && g->address67) g->segment = -1, base = 0;
  uint32_t source = aStringAddress(g, bytes), destination = aStringAddress(g, bytes);
  if (one(4)) destination = source + (below(9) - 4u) * (one(2) ? 1u : (unsigned) n);  /* overlapping */
  setIndex(g, RSI, source, base);
  setIndex(g, RDI, destination, codeBase(g->c.mode));
  if (!compares(g->row.opcode)) return;
  uint8_t byte = one(2) ? 0xFF : 0;
  unsigned equal = below((unsigned) bytes + 8);
  uint32_t length = (unsigned) bytes > 120 ? 128 : (unsigned) bytes + 8;
  bool down = g->c.before.flags & DF;
  if (one(5)) setGpr(g, RAX, n, rnd());
  else setGpr(g, RAX, n, byte ? ~0ull : 0);
  if (down) length = 128, equal = 128 - below(40);
  if ((g->row.opcode & 0xFE) == 0xA6) fillString(g, down ? source - 120 : source, length, byte, equal);
  fillString(g, down ? destination - 120 : destination, length, byte, one(3) ? 128 : equal);
}

/* FSRM and ERMS make long ones fast: a few of those, in both directions and over page ends. */
static void prepareLongString(struct Gen *g) {
  prepareString(g);
  g->repeat = 0xF3;
  unsigned count = 60 + below(440u / (unsigned) g->operandSize);
  setGpr(g, RCX, 8, count);
  g->segment = -1;
  g->address67 = false;
  setGpr(g, RSI, 8, SCRATCH + 0x200 + below(0x3C00) - codeBase(g->c.mode));
  setGpr(g, RDI, 8, SCRATCH + 0x200 + below(0x3C00) - codeBase(g->c.mode));
  if (one(4)) setGpr(g, RDI, 8, g->c.before.gpr[RSI] + below(33) - 16);
}

static const char *const longStrings[] = {"A4 b", "A5 v", "AA b", "AB v", NULL};

static void generateStrings(int mode) {
  recordRows(mode, strings, 120, prepareString);
  recordRows(mode, longStrings, 24, prepareLongString);
  recordRows(mode, ports, 12, prepareString);
}

const struct Family stringFamilies[] = {{"string", ALL, 0, NULL, NULL, generateStrings}, {0}};
