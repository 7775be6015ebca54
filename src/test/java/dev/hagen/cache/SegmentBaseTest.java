package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.x86.Reg;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 32-bit code that reaches through FS and GS what lies there, and nothing else, in either tier. */
class SegmentBaseTest {
  /** Units run only where some thousand instructions may follow. */
  private static final long[] STOPS = {20_000, 27_003};
  /** mov eax, fs:[offset]; lea ebx, [eax + 1]; mov gs:[offset], ebx; jmp to the start. */
  private static final String CONSTANT = "64 8b 05 %s 8d 58 01 65 89 1d %s eb ed";
  /** mov ecx, offset; lea ecx, [ecx - 8]; mov eax, fs:[ecx + 8]; lea ebx, [eax + 1]; mov gs:[ecx + 8], ebx; jmp back. */
  private static final String REGISTER = "b9 %s 8d 49 f8 64 8b 41 08 8d 58 01 65 89 59 08 eb eb";

  @ParameterizedTest
  @CsvSource({
      "00020000, ffffffff, cf3, 00000010", // as kernels use it
      "00021000, ffffffff, cf3, fffff010", // the sum wraps
      "00020000, 00000013, cf3, 00000010", // the last four bytes of a small segment
      "00020000, 00000012, cf3, 00000010", // one byte too few
      "00020000, ffffffff, cf1, 00000010", // read-only
      "00020000, ffffffff, cf7, 00000010", // expand-down: nothing is inside
      "00020000, ffffffff, 000, 00000010", // a null selector
      "00024000, ffffffff, cf3, fffffffe", // runs over the end of the segment
      "00023ffe, ffffffff, cf3, 00000000", // runs into a page that is not mapped
  })
  void segment_asTheDescriptorSays(String base, String limit, String attributes, String offset) {
    String bytes = littleEndian(HexFormat.fromHexDigits(offset));
    compare(FixedProgram.of32(CONSTANT.formatted(bytes, bytes)), base, limit, attributes);
    compare(FixedProgram.of32(REGISTER.formatted(bytes)), base, limit, attributes);
  }

  private static void compare(FixedProgram program, String base, String limit, String attributes) {
    List<ProgramMachine.State> interpreted;
    try (ProgramMachine machine = machine(program, 0, base, limit, attributes)) {
      interpreted = machine.run(STOPS);
    }
    try (ProgramMachine machine = machine(program, 1, base, limit, attributes)) {
      assertThat(machine.run(STOPS).toString()).isEqualTo(interpreted.toString());
      assertThat(machine.counters().of(Counter.UNITS_ENTERED)).isPositive();
    }
  }

  private static String littleEndian(int offset) {
    return "%02x %02x %02x %02x".formatted(offset & 0xFF, offset >> 8 & 0xFF, offset >> 16 & 0xFF, offset >>> 24);
  }

  private static ProgramMachine machine(FixedProgram program, int threshold, String base, String limit,
      String attributes) {
    Tunables tunables = Tunables.standard().with(Tunable.THRESHOLD, threshold).with(Tunable.BACKGROUND, 0);
    ProgramMachine machine = new ProgramMachine(program, tunables, new SemanticMethods(MethodClass::bind));
    for (int index : new int[] {Reg.FS, Reg.GS}) {
      SegmentRegister register = machine.segment(index);
      register.set(0x33, HexFormat.fromHexDigitsToLong(base), HexFormat.fromHexDigitsToLong(limit),
          HexFormat.fromHexDigits(attributes));
    }
    return machine;
  }
}
