/* The x87 unit. */
#include "family.h"
#include <string.h>

// clang-format off
static const char *const arithmetic[] = {
    "D8 /0 m mem4", "D8 /1 m mem4", "D8 /4 m mem4", "D8 /5 m mem4", "D8 /6 m mem4", "D8 /7 m mem4", /* FADD FMUL FSUB FSUBR FDIV FDIVR */
    "DA /0 m mem4", "DA /1 m mem4", "DA /4 m mem4", "DA /5 m mem4", "DA /6 m mem4", "DA /7 m mem4",
    "DC /0 m mem8", "DC /1 m mem8", "DC /4 m mem8", "DC /5 m mem8", "DC /6 m mem8", "DC /7 m mem8",
    "DE /0 m mem2", "DE /1 m mem2", "DE /4 m mem2", "DE /5 m mem2", "DE /6 m mem2", "DE /7 m mem2",
    "D8 /0 r --", "D8 /1 r --", "D8 /4 r --", "D8 /5 r --", "D8 /6 r --", "D8 /7 r --",
    "DC /0 r --", "DC /1 r --", "DC /4 r --", "DC /5 r --", "DC /6 r --", "DC /7 r --",
    "DE /0 r --", "DE /1 r --", "DE /4 r --", "DE /5 r --", "DE /6 r --", "DE /7 r --",
    NULL};

static const char *const functions[] = {
    "D9 =E0", "D9 =E1", "D9 =FA", "D9 =FC", "D9 =FD", "D9 =F4", "D9 =F8", "D9 =F5",         /* FCHS FABS FSQRT FRNDINT FSCALE FXTRACT FPREM FPREM1 */
    NULL};

static const char *const transcendentals[] = {
    "D9 =F0", "D9 =F1", "D9 =F2", "D9 =F3", "D9 =F9", "D9 =FB", "D9 =FE", "D9 =FF",         /* F2XM1 FYL2X FPTAN FPATAN FYL2XP1 FSINCOS FSIN FCOS */
    NULL};

static const char *const comparisons[] = {
    "D8 /2 m mem4", "D8 /3 m mem4", "DA /2 m mem4", "DA /3 m mem4", "DC /2 m mem8", "DC /3 m mem8",
    "DE /2 m mem2", "DE /3 m mem2", "D8 /2 r --", "D8 /3 r --", "DE =D9", "DD /4 r --", "DD /5 r --", "DA =E9",
    "DB /5 r --", "DB /6 r --", "DF /5 r --", "DF /6 r --", "D9 =E4", "D9 =E5",             /* FUCOMI FCOMI FTST FXAM */
    NULL};

static const char *const moves[] = {
    "D9 /0 m mem4", "DD /0 m mem8", "DB /5 m mem10", "D9 /0 r --", "D9 /1 r --",            /* FLD FXCH */
    "D9 /2 m mem4", "D9 /3 m mem4", "DD /2 m mem8", "DD /3 m mem8", "DB /7 m mem10", "DD /2 r --", "DD /3 r --", /* FST FSTP */
    "DF /0 m mem2", "DB /0 m mem4", "DF /5 m mem8",                                         /* FILD */
    "DF /2 m mem2", "DB /2 m mem4", "DF /3 m mem2", "DB /3 m mem4", "DF /7 m mem8",         /* FIST FISTP */
    "DF /1 m mem2", "DB /1 m mem4", "DD /1 m mem8", "DF /4 m mem10", "DF /6 m mem10",       /* FISTTP FBLD FBSTP */
    "D9 =E8", "D9 =E9", "D9 =EA", "D9 =EB", "D9 =EC", "D9 =ED", "D9 =EE",                   /* FLD1 ... FLDZ */
    "DA /0 r --", "DA /1 r --", "DA /2 r --", "DA /3 r --", "DB /0 r --", "DB /1 r --", "DB /2 r --", "DB /3 r --", /* FCMOV */
    NULL};

static const char *const control[] = {
    "D9 /5 m mem2", "D9 /7 m mem2", "DD /7 m mem2", "DF =E0",                               /* FLDCW FNSTCW FNSTSW */
    "DB =E2", "DB =E3", "D9 =F6", "D9 =F7", "DD /0 r --", "D9 =D0", "9B",                   /* FNCLEX FNINIT FDECSTP FINCSTP FFREE FNOP FWAIT */
    "DB =E0", "DB =E1", "DB =E4",                                                           /* FNENI FNDISI FNSETPM: nothing */
    NULL};

