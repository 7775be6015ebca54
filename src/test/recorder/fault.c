/*
 * Faults and the edges of encoding: prefixes, lengths, page boundaries, alignment, privileged and
 * undefined instructions.
 */
#include "family.h"
#include <string.h>

// clang-format off
static const char *const samples[] = { /* one of each kind of access */
    "00 /r b", "01 /r v", "03 /r v", "86 /r b", "87 /r v", "89 /r v", "8B /r v", "C7 /0 v iz", "FF /0 v", "F7 /3 v", "D3 /4 v",
    "0F A3 /r v", "0F AB /r v", "0F BA /5 v ib", "0F B1 /r v", "0F C1 /r v", "0F A4 /r v ib", "F7 /6 v", "F7 /4 v",
    "0F B6 /r v mem1", "0F BF /r v mem2", "0F 90 /0 +c b", "0F 40 /r +c v", "0F BC /r v", "F3 0F B8 /r v", "FF /6 d", "8F /0 d",
    "0F C7 /1 m mem8", "D9 /0 m mem4", "DD /0 m mem8", "DB /5 m mem10", "D9 /2 m mem4", "DD /3 m mem8", "DB /7 m mem10", "D9 /7 m mem2",
    "0F 10 /r VW mem16", "0F 11 /r VW mem16", "0F 28 /r VW mem16 a", "0F 29 /r VW mem16 a", "0F 58 /r VW mem16 a ps",
    "F3 0F 58 /r VW mem4 ss", "F2 0F 11 /r VW mem8", "66 0F EF /r VW mem16 a", "0F EF /r PQ mem8", "0F 7F /r PQ mem8",
    "66 0F E7 /r VW m mem16 a", "66 0F 3A 63 /r VW mem16 ib", "0F AE /2 m mem4", "0F AE /3 m mem4", "66 0F 38 30 /r VW mem8",
    NULL};

static const char *const privileged[] = {
    "F4", "FA", "FB", "0F 06", "0F 08", "0F 09", "0F 30", "0F 32", "0F 33",                 /* HLT CLI STI CLTS INVD WBINVD WRMSR RDMSR RDPMC */
    "E4 b ib", "E5 v ib", "E6 b ib", "E7 v ib", "EC b", "ED v", "EE b", "EF v",             /* IN OUT */
    "0F 20 /0 r", "0F 20 /2 r", "0F 20 /3 r", "0F 20 /4 r", "0F 22 /0 r", "0F 22 /2 r", "0F 22 /3 r", "0F 22 /4 r",
    "0F 21 /0 r", "0F 21 /7 r", "0F 23 /0 r", "0F 23 /7 r",                                 /* MOV CR, DR */
    "0F 01 /2 m mem10", "0F 01 /3 m mem10", "0F 01 /6 w", "0F 01 /7 m mem1", "0F 00 /2 w", "0F 00 /3 w", /* LGDT LIDT LMSW INVLPG LLDT LTR */
    "0F 01 =F8 o64", "0F 07 q",                                                             /* SWAPGS SYSRET */
    NULL};

static const char *const aligned[] = { /* with RFLAGS.AC */
    "01 /r v", "8B /r v", "89 /r v", "87 /r v", "8A /r b", "0F C7 /1 m mem8", "DD /0 m mem8", "D9 /2 m mem4", "DB /5 m mem10",
    "0F 10 /r VW mem16", "0F 11 /r VW mem16", "F3 0F 10 /r VW mem4", "0F 58 /r VW mem16 a ps", "F2 0F 58 /r VW mem8 sd",
    "0F 6F /r PQ mem8", "A4 b", "A5 v", "AB v", "50 +r d", "58 +r d", "0F B7 /r v mem2", "8D /r v m", "0F A3 /r v",
    NULL};

