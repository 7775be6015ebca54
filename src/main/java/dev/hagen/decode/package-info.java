/**
 * Opcode tables, decoder, decoded instruction, disassembler.
 *
 * <p>An encoding is a {@link dev.hagen.decode.Row} in one of five tables, in the manual's order and letters: opcode,
 * {@link dev.hagen.decode.Op operation}, operand {@link dev.hagen.decode.Form forms}, and what narrows it ({@code slash},
 * {@code memory}, a mandatory prefix, a mode, an {@link dev.hagen.decode.Extension}) or is checked before it executes.
 * {@link dev.hagen.decode.Tables} spreads the rows over an index; {@link dev.hagen.decode.Decoder} reads prefixes and
 * opcode ({@link dev.hagen.decode.InstructionBytes}), looks up the row, and turns its forms into operands ({@link
 * dev.hagen.decode.OperandReader}). {@link dev.hagen.decode.Disassembler} starts from the decoded instruction and knows
 * the tables only through it.
 *
 * <p>A new instruction is a row, a constant of {@link dev.hagen.decode.Op} if its operation is new, and a semantic
 * method.
 */
@NullMarked
package dev.hagen.decode;

import org.jspecify.annotations.NullMarked;
