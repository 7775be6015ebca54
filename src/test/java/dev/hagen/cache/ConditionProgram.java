package dev.hagen.cache;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A program that executes one operation on many pairs of operands and asks for every condition after it, with SETcc, CMOVcc
 * and Jcc; what it finds it stores.
 */
final class ConditionProgram implements GuestProgram {
  private static final long[] VALUES = {0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000L,
      0xFFFF_FFFFL, Long.MIN_VALUE, Long.MAX_VALUE, -1};
  /** Each result takes 16 conditions, three ways. */
  private static final int RESULTS = 48;
  private static final int PAIRS = VALUES.length * VALUES.length;
  private static final int TABLE = ProgramMachine.DATA;
  private static final int RESULT = ProgramMachine.DATA + 0x1000;
  private static final int DATA_NEEDED = 0x1000 + RESULTS * PAIRS;

  private final boolean is64Bit;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int end;

  /** A program for the operation whose machine code is {@code operation}: of rAX and rCX, or of one of them. */
  ConditionProgram(boolean is64Bit, int... operation) {
    this.is64Bit = is64Bit;
    emit(0xBE);
    emit32(TABLE);
    emit(0xBF);
    emit32(RESULT);
    emit(0xBD);
    emit32(PAIRS);
    int top = here();
    for (int condition = 0; condition < 16; condition++) {
      operands(operation);
      emit(0x0F, 0x90 | condition, 0x47, condition);
      operands(operation);
      // mov ebx, 1 and mov edx, 0 leave the flags alone.
      emit(0xBB);
      emit32(1);
      emit(0xBA);
      emit32(0);
      emit(0x0F, 0x40 | condition, 0xD3, 0x88, 0x57, 16 + condition);
      operands(operation);
      // mov byte [edi+…], 1; jcc over mov byte [edi+…], 2.
      emit(0xC6, 0x47, 32 + condition, 1, 0x70 | condition, 4, 0xC6, 0x47, 32 + condition, 2);
    }
    emit(0x81, 0xC6);
    emit32(16);
    emit(0x81, 0xC7);
    emit32(RESULTS);
    emit(0x81, 0xED);
    emit32(1);
    emit(0x0F, 0x85);
    emit32(top - here() - 4);
    end = here();
    emit(0xF4);
  }

  /** Loads rAX and rCX and executes the operation, CF being clear before. */
  private void operands(int... operation) {
    int[] wide = is64Bit ? new int[] {0x48} : new int[0];
    emit(wide);
    emit(0x8B, 0x06);
    emit(wide);
    emit(0x8B, 0x4E, 8);
    emit(0xF8);
    emit(operation);
  }

  private int here() {
    return ProgramMachine.CODE + out.size();
  }

  private void emit(int... bytes) {
    for (int value : bytes) {
      out.write(value);
    }
  }

  private void emit32(int value) {
    emit(value, value >> 8, value >> 16, value >> 24);
  }

  @Override
  public boolean is64Bit() {
    return is64Bit;
  }

  @Override
  public long[] registers() {
    long[] registers = new long[16];
    registers[4] = ProgramMachine.STACK_POINTER;
    return registers;
  }

  @Override
  public byte[] data() {
    assert DATA_NEEDED <= ProgramMachine.DATA_SIZE;
    ByteBuffer data = ByteBuffer.allocate(ProgramMachine.DATA_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    for (long a : VALUES) {
      for (long b : VALUES) {
        data.putLong(a).putLong(b);
      }
    }
    return data.array();
  }

  @Override
  public byte[] code() {
    return out.toByteArray();
  }

  @Override
  public int nextRound() {
    return end;
  }

  @Override
  public int end() {
    return end;
  }

  /** Machine code of operations on AL, AX, EAX and, with {@code is64Bit}, RAX; their other operand is rCX. */
  static List<int[]> operations(boolean is64Bit) {
    java.util.List<int[]> operations = new java.util.ArrayList<>();
    for (int[] prefix : is64Bit ? new int[][] {{}, {0x66}, {0x48}} : new int[][] {{}, {0x66}}) {
      for (int opcode = 1; opcode < 0x40; opcode += 8) {
        operations.add(join(prefix, opcode, 0xC8));
        operations.add(join(prefix, 0x83, 0xC0 | opcode & 0x38, 1));
      }
      operations.add(join(prefix, 0x31, 0xC0));
      operations.add(join(prefix, 0x29, 0xC0));
      operations.add(join(prefix, 0x85, 0xC8));
      operations.add(join(prefix, 0xFF, 0xC0));
      operations.add(join(prefix, 0xFF, 0xC8));
      operations.add(join(prefix, 0xF7, 0xD8));
      for (int shift = 0xC0; shift < 0x100; shift += 8) {
        if (shift != 0xF0) {
          operations.add(join(prefix, 0xD1, shift));
          operations.add(join(prefix, 0xD3, shift));
          operations.add(join(prefix, 0xC1, shift, 5));
          operations.add(join(prefix, 0xC1, shift, 15));
        }
      }
      operations.add(join(prefix, 0x0F, 0xAF, 0xC1));
      operations.add(join(prefix, 0x0F, 0xA3, 0xC8));
      operations.add(join(prefix, 0x0F, 0xA5, 0xC8));
      operations.add(join(prefix, 0x0F, 0xC1, 0xC8));
      operations.add(join(prefix, 0x0F, 0xB1, 0xC8));
    }
    for (int opcode = 0; opcode < 0x40; opcode += 8) {
      operations.add(new int[] {opcode, 0xC8});
      // The same of AH and CL.
      operations.add(new int[] {opcode, 0xCC});
    }
    operations.add(new int[] {0x84, 0xC8});
    operations.add(new int[] {0xFE, 0xC0});
    operations.add(new int[] {0xFE, 0xC8});
    operations.add(new int[] {0xF6, 0xD8});
    for (int shift = 0xC0; shift < 0x100; shift += 8) {
      if (shift != 0xF0) {
        operations.add(new int[] {0xD0, shift});
        operations.add(new int[] {0xC0, shift, 5});
      }
    }
    // INC and DEC keep CF of what comes before; then the carry itself is asked for.
    operations.add(new int[] {0x29, 0xC8, 0xFF, 0xC0});
    operations.add(new int[] {0x01, 0xC8, 0xFF, 0xC8});
    operations.add(new int[] {0x29, 0xC8, 0x83, 0xD0, 0});
    operations.add(new int[] {0xD1, 0xE0, 0xFF, 0xC0, 0x83, 0xD9, 0});
    operations.add(new int[] {0xC1, 0xF8, 3, 0xFF, 0xC8});
    operations.add(new int[] {0x66, 0xC1, 0xE0, 17});
    operations.add(new int[] {0x39, 0xC8, 0x9C, 0x5A});
    return operations;
  }

  private static int[] join(int[] prefix, int... rest) {
    int[] all = java.util.Arrays.copyOf(prefix, prefix.length + rest.length);
    System.arraycopy(rest, 0, all, prefix.length, rest.length);
    return all;
  }
}
