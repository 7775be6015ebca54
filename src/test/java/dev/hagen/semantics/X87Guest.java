package dev.hagen.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;

/** A processor after FNINIT whose x87 registers a test fills and reads; memory operands lie at {@link #DATA}. */
final class X87Guest {
  static final int DATA = 0x2000;

  final CpuState cpu = TestProcessor.in64Bit();

  X87Guest() {
    X87Control.fninit(cpu);
    cpu.cr0 |= Control.CR0_NE;
    cpu.cr4 |= Control.CR4_OSFXSR | Control.CR4_OSXSAVE;
    cpu.xcr0 = Control.XCR0_X87 | Control.XCR0_SSE;
    cpu.gpr[Reg.RBX] = DATA;
    cpu.updateContext();
  }

  X87Guest control(int value) {
    X87.setControlWord(cpu, value);
    return this;
  }

  /** FLD of a double. */
  X87Guest load(double value) {
    X87Load.fldReal(cpu, Double.doubleToRawLongBits(value), 8);
    return this;
  }

  /** Pushes any encoding. */
  X87Guest load(int signExponent, long significand) {
    X87.push(cpu, signExponent, significand);
    return this;
  }

  /** An instruction with a memory operand of {@code size} bytes at {@link #DATA}. */
  Instruction withMemory(Op op, int size) {
    return withMemory(op, size, 4, 0);
  }

  Instruction withMemory(Op op, int size, int operandSize, int prefixes) {
    return TestProcessor.insn(cpu, op, operandSize, prefixes, TestProcessor.memory(cpu, Reg.RBX, 0, size));
  }

  long memory(int offset, int size) {
    return cpu.memory.read(DATA + offset, size);
  }

  void setMemory(int offset, long value, int size) {
    cpu.memory.write(DATA + offset, value, size);
  }

  int signExponent(int i) {
    return cpu.stSignExponent[X87.physical(cpu, i)];
  }

  long significand(int i) {
    return cpu.stSignificand[X87.physical(cpu, i)];
  }

  void assertRegister(int i, int signExponent, long significand) {
    assertEquals("%04X:%016X".formatted(signExponent, significand),
        "%04X:%016X".formatted(signExponent(i), significand(i)));
  }

  /** The register holds exactly this double. */
  void assertRegister(int i, double value) {
    long bits = Double.doubleToRawLongBits(value);
    assertRegister(i, Extended.doubleSignExponent(bits), Extended.doubleSignificand(bits));
  }

  void assertStatus(int expected) {
    assertEquals(Integer.toHexString(expected), Integer.toHexString(X87.statusWord(cpu)));
  }
}