static const char *const lockable[] = { /* LOCK with a memory form: allowed or #UD */
    "00 /r b", "01 /r v", "03 /r v", "39 /r v", "83 /0 v ib", "83 /7 v ib", "FE /0 b", "FF /1 v", "F7 /2 v", "F7 /3 v", "F7 /4 v",
    "F7 /0 v iz", "87 /r v", "89 /r v", "8B /r v", "C7 /0 v iz", "D3 /4 v", "FF /6 d", "0F A3 /r v", "0F AB /r v", "0F B3 /r v",
    "0F BB /r v", "0F BA /4 v ib", "0F BA /5 v ib", "0F BA /7 v ib", "0F B1 /r v", "0F C1 /r v", "0F C7 /1 m mem8",
    "0F A4 /r v ib", "0F 10 /r VW mem16", "0F 6F /r PQ mem8", "D9 /0 m mem4", "90", "C3 d", "E8 d iz", "A4 b", "AB v", "9C d", "0F 90 /0 b",
    "0F 40 /r v", "0F AF /r v", "0F B6 /r v mem1", "0F AE =E8", "0F AE =F0", "98 v", "F8", "D4 b ib n64",
    NULL};
// clang-format on

/* Operands that straddle the edges between SCRATCH, READ_ONLY and nothing, or lie beyond. */
static void prepareFault(struct Gen *g) {
  if (!g->useMemory) return;
  uint32_t n = (uint32_t) g->memorySize;
  static const uint32_t edges[] = {SCRATCH, READ_ONLY, READ_ONLY + READ_ONLY_SIZE, STACK, STACK + STACK_SIZE, LOW,
                                   LOW + LOW_SIZE};
  uint32_t where = edges[below(7)];
  g->c.patches = 0;
  g->far = 0;
  switch (below(6)) {
    case 0: g->target = where - n; break;
    case 1: g->target = where; break;
    case 2: g->target = READ_ONLY + below(READ_ONLY_SIZE - n); break;
    case 3:
      if (g->c.mode == 64 && !g->address67) {
        static const uint64_t holes[] = {0x0000800000000000, 0xFFFF7FFFFFFFFFFF, 0x00007FFFFFFFFFFF, 0x8000000000000000,
                                         0x0123456789ABCDEF};
        g->segment = g->segment == FS || g->segment == GS ? -1 : g->segment;
        g->far = holes[below(5)];
        break;
      }
      g->target = where - below(n + 1);
      break;
    default: g->target = where - below(n + 1); break;
  }
}

static void prepareAlignment(struct Gen *g) {
  g->c.before.flags |= AC;
  g->target = SCRATCH + 0x200 + below(0x800);
  g->segment = -1;
  g->address67 = false;
  uint8_t o = g->row.opcode;
  if (o == 0xA4 || o == 0xA5 || o == 0xAB) {
    setGpr(g, RSI, 8, SCRATCH + 0x1000 + below(16) - codeBase(g->c.mode));
    setGpr(g, RDI, 8, SCRATCH + 0x2000 + below(16) - codeBase(g->c.mode));
  }
  if ((o & 0xF0) == 0x50 && !g->row.map) setGpr(g, RSP, 8, STACK_POINTER + below(16) - codeBase(g->c.mode));
  if (o == 0xA3) setGpr(g, g->reg, g->operandSize, below(64));
}

static void prepareLock(struct Gen *g) {
  g->extra[g->extras++] = 0xF0;
  if (g->useMemory) g->target = (SCRATCH + 0x200 + below(0x2000)) & ~15u;
  if (g->row.size == 'd') g->pinned = 1u << RSP;
}

static void generateLocks(int mode) {
  expectAnything = true;
  recordRows(mode, lockable, 10, prepareLock);
}

/* Segment limits: the last bytes of a 64 KiB segment. Also what wraps around at 4 GiB. */
static void generateLimits(int mode) {
  static const char *const rows[] = {"8B /r v m", "89 /r v m", "01 /r v m", "8A /r b m", "0F 10 /r VW m mem16 n16",
                                     "DD /0 m mem8", "FF /6 d m", NULL};
  expectAnything = true;
  for (const char *const *text = rows; *text; text++)
    for (int i = 0; i < 60; i++) {
      struct Row row;
      int sizes[3], n;
      parseRow(*text, &row);
      if (mode == 16 && row.n16) continue;
      n = operandSizes(&row, mode, sizes);
      struct Gen g;
      beginCase(&g, mode);
      genOperands(&g, &row, sizes[below((unsigned) n)]);
      if (row.size == 'd') g.pinned = 1u << RSP;
      g.segment = one(2) ? -1 : (int) below(6);
      g.c.patches = 0;
      uint64_t top = mode == 16 ? 0x10000 : 0x100000000ull;
      uint64_t base = g.segment == FS ? g.c.before.fsBase : g.segment == GS ? g.c.before.gsBase : codeBase(mode);
      g.target = (uint32_t) (top - below(20) + base);
      g.address67 = mode == 16 && one(3);
      if (genEncode(&g)) record(&g);
    }
}

