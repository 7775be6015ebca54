/* Branches, the stack, flags, segment registers, BOUND. */
#include "family.h"
#include <string.h>

// clang-format off
static const char *const branches[] = {
    "70 +c ib", "0F 80 +c d iz", "E0 ib", "E1 ib", "E2 ib", "E3 ib", "EB ib", "E9 d iz", "E8 d iz",
    "FF /2 d", "FF /4 d", "C3 d", "C2 d iw",
    NULL};

static const char *const stack[] = {
    "50 +r d", "58 +r d", "FF /6 d", "8F /0 d", "68 d iz", "6A d ib",                      /* PUSH POP */
    "06 d n64", "0E d n64", "16 d n64", "1E d n64", "0F A0 d", "0F A8 d",                   /* PUSH Sreg */
    "60 d n64", "61 d n64", "9C d", "9D d", "C8 d iw", "C9 d",                              /* PUSHA POPA PUSHF POPF ENTER LEAVE */
    NULL};

static const char *const segments[] = {
    "8C /0 v", "8C /1 v", "8C /2 v", "8C /3 v", "8C /4 v", "8C /5 v",                       /* MOV r/m, Sreg */
    "8E /0 w", "8E /2 w", "8E /3 w", "8E /4 w", "8E /5 w",                                             /* MOV Sreg, r/m */
    "07 d n64", "17 d n64", "1F d n64", "0F A1 d", "0F A9 d",                                           /* POP Sreg */
    "C4 /r v m n64", "C5 /r v m n64", "0F B2 /r v m", "0F B4 /r v m", "0F B5 /r v m",       /* LES LDS LSS LFS LGS */
    "63 /r w n64", "0F 02 /r v mem2", "0F 03 /r v mem2", "0F 00 /4 w", "0F 00 /5 w",        /* ARPL LAR LSL VERR VERW */
    "F3 0F AE /0 y r o64", "F3 0F AE /1 y r o64", "F3 0F AE /2 y r o64", "F3 0F AE /3 y r o64", /* RDFSBASE ... */
    NULL};

static const char *const bound[] = {"62 /r v m n64", NULL};
// clang-format on

static uint64_t offsetOf(const struct Gen *g, uint32_t linear) { return linear - codeBase(g->c.mode); }

/* Somewhere in the code pages, behind the instruction. */
static uint32_t aCodeAddress(void) { return START + 64 + below(CODE_SIZE - 0x900); }

/* The displacement counts from the end of an instruction whose length is known after encoding. */
static void recordBranch(struct Gen *g) {
  if (genEncode(g)) {
    if (g->row.immediate == 'z') {
      int32_t displacement = (int32_t) (aCodeAddress() - START) - g->c.length;
      int n = g->operandSize == 2 ? 2 : 4;
      memcpy(g->c.code + g->c.length - n, &displacement, (size_t) n);
    }
    record(g);
  }
}

static void prepareStackPointer(struct Gen *g) {
  if (one(3)) setGpr(g, RSP, 8, offsetOf(g, STACK + 64 + below(STACK_SIZE - 128)));
  if (one(12)) setGpr(g, RSP, 8, offsetOf(g, STACK + below(12)));                  /* pushes fault */
  if (one(12)) setGpr(g, RSP, 8, offsetOf(g, STACK + STACK_SIZE - below(12)));     /* pops fault */
  if (g->c.mode == 64 && one(40)) g->c.before.gpr[RSP] = 0x0000800000000000ull - below(9) + (one(2) ? rnd() << 48 : 0);
  if (g->c.mode == 16 && one(2)) setGpr(g, RSP, 4, getGpr(g, RSP, 2) | rnd() << 16); /* SP alone counts */
  g->pinned |= 1u << RSP;
}

static uint32_t stackTop(struct Gen *g) {
  return (uint32_t) (g->c.mode == 16 ? getGpr(g, RSP, 2) + WINDOW : g->c.before.gpr[RSP]);
}

static void prepareBranch(struct Gen *g, uint8_t opcode) {
  uint64_t target = offsetOf(g, aCodeAddress());
  if (g->c.mode == 64 && g->operandSize == 8 && one(12)) target |= 1ull << (47 + below(17)); /* not canonical */
  if (g->c.mode == 16 && g->operandSize == 4 && one(8)) target |= 0x10000;                  /* beyond the limit */
  prepareStackPointer(g);
  if (g->row.immediate == 'b') g->immediate = 0x20 + below(0x60) - (one(2) ? 0xC0 : 0);
  if (g->row.immediate == 'w') g->immediate = one(2) ? below(64) * 8 : below(0x10000);
  if ((opcode & 0xFC) == 0xE0) {
    int size = g->c.mode / 8;
    g->address67 = one(3);
    if (g->address67) size = g->c.mode == 32 ? 2 : 4;
    if (one(2)) setGpr(g, RCX, size, below(3));
    else if (one(2)) setGpr(g, RCX, g->c.mode / 8, below(3));
  }
  if (opcode == 0xFF) {
    if (g->useMemory) g->c.patches = 0, addPatch(g, g->target, &target, (uint32_t) g->operandSize);
    else if (g->rm != RSP) setGpr(g, g->rm, g->operandSize, target);
  }
  if (opcode == 0xC3 || opcode == 0xC2) addPatch(g, stackTop(g), &target, (uint32_t) g->operandSize);
}