static const char *const environment[] = {
    "D9 /4 v m mem28", "D9 /6 v m mem28", "DD /4 v m mem108", "DD /6 v m mem108",           /* FLDENV FNSTENV FRSTOR FNSAVE */
    NULL};

/* Encodings that repeat others, and that no manual names any more. */
static const char *const aliases[] = {
    "DC /2 r --", "DC /3 r --", "DD /1 r --", "DE /2 r --", "DF /0 r --", "DF /1 r --", "DF /2 r --", "DF /3 r --", "D9 /3 r --",
    NULL};
// clang-format on

#define INTEGER_BIT 0x8000000000000000ull

static struct St of(uint16_t exponent, uint64_t mantissa) { return (struct St) {mantissa, exponent}; }

/* Values at the edges of the format, and encodings that are no longer numbers. */
static struct St anEdge(void) {
  static const struct { uint16_t exponent; uint64_t mantissa; } edges[] = {
      {0x0000, 0}, {0x3FFF, INTEGER_BIT}, {0x4000, INTEGER_BIT}, {0x3FFE, INTEGER_BIT}, {0x4000, 0xC90FDAA22168C235},
      {0x7FFF, INTEGER_BIT}, {0x7FFF, 0xC000000000000000}, {0x7FFF, 0xC000000000012345}, {0x7FFF, 0x8000000000000001},
      {0x7FFF, 0xA000000000000000}, {0x7FFF, 0xFFFFFFFFFFFFFFFF}, {0x7FFF, 0x0000000000000000} /* pseudo-infinity */,
      {0x7FFF, 0x4000000000000000} /* pseudo-NaN */, {0x7FFF, 0x0000000000000001},
      {0x0000, 1}, {0x0000, 0x7FFFFFFFFFFFFFFF}, {0x0000, 0x4000000000000000}, {0x0001, INTEGER_BIT},
      {0x0000, INTEGER_BIT} /* pseudo-denormal */, {0x0000, 0xFFFFFFFFFFFFFFFF}, {0x0000, 0xC000000000000000},
      {0x0001, 0x7FFFFFFFFFFFFFFF} /* unnormal */, {0x3FFF, 0x4000000000000000}, {0x403E, 0}, {0x3FFF, 1},
      {0x7FFE, 0xFFFFFFFFFFFFFFFF}, {0x7FFE, INTEGER_BIT}, {0x3FFF, 0x8000000000000001}, {0x3FFE, 0xFFFFFFFFFFFFFFFF},
      {0x400E, INTEGER_BIT}, {0x400D, 0xFFFF000000000000}, {0x400D, 0xFFFE000000000000}, {0x400E, 0x8000800000000000},
      {0x401E, INTEGER_BIT}, {0x401D, 0xFFFFFFFE00000000}, {0x401D, 0xFFFFFFFC00000000}, {0x401E, 0x8000000080000000},
      {0x403E, INTEGER_BIT}, {0x403D, 0xFFFFFFFFFFFFFFFE}, {0x403D, 0xFFFFFFFFFFFFFFFF}, {0x403E, 0x8000000000000001},
      {0x403A, 0xDE0B6B3A763FFFF0} /* 10^18 - 1 */, {0x403A, 0xDE0B6B3A76400000}, {0x403A, 0xDE0B6B3A763FFFF8},
      {0x407E, 0xFFFFFF0000000000} /* FLT_MAX */, {0x407E, 0xFFFFFF8000000000}, {0x407F, INTEGER_BIT},
      {0x3F81, INTEGER_BIT} /* FLT_MIN */, {0x3F80, 0xFFFFFFFFFFFFFFFF}, {0x3F6A, INTEGER_BIT}, {0x3F69, INTEGER_BIT},
      {0x43FE, 0xFFFFFFFFFFFFF800} /* DBL_MAX */, {0x43FE, 0xFFFFFFFFFFFFFC00}, {0x43FF, INTEGER_BIT},
      {0x3C01, INTEGER_BIT} /* DBL_MIN */, {0x3C00, 0xFFFFFFFFFFFFFFFF}, {0x3BCD, INTEGER_BIT}, {0x3BCC, INTEGER_BIT},
      {0x3FFE, 0xFFFFFF0000000000}, {0x3FFF, 0x8000008000000000}, {0x3FFF, 0x8000000000000400}, {0x3FFF, 0xC000000000000000},
      {0x4000, 0xA000000000000000}, {0x403F, INTEGER_BIT}, {0x3FFC, 0xAAAAAAAAAAAAAAAB}, {0x3FBE, INTEGER_BIT}};
  unsigned i = below(sizeof edges / sizeof *edges);
  return of((uint16_t) (edges[i].exponent | (one(2) ? 0x8000 : 0)), edges[i].mantissa);
}

