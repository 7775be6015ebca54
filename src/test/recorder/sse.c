/* MMX and SSE to SSE4.2. Groups are named after CPUID's features and the data they work on. */
#include "family.h"
#include <string.h>

// clang-format off
static const char *const mmx[] = {
    "0F 60 /r PQ mem4", "0F 61 /r PQ mem4", "0F 62 /r PQ mem4", "0F 63 /r PQ mem8",         /* PUNPCKL PACKSSWB */
    "0F 64 /r PQ mem8", "0F 65 /r PQ mem8", "0F 66 /r PQ mem8", "0F 67 /r PQ mem8",         /* PCMPGT PACKUSWB */
    "0F 68 /r PQ mem8", "0F 69 /r PQ mem8", "0F 6A /r PQ mem8", "0F 6B /r PQ mem8",         /* PUNPCKH PACKSSDW */
    "0F 6E /r y PE", "0F 7E /r y PE", "0F 6F /r PQ mem8", "0F 7F /r PQ mem8",               /* MOVD MOVQ */
    "0F 71 /2 -Q r ib", "0F 71 /4 -Q r ib", "0F 71 /6 -Q r ib",                             /* PSRLW PSRAW PSLLW */
    "0F 72 /2 -Q r ib", "0F 72 /4 -Q r ib", "0F 72 /6 -Q r ib", "0F 73 /2 -Q r ib", "0F 73 /6 -Q r ib",
    "0F 74 /r PQ mem8", "0F 75 /r PQ mem8", "0F 76 /r PQ mem8", "0F 77",                    /* PCMPEQ EMMS */
    "0F D1 /r PQ mem8", "0F D2 /r PQ mem8", "0F D3 /r PQ mem8", "0F D5 /r PQ mem8",         /* PSRL PMULLW */
    "0F D8 /r PQ mem8", "0F D9 /r PQ mem8", "0F DB /r PQ mem8", "0F DC /r PQ mem8",
    "0F DD /r PQ mem8", "0F DF /r PQ mem8", "0F E1 /r PQ mem8", "0F E2 /r PQ mem8",
    "0F E5 /r PQ mem8", "0F E8 /r PQ mem8", "0F E9 /r PQ mem8", "0F EB /r PQ mem8",
    "0F EC /r PQ mem8", "0F ED /r PQ mem8", "0F EF /r PQ mem8", "0F F1 /r PQ mem8",
    "0F F2 /r PQ mem8", "0F F3 /r PQ mem8", "0F F5 /r PQ mem8", "0F F8 /r PQ mem8",
    "0F F9 /r PQ mem8", "0F FA /r PQ mem8", "0F FC /r PQ mem8", "0F FD /r PQ mem8", "0F FE /r PQ mem8",
    NULL};

/* What SSE and SSE2 added to the MMX registers. */
static const char *const mmxExtensions[] = {
    "0F 70 /r PQ mem8 ib", "0F C4 /r PE mem2 ib", "0F C5 /r GQ r ib", "0F D7 /r GQ r",      /* PSHUFW PINSRW PEXTRW PMOVMSKB */
    "0F DA /r PQ mem8", "0F DE /r PQ mem8", "0F E0 /r PQ mem8", "0F E3 /r PQ mem8", "0F E4 /r PQ mem8",
    "0F EA /r PQ mem8", "0F EE /r PQ mem8", "0F F6 /r PQ mem8", "0F E7 /r PQ m mem8", "0F F7 /r PQ r",
    "0F D4 /r PQ mem8", "0F F4 /r PQ mem8", "0F FB /r PQ mem8",                             /* PADDQ PMULUDQ PSUBQ */
    "F3 0F D6 /r VQ r", "F2 0F D6 /r PW r",                                                 /* MOVQ2DQ MOVDQ2Q */
    NULL};

