package dev.hagen.cache;

/**
 * Hears in their order of all things that the policy of a translation cache hears of, so that they can be told to another
 * one. On the processor's thread.
 *
 * <p>A unit that is entered does not come by the cache; it leaves a mark, and the marks are harvested. So a look-up is the use
 * of a unit between two harvests, however often it was entered. It is a <em>hit</em> if the unit was there ({@link #used}), and a
 * <em>miss</em> if it had to be translated ({@link #made}).
 */
public interface LookupListener {
  /** The unit does not count what it retires, since it has retired so much. */
  long MANY = Long.MAX_VALUE;

  /** Hears nothing. */
  LookupListener NONE = new LookupListener() {
    @Override
    public void made(long key, long linear, int weight, long nanos) {}

    @Override
    public void improved(long key, int weight, long nanos) {}

    @Override
    public void used(long key, long instructions) {}

    @Override
    public void gone(long key) {}
  };

  /**
   * A unit has been translated and is about to be added: it had never been there, or had been evicted, or is {@link #gone}.
   *
   * @param key of the code: guest-physical address and execution context
   * @param linear guest-linear address of the code when it was translated
   * @param weight what counts against the cache's maximum, bytes
   * @param nanos what the translation took
   */
  void made(long key, long linear, int weight, long nanos);

  /**
   * A unit that is held has been translated anew, better.
   *
   * @param weight what counts against the maximum from now on
   * @param nanos what that translation took
   */
  void improved(long key, int weight, long nanos);

  /**
   * A unit that is held has been in use since this was last said of it.
   *
   * @param instructions how many it has retired meanwhile, or {@link #MANY}
   */
  void used(long key, long instructions);

  /** The unit with the key is of no use any more, whether it is held or not: its code was written, or another takes its place. */
  void gone(long key);
}