static struct St aNumber(void) {
  if (one(3)) return anEdge();
  uint64_t mantissa = rnd() | INTEGER_BIT;
  if (one(2)) mantissa &= ~0ull << below(64);
  mantissa |= INTEGER_BIT;
  uint16_t sign = one(2) ? 0x8000 : 0;
  switch (below(6)) {
    case 0: return of((uint16_t) rnd(), one(4) ? rnd() : mantissa);
    case 1: return of((uint16_t) (sign | below(70)), mantissa);                  /* near the smallest */
    case 2: return of((uint16_t) (sign | (0x7FFE - below(70))), mantissa);
    default: return of((uint16_t) (sign | (0x3FFF - 30 + below(96))), mantissa);
  }
}

static void fillStack(struct State *s) {
  s->ftw = one(4) ? (uint16_t) below(256) : 0xFF;
  for (int i = 0; i < 8; i++)
    if (s->ftw >> i & 1) s->x87[i] = aNumber();
  s->fsw = (uint16_t) (below(8) << 11);
  if (one(3)) s->fsw |= (uint16_t) (rnd() & 0x4700);          /* C0 to C3 */
  if (one(4)) s->fsw |= (uint16_t) below(64);                 /* flags already set */
  if (s->fsw & 1 && one(2)) s->fsw |= 0x40;
  if (one(2)) s->fcw = (uint16_t) ((s->fcw & ~0xC00) | below(4) << 10);
  if (one(3)) s->fcw = (uint16_t) ((s->fcw & ~0x300) | (one(8) ? 1u : one(2) ? 0u : 2u) << 8);
  if (one(6)) s->fcw &= (uint16_t) ~below(64);                /* unmasked */
  if (s->fsw & ~s->fcw & 0x3F) {
    if (one(8)) s->fsw |= 0x8080;                             /* pending: #MF */
    else s->fsw &= (uint16_t) (s->fcw | ~0x3F);
  }
}

static void patchNumber(struct Gen *g) {
  uint8_t bytes[10];
  struct St v = aNumber();
  memcpy(bytes, &v.mantissa, 8);
  memcpy(bytes + 8, &v.exponent, 2);
  if (g->row.opcode == 0xDF) { /* FBLD: digits, sometimes not */
    for (int i = 0; i < 9; i++) bytes[i] = one(20) ? (uint8_t) rnd() : (uint8_t) (below(10) << 4 | below(10));
    for (int i = 8; i >= 0 && one(2); i--) bytes[i] = 0;
    bytes[9] = one(10) ? (uint8_t) rnd() : one(2) ? 0x80 : 0;
  }
  addPatch(g, g->target, bytes, 10);
}

static void patchOperand(struct Gen *g) {
  uint8_t opcode = g->row.opcode, digit = (uint8_t) g->row.digit;
  uint32_t f = anyFloat();
  uint64_t d = anyDouble(), i = anyInteger(g->memorySize > 8 ? 8 : g->memorySize);
  g->c.patches = 0;
  if (g->memorySize == 10) patchNumber(g);
  else if (opcode == 0xD8 || (opcode == 0xD9 && digit == 0)) addPatch(g, g->target, &f, 4);
  else if (opcode == 0xDC || (opcode == 0xDD && digit == 0)) addPatch(g, g->target, &d, 8);
  else addPatch(g, g->target, &i, (uint32_t) g->memorySize);
}

