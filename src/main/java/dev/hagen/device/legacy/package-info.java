/** Small devices at fixed ports: 8237 DMA, port 92h, POST codes, debug console and debug exit. */
@NullMarked
package dev.hagen.device.legacy;

import org.jspecify.annotations.NullMarked;
