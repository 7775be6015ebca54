/* A family is a group of forms that share a vector file. */
#ifndef FAMILY_H
#define FAMILY_H

#include "gen.h"

#define M64 1
#define M32 2
#define M16 4
#define ALL (M64 | M32 | M16)
#define FLAT (M64 | M32)

struct Family {
  const char *group;
  int modes;
  int count;               /* cases of each row and operand size */
  const char *const *rows; /* ended by NULL */
  Prepare *prepare;        /* called with operands chosen, before they are addressed; or NULL */
  void (*generate)(int mode); /* instead of rows */
};

extern const struct Family integerFamilies[], controlFamilies[], stringFamilies[], sseFamilies[], x87Families[],
    faultFamilies[];

/* Cases of the rows for the open file. */
void recordRows(int mode, const char *const *rows, int count, Prepare *prepare);

/* Starts a case for the open file; record() runs it twice and keeps it if both runs agree. */
void beginCase(struct Gen *g, int mode);
bool record(struct Gen *g);
extern bool expectAnything; /* no warning if a case is #UD or ends elsewhere than behind its code */
extern bool onlyUndefined;  /* keep #UD only */

#endif
