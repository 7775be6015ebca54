/* Chooses the operands of a case and their values. encode.c then addresses and emits them. */
#include "gen.h"
#include <string.h>

void genBegin(struct Gen *g, int mode, uint64_t seed) {
  memset(g, 0, sizeof *g);
  g->c.mode = mode;
  g->c.seed = seed;
  g->c.instructions = 1;
  engineDefaults(&g->c.before, mode, seed);
  g->segment = -1;
  g->rm = g->reg = -1;
  if (one(8)) g->c.before.flags |= DF;
}

void setGpr(struct Gen *g, int r, int size, uint64_t value) {
  uint64_t mask = size >= 8 ? ~0ull : (1ull << size * 8) - 1;
  uint64_t *to = &g->c.before.gpr[r];
  *to = (*to & ~mask) | (value & mask);
  if (g->c.mode != 64) *to &= 0xFFFFFFFF;
}

uint64_t getGpr(struct Gen *g, int r, int size) {
  return size >= 8 ? g->c.before.gpr[r] : g->c.before.gpr[r] & ((1ull << size * 8) - 1);
}

/* Without REX, numbers 4 to 7 are AH, CH, DH and BH. */
void setByteGpr(struct Gen *g, int r, uint64_t value) {
  if (g->rex || r < 4 || r > 7) {
    setGpr(g, r, 1, value);
  } else {
    uint64_t *to = &g->c.before.gpr[r - 4];
    *to = (*to & ~0xFF00ull) | (value & 0xFF) << 8;
  }
}

static uint32_t writablePart(uint32_t address) {
  if (address >= SCRATCH && address < SCRATCH + SCRATCH_SIZE) return SCRATCH + SCRATCH_SIZE - address;
  if (address >= STACK && address < STACK + STACK_SIZE) return STACK + STACK_SIZE - address;
  if (address >= LOW && address < LOW + LOW_SIZE) return LOW + LOW_SIZE - address;
  return 0;
}

void addPatch(struct Gen *g, uint32_t address, const void *bytes, uint32_t n) {
  const uint8_t *from = bytes;
  while (n && !writablePart(address)) address++, from++, n--;
  if (n > writablePart(address)) n = writablePart(address);
  if (!n || g->c.patches == PATCHES) return;
  struct Patch *p = &g->c.patch[g->c.patches++];
  p->address = address;
  p->length = n;
  memcpy(p->bytes, from, n);
}

uint32_t pickTarget(struct Gen *g, int size, int alignment) {
  uint32_t base = SCRATCH, length = SCRATCH_SIZE, n = (uint32_t) size;
  bool flat16 = g->c.mode == 32 && g->address67;
  if (flat16 && g->segment != FS) base = LOW, length = LOW_SIZE;
  uint32_t inside = base + 64 + below(length - n - 128);
  if (alignment > 1 && !one(12)) return inside & ~(uint32_t) (alignment - 1);
  switch (below(40)) {
    case 0: return READ_ONLY + below(READ_ONLY_SIZE - n);
    case 1: return READ_ONLY + READ_ONLY_SIZE + below(200);         /* unmapped */
    case 2: return base + length - 1 - below(n);                    /* ends in READ_ONLY, or unmapped */
    case 3: return one(2) ? base - 1 - below(n) : READ_ONLY + READ_ONLY_SIZE - 1 - below(n);
    case 4: case 5: case 6: case 7: case 8:                         /* from page to page */
      return length > 0x1000 ? base + 0x1000 * (1 + below(3)) - below(n + 1) : inside;
    case 9: case 10: case 11: return inside & ~(n - 1);
    default: return inside;
  }
}

static int aRegister(const struct Gen *g, char kind) {
  return (int) below(g->c.mode == 64 && kind != 'P' && kind != 'Q' && one(2) ? 16 : 8);
}

