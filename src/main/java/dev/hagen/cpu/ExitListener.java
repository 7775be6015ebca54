package dev.hagen.cpu;

/** Hears of some exits of a virtual processor, on its thread. */
public interface ExitListener {
  /** Nobody listens. */
  ExitListener NONE = new ExitListener() {
    @Override
    public void exit(Counter reason) {}

    @Override
    public void addressSpaceEntered(long cr3, boolean kept) {}
  };

  /** One exit, exception or interrupt in {@link Counters#SAMPLE_PERIOD} has happened; RIP is where the guest goes on. */
  void exit(Counter reason);

  /**
   * Another address space is the current one.
   *
   * @param cr3 the register's new value
   * @param kept whether translations are remembered of the address space and hold
   */
  void addressSpaceEntered(long cr3, boolean kept);

  /**
   * A page has come to be traced since page tables lie in it, or is traced no more.
   *
   * @param physical guest-physical address of the page
   * @param begins whether it is traced from now on
   * @param counter what counts that
   */
  default void pageTraced(long physical, boolean begins, Counter counter) {}
}
