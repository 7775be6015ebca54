package dev.hagen.cpu;

/**
 * Where the entries of a software TLB lie in {@link CpuState#tlb}.
 *
 * <p>Twelve direct-mapped arrays of {@link #ENTRIES} entries follow each other: for each kind of access (read, write,
 * execute) one for supervisor, one for user, one for supervisor accesses with EFLAGS.AC set under SMAP, and one that
 * stays empty: with alignment checks or data breakpoints on, every access must take the slow path. An entry is two
 * longs: the tag (the linear address of the page, or {@link #EMPTY}) and the addend that turns a linear address into an
 * offset in host memory.
 */
public final class TlbLayout {
  public static final int ENTRIES = 512;
  public static final int READ = 0;
  public static final int WRITE = 1;
  public static final int EXECUTE = 2;
  public static final int SUPERVISOR = 0;
  public static final int USER = 1;
  public static final int SUPERVISOR_AC = 2;
  /** The privilege whose arrays are never filled. */
  public static final int CHECKED = 3;
  /** Longs in a whole TLB. */
  public static final int LENGTH = 3 * 4 * ENTRIES * 2;
  /** A tag that no address matches. */
  public static final long EMPTY = -1;
  public static final long PAGE_MASK = ~0xFFFL;

  private TlbLayout() {}

  /** Index of the first entry's tag for a kind of access at a privilege. */
  public static int first(int kind, int privilege) {
    return (kind * 4 + privilege) * (ENTRIES * 2);
  }

  /** Distance of the entry for {@code linear} from the first one, in longs. */
  public static int entry(long linear) {
    return ((int) (linear >>> 12) & (ENTRIES - 1)) << 1;
  }
}
