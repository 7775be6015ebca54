package dev.hagen.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StringCompareTest {
  private static final int EQUAL_ANY = 0;
  private static final int RANGES = 4;
  private static final int EQUAL_EACH = 8;
  private static final int EQUAL_ORDERED = 12;
  private static final int WORDS = 1;
  private static final int SIGNED = 2;
  private static final int NEGATIVE = 0x10;
  private static final int MASKED_NEGATIVE = 0x30;
  private static final int LAST = 0x40;
  private static final int WIDE_MASK = 0x40;

  private CpuState cpu;

  @BeforeEach
  void setUp() {
    cpu = TestProcessor.in64Bit();
    cpu.gpr[Reg.RCX] = -1;
  }

  @Test
  void equalAny_findsFirstOfASet() {
    strings("xyz:", "host:port");

    StringCompare.pcmpistri(cpu, 1, 2, EQUAL_ANY);

    assertThat(cpu.gpr[Reg.RCX]).isEqualTo(4);
    assertThat(cpu.arithmeticFlags()).isEqualTo(Flags.CF | Flags.ZF | Flags.SF);
  }

  @Test
  void equalAny_findsLastOfASet() {
    strings("o", "host:port");

    StringCompare.pcmpistri(cpu, 1, 2, EQUAL_ANY | LAST);

    assertThat(cpu.gpr[Reg.RCX]).isEqualTo(6);
  }

  @Test
  void equalAny_withoutMatch_isNumberOfElements() {
    strings("q", "host:port");

    StringCompare.pcmpistri(cpu, 1, 2, EQUAL_ANY);

    assertThat(cpu.gpr[Reg.RCX]).isEqualTo(16);
    assertThat(cpu.cf()).isFalse();
  }

  @Test
  void ranges_negativeAndMasked_findFirstOutside() {
    strings("azAZ", "Hello2World");

    StringCompare.pcmpistri(cpu, 1, 2, RANGES | MASKED_NEGATIVE);

    assertThat(cpu.gpr[Reg.RCX]).isEqualTo(5);
  }

  @Test
  void ranges_signedWords_compareWithSign() {
    cpu.xmm[2] = 0x0005_FFFBL;
    cpu.xmm[4] = 0x0006_FFFA_0004_FFFCL;

    StringCompare.pcmpistrm(cpu, 1, 2, RANGES | WORDS | SIGNED);

    assertThat(cpu.xmm[0]).isEqualTo(0b0011);
  }

  @Test
  void equalEach_negative_findsFirstDifference() {
    strings("compare", "comqare");

    StringCompare.pcmpistri(cpu, 1, 2, EQUAL_EACH | NEGATIVE);

    assertThat(cpu.gpr[Reg.RCX]).isEqualTo(3);
  }

  @Test
  void equalEach_ofEqualStrings_matchesBehindTheirEnds() {
    strings("same", "same");

    StringCompare.pcmpistrm(cpu, 1, 2, EQUAL_EACH);

    assertThat(cpu.xmm[0]).isEqualTo(0xFFFF);
    assertThat(cpu.of()).isTrue();
  }

  @Test
  void equalOrdered_findsSubstring() {
    strings("port", "host:port");

    StringCompare.pcmpistri(cpu, 1, 2, EQUAL_ORDERED);

    assertThat(cpu.gpr[Reg.RCX]).isEqualTo(5);
  }

  @Test
  void equalOrdered_findsStartOfSubstringAtTheEndOfTheRegister() {
    strings("needle", "haystack with ne");

    StringCompare.pcmpistri(cpu, 1, 2, EQUAL_ORDERED);

    assertThat(cpu.gpr[Reg.RCX]).isEqualTo(14);
    assertThat(cpu.zf()).as("the second string fills its register").isFalse();
  }

  @Test
  void wideMask_fillsElements() {
    strings("b", "abab");

    StringCompare.pcmpistrm(cpu, 1, 2, EQUAL_ANY | WIDE_MASK);

    assertThat(cpu.xmm[0]).isEqualTo(0xFF00_FF00L);
    assertThat(cpu.xmm[1]).isZero();
  }

  @Test
  void explicitLengths_areAbsoluteValuesOfDoublewords() {
    strings("ab", "cab");
    cpu.gpr[Reg.RAX] = 0x7_0000_0000L + (-1 & 0xFFFF_FFFFL);
    cpu.gpr[Reg.RDX] = 100;

    StringCompare.pcmpestri(cpu, explicit(0, EQUAL_ANY));

    assertThat(cpu.gpr[Reg.RCX]).isEqualTo(1);
    assertThat(cpu.arithmeticFlags()).isEqualTo(Flags.CF | Flags.SF);
  }

  @Test
  void explicitLengths_withRexW_areQuadwords() {
    strings("ab", "cab");
    cpu.gpr[Reg.RAX] = Long.MIN_VALUE;
    cpu.gpr[Reg.RDX] = 0;

    StringCompare.pcmpestrm(cpu, explicit(Prefix.REX_W, EQUAL_ANY | NEGATIVE));

    assertThat(cpu.xmm[0]).isEqualTo(0xFFFF);
    assertThat(cpu.zf()).isTrue();
    assertThat(cpu.sf()).isFalse();
  }

  private dev.hagen.decode.Instruction explicit(int prefixes, int immediate) {
    return TestProcessor.insn(cpu, Op.PCMPESTRI, 4, prefixes, new Operand.Xmm(1, 16, false),
        new Operand.Xmm(2, 16, false), TestProcessor.immediate(immediate, 1));
  }

  private void strings(String first, String second) {
    set(1, first);
    set(2, second);
  }

  private void set(int register, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < bytes.length; i++) {
      cpu.xmm[2 * register + (i >> 3)] |= (long) bytes[i] << 8 * (i & 7);
    }
  }
}
