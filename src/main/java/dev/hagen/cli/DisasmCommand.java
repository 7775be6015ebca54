package dev.hagen.cli;

import dev.hagen.decode.Decoder;
import dev.hagen.decode.Disassembler;
import dev.hagen.decode.Instruction;
import dev.hagen.machine.BareCode;
import dev.hagen.memory.HostMemory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hagen disasm}: prints the instructions of a file of bare code in Intel syntax. */
@Command(name = "disasm", mixinStandardHelpOptions = true, versionProvider = Version.class,
    description = "Disassembles a file of bare machine code.")
final class DisasmCommand implements Callable<Integer> {
  private static final int BYTES_SHOWN = 8;

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file;

  @Option(names = {"-mode", "--mode"}, paramLabel = "16|32|64", defaultValue = "64",
      description = "Mode of the processor (default: 64).")
  private int mode;

  @Option(names = {"-base", "--base"}, paramLabel = "ADDR", defaultValue = "0", converter = AddressConverter.class,
      description = "Address of the file's first byte (default: 0).")
  private long base;

  @Option(names = {"-unit", "--unit"}, paramLabel = "ADDR", converter = AddressConverter.class,
      description = "Show the translation unit of the code at ADDR instead: each instruction with its bytecode.")
  private @Nullable Long unit;

  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    if (mode != 16 && mode != 32 && mode != 64) {
      throw new UserError("--mode must be 16, 32 or 64, not " + mode + ".");
    }
    byte[] code = Main.readFile(file);
    PrintWriter out = spec.commandLine().getOut();
    if (unit != null) {
      // So that constants are those of a machine with usual memory.
      HostMemory.expect(code.length);
      out.print(listing(code, unit));
      out.flush();
      return ExitCode.OK;
    }
    Decoder decoder = new Decoder();
    int at = 0;
    while (at < code.length) {
      Instruction instruction = decoder.decode(code, at, code.length, mode / 8);
      int length = instruction == null ? code.length - at : instruction.length();
      String text = instruction == null ? "(end of file)" : Disassembler.text(instruction, base + at);
      String bytes = HexFormat.ofDelimiter(" ").formatHex(code, at, Math.min(at + length, code.length));
      out.printf("%16x:  %-" + 3 * BYTES_SHOWN + "s %s%n", base + at, bytes, text);
      at += length;
    }
    out.flush();
    return ExitCode.OK;
  }

  private String listing(byte[] code, long address) {
    if (mode == 16) {
      throw new UserError("--unit: units are made of 32- and 64-bit code; give --mode 32 or 64.");
    }
    if (Long.compareUnsigned(address - base, code.length) >= 0) {
      throw new UserError("--unit: there is no code at 0x%x; the file is from 0x%x to 0x%x.".formatted(address, base,
          base + code.length - 1));
    }
    try (BareCode bare = new BareCode(code, base, mode)) {
      return bare.unit(address);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage() + ".");
    }
  }
}
