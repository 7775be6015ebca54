/** What the programs run on. */
enum Machine {
  HOST("the host"),
  TCG("QEMU TCG"),
  HAGEN("Hagen");

  private final String title;

  Machine(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
