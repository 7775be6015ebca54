/** Opcode tables, decoder, decoded instruction, disassembler. */
@NullMarked
package dev.hagen.decode;

import org.jspecify.annotations.NullMarked;
