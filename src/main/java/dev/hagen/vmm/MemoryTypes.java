package dev.hagen.vmm;

import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Msr;
import java.util.Arrays;

/**
 * MTRRs and PAT (SDM vol. 3A 11.11, 11.12). They keep what the guest writes; memory behaves the same whatever its type.
 */
final class MemoryTypes {
  /** Eight variable ranges, fixed ranges, write combining. */
  static final long CAPABILITY = 0x508;

  private static final int WRITE_BACK = 6;
  private static final long PAT_AFTER_RESET = 0x0007_0406_0007_0406L;
  /** Types 0, 1, 4, 5 and 6. */
  private static final int MTRR_TYPES = 0b0111_0011;
  /** The same and UC- (7). */
  private static final int PAT_TYPES = 0b1111_0011;
  private static final long DEFAULT_TYPE_BITS = 0xCFF;
  /** In the default type: variable and fixed ranges on. */
  private static final long ENABLED = 0xC00;
  /** In a mask: the range counts. */
  private static final long VALID = 0x800;

  private final long addressBits;
  private final long[] variable = new long[16];
  private final long[] fixed = new long[11];
  private long defaultType;
  private long pat;

  MemoryTypes(int physicalBits) {
    addressBits = (1L << physicalBits) - 1 & ~0xFFFL;
    reset();
  }

  void reset() {
    Arrays.fill(variable, 0);
    Arrays.fill(fixed, 0);
    defaultType = 0;
    pat = PAT_AFTER_RESET;
  }

  /** Memory write-back, the VGA window and the devices' hole below 4 GiB uncacheable, as firmware leaves it. */
  void setLikeFirmware() {
    Arrays.fill(fixed, 0x0606_0606_0606_0606L);
    fixed[fixedSlot(Msr.MTRR_FIX_16K_A0000)] = 0;
    long hole = PhysicalMemory.HIGH_BASE - PhysicalMemory.LOW_LIMIT;
    variable[0] = PhysicalMemory.LOW_LIMIT;
    variable[1] = addressBits & -hole | VALID;
    defaultType = ENABLED | WRITE_BACK;
  }

  static boolean has(int index) {
    return index >= Msr.MTRR_BASE0 && index <= Msr.MTRR_MASK7 || fixedSlot(index) >= 0 || index == Msr.PAT
        || index == Msr.MTRR_DEFAULT_TYPE;
  }

  private static int fixedSlot(int index) {
    return switch (index) {
      case Msr.MTRR_FIX_64K -> 0;
      case Msr.MTRR_FIX_16K_80000 -> 1;
      case Msr.MTRR_FIX_16K_A0000 -> 2;
      default -> index >= Msr.MTRR_FIX_4K_C0000 && index <= Msr.MTRR_FIX_4K_F8000
          ? index - Msr.MTRR_FIX_4K_C0000 + 3 : -1;
    };
  }

  long read(int index) {
    if (index == Msr.PAT) {
      return pat;
    }
    if (index == Msr.MTRR_DEFAULT_TYPE) {
      return defaultType;
    }
    int slot = fixedSlot(index);
    return slot >= 0 ? fixed[slot] : variable[index - Msr.MTRR_BASE0];
  }

  /** Writes a register; false if it refuses the value. */
  boolean write(int index, long value) {
    if (index == Msr.PAT) {
      if (!areTypes(value, PAT_TYPES)) {
        return false;
      }
      pat = value;
    } else if (index == Msr.MTRR_DEFAULT_TYPE) {
      if ((value & ~DEFAULT_TYPE_BITS) != 0 || !isType(value, MTRR_TYPES)) {
        return false;
      }
      defaultType = value;
    } else if (fixedSlot(index) >= 0) {
      if (!areTypes(value, MTRR_TYPES)) {
        return false;
      }
      fixed[fixedSlot(index)] = value;
    } else {
      return writeVariable(index - Msr.MTRR_BASE0, value);
    }
    return true;
  }

  private boolean writeVariable(int slot, long value) {
    boolean mask = (slot & 1) != 0;
    long allowed = addressBits | (mask ? VALID : 0xFF);
    if ((value & ~allowed) != 0 || !mask && !isType(value, MTRR_TYPES)) {
      return false;
    }
    variable[slot] = value;
    return true;
  }

  private static boolean isType(long value, int types) {
    int type = (int) value & 0xFF;
    return type < 8 && (types >>> type & 1) != 0;
  }

  private static boolean areTypes(long value, int types) {
    for (int shift = 0; shift < 64; shift += 8) {
      if (!isType(value >>> shift, types)) {
        return false;
      }
    }
    return true;
  }
}
