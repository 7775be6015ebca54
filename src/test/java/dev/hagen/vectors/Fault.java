package dev.hagen.vectors;

/**
 * An exception that a case ended in.
 *
 * @param vector 0 to 31
 * @param errorCode 0 if the vector has none
 * @param cr2 the linear address that a page fault (vector 14) reports, else 0
 */
public record Fault(int vector, int errorCode, long cr2) {
  private static final String[] NAMES = {
    "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "9", "#TS", "#NP", "#SS", "#GP",
    "#PF", "15", "#MF", "#AC", "#MC", "#XM"
  };

  @Override
  public String toString() {
    String name = vector < NAMES.length ? NAMES[vector] : Integer.toString(vector);
    return switch (vector) {
      case 14 -> "%s(%X) at %X".formatted(name, errorCode, cr2);
      case 10, 11, 12, 13, 17 -> "%s(%X)".formatted(name, errorCode);
      default -> name;
    };
  }
}
