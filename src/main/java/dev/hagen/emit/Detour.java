package dev.hagen.emit;

import org.objectweb.asm.Label;

/**
 * The way around a {@link StackWindow} that does not lie in one page: its instructions once more, behind the blocks, where
 * each access around RSP or RBP asks the TLB for itself. So a frame that lies across two pages costs these questions, and the
 * way through the block is the same with a detour as without.
 *
 * @param last the number in the block of the instruction that accesses the window last: behind it, or if it is a transfer
 *     behind the search for its place, the detour comes back
 * @param start where it begins
 * @param end where it comes back
 */
record Detour(int last, Label start, Label end) {
  Detour(int last) {
    this(last, new Label(), new Label());
  }
}
