/** Image formats, boot protocols, ACPI tables. */
@NullMarked
package dev.hagen.boot;

import org.jspecify.annotations.NullMarked;
