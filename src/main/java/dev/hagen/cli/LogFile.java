package dev.hagen.cli;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Disassembler;
import dev.hagen.decode.Instruction;
import dev.hagen.emit.EmissionListener;
import dev.hagen.emit.UnitEmitter;
import dev.hagen.emit.UnitListing;
import dev.hagen.machine.Machine;
import dev.hagen.region.Region;
import dev.hagen.vmm.EventLog;
import dev.hagen.x86.Reg;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The log of {@code -d}. */
final class LogFile implements EventLog, EmissionListener, AutoCloseable {
  private static final Set<String> ITEMS = Set.of("in_asm", "int", "cpu", "bytecode");
  private static final String[] REGISTERS = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8 ", "R9 ",
      "R10", "R11", "R12", "R13", "R14", "R15"};
  private static final String[] SEGMENTS = {"ES", "CS", "SS", "DS", "FS", "GS"};

  private final Set<String> items;
  private final PrintStream out;
  private final boolean ownsOut;
  /** Linear addresses of instructions that in_asm has shown. */
  private final Set<Long> shown = new HashSet<>();

  private LogFile(Set<String> items, PrintStream out, boolean ownsOut) {
    this.items = items;
    this.out = out;
    this.ownsOut = ownsOut;
  }

  static LogFile open(@Nullable String items, @Nullable Path file) {
    Set<String> wanted = items == null ? Set.of() : Set.copyOf(Main.commaSeparated(items));
    for (String item : wanted) {
      if (!ITEMS.contains(item)) {
        throw new UserError("-d " + item + ": there are in_asm, int, cpu and bytecode.");
      }
    }
    if (file == null || wanted.isEmpty()) {
      return new LogFile(wanted, System.err, false);
    }
    try {
      return new LogFile(wanted, new PrintStream(new java.io.BufferedOutputStream(
          java.nio.file.Files.newOutputStream(file)), false, StandardCharsets.UTF_8), true);
    } catch (IOException e) {
      throw new UserError(file + " cannot be written: " + Main.reason(e) + ".");
    }
  }

  void attach(Machine machine) {
    if (!items.isEmpty()) {
      machine.setLog(this);
    }
    if (items.contains("bytecode")) {
      machine.setEmissionListener(this);
    }
  }

  @Override
  public boolean wantsInstructions() {
    // Units show the instructions that they are made from, and there are none where everything goes step by step.
    return items.contains("in_asm") && !items.contains("bytecode") || items.contains("cpu");
  }

  @Override
  public void instruction(CpuState cpu, @Nullable Instruction instruction) {
    if (items.contains("cpu")) {
      registers(cpu);
    }
    if (items.contains("in_asm") && instruction != null
        && shown.add(cpu.segment[Reg.CS].base + cpu.rip)) {
      out.printf("%04x:%016x:  %s%n", cpu.segment[Reg.CS].selector, cpu.rip,
          Disassembler.text(instruction, cpu.rip));
    }
  }

  private void registers(CpuState cpu) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < REGISTERS.length; i++) {
      text.append(String.format(Locale.ROOT, "%s=%016x%s", REGISTERS[i], cpu.gpr[i], i % 4 == 3 ? "\n" : " "));
    }
    text.append(String.format(Locale.ROOT, "RIP=%016x RFL=%08x CPL=%d CR0=%08x CR2=%016x CR3=%08x CR4=%08x EFER=%x%n",
        cpu.rip, cpu.flags(), cpu.cpl, cpu.cr0, cpu.cr2, cpu.cr3, cpu.cr4, cpu.efer));
    for (int i = 0; i < SEGMENTS.length; i++) {
      text.append(String.format(Locale.ROOT, "%s=%04x:%x%s", SEGMENTS[i], cpu.segment[i].selector, cpu.segment[i].base,
          i == SEGMENTS.length - 1 ? "\n" : " "));
    }
    out.print(text);
  }

  @Override
  public void exception(CpuState cpu, GuestException exception) {
    if (items.contains("int")) {
      out.printf("exception %02x error code %04x at %04x:%016x CPL %d CR2 %016x RSP %016x%n", exception.vector(),
          exception.errorCode(), cpu.segment[Reg.CS].selector, cpu.rip, cpu.cpl, exception.address(),
          cpu.gpr[Reg.RSP]);
    }
  }

  @Override
  public void interrupt(CpuState cpu, int vector) {
    if (items.contains("int")) {
      out.printf("interrupt %02x at %04x:%016x CPL %d%n", vector, cpu.segment[Reg.CS].selector, cpu.rip, cpu.cpl);
    }
  }

  @Override
  public void emitted(Region region, UnitEmitter.Emitted emitted) {
    // In one piece: the processor's thread logs too.
    out.print(UnitListing.of(region, emitted));
  }

  @Override
  public void close() {
    out.flush();
    if (ownsOut) {
      out.close();
    }
  }
}