static const char *const mmxConversions[] = {
    "0F 2A /r VQ mem8", "0F 2C /r PW mem8 ps", "0F 2D /r PW mem8 ps",                       /* CVTPI2PS CVTTPS2PI CVTPS2PI */
    "66 0F 2A /r VQ mem8", "66 0F 2C /r PW mem16 a pd", "66 0F 2D /r PW mem16 a pd",
    NULL};

static const char *const sseMoves[] = {
    "0F 10 /r VW mem16", "0F 11 /r VW mem16", "0F 12 /r VW mem8", "0F 13 /r VW m mem8",     /* MOVUPS MOVLPS MOVHLPS */
    "0F 14 /r VW mem16 a", "0F 15 /r VW mem16 a", "0F 16 /r VW mem8", "0F 17 /r VW m mem8", /* UNPCK MOVHPS MOVLHPS */
    "F3 0F 10 /r VW mem4", "F3 0F 11 /r VW mem4", "0F 28 /r VW mem16 a", "0F 29 /r VW mem16 a", "0F 2B /r VW m mem16 a",
    "0F 50 /r GW r", "0F 54 /r VW mem16 a", "0F 55 /r VW mem16 a", "0F 56 /r VW mem16 a", "0F 57 /r VW mem16 a",
    "0F C6 /r VW mem16 a ib",                                                               /* MOVMSK AND ANDN OR XOR SHUFPS */
    NULL};

static const char *const sseSingle[] = {
    "0F 2E /r VW mem4 ss", "0F 2F /r VW mem4 ss",                                           /* UCOMISS COMISS */
    "0F 51 /r VW mem16 a ps", "F3 0F 51 /r VW mem4 ss",                                     /* SQRT */
    "0F 58 /r VW mem16 a ps", "F3 0F 58 /r VW mem4 ss", "0F 59 /r VW mem16 a ps", "F3 0F 59 /r VW mem4 ss",
    "0F 5C /r VW mem16 a ps", "F3 0F 5C /r VW mem4 ss", "0F 5D /r VW mem16 a ps", "F3 0F 5D /r VW mem4 ss",
    "0F 5E /r VW mem16 a ps", "F3 0F 5E /r VW mem4 ss", "0F 5F /r VW mem16 a ps", "F3 0F 5F /r VW mem4 ss",
    "0F C2 /r VW mem16 a ib ps", "F3 0F C2 /r VW mem4 ib ss",                               /* CMP */
    NULL};

static const char *const sseEstimates[] = {
    "0F 52 /r VW mem16 a ps", "F3 0F 52 /r VW mem4 ss", "0F 53 /r VW mem16 a ps", "F3 0F 53 /r VW mem4 ss", /* RSQRT RCP */
    NULL};

static const char *const sseConversions[] = {
    "F3 0F 2A /r y VE", "F3 0F 2C /r y GW mem4 ss", "F3 0F 2D /r y GW mem4 ss",             /* CVTSI2SS CVTTSS2SI CVTSS2SI */
    "F2 0F 2A /r y VE", "F2 0F 2C /r y GW mem8 sd", "F2 0F 2D /r y GW mem8 sd",
    "0F 5A /r VW mem8 ps", "66 0F 5A /r VW mem16 a pd", "F3 0F 5A /r VW mem4 ss", "F2 0F 5A /r VW mem8 sd",
    "0F 5B /r VW mem16 a", "66 0F 5B /r VW mem16 a ps", "F3 0F 5B /r VW mem16 a ps",        /* CVTDQ2PS CVTPS2DQ CVTTPS2DQ */
    "66 0F E6 /r VW mem16 a pd", "F2 0F E6 /r VW mem16 a pd", "F3 0F E6 /r VW mem8",        /* CVTTPD2DQ CVTPD2DQ CVTDQ2PD */
    NULL};