static void recordBranches(int mode, bool narrow) {
  expectAnything = true;
  for (const char *const *text = branches; *text; text++) {
    struct Row row;
    int sizes[3], n;
    parseRow(*text, &row);
    n = operandSizes(&row, mode, sizes);
    bool conditional = row.plusC;
    for (int s = 0; s < n; s++) {
      if (mode == 64 && (sizes[s] == 2) != narrow) continue;
      for (int i = 0; i < (conditional ? 200 : narrow ? 12 : 60); i++) {
        struct Gen g;
        beginCase(&g, mode);
        genOperands(&g, &row, sizes[s]);
        prepareBranch(&g, row.map ? 0 : row.opcode);
        recordBranch(&g);
      }
    }
  }
}

static void generateBranches(int mode) { recordBranches(mode, false); }

/* With 66h a near branch is one of 16 bits on AMD even in 64-bit mode: RIP is truncated. */
static void generateNarrowBranches(int mode) { recordBranches(mode, true); }

static void prepareStack(struct Gen *g) {
  uint8_t bytes[64];
  prepareStackPointer(g);
  fillLanes(INTEGERS, bytes, 64);
  if (one(2)) addPatch(g, stackTop(g), bytes, 64);
  if (g->row.map) return;
  switch (g->row.opcode) {
    case 0x9D: { /* POPF: any flag but TF */
      uint64_t flags = rnd() & ~0x100ull;
      if (one(3)) flags &= 0xFFF;
      g->c.patches = 0;
      addPatch(g, stackTop(g), &flags, 8);
      break;
    }
    case 0x9C:
      if (one(4)) g->c.before.flags |= AC;
      break;
    case 0xC8: /* ENTER: small frames, all levels */
      g->immediate = below(one(3) ? 0x1400 : 0x200);
      if (one(2)) g->immediate |= (uint64_t) (one(3) ? below(256) : below(8)) << 16;
      setGpr(g, RBP, 8, offsetOf(g, STACK + 0x600 + below(0x800)));
      break;
    case 0xC9:
      setGpr(g, RBP, 8, offsetOf(g, STACK + below(STACK_SIZE)));
      if (g->c.mode == 16) setGpr(g, RBP, 4, getGpr(g, RBP, 2) | rnd() << 16);
      break;
    default: break;
  }
}

/* ENTER has two immediates, of which only the first 16 bits have a letter. */
static void generateStack(int mode) {
  expectAnything = true;
  for (const char *const *text = stack; *text; text++) {
    struct Row row;
    int sizes[3], n;
    parseRow(*text, &row);
    if (mode == 64 && row.n64) continue;
    n = operandSizes(&row, mode, sizes);
    for (int s = 0; s < n; s++)
      for (int i = 0; i < 60; i++) {
        struct Gen g;
        beginCase(&g, mode);
        genOperands(&g, &row, sizes[s]);
        prepareStack(&g);
        if (!genEncode(&g)) continue;
        if (row.opcode == 0xC8 && !row.map) g.c.code[g.c.length++] = (uint8_t) (g.immediate >> 16);
        record(&g);
      }
  }
}

/* Selectors that load everywhere: null and Linux's user data; and one that never does. */
static uint64_t aSelector(void) {
  static const uint16_t selectors[] = {0, 1, 2, 3, 0x2B, 0x2A, 0xFFF8, 0xFFFB, 0xFFF0};
  return selectors[below(9)];
}

static void prepareSegment(struct Gen *g) {
  uint64_t selector = aSelector();
  uint8_t opcode = g->row.opcode;
  if (opcode == 0x8C) return;
  prepareStackPointer(g);
  if (g->row.mandatory) { /* WRFSBASE: a canonical base, sometimes not */
    if (g->row.digit >= 2 && !one(6)) setGpr(g, g->rm, 8, rnd() >> 17);
    return;
  }
  if (opcode == 0x63) return;
  if ((opcode & 0xF0) == 0 && g->row.map && opcode == 0 && selector == 0x2B) selector = 3;
  if ((opcode == 2 || opcode == 3) && g->row.map && selector >> 2 == 0x2B >> 2) selector = 0;
  if (opcode == 7 || opcode == 0x17 || opcode == 0x1F || opcode == 0xA1 || opcode == 0xA9) {
    addPatch(g, stackTop(g), &selector, (uint32_t) g->operandSize);
  } else if (opcode == 0xC4 || opcode == 0xC5 || opcode == 0xB2 || opcode == 0xB4 || opcode == 0xB5) {
    uint64_t offset = anyInteger(g->operandSize);
    uint32_t far = g->operandSize == 8 && !one(4) ? 4 : (uint32_t) g->operandSize; /* AMD has no m16:64 */
    g->memorySize = (int) far + 2;
    g->c.patches = 0;
    addPatch(g, g->target, &offset, far);
    addPatch(g, g->target + far, &selector, 2);
  } else if (g->useMemory) {
    g->c.patches = 0;
    addPatch(g, g->target, &selector, 2);
  } else {
    setGpr(g, g->rm, 2, selector);
  }
}

