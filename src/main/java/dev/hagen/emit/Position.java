package dev.hagen.emit;

import dev.hagen.region.RegionBlock;
import org.jspecify.annotations.Nullable;

/**
 * A place where emission has been, before an instruction, and what was known there: emission can go on from it once more.
 *
 * @param index the number of the instruction in its block
 * @param at its distance from the region's head
 * @param before how many of its block came before it uncounted
 * @param dirty the registers whose value the state does not have, as {@link Slots}
 * @param windows what was known to lie in the remembered pages around RSP and RBP
 */
record Position(RegionBlock block, int index, long at, int before, FlagEmitter.State flags, long dirty,
    NormalHalves.Known normal, OperandEmitter.Low low, @Nullable StackWindow[] windows) {}
