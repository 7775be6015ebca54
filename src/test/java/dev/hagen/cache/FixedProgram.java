package dev.hagen.cache;

import java.util.HexFormat;

/** A program of a few instructions that never comes to an end, with empty registers and data. */
record FixedProgram(byte[] code, boolean is64Bit) implements GuestProgram {
  /** The 64-bit program with these bytes, in hexadecimal and separated by spaces. */
  static FixedProgram of(String bytes) {
    return new FixedProgram(HexFormat.ofDelimiter(" ").parseHex(bytes), true);
  }

  /** The 32-bit program with these bytes. */
  static FixedProgram of32(String bytes) {
    return new FixedProgram(HexFormat.ofDelimiter(" ").parseHex(bytes), false);
  }

  @Override
  public long[] registers() {
    return new long[16];
  }

  @Override
  public byte[] data() {
    return new byte[ProgramMachine.DATA_SIZE];
  }

  @Override
  public int nextRound() {
    return ProgramMachine.CODE;
  }

  @Override
  public int end() {
    return ProgramMachine.DATA + ProgramMachine.DATA_SIZE;
  }
}
