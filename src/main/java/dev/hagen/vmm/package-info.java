/** Run loop of a virtual processor, VM exits, privileged operations. */
@NullMarked
package dev.hagen.vmm;

import org.jspecify.annotations.NullMarked;
