/** The translation cache: hot code on its way through regions and classes to units. */
@NullMarked
package dev.hagen.cache;

import org.jspecify.annotations.NullMarked;
