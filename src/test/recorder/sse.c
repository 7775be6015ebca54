#include "family.h"

const struct Family sseFamilies[] = {{0}};
