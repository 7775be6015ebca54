#include "vector.h"
#include <cpuid.h>
#include <stdlib.h>
#include <string.h>

enum Tag {
  END = 0x00, GPR = 0x10, RIP = 0x20, FLAGS = 0x21, MXCSR = 0x22, FS_BASE = 0x23, GS_BASE = 0x24, SELECTOR = 0x28,
  XMM = 0x30, X87 = 0x40, FCW = 0x50, FSW = 0x51, FTW = 0x52, FOP = 0x53, FIP = 0x54, FDP = 0x55,
  MEMORY = 0x60, FAULT = 0x70
};

static void put(struct Writer *w, const void *bytes, size_t n) {
  if (w->size + n > w->capacity) {
    w->capacity = (w->size + n) * 2;
    w->bytes = realloc(w->bytes, w->capacity);
    if (!w->bytes) abort();
  }
  memcpy(w->bytes + w->size, bytes, n);
  w->size += n;
}

static void putInt(struct Writer *w, uint64_t v, size_t n) { put(w, &v, n); }

static void putItem(struct Writer *w, int tag, uint64_t v, size_t n) {
  putInt(w, (uint64_t) tag, 1);
  putInt(w, v, n);
}

static void putDifference(struct Writer *w, int tag, uint64_t from, uint64_t to, size_t n) {
  if (from != to) putItem(w, tag, to, n);
}

static void putX87(struct Writer *w, const struct State *from, const struct State *to) {
  putDifference(w, FCW, from->fcw, to->fcw, 2);
  putDifference(w, FSW, from->fsw, to->fsw, 2);
  putDifference(w, FTW, from->ftw, to->ftw, 1);
  putDifference(w, FOP, from->fop, to->fop, 2);
  putDifference(w, FIP, from->fip, to->fip, 8);
  putDifference(w, FDP, from->fdp, to->fdp, 8);
  for (int i = 0; i < 8; i++)
    if (from->x87[i].mantissa != to->x87[i].mantissa || from->x87[i].exponent != to->x87[i].exponent) {
      putItem(w, X87 + i, to->x87[i].mantissa, 8);
      putInt(w, to->x87[i].exponent, 2);
    }
}

static void putState(struct Writer *w, const struct State *from, const struct State *to) {
  size_t word = w->mode == 64 ? 8 : 4;
  for (int i = 0; i < 16; i++) putDifference(w, GPR + i, from->gpr[i], to->gpr[i], word);
  putDifference(w, RIP, from->rip, to->rip, word);
  putDifference(w, FLAGS, from->flags, to->flags, 4);
  putDifference(w, MXCSR, from->mxcsr, to->mxcsr, 4);
  putDifference(w, FS_BASE, from->fsBase, to->fsBase, 8);
  putDifference(w, GS_BASE, from->gsBase, to->gsBase, 8);
  for (int i = 0; i < 6; i++) putDifference(w, SELECTOR + i, from->selector[i], to->selector[i], 2);
  for (int i = 0; i < 16; i++)
    if (memcmp(from->xmm[i], to->xmm[i], 16)) {
      putInt(w, (uint64_t) (XMM + i), 1);
      put(w, to->xmm[i], 16);
    }
  putX87(w, from, to);
}

static void putMemory(struct Writer *w, const struct Patch *patch, int n) {
  for (int i = 0; i < n; i++) {
    putItem(w, MEMORY, patch[i].address, 4);
    putInt(w, patch[i].length, 2);
    put(w, patch[i].bytes, patch[i].length);
  }
}

static void putString(struct Writer *w, const char *s) {
  putInt(w, strlen(s), 1);
  put(w, s, strlen(s));
}

static void describeProcessor(char *to, size_t n) {
  uint32_t a, b, c, d;
  char vendor[13] = {0};
  __cpuid(0, a, b, c, d);
  memcpy(vendor, &b, 4);
  memcpy(vendor + 4, &d, 4);
  memcpy(vendor + 8, &c, 4);
  __cpuid(1, a, b, c, d);
  unsigned family = (a >> 8 & 15) + ((a >> 8 & 15) == 15 ? a >> 20 & 255 : 0);
  unsigned model = (a >> 4 & 15) | (a >> 12 & 0xF0);
  snprintf(to, n, "%s family %02Xh model %02Xh stepping %u", vendor, family, model, a & 15);
}

#define COUNT_AT 12

void writerOpen(struct Writer *w, const char *path, int mode, const char *group, uint64_t seed) {
  char processor[80];
  memset(w, 0, sizeof *w);
  w->path = path;
  w->mode = mode;
  w->seed = w->last = seed;
  describeProcessor(processor, sizeof processor);
  put(w, "HAGENVEC", 8);
  putInt(w, 1, 1); /* version */
  putInt(w, (uint64_t) mode, 1);
  putInt(w, 0, 2);
  putInt(w, 0, 4); /* count, at COUNT_AT */
  putInt(w, seed, 8);
  putString(w, group);
  putString(w, processor);
}

void writerAdd(struct Writer *w, const struct Case *c, const struct Outcome *o) {
  struct State expected;
  engineDefaults(&expected, c->mode, c->seed);
  putInt(w, c->seed - w->last, 2);
  w->last = c->seed;
  putInt(w, (uint64_t) c->instructions, 1);
  putInt(w, (uint64_t) c->length, 1);
  put(w, c->code, (size_t) c->length);
  putState(w, &expected, &c->before);
  putMemory(w, c->patch, c->patches);
  putInt(w, END, 1);
  expected = c->before;
  if (o->vector < 0) expected.rip += (uint64_t) c->length;
  putState(w, &expected, &o->after);
  putMemory(w, o->patch, o->patches);
  if (o->vector >= 0) {
    putItem(w, FAULT, (uint64_t) o->vector, 1);
    putInt(w, o->error, 4);
    putInt(w, o->cr2, 8);
  }
  putInt(w, END, 1);
  w->count++;
}

void writerClose(struct Writer *w) {
  char command[1024];
  memcpy(w->bytes + COUNT_AT, &w->count, 4);
  snprintf(command, sizeof command, "gzip -9n > '%s'", w->path);
  FILE *pipe = popen(command, "w");
  if (!pipe || fwrite(w->bytes, 1, w->size, pipe) != w->size || pclose(pipe)) {
    perror(w->path);
    exit(1);
  }
  free(w->bytes);
}