static const char *const sse2Double[] = {
    "66 0F 2E /r VW mem8 sd", "66 0F 2F /r VW mem8 sd", "66 0F 51 /r VW mem16 a pd", "F2 0F 51 /r VW mem8 sd",
    "66 0F 58 /r VW mem16 a pd", "F2 0F 58 /r VW mem8 sd", "66 0F 59 /r VW mem16 a pd", "F2 0F 59 /r VW mem8 sd",
    "66 0F 5C /r VW mem16 a pd", "F2 0F 5C /r VW mem8 sd", "66 0F 5D /r VW mem16 a pd", "F2 0F 5D /r VW mem8 sd",
    "66 0F 5E /r VW mem16 a pd", "F2 0F 5E /r VW mem8 sd", "66 0F 5F /r VW mem16 a pd", "F2 0F 5F /r VW mem8 sd",
    "66 0F C2 /r VW mem16 a ib pd", "F2 0F C2 /r VW mem8 ib sd",
    NULL};

static const char *const sse2Moves[] = {
    "66 0F 10 /r VW mem16", "66 0F 11 /r VW mem16", "F2 0F 10 /r VW mem8", "F2 0F 11 /r VW mem8",
    "66 0F 12 /r VW m mem8", "66 0F 13 /r VW m mem8", "66 0F 14 /r VW mem16 a", "66 0F 15 /r VW mem16 a",
    "66 0F 16 /r VW m mem8", "66 0F 17 /r VW m mem8", "66 0F 28 /r VW mem16 a", "66 0F 29 /r VW mem16 a",
    "66 0F 2B /r VW m mem16 a", "66 0F 50 /r GW r", "66 0F 54 /r VW mem16 a", "66 0F 55 /r VW mem16 a",
    "66 0F 56 /r VW mem16 a", "66 0F 57 /r VW mem16 a", "66 0F C6 /r VW mem16 a ib",
    "66 0F 6E /r y VE", "66 0F 7E /r y VE", "66 0F 6F /r VW mem16 a", "66 0F 7F /r VW mem16 a",
    "F3 0F 6F /r VW mem16", "F3 0F 7F /r VW mem16", "F3 0F 7E /r VW mem8", "66 0F D6 /r VW mem8",
    "66 0F D7 /r GW r", "66 0F E7 /r VW m mem16 a", "66 0F F7 /r VW r",                     /* PMOVMSKB MOVNTDQ MASKMOVDQU */
    NULL};

static const char *const sse2Integer[] = {
    "66 0F 60 /r VW mem16 a", "66 0F 61 /r VW mem16 a", "66 0F 62 /r VW mem16 a", "66 0F 63 /r VW mem16 a",
    "66 0F 64 /r VW mem16 a", "66 0F 65 /r VW mem16 a", "66 0F 66 /r VW mem16 a", "66 0F 67 /r VW mem16 a",
    "66 0F 68 /r VW mem16 a", "66 0F 69 /r VW mem16 a", "66 0F 6A /r VW mem16 a", "66 0F 6B /r VW mem16 a",
    "66 0F 6C /r VW mem16 a", "66 0F 6D /r VW mem16 a",
    "66 0F 70 /r VW mem16 a ib", "F2 0F 70 /r VW mem16 a ib", "F3 0F 70 /r VW mem16 a ib",
    "66 0F 71 /2 -W r ib", "66 0F 71 /4 -W r ib", "66 0F 71 /6 -W r ib", "66 0F 72 /2 -W r ib", "66 0F 72 /4 -W r ib",
    "66 0F 72 /6 -W r ib", "66 0F 73 /2 -W r ib", "66 0F 73 /3 -W r ib", "66 0F 73 /6 -W r ib", "66 0F 73 /7 -W r ib",
    "66 0F 74 /r VW mem16 a", "66 0F 75 /r VW mem16 a", "66 0F 76 /r VW mem16 a",
    "66 0F C4 /r VE mem2 ib", "66 0F C5 /r GW r ib",
    "66 0F D1 /r VW mem16 a", "66 0F D2 /r VW mem16 a", "66 0F D3 /r VW mem16 a", "66 0F D4 /r VW mem16 a",
    "66 0F D5 /r VW mem16 a", "66 0F D8 /r VW mem16 a", "66 0F D9 /r VW mem16 a", "66 0F DA /r VW mem16 a",
    "66 0F DB /r VW mem16 a", "66 0F DC /r VW mem16 a", "66 0F DD /r VW mem16 a", "66 0F DE /r VW mem16 a",
    "66 0F DF /r VW mem16 a", "66 0F E0 /r VW mem16 a", "66 0F E1 /r VW mem16 a", "66 0F E2 /r VW mem16 a",
    "66 0F E3 /r VW mem16 a", "66 0F E4 /r VW mem16 a", "66 0F E5 /r VW mem16 a", "66 0F E8 /r VW mem16 a",
    "66 0F E9 /r VW mem16 a", "66 0F EA /r VW mem16 a", "66 0F EB /r VW mem16 a", "66 0F EC /r VW mem16 a",
    "66 0F ED /r VW mem16 a", "66 0F EE /r VW mem16 a", "66 0F EF /r VW mem16 a", "66 0F F1 /r VW mem16 a",
    "66 0F F2 /r VW mem16 a", "66 0F F3 /r VW mem16 a", "66 0F F4 /r VW mem16 a", "66 0F F5 /r VW mem16 a",
    "66 0F F6 /r VW mem16 a", "66 0F F8 /r VW mem16 a", "66 0F F9 /r VW mem16 a", "66 0F FA /r VW mem16 a",
    "66 0F FB /r VW mem16 a", "66 0F FC /r VW mem16 a", "66 0F FD /r VW mem16 a", "66 0F FE /r VW mem16 a",
    NULL};

