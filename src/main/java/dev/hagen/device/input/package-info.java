/** The 8042 keyboard controller with a keyboard and a mouse. */
@NullMarked
package dev.hagen.device.input;

import org.jspecify.annotations.NullMarked;
