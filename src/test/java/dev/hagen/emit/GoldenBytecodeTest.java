package dev.hagen.emit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Disassembler;
import dev.hagen.decode.Extension;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.memory.HostMemory;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import dev.hagen.util.Tunables;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.TraceClassVisitor;

/**
 * What is emitted for representative guest code, as text in {@code src/test/golden}: a change of the emitter shows in
 * review as a difference of bytecode and of its size. Where the change is meant, {@code mvn test -Dtest=GoldenBytecodeTest
 * -Dgolden.refresh=true} writes the files anew.
 */
final class GoldenBytecodeTest {
  private static final Path GOLDEN = Path.of("src/test/golden");
  private static final boolean REFRESH = Boolean.getBoolean("golden.refresh");
  private static final String COMMAND = "mvn test -Dtest=GoldenBytecodeTest -Dgolden.refresh=true";
  private static final int USER = 3 << ExecutionContext.CPL_SHIFT | ExecutionContext.FLAT;
  static final int LONG = 2 | 2 << 2 | USER;
  private static final int COMPATIBLE = 1 | 1 << 2 | USER;
  private static final long LINEAR = 0x1000;
  private static final Decoder DECODER = new Decoder(Extension.of(CpuModel.standard()));

  /** Machine code that means the same, or nearly, in 64- and 32-bit mode. */
  private static final List<String> INSTRUCTIONS = List.of("89c8", "b878563412", "8b4308", "894308", "8a4308", "884308",
      "668b4308", "8b04b3", "8d44b308", "0fb6c8", "0fbec8", "0fb64308", "88e0", "01c8", "83c001", "034308", "014308",
      "80430801", "11c8", "29c8", "39c8", "3b4308", "21c8", "31c0", "85c0", "f6430801", "ffc0", "ff4308", "f7d8", "f7d0",
      "c1e003", "d3e0", "c1c005", "0fa4c805", "0fafc1", "6bc10a", "f7e1", "f7f1", "99", "98", "0fc8", "91", "874308",
      "0f94c0", "0f44c1", "0fa3c8", "0fbcc1", "50", "ff7308", "58", "6a01", "c9", "9c", "f3a4", "f00fb10b", "0f1007",
      "660ffec1", "f20f58c1", "d8c1", "0fa2");

  /** Names and code of whole units, which end in a jump to their start, a call, a return or an indirect jump. */
  @ParameterizedTest
  @CsvSource({
      "sum-of-array-64,     64, 48030748 83c708 4839d7 75f4",
      "sum-of-array-32,     32, 0307 83c704 39d7 75f7",
      "sum-by-loop-64,       64, 0307 4883c704 e2f8",
      "copy-bytes-64,       64, 8a06 8807 48ffc6 48ffc7 ffc9 75f3",
      "compare-and-return,  64, 4839f7 480f4cfe 4889f8 c3",
      "push-and-call-32,    32, 55 89e5 ff7508 e800010000",
      "indirect-jump-64,    64, 0fb607 48ffc7 ff24c5 00200000",
      "product-of-rows-64,  64, f20f1000 f20f5902 4883c008 4881c2c0030000 f20f58c8 4839ca 75e4"})
  void unit_ofRepresentativeCode_isAsApproved(String name, int bits, String code) throws IOException {
    Region region = region(bits, code.replace(" ", ""));
    check(name + ".txt", listing(region, Objects.requireNonNull(new UnitEmitter(region, Tunables.standard()).emit())));
  }

  /** push rbp; push rbx; pop rbx; pop rbp; ret. */
  @Test
  void unit_leftOftenForItsFrame_hasADetour() throws IOException {
    Region plain = region(64, "55535b5dc3");
    Region region = new Region(plain.linear(), plain.context(), plain.blocks(), plain.pages(), Map.of(0L, 1), 0, Map.of());
    check("frame-across-pages-64.txt", listing(region, Objects.requireNonNull(new UnitEmitter(region, Tunables.standard()).emit())));
  }

