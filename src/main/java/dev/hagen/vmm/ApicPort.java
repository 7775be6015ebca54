package dev.hagen.vmm;

import dev.hagen.x86.Msr;

/** What model-specific registers ask of the local APIC. */
public interface ApicPort {
  /** A processor without local APIC. */
  ApicPort NONE = new ApicPort() {
    @Override
    public long apicBase() {
      return 0;
    }

    @Override
    public void setApicBase(long value) {}

    @Override
    public long tscDeadline() {
      return 0;
    }

    @Override
    public void setTscDeadline(long timestamp) {}
  };

  /** The register {@link Msr#APIC_BASE}. */
  long apicBase();

  /** Sets {@link Msr#APIC_BASE}; the value has been checked. */
  void setApicBase(long value);

  /** The time-stamp for which the timer is armed, 0 if it is not (or not in TSC-deadline mode). */
  long tscDeadline();

  /** Arms the timer for a time-stamp of the guest's counter; 0 disarms it. Ignored outside TSC-deadline mode. */
  void setTscDeadline(long timestamp);

  /** The guest's time-stamp counter has jumped: an armed deadline means another moment now. */
  default void timestampMoved() {}

  /** The bit in memory by which the guest may end an interrupt is about to be another one. */
  default void withdrawEndOfInterrupt() {}

  /**
   * Reads an x2APIC register.
   *
   * @param register 0 to FFh, the distance from {@link Msr#X2APIC_FIRST}
   * @return the value, or -1 if there is no such register
   */
  default long readX2(int register) {
    return -1;
  }

  /**
   * Writes an x2APIC register.
   *
   * @return false if there is no such register or it refuses the value
   */
  default boolean writeX2(int register, long value) {
    return false;
  }
}