static const char *const sse3[] = {
    "F3 0F 12 /r VW mem16 a", "F2 0F 12 /r VW mem8", "F3 0F 16 /r VW mem16 a", "F2 0F F0 /r VW m mem16", /* MOVSLDUP MOVDDUP MOVSHDUP LDDQU */
    "66 0F 7C /r VW mem16 a pd", "F2 0F 7C /r VW mem16 a ps", "66 0F 7D /r VW mem16 a pd", "F2 0F 7D /r VW mem16 a ps",
    "66 0F D0 /r VW mem16 a pd", "F2 0F D0 /r VW mem16 a ps",
    NULL};

static const char *const ssse3[] = {
    "66 0F 38 00 /r VW mem16 a", "66 0F 38 01 /r VW mem16 a", "66 0F 38 02 /r VW mem16 a", "66 0F 38 03 /r VW mem16 a",
    "66 0F 38 04 /r VW mem16 a", "66 0F 38 05 /r VW mem16 a", "66 0F 38 06 /r VW mem16 a", "66 0F 38 07 /r VW mem16 a",
    "66 0F 38 08 /r VW mem16 a", "66 0F 38 09 /r VW mem16 a", "66 0F 38 0A /r VW mem16 a", "66 0F 38 0B /r VW mem16 a",
    "66 0F 38 1C /r VW mem16 a", "66 0F 38 1D /r VW mem16 a", "66 0F 38 1E /r VW mem16 a", "66 0F 3A 0F /r VW mem16 a ib",
    "0F 38 00 /r PQ mem8", "0F 38 01 /r PQ mem8", "0F 38 02 /r PQ mem8", "0F 38 03 /r PQ mem8",
    "0F 38 04 /r PQ mem8", "0F 38 05 /r PQ mem8", "0F 38 06 /r PQ mem8", "0F 38 07 /r PQ mem8",
    "0F 38 08 /r PQ mem8", "0F 38 09 /r PQ mem8", "0F 38 0A /r PQ mem8", "0F 38 0B /r PQ mem8",
    "0F 38 1C /r PQ mem8", "0F 38 1D /r PQ mem8", "0F 38 1E /r PQ mem8", "0F 3A 0F /r PQ mem8 ib",
    NULL};

