package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes of segment registers and flags in the middle of units, as in the entries of kernels. */
class SegmentChangeTest {
  /** Units run only where some thousand instructions may follow. */
  private static final long[] STOPS = {20_000, 27_003, 60_001};

  /**
   * Makes two descriptors in data memory, whose segments begin there and a page behind, and uses both through the same
   * register.
   */
  private static final String SEGMENTS = """
      bc 00 18 03 00                  mov esp, 31800h
      c7 05 08 00 02 00 ff ff 00 00   mov dword [20008h], FFFFh
      c7 05 0c 00 02 00 02 f3 cf 00   mov dword [2000Ch], CFF302h
      c7 05 10 00 02 00 ff ff 00 10   mov dword [20010h], 1000FFFFh
      c7 05 14 00 02 00 02 f2 cf 00   mov dword [20014h], CFF202h
      b9 0b 00 00 00                  mov ecx, 0Bh
      8e e1                           mov fs, ecx
      64 ff 05 00 01 00 00            inc dword fs:[100h]
      b9 13 00 00 00                  mov ecx, 13h
      8e e1                           mov fs, ecx
      64 83 86 00 01 00 00 03         add dword fs:[esi + 100h], 3
      0f a0                           push fs
      0f a9                           pop gs
      65 0f c1 86 00 01 00 00         xadd gs:[esi + 100h], eax
      8c ea                           mov edx, gs
      9c                              pushf
      fc                              cld
      81 0c 24 00 04 00 00            or dword [esp], 400h
      9d                              popf
      9c                              pushf
      81 04 24 67 45 23 01            add dword [esp], 1234567h
      5b                              pop ebx
      fc                              cld
      f0 0f b1 1d 00 02 02 00         lock cmpxchg [20200h], ebx
      87 9e 04 02 02 00               xchg [esi + 20204h], ebx
      eb 84                           jmp to the start
      """;
  /** Bytes of the table that the descriptors are in. */
  private static final int TABLE_SIZE = 0x18;

  @ParameterizedTest
  @ValueSource(ints = {
      TABLE_SIZE,
      TABLE_SIZE - 8, // the second descriptor lies outside: its load faults
  })
  void segmentsAndFlags_inUnits_areAsInterpreted(int tableSize) {
    List<ProgramMachine.State> interpreted;
    try (ProgramMachine machine = machine(0, tableSize)) {
      interpreted = machine.run(STOPS);
    }
    try (ProgramMachine machine = machine(1, tableSize)) {
      assertThat(machine.run(STOPS).toString()).isEqualTo(interpreted.toString());
      assertThat(machine.counters().of(Counter.UNITS_ENTERED)).isPositive();
    }
  }

  private static ProgramMachine machine(int threshold, int tableSize) {
    Tunables tunables = Tunables.standard().with(Tunable.THRESHOLD, threshold).with(Tunable.BACKGROUND, 0);
    FixedProgram program = FixedProgram.of32(SEGMENTS.replaceAll(" {2,}.*\n", " ").strip());
    ProgramMachine machine = new ProgramMachine(program, tunables, new SemanticMethods(MethodClass::bind));
    machine.setDescriptors(ProgramMachine.DATA, tableSize - 1);
    return machine;
  }
}