/* Loads find room, most of the time. */
static bool pushes(const struct Row *row) {
  uint8_t modrm = row->fixedModrm;
  if (row->fixed)
    return row->opcode == 0xD9 && ((modrm >= 0xE8 && modrm <= 0xEE) || modrm == 0xF2 || modrm == 0xF4 || modrm == 0xFB);
  if (!row->memoryOnly) return row->opcode == 0xD9 && row->digit == 0;
  switch (row->opcode) {
    case 0xD9: case 0xDD: return row->digit == 0;
    case 0xDB: return row->digit == 0 || row->digit == 5;
    case 0xDF: return row->digit == 0 || row->digit == 4 || row->digit == 5;
    default: return false;
  }
}

static void makeRoom(const struct Row *row, struct State *s) {
  if (pushes(row) && !one(6)) s->ftw &= (uint16_t) ~(1u << (((s->fsw >> 11) - 1) & 7));
}

static void prepareX87(struct Gen *g) {
  fillStack(&g->c.before);
  makeRoom(&g->row, &g->c.before);
  if (g->useMemory) patchOperand(g);
}

/* Arguments within the domain of the function, most of the time. */
static void prepareTranscendental(struct Gen *g) {
  struct State *s = &g->c.before;
  fillStack(s);
  makeRoom(&g->row, s);
  if (one(5)) return;
  s->ftw = 0xFF;
  makeRoom(&g->row, s);
  struct St *st0 = &s->x87[s->fsw >> 11 & 7], *st1 = &s->x87[((s->fsw >> 11) + 1) & 7];
  uint16_t sign = one(2) ? 0x8000 : 0;
  *st0 = of((uint16_t) (sign | (0x3FFF - 20 + below(26))), rnd() | INTEGER_BIT);
  *st1 = of((uint16_t) ((one(2) ? 0x8000 : 0) | (0x3FFF - 10 + below(20))), rnd() | INTEGER_BIT);
  if (g->row.fixedModrm == 0xF0) st0->exponent = (uint16_t) (sign | (0x3FFE - below(24)));
  if (g->row.fixedModrm == 0xF1) st0->exponent &= 0x7FFF;
  if (g->row.fixedModrm == 0xF9) st0->exponent = (uint16_t) (sign | (0x3FFC - below(24)));
}

/* FPREM: quotients of all sizes. FSCALE: scales that stay in range. */
static void prepareFunction(struct Gen *g) {
  struct State *s = &g->c.before;
  fillStack(s);
  makeRoom(&g->row, s);
  struct St *st0 = &s->x87[s->fsw >> 11 & 7], *st1 = &s->x87[((s->fsw >> 11) + 1) & 7];
  if (one(3)) return;
  if (g->row.fixedModrm == 0xF8 || g->row.fixedModrm == 0xF5) {
    uint16_t exponent = (uint16_t) (0x3000 + below(0x2000));
    *st1 = of((uint16_t) (exponent | (one(2) ? 0x8000 : 0)), rnd() | INTEGER_BIT);
    *st0 = of((uint16_t) ((exponent + below(80)) | (one(2) ? 0x8000 : 0)), rnd() | INTEGER_BIT);
  } else if (g->row.fixedModrm == 0xFD) {
    *st1 = of((uint16_t) (0x3FFF + below(16)) | (one(2) ? 0x8000 : 0), rnd() | INTEGER_BIT);
  }
}

static void prepareControl(struct Gen *g) {
  struct State *s = &g->c.before;
  fillStack(s);
  s->fop = (uint16_t) below(0x800);
  s->fip = rnd() >> 17, s->fdp = rnd() >> 17;
  if (g->row.opcode == 0xD9 && g->row.digit == 5) { /* FLDCW may unmask what is set already: ES rises */
    uint16_t fcw = one(4) ? (uint16_t) rnd() : (uint16_t) (0x40 | below(0x2000));
    g->c.patches = 0;
    addPatch(g, g->target, &fcw, 2);
    if (one(2)) s->fcw |= 0x3F, s->fsw = (uint16_t) ((s->fsw & ~0x8080) | below(128));
  }
  if (one(3)) { /* pending exceptions: the non-waiting ones do not care */
    s->fcw &= (uint16_t) ~below(64);
    s->fsw |= (uint16_t) below(64);
    s->fsw = (uint16_t) ((s->fsw & ~0x8080) | (s->fsw & ~s->fcw & 0x3F ? 0x8080 : 0));
  }
}

