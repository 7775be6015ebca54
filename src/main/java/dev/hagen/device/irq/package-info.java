/** Interrupt controllers: the pair of 8259A, the I/O APIC, local APICs and the bus between them. */
@NullMarked
package dev.hagen.device.irq;

import org.jspecify.annotations.NullMarked;
