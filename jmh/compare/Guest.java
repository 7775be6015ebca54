/** A guest of {@code guest-images/bench}: Debian's architecture and what it is called in tables. */
record Guest(String architecture, int bits) {

  static final Guest BITS_64 = new Guest("amd64", 64);
  static final Guest BITS_32 = new Guest("i386", 32);

  static Guest ofBits(String bits) {
    return switch (bits) {
      case "64" -> BITS_64;
      case "32" -> BITS_32;
      default -> throw new IllegalArgumentException("--bits is a list of 64 and 32, not of " + bits + ".");
    };
  }
}
