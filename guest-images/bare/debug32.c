/* Debugging in 32-bit protected mode. */
#include "shared/debug.h"
