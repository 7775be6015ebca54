/** Serial ports. */
@NullMarked
package dev.hagen.device.serial;

import org.jspecify.annotations.NullMarked;
