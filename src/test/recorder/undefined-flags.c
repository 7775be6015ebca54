/*
 * Checks the rules of undefined-flags.md against the processor: runs each instruction on random
 * and edge operands and compares flags and result with what the rules predict. Prints one line an
 * instruction; "make undefined-flags" runs it.
 */
#include "gen.h"
#include <stdio.h>
#include <string.h>

enum { CF_ = 1, PF_ = 4, AF_ = 0x10, ZF_ = 0x40, SF_ = 0x80, OF_ = 0x800 };
enum Operation {
  AND, SHL, SHR, SAR, ROL, ROR, RCL, RCR, SHLD, SHRD, MUL, IMUL, IMUL2, DIV, IDIV, BSF, BSR, TZCNT, LZCNT, POPCNT,
  BT, BTC, BSWAP, DAA, DAS, AAA, AAS, AAM, AAD
};

struct Instruction {
  const char *name;
  enum Operation operation;
  int mode, size;    /* bits, bytes of the operand */
  uint8_t code[6];   /* on RAX and RBX, CL the count */
  int length;
};

#define I(name, operation, mode, size, ...) \
  {name, operation, mode, size, {__VA_ARGS__}, (int) sizeof((uint8_t[]) {__VA_ARGS__})}

// clang-format off
static const struct Instruction instructions[] = {
    I("AND r8", AND, 64, 1, 0x20, 0xD8), I("AND r32", AND, 64, 4, 0x21, 0xD8),
    I("SHL r8", SHL, 64, 1, 0xD2, 0xE0), I("SHL r16", SHL, 64, 2, 0x66, 0xD3, 0xE0),
    I("SHL r32", SHL, 64, 4, 0xD3, 0xE0), I("SHL r64", SHL, 64, 8, 0x48, 0xD3, 0xE0),
    I("SHR r8", SHR, 64, 1, 0xD2, 0xE8), I("SHR r16", SHR, 64, 2, 0x66, 0xD3, 0xE8),
    I("SHR r32", SHR, 64, 4, 0xD3, 0xE8), I("SHR r64", SHR, 64, 8, 0x48, 0xD3, 0xE8),
    I("SAR r8", SAR, 64, 1, 0xD2, 0xF8), I("SAR r16", SAR, 64, 2, 0x66, 0xD3, 0xF8),
    I("SAR r32", SAR, 64, 4, 0xD3, 0xF8), I("SAR r64", SAR, 64, 8, 0x48, 0xD3, 0xF8),
    I("ROL r8", ROL, 64, 1, 0xD2, 0xC0), I("ROL r16", ROL, 64, 2, 0x66, 0xD3, 0xC0),
    I("ROL r32", ROL, 64, 4, 0xD3, 0xC0), I("ROL r64", ROL, 64, 8, 0x48, 0xD3, 0xC0),
    I("ROR r8", ROR, 64, 1, 0xD2, 0xC8), I("ROR r16", ROR, 64, 2, 0x66, 0xD3, 0xC8),
    I("ROR r32", ROR, 64, 4, 0xD3, 0xC8), I("ROR r64", ROR, 64, 8, 0x48, 0xD3, 0xC8),
    I("RCL r8", RCL, 64, 1, 0xD2, 0xD0), I("RCL r16", RCL, 64, 2, 0x66, 0xD3, 0xD0),
    I("RCL r32", RCL, 64, 4, 0xD3, 0xD0), I("RCL r64", RCL, 64, 8, 0x48, 0xD3, 0xD0),
    I("RCR r8", RCR, 64, 1, 0xD2, 0xD8), I("RCR r16", RCR, 64, 2, 0x66, 0xD3, 0xD8),
    I("RCR r32", RCR, 64, 4, 0xD3, 0xD8), I("RCR r64", RCR, 64, 8, 0x48, 0xD3, 0xD8),
    I("SHLD r16", SHLD, 64, 2, 0x66, 0x0F, 0xA5, 0xD8), I("SHLD r32", SHLD, 64, 4, 0x0F, 0xA5, 0xD8), I("SHLD r64", SHLD, 64, 8, 0x48, 0x0F, 0xA5, 0xD8),
    I("SHRD r16", SHRD, 64, 2, 0x66, 0x0F, 0xAD, 0xD8), I("SHRD r32", SHRD, 64, 4, 0x0F, 0xAD, 0xD8), I("SHRD r64", SHRD, 64, 8, 0x48, 0x0F, 0xAD, 0xD8),
    I("MUL r8", MUL, 64, 1, 0xF6, 0xE3), I("MUL r16", MUL, 64, 2, 0x66, 0xF7, 0xE3), I("MUL r32", MUL, 64, 4, 0xF7, 0xE3), I("MUL r64", MUL, 64, 8, 0x48, 0xF7, 0xE3),
    I("IMUL r8", IMUL, 64, 1, 0xF6, 0xEB), I("IMUL r16", IMUL, 64, 2, 0x66, 0xF7, 0xEB), I("IMUL r32", IMUL, 64, 4, 0xF7, 0xEB), I("IMUL r64", IMUL, 64, 8, 0x48, 0xF7, 0xEB),
    I("IMUL r16, r16", IMUL2, 64, 2, 0x66, 0x0F, 0xAF, 0xC3), I("IMUL r32, r32", IMUL2, 64, 4, 0x0F, 0xAF, 0xC3), I("IMUL r64, r64", IMUL2, 64, 8, 0x48, 0x0F, 0xAF, 0xC3),
    I("DIV r8", DIV, 64, 1, 0xF6, 0xF3), I("DIV r16", DIV, 64, 2, 0x66, 0xF7, 0xF3), I("DIV r32", DIV, 64, 4, 0xF7, 0xF3), I("DIV r64", DIV, 64, 8, 0x48, 0xF7, 0xF3),
    I("IDIV r8", IDIV, 64, 1, 0xF6, 0xFB), I("IDIV r16", IDIV, 64, 2, 0x66, 0xF7, 0xFB), I("IDIV r32", IDIV, 64, 4, 0xF7, 0xFB), I("IDIV r64", IDIV, 64, 8, 0x48, 0xF7, 0xFB),
    I("BSF r16", BSF, 64, 2, 0x66, 0x0F, 0xBC, 0xC3), I("BSF r32", BSF, 64, 4, 0x0F, 0xBC, 0xC3), I("BSF r64", BSF, 64, 8, 0x48, 0x0F, 0xBC, 0xC3),
    I("BSR r16", BSR, 64, 2, 0x66, 0x0F, 0xBD, 0xC3), I("BSR r32", BSR, 64, 4, 0x0F, 0xBD, 0xC3), I("BSR r64", BSR, 64, 8, 0x48, 0x0F, 0xBD, 0xC3),
    I("TZCNT r16", TZCNT, 64, 2, 0x66, 0xF3, 0x0F, 0xBC, 0xC3), I("TZCNT r32", TZCNT, 64, 4, 0xF3, 0x0F, 0xBC, 0xC3), I("TZCNT r64", TZCNT, 64, 8, 0xF3, 0x48, 0x0F, 0xBC, 0xC3),
    I("LZCNT r16", LZCNT, 64, 2, 0x66, 0xF3, 0x0F, 0xBD, 0xC3), I("LZCNT r32", LZCNT, 64, 4, 0xF3, 0x0F, 0xBD, 0xC3), I("LZCNT r64", LZCNT, 64, 8, 0xF3, 0x48, 0x0F, 0xBD, 0xC3),
    I("POPCNT r32", POPCNT, 64, 4, 0xF3, 0x0F, 0xB8, 0xC3),
    I("BT r32, r32", BT, 64, 4, 0x0F, 0xA3, 0xD8), I("BTC r16, r16", BTC, 64, 2, 0x66, 0x0F, 0xBB, 0xD8), I("BTC r64, r64", BTC, 64, 8, 0x48, 0x0F, 0xBB, 0xD8),
    I("BSWAP r16", BSWAP, 64, 2, 0x66, 0x0F, 0xC8),
    I("DAA", DAA, 32, 1, 0x27), I("DAS", DAS, 32, 1, 0x2F), I("AAA", AAA, 32, 2, 0x37), I("AAS", AAS, 32, 2, 0x3F),
    I("AAM 10", AAM, 32, 2, 0xD4, 10), I("AAM 7", AAM, 32, 2, 0xD4, 7), I("AAD 10", AAD, 32, 2, 0xD5, 10), I("AAD 77", AAD, 32, 2, 0xD5, 77)};