/* Instructions made too long, or of legal length, by prefixes that repeat or mean nothing. */
static void preparePrefixes(struct Gen *g) {
  static const uint8_t harmless[] = {0x26, 0x2E, 0x36, 0x3E, 0x66, 0x66, 0x67, 0xF2, 0xF3, 0x64, 0x65};
  int n = (int) below(one(3) ? 14 : 4);
  bool memory = g->useMemory || g->row.size == 'd';
  if (g->row.size == 'd') g->pinned = 1u << RSP;
  for (int i = 0; i < n; i++) {
    uint8_t p = harmless[below(sizeof harmless)];
    if (p == 0x66 && !(g->prefix66 || g->rexW || g->row.mandatory == 0x66)) p = 0x3E;
    if ((p == 0xF2 || p == 0xF3) && (g->row.map || g->row.mandatory)) p = 0x2E;
    if (p == 0x67 && memory && !g->address67) p = 0x36;
    if ((p == 0x64 || p == 0x65) && memory) p = 0x26;
    g->extra[g->extras++] = p;
  }
  if (g->extras > 12) g->extras = 12;
  if (memory && g->c.mode != 64 && g->segment < 0) g->segment = DS; /* the last one counts */
  if (g->c.mode == 64 && one(3) && g->extras < 12) /* a REX that is void, as other prefixes follow */
    g->extra[g->extras++] = (uint8_t) (0x40 | below(16));
}

static const char *const prefixed[] = {
    "01 /r v", "8B /r v", "89 /r v", "83 /4 v ib", "C7 /0 v iz", "B8 +r v iv", "90", "0F AF /r v", "0F B6 /r v mem1", "50 +r d", "58 +r d",
    "8D /r v m", "98 v", "66 0F 6F /r VW mem16", "0F 58 /r VW mem16 ps", "F3 0F 10 /r VW mem4", "0F C8 +r v", "D1 /4 v", "0F 90 /0 +c b", NULL};

/* Prefixes that repeat, contradict each other or mean nothing; code of 15 bytes and more. */
static void generatePrefixes(int mode) {
  expectAnything = true;
  for (const char *const *text = prefixed; *text; text++) {
    struct Row row;
    int sizes[3], n;
    parseRow(*text, &row);
    n = operandSizes(&row, mode, sizes);
    for (int i = 0; i < 72; i++) {
      struct Gen g;
      beginCase(&g, mode);
      genOperands(&g, &row, sizes[below((unsigned) n)]);
      preparePrefixes(&g);
      bool voidRex = g.extras && (g.extra[g.extras - 1] & 0xF0) == 0x40;
      bool followed = g.prefix66 || g.address67 || g.segment >= 0 || g.row.mandatory;
      if (voidRex && !followed) g.segment = DS; /* something has to stand between that REX and the opcode */
      genEncode(&g); /* false if it is longer than 15 bytes, too */
      if (g.c.length && g.c.length <= 24) record(&g);
    }
  }
}

/* Code that ends at the end of the code pages, or reaches over it: the fetch faults. */
static void generateFetches(int mode) {
  expectAnything = true;
  for (const char *const *text = samples; *text; text++) {
    struct Row row;
    int sizes[3], n;
    parseRow(*text, &row);
    n = operandSizes(&row, mode, sizes);
    for (int i = 0; i < 16; i++) {
      struct Gen g;
      beginCase(&g, mode);
      genOperands(&g, &row, sizes[below((unsigned) n)]);
      g.c.before.rip = (one(3) ? CODE + 0x1000 : CODE + CODE_SIZE) - 1 - below(8) - codeBase(mode);
      if (row.size == 'd') g.pinned = 1u << RSP;
      if (genEncode(&g)) record(&g);
    }
  }
}

static const uint8_t mandatoryPrefixes[4] = {0, 0x66, 0xF2, 0xF3};

/* Prefixes, escapes, VEX, EVEX, XOP; INT; branches, which could loop. */
static bool oneByteMustNotRun(int mode, int opcode) {
  static const uint8_t opcodes[] = {0x0F, 0x62, 0x66, 0x67, 0x8F, 0xC4, 0xC5, 0xCC, 0xCD, 0xCE, 0xD5, 0xF0, 0xF1, 0xF2, 0xF3};
  return memchr(opcodes, opcode, sizeof opcodes) || (opcode & 0xE7) == 0x26 || (opcode & 0xFE) == 0x64 ||
         (opcode & 0xF0) == 0x70 || (opcode & 0xF0) == 0xE0 || (mode == 64 && (opcode & 0xF0) == 0x40);
}