static const char *const sse41[] = {
    "66 0F 38 10 /r VW mem16 a", "66 0F 38 14 /r VW mem16 a", "66 0F 38 15 /r VW mem16 a", "66 0F 38 17 /r VW mem16 a",
    "66 0F 38 20 /r VW mem8", "66 0F 38 21 /r VW mem4", "66 0F 38 22 /r VW mem2", "66 0F 38 23 /r VW mem8",
    "66 0F 38 24 /r VW mem4", "66 0F 38 25 /r VW mem8", "66 0F 38 30 /r VW mem8", "66 0F 38 31 /r VW mem4",
    "66 0F 38 32 /r VW mem2", "66 0F 38 33 /r VW mem8", "66 0F 38 34 /r VW mem4", "66 0F 38 35 /r VW mem8",
    "66 0F 38 28 /r VW mem16 a", "66 0F 38 29 /r VW mem16 a", "66 0F 38 2A /r VW m mem16 a", "66 0F 38 2B /r VW mem16 a",
    "66 0F 38 38 /r VW mem16 a", "66 0F 38 39 /r VW mem16 a", "66 0F 38 3A /r VW mem16 a", "66 0F 38 3B /r VW mem16 a",
    "66 0F 38 3C /r VW mem16 a", "66 0F 38 3D /r VW mem16 a", "66 0F 38 3E /r VW mem16 a", "66 0F 38 3F /r VW mem16 a",
    "66 0F 38 40 /r VW mem16 a", "66 0F 38 41 /r VW mem16 a",
    "66 0F 3A 0C /r VW mem16 a ib", "66 0F 3A 0D /r VW mem16 a ib", "66 0F 3A 0E /r VW mem16 a ib",
    "66 0F 3A 14 /r VE mem1 ib", "66 0F 3A 15 /r VE mem2 ib", "66 0F 3A 16 /r y VE ib", "66 0F 3A 17 /r VE mem4 ib",
    "66 0F 3A 20 /r VE mem1 ib", "66 0F 3A 21 /r VW mem4 ib", "66 0F 3A 22 /r y VE ib", "66 0F 3A 42 /r VW mem16 a ib",
    NULL};

static const char *const sse41Float[] = {
    "66 0F 3A 08 /r VW mem16 a ib ps", "66 0F 3A 09 /r VW mem16 a ib pd",                   /* ROUND */
    "66 0F 3A 0A /r VW mem4 ib ss", "66 0F 3A 0B /r VW mem8 ib sd",
    "66 0F 3A 40 /r VW mem16 a ib ps", "66 0F 3A 41 /r VW mem16 a ib pd",                   /* DPPS DPPD */
    NULL};

static const char *const sse42[] = {
    "66 0F 38 37 /r VW mem16 a", "66 0F 3A 60 /r VW mem16 ib", "66 0F 3A 61 /r VW mem16 ib", /* PCMPGTQ PCMPESTR PCMPISTR */
    "66 0F 3A 62 /r VW mem16 ib", "66 0F 3A 63 /r VW mem16 ib",
    NULL};

static const char *const stateControl[] = {"0F AE /2 m mem4", "0F AE /3 m mem4", NULL};     /* LDMXCSR STMXCSR */
static const char *const fxsave[] = {"0F AE /0 m mem512", "0F AE /1 m mem512", NULL};
// clang-format on

