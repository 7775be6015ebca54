package dev.hagen.x86;

/** Bits of page-table entries (SDM vol. 3A 4.3 to 4.5) and of page-fault error codes (4.7). */
public final class PageEntry {
  public static final long P = 1;
  public static final long W = 1 << 1;
  public static final long U = 1 << 2;
  public static final long A = 1 << 5;
  public static final long D = 1 << 6;
  /** Page size; in an entry of the lowest level this is the PAT bit. */
  public static final long PS = 1 << 7;
  public static final long G = 1 << 8;
  public static final long NX = 1L << 63;

  public static final int FAULT_PROTECTION = 1;
  public static final int FAULT_WRITE = 1 << 1;
  public static final int FAULT_USER = 1 << 2;
  public static final int FAULT_RESERVED = 1 << 3;
  public static final int FAULT_FETCH = 1 << 4;

  /** Bits of a guest-physical address (CPUID 8000_0008h EAX). */
  public static final int PHYSICAL_BITS = 40;
  /** The bits of an entry that hold the address of a 4 KiB page or table. */
  public static final long ADDRESS = (1L << PHYSICAL_BITS) - 1 & ~0xFFFL;
  /** The address bits of an entry above {@link #PHYSICAL_BITS}, which must be zero. */
  public static final long RESERVED_ADDRESS = (1L << 52) - (1L << PHYSICAL_BITS);

  private PageEntry() {}
}
