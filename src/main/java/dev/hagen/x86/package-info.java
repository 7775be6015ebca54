/** Constants of the architecture: registers, flags, control registers, model-specific registers, vectors. */
@NullMarked
package dev.hagen.x86;

import org.jspecify.annotations.NullMarked;
