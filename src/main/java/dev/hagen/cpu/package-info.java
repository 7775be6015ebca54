/** Architectural state of one virtual processor, guest exceptions, the CPUID model, calls to the VMM, counters. */
@NullMarked
package dev.hagen.cpu;

import org.jspecify.annotations.NullMarked;
