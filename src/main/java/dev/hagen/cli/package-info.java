/** Commands; the only place that prints. */
@NullMarked
package dev.hagen.cli;

import org.jspecify.annotations.NullMarked;
