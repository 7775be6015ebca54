package dev.hagen.mmu;

/** The paging modes, and where a {@link PageTableProgram} looks at memory under each. */
enum PagingMode {
  /** Two levels of 1024 entries of four bytes. */
  LEGACY(4, 0),
  /** Four page-directory pointers in registers, and two levels of 512 entries of eight bytes. */
  PAE(8, 0),
  /** Four levels of 512 entries of eight bytes. */
  LONG(8, 510L << 39 | 0xFFFFL << 48);

  /** Bytes of an entry. */
  final int entrySize;
  /** Where the root's own entries can be seen through the entry that leads back to it; 0: there is none. */
  final long window;

  PagingMode(int entrySize, long window) {
    this.entrySize = entrySize;
    this.window = window;
  }
}
