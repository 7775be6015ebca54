/** The PCI bus, its host bridge and its ISA bridge. */
@NullMarked
package dev.hagen.device.pci;

import org.jspecify.annotations.NullMarked;