/* System calls, time, identity, 3DNow!, branches; groups 6, 7 (but /5), 9 and 15 (from /4 on). */
static bool twoByteMustNotRun(int opcode, uint8_t modrm) {
  static const uint8_t opcodes[] = {0x00, 0x05, 0x07, 0x0F, 0x31, 0x34, 0x35, 0x38, 0x3A, 0xA2, 0xC7};
  int digit = modrm >> 3 & 7;
  return memchr(opcodes, opcode, sizeof opcodes) || (opcode & 0xF0) == 0x80 ||
         (opcode == 0x01 && (modrm >= 0xC0 || digit != 5)) || (opcode == 0xAE && digit >= 4);
}

/* What would enter the host's kernel or hypervisor, or belongs to newer extensions. */
static bool mustNotRun(int mode, int map, int opcode, uint8_t modrm) {
  switch (map) {
    case 0: return oneByteMustNotRun(mode, opcode);
    case 1: return twoByteMustNotRun(opcode, modrm);
    case 2: return (opcode & 0xF0) == 0x80 || opcode >= 0xC8;
    default: return opcode >= 0xCC;
  }
}

static void tryUndefined(int mode, int map, int prefix, int opcode, uint8_t modrm) {
  struct Gen g;
  if (mustNotRun(mode, map, opcode, modrm)) return;
  beginCase(&g, mode);
  uint8_t *p = g.c.code;
  if (mandatoryPrefixes[prefix]) *p++ = mandatoryPrefixes[prefix];
  if (map) *p++ = 0x0F;
  if (map == 2) *p++ = 0x38;
  if (map == 3) *p++ = 0x3A;
  *p++ = (uint8_t) opcode;
  *p++ = modrm;
  uint32_t disp = SCRATCH + 0x400 - codeBase(mode);
  memcpy(p, &disp, 4);
  p += 4;
  *p++ = 1;
  g.c.length = (int) (p - g.c.code);
  record(&g);
}

static void generateUndefined(int mode) {
  expectAnything = onlyUndefined = true;
  for (int map = 0; map < 4; map++)
    for (int opcode = 0; opcode < 256; opcode++)
      for (int prefix = 0; prefix < 4; prefix++) {
        bool groups = map < 2;
        if ((map == 0 && prefix > 1) || (mode == 16 && prefix)) continue;
        for (int digit = 0; digit < 8; digit++) {
          if (!groups && digit != (opcode & 7)) continue;
          if (map < 2 || prefix == opcode % 4) tryUndefined(mode, map, prefix, opcode, (uint8_t) (digit << 3 | 5));
          tryUndefined(mode, map, prefix, opcode, (uint8_t) (0xC0 | digit << 3 | below(8)));
        }
      }
  for (int opcode = 0xD8; opcode < 0xE0; opcode++)
    for (int modrm = 0xC0; modrm < 0x100; modrm++) tryUndefined(mode, 0, 0, opcode, (uint8_t) modrm);
}

static void generateFaults(int mode) {
  expectAnything = true;
  recordRows(mode, samples, 16, prepareFault);
}

static void generatePrivileged(int mode) {
  expectAnything = true;
  recordRows(mode, privileged, 8, NULL);
}

static void generateAlignment(int mode) {
  expectAnything = true;
  recordRows(mode, aligned, 16, prepareAlignment);
}

const struct Family faultFamilies[] = {
    {"fault", ALL, 0, NULL, NULL, generateFaults},
    {"limit", M32 | M16, 0, NULL, NULL, generateLimits},
    {"alignment", FLAT, 0, NULL, NULL, generateAlignment},
    {"lock", ALL, 0, NULL, NULL, generateLocks},
    {"prefix", ALL, 0, NULL, NULL, generatePrefixes},
    {"fetch", ALL, 0, NULL, NULL, generateFetches},
    {"privileged", ALL, 0, NULL, NULL, generatePrivileged},
    {"undefined", ALL, 0, NULL, NULL, generateUndefined},
    {0}};
