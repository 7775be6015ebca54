/** Regions: the blocks that are translated together, and what analysis knows of them. */
@NullMarked
package dev.hagen.region;

import org.jspecify.annotations.NullMarked;
