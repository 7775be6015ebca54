/** What tests of several packages share. */
@NullMarked
package dev.hagen.testing;

import org.jspecify.annotations.NullMarked;
