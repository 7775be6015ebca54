package dev.hagen.decode;

/** Names of general and segment registers. */
final class RegisterName {
  private static final String[] WORDS = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
  private static final String[] BYTES = {"al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"};
  private static final String[] BYTES_WITH_REX = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
  private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};

  private RegisterName() {}

  /**
   * The name of the low {@code size} bytes of general register {@code number} as encoded: without REX, byte registers 4
   * to 7 are the high ones.
   */
  static String of(int number, int size, boolean rex) {
    if (number >= 8) {
      return "r" + number + switch (size) {
        case 1 -> "b";
        case 2 -> "w";
        case 4 -> "d";
        default -> "";
      };
    }
    return switch (size) {
      case 1 -> (rex ? BYTES_WITH_REX : BYTES)[number];
      case 2 -> WORDS[number];
      case 4 -> "e" + WORDS[number];
      default -> "r" + WORDS[number];
    };
  }

  static String segment(int number) {
    return SEGMENTS[number];
  }
}
