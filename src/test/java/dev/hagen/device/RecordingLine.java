package dev.hagen.device;

/** A line that remembers its level and counts its rising edges. */
public final class RecordingLine implements IrqLine {
  public boolean level;
  public int edges;

  @Override
  public void set(boolean level) {
    if (level && !this.level) {
      edges++;
    }
    this.level = level;
  }

  /** The edges since the last call. */
  public int takeEdges() {
    int taken = edges;
    edges = 0;
    return taken;
  }
}
