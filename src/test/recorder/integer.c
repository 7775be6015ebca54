/* General-purpose instructions that compute and move. */
#include "family.h"
#include <string.h>

// clang-format off
static const char *const arithmetic[] = {
    "00 /r b lock", "01 /r v lock", "02 /r b", "03 /r v", "04 b ib", "05 v iz",             /* ADD */
    "10 /r b lock", "11 /r v lock", "12 /r b", "13 /r v", "14 b ib", "15 v iz",             /* ADC */
    "18 /r b lock", "19 /r v lock", "1A /r b", "1B /r v", "1C b ib", "1D v iz",             /* SBB */
    "28 /r b lock", "29 /r v lock", "2A /r b", "2B /r v", "2C b ib", "2D v iz",             /* SUB */
    "38 /r b", "39 /r v", "3A /r b", "3B /r v", "3C b ib", "3D v iz",                       /* CMP */
    "80 /0 b ib lock", "80 /2 b ib lock", "80 /3 b ib lock", "80 /5 b ib lock", "80 /7 b ib",
    "81 /0 v iz lock", "81 /2 v iz lock", "81 /3 v iz lock", "81 /5 v iz lock", "81 /7 v iz",
    "82 /0 b ib n64 lock", "82 /2 b ib n64 lock", "82 /3 b ib n64", "82 /5 b ib n64", "82 /7 b ib n64",
    "83 /0 v ib lock", "83 /2 v ib lock", "83 /3 v ib lock", "83 /5 v ib lock", "83 /7 v ib",
    "FE /0 b lock", "FE /1 b lock", "FF /0 v lock", "FF /1 v lock", "40 +r v n64", "48 +r v n64", /* INC DEC */
    "F6 /3 b lock", "F7 /3 v lock",                                                         /* NEG */
    NULL};

static const char *const logic[] = {
    "08 /r b lock", "09 /r v lock", "0A /r b", "0B /r v", "0C b ib", "0D v iz",             /* OR */
    "20 /r b lock", "21 /r v lock", "22 /r b", "23 /r v", "24 b ib", "25 v iz",             /* AND */
    "30 /r b lock", "31 /r v lock", "32 /r b", "33 /r v", "34 b ib", "35 v iz",             /* XOR */
    "80 /1 b ib lock", "80 /4 b ib lock", "80 /6 b ib lock",
    "81 /1 v iz lock", "81 /4 v iz lock", "81 /6 v iz lock",
    "82 /1 b ib n64", "82 /4 b ib n64", "82 /6 b ib n64",
    "83 /1 v ib lock", "83 /4 v ib lock", "83 /6 v ib lock",
    "84 /r b", "85 /r v", "A8 b ib", "A9 v iz", "F6 /0 b ib", "F7 /0 v iz", "F6 /1 b ib", "F7 /1 v iz", /* TEST */
    "F6 /2 b lock", "F7 /2 v lock",                                                         /* NOT */
    NULL};

static const char *const exchange[] = {
    "86 /r b lock", "87 /r v lock", "90 +r v",                                              /* XCHG */
    "0F C0 /r b lock", "0F C1 /r v lock",                                                   /* XADD */
    "0F B0 /r b lock", "0F B1 /r v lock",                                                   /* CMPXCHG */
    "0F C7 /1 m mem8 lock", "0F C7 /1 m mem16 a w1 lock",                                   /* CMPXCHG8B 16B */
    NULL};

