/* Interrupts in 32-bit protected mode. */
#include "shared/interrupts.h"
