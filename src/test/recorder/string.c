#include "family.h"

const struct Family stringFamilies[] = {{0}};
