#include "family.h"

const struct Family x87Families[] = {{0}};
