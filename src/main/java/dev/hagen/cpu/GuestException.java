package dev.hagen.cpu;

import dev.hagen.x86.Vector;

/**
 * A fault of the guest on its way from the instruction that raised it to the code that delivers it.
 *
 * <p>Each {@link CpuState} owns one and throws it again and again: it carries no stack trace and costs no allocation.
 * Raise it through {@link CpuState#raise(int)} and its neighbours.
 */
@SuppressWarnings("serial")
public final class GuestException extends RuntimeException {
  private int vector;
  private int errorCode;
  private long address;

  GuestException() {
    super(null, null, false, false);
  }

  GuestException with(int newVector, int newErrorCode, long newAddress) {
    vector = newVector;
    errorCode = newErrorCode;
    address = newAddress;
    return this;
  }

  /** The exception vector, 0 to 31. */
  public int vector() {
    return vector;
  }

  /** The error code; meaningful if {@link Vector#hasErrorCode} says that the vector has one, else 0. */
  public int errorCode() {
    return errorCode;
  }

  /** The linear address that a page fault reports in CR2; else 0. */
  public long address() {
    return address;
  }

  @Override
  public String getMessage() {
    return "guest exception " + vector + " (error code " + Integer.toHexString(errorCode) + "h, address "
        + Long.toHexString(address) + "h)";
  }
}