static void prepareBound(struct Gen *g) {
  int n = g->operandSize;
  int64_t limits[2] = {(int64_t) anyInteger(n), (int64_t) anyInteger(n)};
  if (one(2)) limits[0] = (int64_t) getGpr(g, g->reg, n) - below(3);
  if (one(2)) limits[1] = (int64_t) getGpr(g, g->reg, n) + 2 - below(4);
  g->pinned = 1u << g->reg;
  addPatch(g, g->target, &limits[0], (uint32_t) n);
  addPatch(g, g->target + (uint32_t) n, &limits[1], (uint32_t) n);
}

/* A code selector: the case's own, in 64-bit mode sometimes that of 32-bit code, sometimes none. */
static uint64_t aCodeSelector(const struct Gen *g) {
  static const uint16_t bad[] = {0, 3, 0x2B, 0xFFF8, 0xFFF3};
  if (one(5)) return bad[below(5)];
  if (g->c.mode == 64 && one(4)) return CODE32_SELECTOR;
  return g->c.before.selector[CS];
}

/* Far CALL, JMP, RET and IRET within user code. */
static void generateFar(int mode) {
  static const char *const rows[] = {"FF /3 v m", "FF /5 v m", "9A v iz n64", "EA v iz n64", "CB v", "CA v iw", "CF v", NULL};
  expectAnything = true;
  for (const char *const *text = rows; *text; text++) {
    struct Row row;
    int sizes[3], n;
    parseRow(*text, &row);
    if (mode == 64 && row.n64) continue;
    n = operandSizes(&row, mode, sizes);
    for (int s = 0; s < n; s++)
      for (int i = 0; i < 40; i++) {
        struct Gen g;
        beginCase(&g, mode);
        genOperands(&g, &row, sizes[s]);
        prepareStackPointer(&g);
        uint64_t offset = offsetOf(&g, aCodeAddress()), selector = aCodeSelector(&g);
        uint32_t size = (uint32_t) sizes[s], top = stackTop(&g);
        if (size == 2) offset &= 0xFFFF;
        g.immediate = row.immediate == 'z' ? offset : below(64) * 8;
        if (row.opcode == 0xFF) {
          g.c.patches = 0;
          uint32_t far = mode == 64 && size == 8 && one(2) ? 4 : size;
          addPatch(&g, g.target, &offset, far);
          addPatch(&g, g.target + far, &selector, 2);
        } else if (!row.immediate || row.immediate == 'w') {
          uint64_t flags = (rnd() & 0x244FD5 & ~0x100ull) | 0x202;
          uint64_t words[5] = {offset, selector, flags, offsetOf(&g, STACK_POINTER - 64), g.c.before.selector[SS]};
          if (row.opcode == 0xCF && one(8)) words[4] = 0;
          for (uint32_t w = 0; w < (row.opcode != 0xCF ? 2u : mode == 64 ? 5u : 3u); w++)
            addPatch(&g, top + w * size, &words[w], size);
        }
        if (!genEncode(&g)) continue;
        if (row.immediate == 'z') memcpy(g.c.code + g.c.length, &selector, 2), g.c.length += 2;
        record(&g);
      }
  }
}

/* INT3, INT1, INTO: the traps that user code may cause. */
static void generateTraps(int mode) {
  static const uint8_t opcodes[] = {0xCC, 0xF1, 0xCE};
  expectAnything = true;
  for (int i = 0; i < 3; i++)
    for (int n = 0; n < 12; n++) {
      struct Gen g;
      beginCase(&g, mode);
      g.c.code[g.c.length++] = opcodes[i];
      record(&g);
    }
}

const struct Family controlFamilies[] = {
    {"branch", ALL, 0, NULL, NULL, generateBranches},
    {"branch-16", M64, 0, NULL, NULL, generateNarrowBranches},
    {"stack", ALL, 0, NULL, NULL, generateStack},
    {"segment", ALL, 36, segments, prepareSegment, NULL},
    {"bound", M32 | M16, 80, bound, prepareBound, NULL},
    {"far", ALL, 0, NULL, NULL, generateFar},
    {"trap", ALL, 0, NULL, NULL, generateTraps},
    {0}};
