/*
 * Records the vectors: recorder DIRECTORY [FILTER]. Files are DIRECTORY/MODE/GROUP.vec; FILTER
 * keeps those whose MODE/GROUP contains it.
 */
#include "family.h"
#include "vector.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool expectAnything, onlyUndefined;

static struct Writer writer;
static uint64_t candidate;
static uint32_t unstable, vectors[32], total;
static const char *warned;

void beginCase(struct Gen *g, int mode) { genBegin(g, mode, ++candidate); }

static void warn(const struct Gen *g, const char *what) {
  if (warned == g->row.text) return;
  warned = g->row.text;
  fprintf(stderr, "%s: %s in %d-bit mode:", g->row.text ? g->row.text : "", what, g->c.mode);
  for (int i = 0; i < g->c.length; i++) fprintf(stderr, " %02X", g->c.code[i]);
  fprintf(stderr, "\n");
}

bool record(struct Gen *g) {
  static struct Outcome first, second;
  engineRun(&g->c, &first);
  engineRun(&g->c, &second);
  if (!first.usable) return false;
  if (memcmp(&first, &second, sizeof first)) {
    unstable++;
    warn(g, "unstable");
    return false;
  }
  if (onlyUndefined && first.vector != 6) return false;
  if (!expectAnything) {
    if (first.vector == 6) warn(g, "#UD");
    if (first.vector < 0 && first.after.rip != g->c.before.rip + (uint64_t) g->c.length) {
      warn(g, "length");
      return false;
    }
  }
  if (first.vector >= 0 && first.vector < 32) vectors[first.vector]++;
  writerAdd(&writer, &g->c, &first);
  return true;
}

void recordRows(int mode, const char *const *rows, int count, Prepare *prepare) {
  for (; *rows; rows++) {
    struct Row row;
    int sizes[3];
    if (!parseRow(*rows, &row)) {
      fprintf(stderr, "cannot read row \"%s\"\n", *rows);
      exit(1);
    }
    if ((mode == 64 && row.n64) || (mode != 64 && row.o64) || (mode == 16 && row.n16)) continue;
    int n = operandSizes(&row, mode, sizes);
    for (int s = 0; s < n; s++)
      for (int i = 0; i < count; i++) {
        struct Gen g;
        beginCase(&g, mode);
        genOperands(&g, &row, sizes[s]);
        if (prepare) prepare(&g);
        if (genEncode(&g)) record(&g);
      }
  }
}

static void report(const char *name) {
  struct stat s;
  printf("%-28s %6u cases %8ld bytes  faults:", name, writer.count, stat(writer.path, &s) ? 0 : (long) s.st_size);
  for (int i = 0; i < 32; i++)
    if (vectors[i]) printf(" %d:%u", i, vectors[i]);
  if (unstable) printf("  unstable: %u", unstable);
  printf("\n");
  fflush(stdout);
}

static void recordFamily(const char *directory, const struct Family *f, int mode) {
  char path[512], name[64];
  uint64_t seed = 0;
  snprintf(name, sizeof name, "%d/%s", mode, f->group);
  snprintf(path, sizeof path, "%s/%s.vec", directory, name);
  for (const char *p = name; *p; p++) seed = mix64(seed + (uint64_t) *p);
  seed &= 0xFFFFFFFF00000000ull;
  candidate = seed;
  rndSeed(seed);
  memset(vectors, 0, sizeof vectors);
  unstable = 0;
  expectAnything = onlyUndefined = false;
  writerOpen(&writer, path, mode, f->group, seed);
  if (f->generate) f->generate(mode);
  else recordRows(mode, f->rows, f->count, f->prepare);
  writerClose(&writer);
  total += writer.count;
  report(name);
}

static const struct Family *const all[] = {integerFamilies, controlFamilies, stringFamilies,
                                           sseFamilies, x87Families, faultFamilies};

int main(int argc, char **argv) {
  static const int modes[3] = {64, 32, 16};
  if (argc < 2) {
    fprintf(stderr, "usage: recorder DIRECTORY [FILTER]\n");
    return 2;
  }
  engineStart();
  for (int m = 0; m < 3; m++) {
    char directory[512];
    snprintf(directory, sizeof directory, "%s/%d", argv[1], modes[m]);
    mkdir(directory, 0777);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
      for (const struct Family *f = all[i]; f->group; f++) {
        char name[64];
        snprintf(name, sizeof name, "%d/%s", modes[m], f->group);
        if ((f->modes & 1 << m) && (argc < 3 || strstr(name, argv[2]))) recordFamily(argv[1], f, modes[m]);
      }
  }
  printf("%u cases\n", total);
  return 0;
}