static const char *const shifts[] = {
    "C0 /0 b ib", "C0 /1 b ib", "C0 /2 b ib", "C0 /3 b ib", "C0 /4 b ib", "C0 /5 b ib", "C0 /6 b ib", "C0 /7 b ib",
    "C1 /0 v ib", "C1 /1 v ib", "C1 /2 v ib", "C1 /3 v ib", "C1 /4 v ib", "C1 /5 v ib", "C1 /6 v ib", "C1 /7 v ib",
    "D0 /0 b", "D0 /1 b", "D0 /2 b", "D0 /3 b", "D0 /4 b", "D0 /5 b", "D0 /6 b", "D0 /7 b",
    "D1 /0 v", "D1 /1 v", "D1 /2 v", "D1 /3 v", "D1 /4 v", "D1 /5 v", "D1 /6 v", "D1 /7 v",
    "D2 /0 b", "D2 /1 b", "D2 /2 b", "D2 /3 b", "D2 /4 b", "D2 /5 b", "D2 /6 b", "D2 /7 b",
    "D3 /0 v", "D3 /1 v", "D3 /2 v", "D3 /3 v", "D3 /4 v", "D3 /5 v", "D3 /6 v", "D3 /7 v",
    NULL};

static const char *const doubleShifts[] = {"0F A4 /r v ib", "0F A5 /r v", "0F AC /r v ib", "0F AD /r v", NULL};

static const char *const multiplications[] = {
    "F6 /4 b", "F7 /4 v", "F6 /5 b", "F7 /5 v",                                             /* MUL IMUL */
    "69 /r v iz", "6B /r v ib", "0F AF /r v",
    NULL};

static const char *const divisions[] = {"F6 /6 b", "F7 /6 v", "F6 /7 b", "F7 /7 v", NULL};

static const char *const bits[] = {
    "0F A3 /r v", "0F AB /r v lock", "0F B3 /r v lock", "0F BB /r v lock",                  /* BT BTS BTR BTC */
    "0F BA /4 v ib", "0F BA /5 v ib lock", "0F BA /6 v ib lock", "0F BA /7 v ib lock",
    "0F BC /r v", "0F BD /r v", "F3 0F BC /r v", "F3 0F BD /r v", "F3 0F B8 /r v",          /* BSF BSR TZCNT LZCNT POPCNT */
    "0F C8 +r v",                                                                           /* BSWAP */
    "F2 0F 38 F0 /r b", "F2 0F 38 F1 /r v",                                                 /* CRC32 */
    NULL};

static const char *const moves[] = {
    "88 /r b", "89 /r v", "8A /r b", "8B /r v", "A0 b ia", "A1 v ia", "A2 b ia", "A3 v ia",
    "B0 +r b ib", "B8 +r v iv", "C6 /0 b ib", "C7 /0 v iz",
    "0F B6 /r v mem1", "0F B7 /r v mem2", "0F BE /r v mem1", "0F BF /r v mem2",             /* MOVZX MOVSX */
    "63 /r v mem4 o64",                                                                     /* MOVSXD */
    "8D /r v m", "0F C3 /r y m", "0F 38 F0 /r v m", "0F 38 F1 /r v m",                      /* LEA MOVNTI MOVBE */
    "98 v", "99 v", "D7 b",                                                                 /* CBW CWD XLAT */
    "9E b", "9F b", "F5 b", "F8 b", "F9 b", "FC b", "FD b", "D6 b n64",                     /* LAHF SAHF CMC CLC STC CLD STD SALC */
    "90", "F3 90", "0F 1F /r v", "0F 18 /0 v", "0F 18 /4 v", "0F 19 /r v", "0F 1D /r v",    /* NOP */
    "0F 0D /0 m", "0F 0D /1 m", "0F 18 /1 m", "0F 18 /2 m", "0F 18 /3 m",                   /* PREFETCH */
    "0F AE =E8", "0F AE =F0", "0F AE =F8", "0F AE /7 m",                                    /* fences, CLFLUSH */
    NULL};

static const char *const addresses[] = {"8D /r v m", "8B /r v m", "89 /r v m", "8A /r b m", NULL};

static const char *const conditions[] = {"0F 40 /r +c v", "0F 90 /0 +c b", NULL};

static const char *const bcd[] = {"27 b", "2F b", "37 b", "3F b", "D4 b ib", "D5 b ib", NULL};
// clang-format on