/* All MMX registers in use, some of them not so in a few cases, and TOP anywhere. */
static void prepareMmx(struct Gen *g) {
  struct State *s = &g->c.before;
  if (one(3)) s->fsw = (uint16_t) (below(8) << 11);
  if (one(3)) s->ftw = (uint16_t) below(256);
  if (one(20)) s->fcw &= (uint16_t) ~below(64), s->fsw |= (uint16_t) below(64); /* perhaps #MF pending */
  if (g->row.immediate && one(2)) g->immediate = below(80);
  bool shift = !g->row.immediate && (g->row.opcode >= 0xD1 && (g->row.opcode & 15) < 4 && g->row.map == 1);
  if (shift && !g->useMemory && one(2)) s->x87[g->rm].mantissa = below(70);
  if (shift && g->useMemory && one(2)) {
    uint64_t n = below(70);
    addPatch(g, g->target, &n, 8);
  }
  if (g->row.opcode == 0xF7) { /* MASKMOVQ writes at DS:RDI */
    setGpr(g, RDI, g->c.mode / 8, pickTarget(g, 8, 1));
    g->segment = one(4) && g->c.mode == 64 ? FS : -1;
    if (g->segment == FS) g->c.before.gpr[RDI] -= g->c.before.fsBase;
  }
}

static void prepareSse(struct Gen *g) {
  if (g->row.mandatory == 0x66 && g->row.map == 1) {
    uint8_t o = g->row.opcode;
    if (o == 0xF7) {
      setGpr(g, RDI, g->c.mode / 8, pickTarget(g, 16, 1));
      return;
    }
    if ((o == 0x71 || o == 0x72 || o == 0x73) && one(2)) g->immediate = below(80);
    bool shift = (o >= 0xD1 && o <= 0xD3) || o == 0xE1 || o == 0xE2 || (o >= 0xF1 && o <= 0xF3);
    uint64_t n[2] = {below(70), rnd()};
    if (shift && one(2)) {
      if (g->useMemory) addPatch(g, g->target, n, 16);
      else memcpy(g->c.before.xmm[g->rm], n, 16);
    }
  }
  if (g->row.domain != INTEGERS && g->row.immediate && g->row.opcode == 0xC2 && one(2)) g->immediate = below(8);
}

/* Two operands that are equal in some lanes. */
static void prepareComparison(struct Gen *g) {
  prepareSse(g);
  if (g->useMemory || g->row.regKind != 'V' || g->row.rmKind != 'W' || !one(3)) return;
  uint8_t *to = (uint8_t *) g->c.before.xmm[g->reg], *from = (uint8_t *) g->c.before.xmm[g->rm];
  for (int i = 0; i < 16; i += 4)
    if (one(2)) memcpy(to + i, from + i, 4);
}

/* Strings over few characters, with zeros and lengths around 16. */
static void prepareTextComparison(struct Gen *g) {
  uint8_t a[16], b[16];
  bool wide = g->immediate & 1;
  unsigned letters = 1 + below(6);
  for (int i = 0; i < 16; i++) {
    a[i] = wide && i % 2 ? (uint8_t) (one(8) ? 0x80 : 0) : (uint8_t) (0x7E + below(letters));
    b[i] = wide && i % 2 ? (uint8_t) (one(8) ? 0x80 : 0) : (uint8_t) (0x7E + below(letters));
    if (one(12)) a[i] = 0;
    if (one(14)) b[i] = 0;
  }
  if (wide && one(2)) a[2 * below(8)] = 0;
  memcpy(g->c.before.xmm[g->reg], a, 16);
  if (g->useMemory) g->c.patches = 0, addPatch(g, g->target, b, 16);
  else memcpy(g->c.before.xmm[g->rm], b, 16);
  if (g->row.opcode > 0x61) return;
  int size = g->rexW ? 8 : 4;
  setGpr(g, RAX, size, one(6) ? anyInteger(size) : below(20) - (one(3) ? 20u : 0u));
  setGpr(g, RDX, size, one(6) ? anyInteger(size) : below(20) - (one(3) ? 20u : 0u));
  if (size == 4) return;
  if (one(2)) setGpr(g, RAX, 8, (uint64_t) (int64_t) (int32_t) g->c.before.gpr[RAX]);
  if (one(2)) setGpr(g, RDX, 8, (uint64_t) (int64_t) (int32_t) g->c.before.gpr[RDX]);
}

