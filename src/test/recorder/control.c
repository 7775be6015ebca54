#include "family.h"

const struct Family controlFamilies[] = {{0}};