  /** mov [rdi], rax; add rdi, 8; cmp rdi, rdx; jne; as often as from page to page. */
  @Test
  void unit_ofALoopOfManyRounds_checksSeveralAtOnce() throws IOException {
    Region plain = region(64, "48890748 83c70848 39d775f4".replace(" ", ""));
    RegionBlock block = plain.blocks().getFirst();
    RegionBlock often = new RegionBlock(0, block.instructions(), block.terminal(), 0.998);
    Region region = new Region(plain.linear(), plain.context(), List.of(often), plain.pages(), Map.of(), 0, Map.of());
    check("fill-in-rounds-64.txt", listing(region, Objects.requireNonNull(new UnitEmitter(region, Tunables.standard()).emit())));
  }

  private static String listing(Region region, UnitEmitter.Emitted emitted) {
    StringBuilder text = new StringBuilder();
    long at = LINEAR;
    for (Instruction instruction : region.blocks().getFirst().instructions()) {
      text.append("%x  %s%n".formatted(at, Disassembler.text(instruction, at)));
      at += instruction.length();
    }
    text.append("%d bytes of bytecode, %d an instruction%n%n".formatted(emitted.methodSize(),
        emitted.methodSize() / region.size()));
    // Where the host has put guest memory is another address each time.
    return text.append(methodText(emitted.bytes())).toString().replace("LDC %dL".formatted(HostMemory.base()), "LDC base")
        .replace("LDC %dL".formatted(HostMemory.mask()), "LDC mask");
  }

  /** How many bytes of bytecode an instruction adds to a unit. */
  @Test
  void sizes_ofRepresentativeInstructions_areAsApproved() throws IOException {
    int nothing64 = size(64, "90");
    int nothing32 = size(32, "90");
    StringBuilder text = new StringBuilder("bytes of bytecode with registers, flags and ways out; 64-bit and 32-bit%n".formatted());
    for (String code : INSTRUCTIONS) {
      Instruction instruction = decode(HexFormat.of().parseHex(code), 0, 8);
      text.append("%4d %4d  %s%n".formatted(size(64, code) - nothing64, size(32, code) - nothing32,
          Disassembler.text(instruction, 0)));
    }
    check("sizes.txt", text.toString());
  }

  private static int size(int bits, String code) {
    return Objects.requireNonNull(new UnitEmitter(region(bits, code), Tunables.standard()).emit()).methodSize();
  }

  private static Region region(int bits, String hex) {
    byte[] code = HexFormat.of().parseHex(hex);
    List<Instruction> instructions = instructions(code, bits / 8);
    RegionBlock block = new RegionBlock(0, instructions, terminal(instructions.getLast(), code.length));
    return new Region(LINEAR, bits == 64 ? LONG : COMPATIBLE, List.of(block), List.of(), Map.of(), 0, Map.of());
  }

  static List<Instruction> instructions(byte[] code, int codeSize) {
    List<Instruction> instructions = new ArrayList<>();
    for (int at = 0; at < code.length; at += instructions.getLast().length()) {
      instructions.add(decode(code, at, codeSize));
    }
    return instructions;
  }

  private static Instruction decode(byte[] code, int at, int codeSize) {
    return Objects.requireNonNull(DECODER.decode(code, at, code.length, codeSize));
  }

  private static Terminal terminal(Instruction last, int end) {
    boolean relative = last.operands().length > 0 && last.operand(0) instanceof Operand.Relative;
    long target = relative ? end + ((Operand.Relative) last.operand(0)).displacement() : end;
    return switch (last.op()) {
      case JCC, JCXZ, LOOP, LOOPE, LOOPNE -> new Terminal.Branch(target, end);
      case CALL -> new Terminal.Call(target, end);
      case JMP -> new Terminal.IndirectJump(List.of());
      case RET -> new Terminal.Return(List.of());
      default -> new Terminal.Jump(end);
    };
  }

  /** The method {@code run} alone. */
  private static String methodText(byte[] bytes) {
    StringWriter text = new StringWriter();
    new ClassReader(bytes).accept(new TraceClassVisitor(new PrintWriter(text)), 0);
    String all = text.toString();
    return all.substring(all.indexOf("public final run(")).lines().filter(line -> !line.startsWith("}"))
        .map(String::stripTrailing).map(line -> line + System.lineSeparator()).reduce("", String::concat);
  }

  private static void check(String name, String text) throws IOException {
    Path file = GOLDEN.resolve(name);
    if (REFRESH) {
      Files.writeString(file, text);
    }
    assertThat(text).as("%s differs; if that is meant: %s", file, COMMAND).isEqualTo(Files.readString(file));
  }
}
