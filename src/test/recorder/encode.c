/*
 * Addresses and emits a case: chooses one of the addressing forms, solves it for the register or
 * displacement that makes it reach the target, and writes the bytes.
 */
#include "gen.h"
#include <string.h>

struct Address {
  int mod, rm;
  int base, index, scale; /* registers, -1 none */
  int64_t disp;
  int dispSize;
  bool sib, ripRelative;
};

static int addressSize(const struct Gen *g) {
  return g->c.mode == 64 ? (g->address67 ? 4 : 8) : (g->c.mode == 32) != g->address67 ? 4 : 2;
}

static uint64_t segmentBase(const struct Gen *g) {
  if (g->segment == FS) return g->c.before.fsBase;
  if (g->segment == GS) return g->c.before.gsBase;
  return codeBase(g->c.mode);
}

static uint64_t truncated(uint64_t v, int size) { return size == 8 ? v : v & ((1ull << size * 8) - 1); }

static int64_t aDisplacement(int size) {
  uint64_t v = anyInteger(size);
  return size == 1 ? (int8_t) v : size == 2 ? (int16_t) v : (int32_t) v;
}

static bool isPinned(const struct Gen *g, int r) { return r >= 0 && (g->pinned >> r & 1); }

/* Makes register r hold value in its low bits of the address size. */
static bool solveRegister(struct Gen *g, int r, uint64_t value, int size) {
  if (isPinned(g, r)) return truncated(g->c.before.gpr[r], size) == truncated(value, size);
  setGpr(g, r, size, value);
  return true;
}

static bool solve16(struct Gen *g, struct Address *a, uint64_t effective) {
  static const int bases[8] = {RBX, RBX, RBP, RBP, -1, -1, RBP, RBX};
  static const int indexes[8] = {RSI, RDI, RSI, RDI, RSI, RDI, -1, -1};
  a->mod = (int) below(3);
  a->rm = (int) below(8);
  if (a->mod == 0 && a->rm == 6) {
    a->dispSize = 2;
    a->disp = (int16_t) effective;
    return true;
  }
  a->dispSize = a->mod;
  a->disp = a->mod ? aDisplacement(a->mod) : 0;
  int base = bases[a->rm], index = indexes[a->rm];
  uint64_t rest = effective - (uint64_t) a->disp;
  if (base < 0) return solveRegister(g, index, rest, 2);
  if (index >= 0) rest -= g->c.before.gpr[index];
  return solveRegister(g, base, rest, 2);
}

static void chooseForm(struct Gen *g, struct Address *a) {
  bool rexes = g->c.mode == 64;
  a->mod = (int) below(3);
  a->rm = one(4) ? 4 : (int) below(rexes ? 16 : 8);
  bool stack = isPinned(g, RSP) && one(4); /* PUSH and POP with an operand on the stack */
  if (stack) a->mod = 2, a->rm = 4;
  a->sib = (a->rm & 7) == 4;
  a->base = a->rm;
  a->index = -1;
  if (a->sib) {
    a->base = (int) below(rexes ? 16 : 8);
    a->index = (int) below(rexes ? 16 : 8);
    if (a->index == 4) a->index = -1;
    a->scale = (int) below(4);
    if (stack) a->base = RSP, a->index = -1;
  }
  a->dispSize = a->mod == 0 ? 0 : a->mod == 1 ? 1 : 4;
  if (a->mod == 0 && (a->base & 7) == 5) {
    a->ripRelative = rexes && !a->sib;
    a->base = -1;
    a->dispSize = 4;
  }
}

/* The displacement is what gives. RIP-relative ones are finished when the length is known. */
static bool solveDisplacement(struct Gen *g, struct Address *a, uint64_t effective, int size) {
  if (a->ripRelative) return size == 4 || effective < 0x80000000u;
  uint64_t scaled = a->index >= 0 ? g->c.before.gpr[a->index] << a->scale : 0;
  if (a->base >= 0) scaled += g->c.before.gpr[a->base];
  uint64_t disp = effective - scaled;
  a->disp = (int32_t) disp;
  return truncated((uint64_t) a->disp, size) == truncated(disp, size);
}

static bool solve(struct Gen *g, struct Address *a, uint64_t effective, int size) {
  chooseForm(g, a);
  if (a->index >= 0 && (a->base < 0 || a->base == a->index) && size == 8) {
    if (isPinned(g, a->index)) return false;
    setGpr(g, a->index, 8, (uint64_t) ((int64_t) rnd() >> (40 + below(24))));
  }
  if (a->base < 0 || a->base == a->index)
    return a->base >= 0 && a->dispSize != 4 ? false : solveDisplacement(g, a, effective, size);
  if (isPinned(g, a->base) && a->dispSize == 4 && solveDisplacement(g, a, effective, size)) return true;
  a->disp = a->dispSize ? aDisplacement(a->dispSize) : 0;
  uint64_t rest = effective - (uint64_t) a->disp;
  if (a->index >= 0) rest -= g->c.before.gpr[a->index] << a->scale;
  return solveRegister(g, a->base, rest, size);
}

