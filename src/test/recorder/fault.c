#include "family.h"

const struct Family faultFamilies[] = {{0}};