/* Operands of which one derives from the other, so that differences and carries meet the edges. */
static void relateOperands(struct Gen *g) {
  if (g->useMemory || !one(4) || g->reg < 0 || g->rm < 0 || g->operandSize < 2) return;
  setGpr(g, g->reg, g->operandSize, getGpr(g, g->rm, g->operandSize) + below(3) - 1);
}

static void prepareArithmetic(struct Gen *g) {
  if (!g->row.modrm && !one(3)) setGpr(g, RAX, g->operandSize, edge(g->operandSize));
  if (g->row.reg) relateOperands(g);
}

/* CMPXCHG: RAX (and RDX) hold what the destination holds, in half of the cases. */
static void prepareExchange(struct Gen *g) {
  struct Patch *p = g->c.patches ? &g->c.patch[0] : NULL;
  bool equal = one(2);
  if (g->row.opcode == 0xC7) {
    uint8_t v[16];
    int half = g->memorySize / 2;
    fillLanes(INTEGERS, v, 16);
    g->c.patches = 0;
    addPatch(g, g->target, v, (uint32_t) g->memorySize);
    if (equal || one(2)) memcpy(&g->c.before.gpr[RAX], v, (size_t) half);
    if (equal || one(2)) memcpy(&g->c.before.gpr[RDX], v + half, (size_t) half);
  } else if ((g->row.opcode & 0xFE) == 0xB0 && equal) {
    uint64_t v = 0;
    if (!g->useMemory) v = g->operandSize == 1 && !g->rex && g->rm > 3 ? getGpr(g, g->rm - 4, 2) >> 8
                                                                      : getGpr(g, g->rm, g->operandSize);
    else if (p) memcpy(&v, p->bytes, p->length < 8 ? p->length : 8);
    setGpr(g, RAX, g->operandSize, v);
  }
}

static void prepareShift(struct Gen *g) {
  unsigned count = one(3) ? below(256) : one(3) ? (unsigned) g->operandSize * 8 + below(3) - 1 : below(70);
  g->immediate = count;
  if ((g->row.opcode & 0xFE) == 0xD2 || g->row.opcode == 0xA5 || g->row.opcode == 0xAD) setGpr(g, RCX, 1, count);
}

static void prepareMultiplication(struct Gen *g) {
  int n = g->operandSize;
  if (!one(3)) setGpr(g, RAX, n, edge(n));
  if (one(3) && g->rm >= 0 && n > 1) setGpr(g, g->rm, n, below(1000)); /* products that fit */
  if (one(3)) setGpr(g, RAX, n, one(2) ? below(1000) : 0 - (uint64_t) below(1000));
}

/* Dividends just below and at the overflow of the quotient, and small ones. */
static void prepareDivision(struct Gen *g) {
  int n = g->operandSize;
  uint64_t divisor = one(2) ? edge(n) : rnd() >> below(64);
  uint64_t quotient = one(2) ? edge(n) : rnd() >> below(64);
  __int128 dividend = 0;
  uint64_t mask = n == 8 ? ~0ull : (1ull << n * 8) - 1;
  divisor &= mask, quotient &= mask;
  if (g->row.digit == 6) {
    dividend = (__int128) ((unsigned __int128) divisor * quotient + (divisor ? rnd() % divisor : 0));
  } else {
    int64_t d = (int64_t) (divisor << (64 - n * 8)) >> (64 - n * 8);
    int64_t q = (int64_t) (quotient << (64 - n * 8)) >> (64 - n * 8);
    dividend = (__int128) d * q + (d ? (int64_t) (rnd() >> 1) % d : 0);
  }
  if (one(12)) dividend += below(3) - 1;
  g->c.patches = 0;
  if (g->useMemory) addPatch(g, g->target, &divisor, (uint32_t) n);
  g->pinned = 1u << RAX | 1u << RDX;
  if (n == 1) setGpr(g, RAX, 2, (uint64_t) dividend);
  else setGpr(g, RAX, n, (uint64_t) dividend), setGpr(g, RDX, n, (uint64_t) (dividend >> n * 8));
  if (!g->useMemory && n > 1) setGpr(g, g->rm, n, divisor);
  else if (!g->useMemory) setByteGpr(g, g->rm, divisor);
}

