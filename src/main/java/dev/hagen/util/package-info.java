/** Bits, sizes and hexadecimal text: what every other package uses and that knows nothing of x86. */
@NullMarked
package dev.hagen.util;

import org.jspecify.annotations.NullMarked;
