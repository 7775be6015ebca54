package dev.hagen.interpret;

/**
 * A straight run of decoded instructions: it ends at a control transfer, at an instruction after which the run loop must
 * look, at the end of the page, or at a limit.
 */
final class Block {
  /** Guest-physical address of the first byte. */
  final long physical;
  /** The execution context that the bytes were decoded for. */
  final int context;
  final Step[] steps;
  /** Bytes. */
  final int length;
  /**
   * Guest-physical address of the page that the block's last instruction runs into, or {@link #ONE_PAGE}. Only a block
   * of one instruction crosses pages.
   */
  final long secondPage;
  /** No longer what memory holds. */
  boolean retired;
  /** How often the block has been entered. */
  int heat;

  static final long ONE_PAGE = -1;

  Block(long physical, int context, Step[] steps, int length, long secondPage) {
    this.physical = physical;
    this.context = context;
    this.steps = steps;
    this.length = length;
    this.secondPage = secondPage;
  }
}