// clang-format on

struct Values {
  uint64_t a, b;    /* destination and source, of the operand size */
  unsigned count;
  uint32_t flags;
  uint64_t high;    /* RDX */
};

struct Prediction {
  uint32_t flags;
  uint64_t result;  /* of the destination, operand size */
  bool knowsResult;
};

static bool bit(uint64_t v, int n) { return v >> n & 1; }
static uint32_t flag(uint32_t f, bool set) { return set ? f : 0; }
static uint32_t parity(uint64_t v) { return flag(PF_, !(__builtin_popcount((uint8_t) v) & 1)); }

static uint32_t signZeroParity(uint64_t v, int bits) {
  return flag(SF_, bit(v, bits - 1)) | flag(ZF_, v == 0) | parity(v);
}

static uint64_t masked(uint64_t v, int bits) { return bits == 64 ? v : v & ((1ull << bits) - 1); }

/* OF of every shift or rotate: the sign changed in the last step, had the steps been single ones. */
static uint32_t leftOverflow(uint64_t result, bool carry, int bits) { return flag(OF_, bit(result, bits - 1) ^ carry); }
static uint32_t rightOverflow(uint64_t result, int bits) { return flag(OF_, bit(result, bits - 1) ^ bit(result, bits - 2)); }

static struct Prediction shift(enum Operation operation, int bits, struct Values v) {
  unsigned count = v.count & (bits == 64 ? 63 : 31);
  struct Prediction p = {v.flags, v.a, true};
  bool carry = false;
  uint64_t r = v.a;
  if (count == 0) return p;
  for (unsigned i = 0; i < count; i++) {
    if (operation == SHL) carry = bit(r, bits - 1), r = masked(r << 1, bits);
    else carry = bit(r, 0), r = r >> 1 | (operation == SAR ? r & 1ull << (bits - 1) : 0);
  }
  p.result = r;
  p.flags = flag(CF_, carry) | AF_ | signZeroParity(r, bits);
  p.flags |= operation == SHL ? leftOverflow(r, carry, bits) : rightOverflow(r, bits);
  return p;
}

