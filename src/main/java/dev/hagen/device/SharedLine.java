package dev.hagen.device;

/**
 * A wired-OR of interrupt lines: the target is asserted while at least one source is. Up to 64 sources.
 *
 * <p>PCI interrupt lines and the gate of address line 20 are shared in this way.
 */
public final class SharedLine {
  private final IrqLine target;
  private long asserted;
  private int sources;

  /** A shared line without sources. */
  public SharedLine(IrqLine target) {
    this.target = target;
  }

  /** A new source of this line, not asserted. */
  public IrqLine source() {
    if (sources == Long.SIZE) {
      throw new IllegalStateException("too many sources on one interrupt line");
    }
    long bit = 1L << sources++;
    return level -> set(bit, level);
  }

  private void set(long bit, boolean level) {
    long before = asserted;
    asserted = level ? before | bit : before & ~bit;
    if ((before != 0) != (asserted != 0)) {
      target.set(asserted != 0);
    }
  }
}