static void fillX87(struct Gen *g, int r, enum Domain domain) {
  uint8_t bytes[8];
  fillLanes(domain, bytes, 8);
  memcpy(&g->c.before.x87[r].mantissa, bytes, 8);
  g->c.before.x87[r].exponent = 0xFFFF;
  g->c.before.ftw |= (uint16_t) (1 << r);
}

static void fillOperand(struct Gen *g, char kind, int r, int size) {
  switch (kind) {
    case 'G': case 'E':
      if (one(3)) break; /* random as it is */
      if (size == 1) setByteGpr(g, r, edge(1));
      else setGpr(g, r, size ? size : 4, edge(size ? size : 4));
      break;
    case 'V': case 'W':
      if (g->row.domain != INTEGERS || !one(3)) fillLanes(g->row.domain, (uint8_t *) g->c.before.xmm[r], 16);
      break;
    case 'P': case 'Q': fillX87(g, r, g->row.domain); break;
    default: break;
  }
}

static void chooseRex(struct Gen *g) {
  if (g->c.mode != 64) return;
  g->rexW = g->operandSize == 8 && g->row.size != 'd' && g->row.size != 'q';
  if (g->row.w1) g->rexW = true;
  if (!g->row.size && !g->row.w1 && one(10)) g->rexW = true;
  if ((g->row.size == 'd' || g->row.size == 'q') && g->operandSize == 8 && one(10)) g->rexW = true;
  if (g->row.size == 'b' && one(8)) g->rexW = true;
  g->odd66 = g->rexW && g->row.size == 'v' && one(12);
  g->rex = g->rexW || g->reg > 7 || g->rm > 7 || one(6);
}

static void chooseFloatControl(struct Gen *g) {
  struct State *s = &g->c.before;
  if (g->row.domain == INTEGERS) return;
  if (one(2)) s->mxcsr = MXCSR_DEFAULT | below(4) << 13;
  if (one(4)) s->mxcsr |= 0x8000;        /* FTZ */
  if (one(4)) s->mxcsr |= 0x0040;        /* DAZ */
  if (one(4)) s->mxcsr |= below(64);     /* flags already set */
  if (one(6)) s->mxcsr &= ~(below(64) << 7); /* exceptions unmasked */
}

void genOperands(struct Gen *g, const struct Row *row, int operandSize) {
  g->row = *row;
  g->operandSize = operandSize;
  g->memorySize = row->memory ? row->memory : operandSize ? operandSize : 1;
  g->prefix66 = row->size && strchr("vd", row->size) && operandSize == (g->c.mode == 16 ? 4 : 2);
  if (row->modrm && !row->fixed) {
    g->useMemory = row->memoryOnly || (!row->registerOnly && one(2));
    g->reg = row->reg ? aRegister(g, row->regKind) : row->digit;
    if (!g->useMemory) g->rm = aRegister(g, row->rmKind);
  } else if (row->plusR) {
    g->rm = aRegister(g, 'E');
  }
  chooseRex(g);
  if (row->reg) fillOperand(g, row->regKind, g->reg, operandSize);
  if (g->rm >= 0) fillOperand(g, row->rmKind, g->rm, operandSize);
  chooseFloatControl(g);
  if (row->immediate) g->immediate = anyInteger(row->immediate == 'b' ? 1 : operandSize ? operandSize : 4);
  if (row->immediate == 'a') {
    g->address67 = one(8);
    g->segment = one(8) ? (int) below(6) : -1;
    g->target = pickTarget(g, g->memorySize, 1);
  }
  if (g->useMemory) {
    g->address67 = one(8);
    g->segment = one(8) ? (int) below(6) : -1;
    g->target = pickTarget(g, g->memorySize, row->aligned ? 16 : 1);
    uint8_t bytes[64];
    int n = g->memorySize < 64 ? g->memorySize : 64;
    if (!one(3) || row->domain != INTEGERS) {
      fillLanes(row->domain, bytes, n);
      addPatch(g, g->target, bytes, (uint32_t) n);
    }
    g->lock = row->lock && one(8);
  }
}
