/** Configuration and wiring of a whole machine; the embedding API. */
@NullMarked
package dev.hagen.machine;

import org.jspecify.annotations.NullMarked;