static bool chooseAddress(struct Gen *g, struct Address *a) {
  int size = addressSize(g);
  uint64_t linear = g->far ? g->far : g->target;
  uint64_t effective = linear - segmentBase(g);
  if (size != 8 && g->c.mode == 64 && effective >> 32) return false;
  if (g->c.mode != 64) effective = (uint32_t) effective;
  if (size == 2 && effective >> 16) return false;
  for (int tries = 0; tries < 60; tries++) {
    memset(a, 0, sizeof *a);
    if (size == 2 ? solve16(g, a, effective) : solve(g, a, effective, size)) return true;
  }
  return false;
}

static void emit(struct Gen *g, uint64_t v, int n) {
  memcpy(g->c.code + g->c.length, &v, (size_t) n);
  g->c.length += n;
}

static void emitPrefixes(struct Gen *g) {
  static const uint8_t overrides[6] = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};
  uint8_t list[8];
  int n = 0;
  if (g->prefix66 || g->odd66) list[n++] = 0x66;
  if (g->address67) list[n++] = 0x67;
  if (g->lock) list[n++] = 0xF0;
  if (g->repeat) list[n++] = g->repeat;
  if (g->row.mandatory) list[n++] = g->row.mandatory;
  if (g->segment >= 0) list[n++] = overrides[g->segment];
  for (int i = 0; i < g->extras; i++) emit(g, g->extra[i], 1);
  while (n) {
    int i = (int) below((unsigned) n);
    emit(g, list[i], 1);
    list[i] = list[--n];
  }
}

static void emitOpcode(struct Gen *g, const struct Address *a) {
  int index = g->useMemory && a->sib ? a->index : -1;
  int base = !g->useMemory ? g->rm : a->sib ? (a->base < 0 ? 5 : a->base) : a->rm;
  int rex = g->rexW << 3 | (g->reg > 7) << 2 | (index > 7) << 1 | (base > 7);
  if (g->c.mode == 64 && (rex || g->rex)) emit(g, 0x40 | (uint64_t) rex, 1);
  if (g->row.map) emit(g, 0x0F, 1);
  if (g->row.map == 2) emit(g, 0x38, 1);
  if (g->row.map == 3) emit(g, 0x3A, 1);
  uint8_t opcode = g->row.opcode;
  if (g->row.plusR) opcode |= g->rm & 7;
  if (g->row.plusC) opcode |= below(16);
  emit(g, opcode, 1);
}

static int immediateSize(const struct Gen *g) {
  switch (g->row.immediate) {
    case 'b': return 1;
    case 'w': return 2;
    case 'z': return g->operandSize == 8 ? 4 : g->operandSize;
    case 'v': return g->operandSize;
    case 'a': return addressSize(g);
    default: return 0;
  }
}

bool genEncode(struct Gen *g) {
  struct Address a = {0};
  int immediate = immediateSize(g);
  if (g->useMemory && !chooseAddress(g, &a)) {
    g->segment = -1;
    g->address67 = false;
    if (!chooseAddress(g, &a)) return false;
  }
  if (g->row.immediate == 'a') g->immediate = g->target - segmentBase(g);
  emitPrefixes(g);
  emitOpcode(g, &a);
  if (g->row.fixed) {
    emit(g, g->row.fixedModrm, 1);
  } else if (g->row.modrm && !g->useMemory) {
    emit(g, 0xC0u | (unsigned) (g->reg & 7) << 3 | (unsigned) (g->rm & 7), 1);
  } else if (g->useMemory) {
    emit(g, (unsigned) a.mod << 6 | (unsigned) (g->reg & 7) << 3 | (unsigned) (a.rm & 7), 1);
    if (a.sib)
      emit(g, (unsigned) a.scale << 6 | (unsigned) (a.index < 0 ? 4 : a.index & 7) << 3 |
                  (unsigned) (a.base < 0 ? 5 : a.base & 7), 1);
    if (a.ripRelative) {
      uint64_t linear = g->far ? g->far : g->target;
      uint64_t next = g->c.before.rip + (uint64_t) (g->c.length + 4 + immediate);
      a.disp = (int64_t) (linear - segmentBase(g) - next);
    }
    emit(g, (uint64_t) a.disp, a.dispSize);
  }
  emit(g, g->immediate, immediate);
  return g->c.length <= 15;
}
