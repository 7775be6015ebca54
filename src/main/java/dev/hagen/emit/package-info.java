/** Turns regions into JVM classes. */
@NullMarked
package dev.hagen.emit;

import org.jspecify.annotations.NullMarked;
