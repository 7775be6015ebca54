/** Clocks and timers: 8254, MC146818, HPET, ACPI power-management timer. */
@NullMarked
package dev.hagen.device.timer;

import org.jspecify.annotations.NullMarked;
