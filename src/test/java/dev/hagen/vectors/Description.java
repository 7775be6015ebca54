package dev.hagen.vectors;

import java.util.HexFormat;
import java.util.StringJoiner;

/** A {@link VectorCase} in words: code, inputs, and the expected differences from them. */
final class Description {
  private static final String[] GPR = {
    "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
  };
  private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};
  private static final int[] FLAG_BITS = {0, 2, 4, 6, 7, 8, 9, 10, 11, 14, 18, 21};
  private static final String[] FLAG_NAMES = {
    "CF", "PF", "AF", "ZF", "SF", "TF", "IF", "DF", "OF", "NT", "AC", "ID"
  };

  private final VectorCase vector;

  Description(VectorCase vector) {
    this.vector = vector;
  }

  @Override
  public String toString() {
    Registers defaults = Registers.defaults(vector.mode(), 0);
    HexFormat hex = HexFormat.ofDelimiter(" ").withUpperCase();
    StringBuilder text = new StringBuilder();
    text.append("case %d, %d-bit: %s".formatted(vector.index(), vector.mode().bits(), hex.formatHex(vector.code())));
    text.append(" at %X%n".formatted(vector.address()));
    text.append("  before: ").append(inputs(defaults)).append('\n');
    vector.memoryBefore().forEach(m -> text.append("  before: ").append(m).append('\n'));
    text.append("  after:  ").append(vector.fault().map(f -> f + " ").orElse(""));
    text.append(changes()).append('\n');
    vector.memoryAfter().forEach(m -> text.append("  after:  ").append(m).append('\n'));
    return text.toString();
  }

  /** All general registers and flags, and the rest where it differs from its default. */
  private String inputs(Registers defaults) {
    Registers r = vector.before();
    StringJoiner text = new StringJoiner(" ");
    for (int i = 0; i < r.gpr().length; i++) {
      text.add(gprName(i) + "=%X".formatted(r.gpr()[i]));
    }
    text.add(flags(r.rflags()));
    addOthers(text, defaults, r);
    if (mayUseXmm()) {
      addXmm(text, new long[r.xmm().length], r.xmm());
    }
    return text.toString();
  }

  /** All instructions that know XMM registers have the escape byte 0F. */
  private boolean mayUseXmm() {
    for (byte b : vector.code()) {
      if (b == 0x0F) {
        return true;
      }
    }
    return false;
  }

  private String changes() {
    Registers from = vector.before();
    Registers to = vector.after();
    StringJoiner text = new StringJoiner(" ");
    for (int i = 0; i < to.gpr().length; i++) {
      if (from.gpr()[i] != to.gpr()[i]) {
        text.add(gprName(i) + "=%X".formatted(to.gpr()[i]));
      }
    }
    text.add("%s=%X".formatted(vector.mode() == Mode.BITS_64 ? "rip" : "eip", to.rip()));
    text.add(flags(to.rflags()));
    addOthers(text, from, to);
    addXmm(text, from.xmm(), to.xmm());
    return text.toString();
  }

  private void addOthers(StringJoiner text, Registers from, Registers to) {
    for (int i = 0; i < SEGMENTS.length; i++) {
      add(text, SEGMENTS[i], from.selectors()[i], to.selectors()[i]);
    }
    add(text, "fsbase", from.fsBase(), to.fsBase());
    add(text, "gsbase", from.gsBase(), to.gsBase());
    add(text, "mxcsr", from.mxcsr(), to.mxcsr());
    Registers.X87 a = from.x87();
    Registers.X87 b = to.x87();
    add(text, "fcw", a.control(), b.control());
    add(text, "fsw", a.status(), b.status());
    add(text, "ftw", a.tags(), b.tags());
    add(text, "fop", a.opcode(), b.opcode());
    add(text, "fip", a.ip(), b.ip());
    add(text, "fdp", a.dp(), b.dp());
    for (int i = 0; i < 8; i++) {
      if (a.mantissas()[i] != b.mantissas()[i] || a.exponents()[i] != b.exponents()[i]) {
        text.add("R%d=%04X:%016X".formatted(i, b.exponents()[i], b.mantissas()[i]));
      }
    }
  }

  private static void addXmm(StringJoiner text, long[] from, long[] to) {
    for (int i = 0; i < to.length; i += 2) {
      if (from[i] != to[i] || from[i + 1] != to[i + 1]) {
        text.add("xmm%d=%016X_%016X".formatted(i / 2, to[i + 1], to[i]));
      }
    }
  }

  private static void add(StringJoiner text, String name, long from, long to) {
    if (from != to) {
      text.add(name + "=%X".formatted(to));
    }
  }

  private String gprName(int i) {
    return i >= 8 ? GPR[i] : (vector.mode() == Mode.BITS_64 ? "r" : "e") + GPR[i];
  }

  private static String flags(int rflags) {
    StringJoiner text = new StringJoiner(",", "flags=", "");
    for (int i = 0; i < FLAG_BITS.length; i++) {
      if ((rflags >> FLAG_BITS[i] & 1) != 0 && FLAG_BITS[i] != 9) {
        text.add(FLAG_NAMES[i]);
      }
    }
    return text.toString();
  }
}