/* A bit offset in a register reaches memory far from the operand: pull it into SCRATCH. */
static void prepareBits(struct Gen *g) {
  bool offset = g->useMemory && g->row.reg && (g->row.opcode == 0xA3 || g->row.opcode == 0xAB ||
                                               g->row.opcode == 0xB3 || g->row.opcode == 0xBB);
  if (g->row.mandatory || !offset) {
    if ((g->row.opcode == 0xBC || g->row.opcode == 0xBD) && !g->useMemory && one(2))
      setGpr(g, g->rm, g->operandSize, rnd() << below((unsigned) g->operandSize * 8));
    if (g->rm >= 0 && (g->row.opcode == 0xBC || g->row.opcode == 0xBD) && one(5)) setGpr(g, g->rm, g->operandSize, 0);
    return;
  }
  g->target = SCRATCH + 0x1800 + below(0x1000);
  if (g->c.mode == 32 && g->address67 && g->segment != FS) g->target = LOW + 0x600 + below(0x400);
  int32_t reach = g->target < SCRATCH ? 0x2000 : 0xA000;
  g->c.patches = 0;
  g->pinned = 1u << g->reg;
  setGpr(g, g->reg, g->operandSize, (uint64_t) (int64_t) ((int32_t) below(2 * (unsigned) reach) - reach));
  if (one(3)) setGpr(g, g->reg, g->operandSize, below(70));
}

static void prepareMove(struct Gen *g) {
  if (g->row.opcode != 0xD7 || g->row.map) return;
  g->address67 = one(8) && g->c.mode == 64;
  setGpr(g, RAX, 1, anyInteger(1));
  uint64_t base = (g->segment == FS ? g->c.before.fsBase : g->segment == GS ? g->c.before.gsBase : codeBase(g->c.mode));
  setGpr(g, RBX, g->address67 ? 4 : g->c.mode / 8, SCRATCH + below(0x3000) - base);
}

/* LEA reaches anything, in every addressing form. */
static void prepareAddress(struct Gen *g) {
  if (g->row.opcode != 0x8D) return;
  g->target = (uint32_t) rnd();
  if (g->c.mode == 64) g->far = rnd();
  g->address67 = one(2);
  if (g->address67 && g->c.mode == 64) g->far &= 0xFFFFFFFF, g->segment = -1;
  if (g->c.mode != 64 && g->address67 == (g->c.mode == 32)) g->target = WINDOW + below(0x10000);
  if (g->c.mode == 32 && g->address67) g->target &= 0xFFFF;
}

static void prepareBcd(struct Gen *g) {
  setGpr(g, RAX, 2, rnd());
  if (one(4)) setGpr(g, RAX, 1, below(10) << 4 | below(10));
  if (g->row.immediate && one(2)) g->immediate = one(4) ? 0 : 10;
}

const struct Family integerFamilies[] = {
    {"arithmetic", ALL, 20, arithmetic, prepareArithmetic, NULL},
    {"logic", ALL, 16, logic, prepareArithmetic, NULL},
    {"exchange", ALL, 60, exchange, prepareExchange, NULL},
    {"shift", ALL, 32, shifts, prepareShift, NULL},
    {"double-shift", ALL, 160, doubleShifts, prepareShift, NULL},
    {"multiply", ALL, 100, multiplications, prepareMultiplication, NULL},
    {"divide", ALL, 120, divisions, prepareDivision, NULL},
    {"bit", ALL, 56, bits, prepareBits, NULL},
    {"move", ALL, 28, moves, prepareMove, NULL},
    {"address", ALL, 120, addresses, prepareAddress, NULL},
    {"condition", ALL, 160, conditions, NULL, NULL},
    {"bcd", M32 | M16, 240, bcd, prepareBcd, NULL},
    {0}};