static struct Prediction rotate(enum Operation operation, int bits, struct Values v) {
  unsigned count = v.count & (bits == 64 ? 63 : 31);
  struct Prediction p = {v.flags, v.a, true};
  bool carry = v.flags & CF_;
  uint64_t r = v.a, top = 1ull << (bits - 1);
  if (count == 0) return p;
  for (unsigned i = 0; i < count; i++) {
    bool out = operation == ROL || operation == RCL ? bit(r, bits - 1) : bit(r, 0);
    bool in = operation == ROL || operation == ROR ? out : carry;
    r = operation == ROL || operation == RCL ? masked(r << 1, bits) | in : r >> 1 | (in ? top : 0);
    carry = out;
  }
  p.result = r;
  p.flags = (v.flags & ~(uint32_t) (CF_ | OF_)) | flag(CF_, carry);
  p.flags |= operation == ROL || operation == RCL ? leftOverflow(r, carry, bits) : rightOverflow(r, bits);
  return p;
}

static struct Prediction doubleShift(enum Operation operation, int bits, struct Values v) {
  unsigned count = v.count & (bits == 64 ? 63 : 31), size = (unsigned) bits;
  struct Prediction p = {v.flags, v.a, true};
  if (count == 0) return p;
  bool carry = false, overflow;
  uint64_t r;
  if (operation == SHLD) {
    carry = count <= size && bit(v.a, (int) (size - count));
    unsigned n = count % size;
    r = count < size ? v.a << n | v.b >> (size - n) : n ? v.b << n | v.b >> (size - n) : v.b;
    overflow = carry ^ (count < size && bit(v.a << count, bits - 1));
  } else {
    carry = count <= size && bit(v.a, (int) count - 1);
    unsigned n = count % size;
    r = count < size ? v.a >> n | v.b << (size - n) : n ? v.b >> n | v.b << (size - n) : v.b;
    overflow = bit(r, bits - 1) ^ bit(r, bits - 2);
  }
  p.result = masked(r, bits);
  p.flags = flag(CF_, carry) | flag(OF_, overflow) | AF_ | signZeroParity(p.result, bits);
  return p;
}

static int64_t signedValue(uint64_t v, int bits) { return (int64_t) (v << (64 - bits)) >> (64 - bits); }