static void prepareBlend(struct Gen *g) {
  prepareComparison(g);
  if (g->row.opcode >= 0x10 && g->row.opcode <= 0x15 && g->row.map == 2)
    fillLanes(INTEGERS, (uint8_t *) g->c.before.xmm[0], 16);
  if (g->row.opcode == 0x17) { /* PTEST: results of zero */
    uint64_t *to = g->c.before.xmm[g->reg];
    if (one(3)) to[0] = to[1] = 0;
    if (one(3)) to[0] = to[1] = ~0ull;
  }
}

static void prepareStateControl(struct Gen *g) {
  uint32_t mxcsr = one(4) ? (uint32_t) rnd() & 0xFFFDFFFF : below(0x10000);
  if (one(2)) g->c.before.mxcsr = below(0x10000);
  if (g->row.digit == 2) addPatch(g, g->target, &mxcsr, 4);
}

/* FXSAVE images: FXRSTOR's is one that FXSAVE could have written, or has a reserved MXCSR bit set. */
static void prepareFxsave(struct Gen *g) {
  struct State *s = &g->c.before;
  uint8_t image[512];
  g->target = SCRATCH + 64 + below(0x3000);
  if (!one(12)) g->target &= ~15u;
  g->segment = -1;
  g->address67 = false;
  g->c.patches = 0;
  s->fcw = (uint16_t) (0x40 | below(0x2000));
  s->fsw = (uint16_t) (rnd() & 0x7F7F);
  if (s->fsw & ~s->fcw & 0x3F) s->fsw |= 0x8080;
  s->ftw = (uint16_t) below(256);
  s->fop = (uint16_t) below(0x800);
  s->fip = rnd() >> 17, s->fdp = rnd() >> 17;
  s->mxcsr = below(0x10000);
  for (int i = 0; i < 8; i++) s->x87[i].mantissa = rnd(), s->x87[i].exponent = (uint16_t) rnd();
  if (g->row.digit != 1) return;
  for (int i = 0; i < 512; i += 8) {
    uint64_t v = rnd();
    memcpy(image + i, &v, 8);
  }
  uint16_t fsw = (uint16_t) rnd(), fcw = (uint16_t) (0x40 | below(0x2000));
  uint32_t mxcsr = one(6) ? (uint32_t) rnd() & 0xFFFDFFFF : below(0x10000);
  memcpy(image, &fcw, 2), memcpy(image + 2, &fsw, 2), memcpy(image + 24, &mxcsr, 4);
  addPatch(g, g->target, image, 512);
}

const struct Family sseFamilies[] = {
    {"mmx", FLAT, 22, mmx, prepareMmx, NULL},
    {"mmx-extensions", FLAT, 26, mmxExtensions, prepareMmx, NULL},
    {"mmx-conversions", FLAT, 60, mmxConversions, prepareMmx, NULL},
    {"sse-move", FLAT, 16, sseMoves, prepareSse, NULL},
    {"sse-single", FLAT, 80, sseSingle, prepareComparison, NULL},
    {"sse-estimate", FLAT, 60, sseEstimates, NULL, NULL},
    {"sse-conversion", FLAT, 70, sseConversions, NULL, NULL},
    {"sse2-double", FLAT, 80, sse2Double, prepareComparison, NULL},
    {"sse2-move", FLAT, 16, sse2Moves, prepareSse, NULL},
    {"sse2-integer", FLAT, 26, sse2Integer, prepareComparison, NULL},
    {"sse3", FLAT, 40, sse3, NULL, NULL},
    {"ssse3", FLAT, 24, ssse3, prepareMmx, NULL},
    {"sse41", FLAT, 28, sse41, prepareBlend, NULL},
    {"sse41-float", FLAT, 120, sse41Float, NULL, NULL},
    {"sse42", FLAT, 180, sse42, prepareTextComparison, NULL},
    {"mxcsr", FLAT, 60, stateControl, prepareStateControl, NULL},
    {"fxsave", FLAT, 30, fxsave, prepareFxsave, NULL},
    {0}};
