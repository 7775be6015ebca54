/** Device models. They see memory, an interrupt line and a clock, nothing else. */
@NullMarked
package dev.hagen.device;

import org.jspecify.annotations.NullMarked;
