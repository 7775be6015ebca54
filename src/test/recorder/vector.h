/* Writes cases in the format that README.md describes. */
#ifndef VECTOR_H
#define VECTOR_H

#include "engine.h"
#include <stdio.h>

struct Writer {
  FILE *pipe;
  const char *path;
  int mode;
  uint64_t seed;     /* of the file */
  uint64_t last;     /* seed of the case written last */
  uint8_t *bytes;
  size_t size, capacity;
  uint32_t count;
};

void writerOpen(struct Writer *w, const char *path, int mode, const char *group, uint64_t seed);
void writerAdd(struct Writer *w, const struct Case *c, const struct Outcome *o);
void writerClose(struct Writer *w);

#endif