static void prepareEnvironment(struct Gen *g) {
  uint8_t image[108];
  int header = g->operandSize == 2 ? 14 : 28;
  prepareControl(g);
  g->target = SCRATCH + 64 + below(0x3000);
  if (one(10)) g->target = SCRATCH + SCRATCH_SIZE - below(120);
  if (g->segment == GS) g->segment = -1;
  g->address67 = false;
  g->c.patches = 0;
  for (int i = 0; i < 104; i += 4) {
    uint32_t v = (uint32_t) rnd();
    memcpy(image + i, &v, 4);
  }
  uint16_t fcw = (uint16_t) (0x40 | below(0x2000)), fsw = (uint16_t) rnd(), ftw = (uint16_t) rnd();
  if (one(2)) fcw |= 0x3F;
  memcpy(image, &fcw, 2);
  memcpy(image + (header == 14 ? 2 : 4), &fsw, 2);
  memcpy(image + (header == 14 ? 4 : 8), &ftw, 2);
  for (int i = 0; i < 8; i++) {
    struct St v = aNumber();
    if (header + 10 * i + 10 > 108) break;
    memcpy(image + header + 10 * i, &v.mantissa, 8);
    memcpy(image + header + 10 * i + 8, &v.exponent, 2);
  }
  if (g->row.digit == 4) addPatch(g, g->target, image, g->row.memory == 28 ? (uint32_t) header : (uint32_t) header + 80);
}

static const char *const pointers[] = {
    "D8 /0 m mem4", "DC /1 m mem8", "DB /0 m mem4", "DF /5 m mem8", "DB /5 m mem10", "D9 /2 m mem4", "DD /3 m mem8",
    "D8 /0 r --", "DE /1 r --", "D9 =E8", "D9 =FA", "D9 =E5", "DB /6 r --", "D9 /1 r --",   /* these set the pointers */
    "D9 /5 m mem2", "D9 /7 m mem2", "DD /7 m mem2", "DF =E0", "DB =E2", "D9 =F6", "DD /0 r --", "D9 =D0", "9B", /* these may not */
    NULL};

/* Two instructions: the second, FNSTENV, shows the pointers that the first one left. */
static void generatePointers(int mode) {
  for (const char *const *text = pointers; *text; text++)
    for (int i = 0; i < 12; i++) {
      static const uint8_t opcodes[3][4] = {{0xD9, 0x34, 0x25}, {0xD9, 0x35}, {0xD9, 0x36}};
      uint32_t to = SCRATCH + 0x100 - codeBase(mode);
      int n = mode == 64 ? 3 : 2, size = mode == 16 ? 2 : 4;
      struct Gen g;
      struct Row row;
      parseRow(*text, &row);
      beginCase(&g, mode);
      genOperands(&g, &row, 0);
      prepareX87(&g);
      g.c.before.fop = (uint16_t) below(0x800);
      g.c.before.fip = rnd() >> 17, g.c.before.fdp = rnd() >> 17;
      if (!genEncode(&g)) continue;
      memcpy(g.c.code + g.c.length, opcodes[mode == 64 ? 0 : mode == 32 ? 1 : 2], (size_t) n);
      memcpy(g.c.code + g.c.length + n, &to, (size_t) size);
      g.c.length += n + size;
      g.c.instructions = 2;
      record(&g);
    }
}

const struct Family x87Families[] = {
    {"x87-arithmetic", FLAT, 90, arithmetic, prepareX87, NULL},
    {"x87-function", FLAT, 240, functions, prepareFunction, NULL},
    {"x87-transcendental", FLAT, 120, transcendentals, prepareTranscendental, NULL},
    {"x87-compare", FLAT, 70, comparisons, prepareX87, NULL},
    {"x87-move", FLAT, 60, moves, prepareX87, NULL},
    {"x87-control", ALL, 36, control, prepareControl, NULL},
    {"x87-environment", ALL, 40, environment, prepareEnvironment, NULL},
    {"x87-pointers", ALL, 0, NULL, NULL, generatePointers},
    {"x87-alias", FLAT, 16, aliases, prepareX87, NULL},
    {0}};
