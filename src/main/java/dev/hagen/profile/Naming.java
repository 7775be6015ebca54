package dev.hagen.profile;

/** What a sample is named by. */
public enum Naming {
  /** The function of the guest that runs: of its kernel, a module, or a program. */
  FUNCTION("function"),
  /** What the image brings along to start itself, and has no symbols anywhere: a bzImage's decompressor. */
  STAGE("stage"),
  /** The program that runs; it has been stripped, so that it does not name its functions. */
  PROGRAM("program"),
  /** Nothing. */
  NOTHING("unknown");

  private final String spelling;

  Naming(String spelling) {
    this.spelling = spelling;
  }

  /** The name for files. */
  public String spelling() {
    return spelling;
  }
}