static struct Prediction multiply(enum Operation operation, int bits, struct Values v) {
  bool fits;
  uint64_t low;
  if (operation == MUL) {
    unsigned __int128 product = (unsigned __int128) v.a * v.b;
    low = masked((uint64_t) product, bits);
    fits = product == low;
  } else {
    __int128 product = (__int128) signedValue(v.a, bits) * signedValue(v.b, bits);
    low = masked((uint64_t) product, bits);
    fits = product == signedValue(low, bits);
  }
  uint32_t flags = (v.flags & ~(uint32_t) (CF_ | OF_)) | (fits ? 0 : CF_ | OF_);
  return (struct Prediction) {flags, low, true};
}

static struct Prediction scan(enum Operation operation, int bits, struct Values v) {
  uint64_t index = 0;
  bool zero = v.b == 0;
  if (operation == BSF || operation == TZCNT) index = zero ? (unsigned) bits : (unsigned) __builtin_ctzll(v.b);
  else index = zero ? 0 : 63u - (unsigned) __builtin_clzll(v.b);
  if (operation == LZCNT) index = zero ? (unsigned) bits : (unsigned) bits - 1 - index;
  if (operation == TZCNT || operation == LZCNT) {
    uint32_t flags = (v.flags & OF_) | flag(CF_, zero) | flag(ZF_, index == 0);
    return (struct Prediction) {flags, index, true};
  }
  uint32_t flags = zero ? ZF_ | PF_ : parity(index);
  return (struct Prediction) {flags, zero ? v.a : index, true};
}

static struct Prediction decimalAdd(enum Operation operation, struct Values v) {
  uint8_t al = (uint8_t) v.a, correction = 0;
  uint32_t flags = 0;
  if ((al & 15) > 9 || v.flags & AF_) correction = 6, flags |= AF_;
  if (al > 0x99 || v.flags & CF_) correction += 0x60, flags |= CF_;
  if (operation == DAS && flags & AF_ && al < 6) flags |= CF_;
  uint8_t r = operation == DAA ? (uint8_t) (al + correction) : (uint8_t) (al - correction);
  bool overflow = operation == DAA ? bit((al ^ r) & (correction ^ r), 7) : bit((al ^ correction) & (al ^ r), 7);
  return (struct Prediction) {flags | flag(OF_, overflow) | signZeroParity(r, 8), r, true};
}

/* AAA and AAS add 106h to AX, set the flags by that sum, and then clear the high half of AL. */
static struct Prediction asciiAdd(enum Operation operation, struct Values v) {
  uint16_t ax = (uint16_t) v.a;
  bool adjust = (ax & 15) > 9 || v.flags & AF_;
  uint16_t by = adjust ? 0x106 : 0;
  uint16_t r = operation == AAA ? (uint16_t) (ax + by) : (uint16_t) (ax - by);
  bool overflow = operation == AAA ? bit((uint64_t) ((ax ^ r) & (by ^ r)), 15) : bit((uint64_t) ((ax ^ by) & (ax ^ r)), 15);
  return (struct Prediction) {flag(CF_ | AF_, adjust) | flag(OF_, overflow) | signZeroParity(r, 16), r & 0xFF0Fu, true};
}

/* AAD is an 8-bit ADD of AL and AH * n. */
static struct Prediction asciiDivide(uint8_t n, struct Values v) {
  uint8_t al = (uint8_t) v.a, add = (uint8_t) ((v.a >> 8) * n), r = (uint8_t) (al + add);
  uint32_t flags = flag(CF_, r < al) | flag(AF_, bit(al ^ add ^ r, 4)) | flag(OF_, bit((al ^ r) & (add ^ r), 7));
  return (struct Prediction) {flags | signZeroParity(r, 8), r, true};
}

