/** Runs decoded blocks: operand access, dispatch, block cache, heat. */
@NullMarked
package dev.hagen.interpret;

import org.jspecify.annotations.NullMarked;
