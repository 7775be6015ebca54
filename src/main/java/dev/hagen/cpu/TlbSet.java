package dev.hagen.cpu;

/**
 * The software TLB for one privilege: an array for each kind of access.
 *
 * <p>There is one for supervisors, which holds the global pages of all address spaces and what else supervisors have used
 * in the current one; one for supervisors with EFLAGS.AC set under SMAP, likewise; and one for the user of each address
 * space.
 */
public final class TlbSet {
  public static final int READ = 0;
  public static final int WRITE = 1;
  public static final int EXECUTE = 2;
  public static final int SUPERVISOR = 0;
  public static final int USER = 1;
  public static final int SUPERVISOR_AC = 2;
  /** How many privileges there are. */
  public static final int PRIVILEGES = 3;

  private final TlbArray[] arrays = {new TlbArray(), new TlbArray(), new TlbArray()};
  /** The pairs of the array for reading, see {@link TlbArray#entries}; then those of the others. */
  final long[] readEntries = arrays[READ].entries;
  final long[] writeEntries = arrays[WRITE].entries;
  final long[] executeEntries = arrays[EXECUTE].entries;
  /** The pages of which {@link #epoch} tells. */
  public final PageFilter executed = new PageFilter();
  /**
   * As long as this number stays, whatever was translated for execution translates to the same; also when an address
   * space is left and entered again. No two sets ever have the same number.
   */
  public long epoch;
  /** The process-context identifier and the page tables of the address space, if this is one's. */
  public int pcid;
  public long root;
  /** Where the set is in {@link CpuState#addressSpaces}, if it is an address space's. */
  public int slot;
  /** When the address space was entered last; a later time is a higher number. */
  public long entered;
  /** Something global is or was here. */
  public boolean hasGlobal;
  /** Something was executed here that is not global. */
  public boolean executesLocal;

  /** The array for a kind of access. */
  public TlbArray array(int kind) {
    return arrays[kind];
  }

  /** Forgets the page of {@code linear}. */
  public void drop(long linear) {
    arrays[READ].drop(linear);
    arrays[WRITE].drop(linear);
    arrays[EXECUTE].drop(linear);
  }

  /** Forgets the page of {@code linear} if it is global. */
  public void dropGlobal(long linear) {
    arrays[READ].dropGlobal(linear);
    arrays[WRITE].dropGlobal(linear);
    arrays[EXECUTE].dropGlobal(linear);
  }

  /** Forgets all pieces of a large page. */
  public void dropLarge(long linear, int sizeBits) {
    arrays[READ].dropLarge(linear, sizeBits);
    arrays[WRITE].dropLarge(linear, sizeBits);
    arrays[EXECUTE].dropLarge(linear, sizeBits);
  }

  /** Forgets the pages that are not global of the 2 to the power of {@code sizeBits} bytes around {@code linear}. */
  public void dropLocal(long linear, int sizeBits) {
    arrays[READ].dropLocal(linear, sizeBits);
    arrays[WRITE].dropLocal(linear, sizeBits);
    arrays[EXECUTE].dropLocal(linear, sizeBits);
  }

  /** Forgets all pages that are not global. */
  public void dropLocal() {
    arrays[READ].dropLocal();
    arrays[WRITE].dropLocal();
    arrays[EXECUTE].dropLocal();
  }

  /** Forgets everything. */
  public void clear() {
    arrays[READ].clear();
    arrays[WRITE].clear();
    arrays[EXECUTE].clear();
    executed.clear();
    hasGlobal = false;
    executesLocal = false;
  }
}
