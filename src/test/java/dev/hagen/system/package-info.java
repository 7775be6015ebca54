/** Whole guests, run from the built jar through the launcher as a user runs them; {@code mvn verify} runs these tests. */
@NullMarked
package dev.hagen.system;

import org.jspecify.annotations.NullMarked;
