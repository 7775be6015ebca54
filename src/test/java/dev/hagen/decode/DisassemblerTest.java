package dev.hagen.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reader sees; that it is what objdump prints is {@link DecoderCorpusTest}'s affair. */
class DisassemblerTest {
  private static String text(String hex, int codeSize, long address) {
    byte[] code = HexFormat.of().parseHex(hex);
    Instruction instruction = new Decoder().decode(code, 0, code.length, codeSize);
    assertThat(instruction).isNotNull();
    return Disassembler.text(instruction, address);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "4889e5               | mov rbp,rsp",
    "488b44c810           | mov rax,QWORD PTR [rax+rcx*8+0x10]",
    "488b05f0ffffff       | mov rax,QWORD PTR [rip+0xfffffffffffffff0]",
    "64488b042528000000   | mov rax,QWORD PTR fs:0x28",
    "f0480fb10a           | lock cmpxchg QWORD PTR [rdx],rcx",
    "f3a4                 | rep movs BYTE PTR es:[rdi],BYTE PTR ds:[rsi]",
    "f2ae                 | repnz scas al,BYTE PTR es:[rdi]",
    "660f1f440000         | nop WORD PTR [rax+rax*1]",
    "f30f1efa             | endbr64",
    "0f01f8               | swapgs",
    "dc0d00000000         | fmul QWORD PTR [rip+0x0]",
    "dee9                 | fsubp st(1),st",
    "f20f2ac0             | cvtsi2sd xmm0,eax",
    "660f3800c1           | pshufb xmm0,xmm1",
    "0fc2c102             | cmpleps xmm0,xmm1",
    "ffff                 | (bad)",
  })
  void longMode_text_isIntelSyntax(String hex, String expected) {
    assertThat(text(hex, 8, 0)).isEqualTo(expected);
  }

  @Test
  void branch_text_hasItsTargetCutToTheOperandSize() {
    assertThat(text("ebfe", 8, 0xFFFF_FFFF_8100_0000L)).isEqualTo("jmp 0xffffffff81000000");
    assertThat(text("eb10", 2, 0xFFF8)).isEqualTo("jmp 0xa");
  }

  @Test
  void farJump_text_hasSelectorAndOffset() {
    assertThat(text("ea5be000f0", 2, 0)).isEqualTo("jmp 0xf000:0xe05b");
  }
}