static struct Prediction predict(const struct Instruction *i, struct Values v) {
  int bits = i->size * 8;
  switch (i->operation) {
    case AND: return (struct Prediction) {signZeroParity(v.a & v.b, bits), v.a & v.b, true};
    case SHL: case SHR: case SAR: return shift(i->operation, bits, v);
    case ROL: case ROR: case RCL: case RCR: return rotate(i->operation, bits, v);
    case SHLD: case SHRD: return doubleShift(i->operation, bits, v);
    case MUL: case IMUL: case IMUL2: return multiply(i->operation, bits, v);
    case DIV: case IDIV: return (struct Prediction) {(v.flags & (CF_ | OF_)) | AF_, 0, false};
    case BSF: case BSR: case TZCNT: case LZCNT: return scan(i->operation, bits, v);
    case POPCNT: return (struct Prediction) {flag(ZF_, v.b == 0), (unsigned) __builtin_popcountll(v.b), true};
    case BT: case BTC: {
      uint64_t m = 1ull << (v.b & (unsigned) (bits - 1));
      return (struct Prediction) {(v.flags & ~(uint32_t) CF_) | flag(CF_, v.a & m), i->operation == BTC ? v.a ^ m : v.a, true};
    }
    case BSWAP: return (struct Prediction) {v.flags, 0, true};
    case DAA: case DAS: return decimalAdd(i->operation, v);
    case AAA: case AAS: return asciiAdd(i->operation, v);
    case AAM: {
      uint8_t al = (uint8_t) v.a, n = i->code[1];
      return (struct Prediction) {signZeroParity(al % n, 8), (uint64_t) (al / n << 8 | al % n), true};
    }
    case AAD: return asciiDivide(i->code[1], v);
  }
  return (struct Prediction) {0};
}

static struct Values aValue(const struct Instruction *i, struct Case *c) {
  int bits = i->size * 8;
  struct Values v = {masked(anyInteger(i->size), bits), masked(anyInteger(i->size), bits), below(256), 0, 0};
  if (one(6) && i->operation >= BSF && i->operation <= POPCNT) v.b = 0;
  if (i->operation >= DAA && one(3)) v.a = masked((rnd() & 0xFF00) | below(32), bits);
  if (i->operation >= DAA && one(8)) v.a = masked((rnd() & 0xFF) | (one(2) ? 0x7F00u : 0xFF00u), bits);
  if ((i->operation == DIV || i->operation == IDIV) && i->size == 1) c->before.gpr[RAX] = (uint16_t) (rnd() >> below(64));
  if (i->operation == DIV || i->operation == IDIV) c->before.gpr[RDX] = one(2) ? 0 : rnd() >> below(64);
  uint64_t *ax = &c->before.gpr[RAX], *bx = &c->before.gpr[RBX];
  if (!(i->size == 1 && (i->operation == DIV || i->operation == IDIV))) *ax = (*ax - masked(*ax, bits)) | v.a;
  *bx = (*bx - masked(*bx, bits)) | v.b;
  c->before.gpr[RCX] = (c->before.gpr[RCX] & ~0xFFull) | v.count;
  v.flags = c->before.flags & FLAGS_ARITHMETIC;
  return v;
}

/* What is left of the destination register beyond the operand. */
static uint64_t wholeRegister(const struct Instruction *i, uint64_t before, struct Prediction p, struct Values v) {
  bool untouched = (i->operation == BSF || i->operation == BSR) && v.b == 0;
  if (untouched) return before;
  if (i->mode == 32 && i->operation >= AAA) return (before & ~0xFFFFull) | p.result;
  if (i->size == 4 && i->operation != BT) return p.result;
  return (before - masked(before, i->size * 8)) | p.result;
}

static bool check(const struct Instruction *i, int times) {
  int wrong = 0, n = 0;
  for (int k = 0; k < times; k++) {
    struct Case c = {.mode = i->mode, .seed = rnd(), .length = i->length, .instructions = 1};
    struct Outcome o;
    memcpy(c.code, i->code, (size_t) i->length);
    engineDefaults(&c.before, i->mode, c.seed);
    struct Values v = aValue(i, &c);
    engineRun(&c, &o);
    if (o.vector >= 0) continue;
    n++;
    struct Prediction p = predict(i, v);
    bool wide = i->operation == MUL || i->operation == IMUL;
    bool same = !p.knowsResult || (wide ? masked(o.after.gpr[RAX], i->size * 8) == p.result
                                        : o.after.gpr[RAX] == wholeRegister(i, c.before.gpr[RAX], p, v));
    if ((o.after.flags & FLAGS_ARITHMETIC) == p.flags && same) continue;
    if (wrong++ < 2)
      printf("  a=%lX b=%lX count=%u flags=%X: flags %X, not %X; rax %lX, not %lX\n", v.a, v.b, v.count, v.flags,
             o.after.flags & FLAGS_ARITHMETIC, p.flags, o.after.gpr[RAX], p.result);
  }
  printf("%-14s %5d of %5d as predicted\n", i->name, n - wrong, n);
  return wrong == 0;
}

int main(void) {
  bool all = true;
  engineStart();
  rndSeed(1);
  for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++) all &= check(&instructions[i], 20000);
  return all ? 0 : 1;
}
