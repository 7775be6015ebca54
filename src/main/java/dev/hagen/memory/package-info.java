/** Guest memory on the host: raw memory, the guest-physical address map. */
@NullMarked
package dev.hagen.memory;

import org.jspecify.annotations.NullMarked;
