package dev.hagen.decode;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One recorded instruction: what objdump said, and what the decoder and disassembler make of the same bytes.
 *
 * @param code all bytes that objdump took for the instruction, or was shown if it found none
 * @param objdump its text, normalised
 * @param ours the decoded instruction
 * @param text its disassembly, normalised
 */
record ObjdumpCase(byte[] code, String objdump, Instruction ours, String text) {
  private static final Decoder DECODER = new Decoder();
  private static final int LONGEST = 32;

  /** Prefixes that change nothing: objdump prints them in front, the disassembler does not. */
  private static final Pattern REDUNDANT = Pattern.compile("^((data16|data32|addr16|addr32|[cdefgs]s|rex[.WRXB]*|rep|repz|"
      + "repnz|lock|bnd|notrack|xacquire|xrelease) )+(?=.)");
  /** A SIB byte without a base and without an index, but with a scale; objdump shows it, the instruction has lost it. */
  private static final Pattern NO_INDEX = Pattern.compile("(?:([c-gs]s):)?\\[([er])iz\\*\\d([+-])0x([0-9a-f]+)]");

  /** Reads a line of the recording. */
  static ObjdumpCase parse(String line, int mode) {
    int space = line.indexOf(' ');
    byte[] code = HexFormat.of().parseHex(line.substring(0, space));
    return of(code, code.length, line.substring(space + 1), mode);
  }

  private static ObjdumpCase of(byte[] code, int length, String objdump, int mode) {
    byte[] padded = new byte[LONGEST];
    System.arraycopy(code, 0, padded, 0, length);
    Instruction ours = DECODER.decode(padded, 0, LONGEST, mode / 8);
    return new ObjdumpCase(code, normalise(objdump), ours, normalise(Disassembler.text(ours, code.length - length)));
  }

  /** Length and text are the same. */
  boolean isEqual() {
    return text.equals(objdump) && (ours.length() == code.length || ours.op() == Op.INVALID);
  }

  /** Something is known to explain why they are not; then at least the length is the same if there is an instruction. */
  boolean isExplained() {
    for (ObjdumpDifference difference : ObjdumpDifference.values()) {
      if (difference.explains(this)) {
        return ours.op() == Op.INVALID || objdump.equals("(bad)") || ours.length() == code.length;
      }
    }
    return false;
  }

  /** Whether a prefix is among the bytes in front of the opcode. */
  boolean hasPrefix(int prefix) {
    for (byte b : code) {
      if ((b & 0xFF) == prefix) {
        return true;
      }
      if (!isPrefix(b & 0xFF)) {
        return false;
      }
    }
    return false;
  }

  /** Whether the disagreement ends, or is explained, once all prefixes of this value are taken away. */
  boolean isExplainedWithout(int prefix) {
    byte[] rest = new byte[code.length];
    int length = 0;
    boolean inPrefixes = true;
    for (byte b : code) {
      inPrefixes &= isPrefix(b & 0xFF);
      if (!inPrefixes || (b & 0xFF) != prefix) {
        rest[length++] = b;
      }
    }
    ObjdumpCase without = of(rest, length, objdump, 8 * ours.codeSize());
    boolean sameLength = without.ours.length() == length || without.ours.op() == Op.INVALID;
    return sameLength && (without.text.equals(objdump) || without.isExplainedAtAnyLength());
  }

  private boolean isExplainedAtAnyLength() {
    for (ObjdumpDifference difference : ObjdumpDifference.values()) {
      if (difference != ObjdumpDifference.LOCK_NOT_ALLOWED && difference.explains(this)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPrefix(int value) {
    return switch (value) {
      case 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3 -> true;
      default -> false;
    };
  }

  private static String normalise(String text) {
    String result = REDUNDANT.matcher(text).replaceFirst("");
    Matcher matcher = NO_INDEX.matcher(result);
    if (matcher.find()) {
      String segment = matcher.group(1) == null ? "ds" : matcher.group(1);
      long displacement = Long.parseLong(matcher.group(4), 16) * (matcher.group(3).equals("-") ? -1 : 1);
      long address = matcher.group(2).equals("e") ? displacement & 0xFFFF_FFFFL : displacement;
      result = matcher.replaceFirst(segment + ":0x" + Long.toHexString(address));
    }
    return result.replace("+0x0]", "]").replaceAll("\\+[er]iz\\*\\d", "");
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(code) + "  objdump: " + objdump + "  here: " + text + " (" + ours.length() + ")";
  }
}
