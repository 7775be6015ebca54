package dev.hagen.device.irq;

/** A processor that only counts what its local APIC drives. */
final class FakeProcessor implements ProcessorLines {
  boolean pending;
  int nmis;
  int inits;
  int smis;
  int startUpPage = -1;
  boolean visible = true;
  long base = LocalApic.DEFAULT_BASE;

  @Override
  public void interrupt(boolean pending) {
    this.pending = pending;
  }

  @Override
  public void nmi() {
    nmis++;
  }

  @Override
  public void init() {
    inits++;
  }

  @Override
  public void startUp(int vector) {
    startUpPage = vector;
  }

  @Override
  public void smi() {
    smis++;
  }

  @Override
  public void mapped(long base, boolean visible) {
    this.base = base;
    this.visible = visible;
  }
}
