package dev.hagen.cache;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.Counters;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Extension;
import dev.hagen.decode.Instruction;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** A processor in user mode with a little memory that runs a {@link GuestProgram}, in one tier or both. */
final class ProgramMachine implements AutoCloseable {
  static final int CODE = 0x1_0000;
  static final int CODE_SIZE = 0x4000;
  /** The same memory as {@link #CODE}. */
  static final int ALIAS = 0x5_0000;
  /** The same memory once more: at the end of the lower half of the canonical addresses. */
  static final long LAST = 0x7FFF_FFFF_C000L;
  /** The page behind is not mapped. */
  static final int DATA = 0x2_0000;
  static final int DATA_SIZE = 0x4000;
  static final int READ_ONLY = 0x2_5000;
  static final int STACK = 0x3_0000;
  static final int STACK_SIZE = 0x2000;
  static final int STACK_POINTER = STACK + 0x1800;
  static final int COUNTERS = 0x4_0000;

  private static final int RAM = 0x20_0000;
  private static final int PML4 = 0x10_0000;
  private static final int TABLE = 0x10_3000;
  private static final int LAST_TABLES = 0x10_4000;
  private static final int USER_TABLE = 7;
  private static final int MOST_EXCEPTIONS = 150;

  /**
   * What a program has made of the machine when it stops, for whatever reason.
   *
   * @param cause an exception, or what else made it stop
   * @param x87 the x87's words and registers
   * @param memory a checksum of all memory
   */
  record State(String cause, long retired, long rip, int flags, long[] gpr, long[] xmm, int mxcsr,
      String x87, long memory) {
    boolean equals(State other) {
      return toString().equals(other.toString());
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("%s, %d retired, rip=%x flags=%x memory=%x".formatted(cause, retired, rip,
          flags, memory));
      for (int i = 0; i < 16; i++) {
        text.append(" r%d=%x".formatted(i, gpr[i]));
      }
      text.append(" mxcsr=%x xmm=".formatted(mxcsr));
      for (long half : xmm) {
        text.append("%x,".formatted(half));
      }
      text.append(x87);
      return text.toString();
    }
  }

  private final PhysicalMemory memory = new PhysicalMemory(RAM);
  private final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
  private final Interpreter interpreter;
  private final Translator translator;
  private final GuestProgram program;

  /** A machine with a program in it; {@code tunables} say when it is translated. */
  ProgramMachine(GuestProgram program, Tunables tunables, SemanticMethods methods) {
    this(program, tunables, CacheLimits.standard(), methods);
  }

  /** The same with limits for what is kept of translated code. */
  ProgramMachine(GuestProgram program, Tunables tunables, CacheLimits limits, SemanticMethods methods) {
    this.program = program;
    Decoder decoder = new Decoder(Extension.of(cpu.model));
    interpreter = new Interpreter(cpu, decoder, methods, tunables);
    translator = new Translator(cpu, interpreter, decoder, tunables, limits, () -> {});
    int threshold = tunables.get(Tunable.THRESHOLD);
    if (threshold > 0) {
      interpreter.setHotCodeListener(translator, threshold);
    }
    map();
    load();
  }

  private void map() {
    memory.write(PML4, PML4 + 0x1000 | USER_TABLE, 8);
    memory.write(PML4 + 0x1000, PML4 + 0x2000 | USER_TABLE, 8);
    memory.write(PML4 + 0x2000, TABLE | USER_TABLE, 8);
    map(CODE, CODE, CODE_SIZE, PageEntry.W);
    map(ALIAS, CODE, CODE_SIZE, PageEntry.W);
    map(DATA, DATA, DATA_SIZE, PageEntry.W);
    map(READ_ONLY, READ_ONLY, 0x1000, 0);
    map(STACK, STACK, STACK_SIZE, PageEntry.W);
    map(COUNTERS, COUNTERS, 0x1000, PageEntry.W);
    memory.write(PML4 + 255 * 8, LAST_TABLES | USER_TABLE, 8);
    memory.write(LAST_TABLES + 511 * 8, LAST_TABLES + 0x1000 | USER_TABLE, 8);
    memory.write(LAST_TABLES + 0x1000 + 511 * 8, LAST_TABLES + 0x2000 | USER_TABLE, 8);
    for (int at = 0; at < CODE_SIZE; at += 0x1000) {
      memory.write(LAST_TABLES + 0x2000 + ((LAST + at >> 12) & 511) * 8, CODE + at | PageEntry.P | PageEntry.U | PageEntry.W, 8);
    }
  }

  private void map(int linear, int physical, int size, long rights) {
    for (int at = 0; at < size; at += 0x1000) {
      memory.write(TABLE + (linear + at >> 12) * 8L, physical + at | PageEntry.P | PageEntry.U | rights, 8);
    }
  }

  private void load() {
    cpu.cr3 = PML4;
    cpu.cr0 = Control.CR0_PE | Control.CR0_MP | Control.CR0_ET | Control.CR0_NE | Control.CR0_WP | Control.CR0_AM
        | Control.CR0_PG;
    cpu.cr4 = Control.CR4_PAE | Control.CR4_OSFXSR | Control.CR4_OSXMMEXCPT;
    cpu.efer = Control.EFER_LME | Control.EFER_LMA;
    cpu.gdtrLimit = 0;
    cpu.idtrLimit = 0;
    int flat = SegmentRegister.P | SegmentRegister.S | SegmentRegister.WRITABLE_OR_READABLE | SegmentRegister.ACCESSED
        | SegmentRegister.G | 3 << SegmentRegister.DPL_SHIFT;
    for (SegmentRegister register : cpu.segment) {
      register.set(0x2B, 0, 0xFFFF_FFFFL, flat | SegmentRegister.DB);
    }
    cpu.segment[Reg.CS].set(0x23, 0, 0xFFFF_FFFFL,
        flat | SegmentRegister.CODE | (program.is64Bit() ? SegmentRegister.L : SegmentRegister.DB));
    cpu.cpl = 3;
    System.arraycopy(program.registers(), 0, cpu.gpr, 0, 16);
    cpu.rip = CODE;
    cpu.updateContext();
    memory.copyIn(DATA, program.data(), 0, program.data().length);
    memory.copyIn(READ_ONLY, program.data(), 0, 0x1000);
    memory.copyIn(CODE, program.code(), 0, program.code().length);
  }

  /** Runs the program; answers the state at each exception, at each of the {@code stops} and at the end. */
  List<State> run(long[] stops) {
    List<State> states = new ArrayList<>();
    int exceptions = 0;
    for (long stop : stops) {
      while (cpu.retired < stop) {
        try {
          interpreter.run(0, stop);
          assertConsistent();
        } catch (GuestException e) {
          assertConsistent();
          states.add(state(e.getMessage()));
          if (cpu.rip == program.end() || ++exceptions > MOST_EXCEPTIONS) {
            return states;
          }
          recover();
        }
      }
      states.add(state("stopped"));
    }
    return states;
  }

  private void assertConsistent() {
    interpreter.assertConsistent();
    translator.assertConsistent();
  }

  /** Goes on behind the instruction that has faulted, or at the next round of the program if it is off its way. */
  private void recover() {
    boolean inCode = cpu.rip >= CODE && cpu.rip < CODE + CODE_SIZE;
    Instruction instruction = inCode ? interpreter.peek() : null;
    if (instruction == null) {
      cpu.rip = program.nextRound();
    } else {
      cpu.rip += instruction.length();
    }
  }

  private State state(String cause) {
    return new State(cause, cpu.retired, cpu.rip, cpu.flags(), cpu.gpr.clone(), Arrays.copyOf(cpu.xmm, 32),
        cpu.mxcsr, x87(), checksum());
  }

  private String x87() {
    StringBuilder text = new StringBuilder(" fcw=%x fsw=%x top=%d tags=%x fop=%x fip=%x fdp=%x st=".formatted(cpu.fcw, cpu.fsw,
        cpu.ftop, cpu.ftw, cpu.fop, cpu.fip, cpu.fdp));
    for (int i = 0; i < 8; i++) {
      text.append("%x:%x,".formatted(cpu.stSignExponent[i], cpu.stSignificand[i]));
    }
    return text.toString();
  }

  private long checksum() {
    CRC32C sum = new CRC32C();
    byte[] bytes = new byte[0x1000];
    for (int page : new int[] {CODE, CODE + 0x1000, CODE + 0x2000, CODE + 0x3000, DATA, DATA + 0x1000, DATA + 0x2000,
        DATA + 0x3000, STACK, STACK + 0x1000, COUNTERS}) {
      memory.copyOut(page, bytes, 0, bytes.length);
      sum.update(bytes);
    }
    return sum.getValue();
  }

  /** Hears what becomes of translated code. */
  void setListener(TranslationListener listener) {
    translator.setListener(listener);
  }

  /** Looks after units that run for long or are left often. */
  void publish() {
    translator.publish();
  }

  /** A segment register, to be changed before the program runs. */
  SegmentRegister segment(int index) {
    return cpu.segment[index];
  }

  /** Where the GDT lies, and the offset of its last byte; before the program runs. */
  void setDescriptors(long base, int limit) {
    cpu.gdtrBase = base;
    cpu.gdtrLimit = limit;
  }

  /** What has been counted. */
  Counters counters() {
    return cpu.counters;
  }

  @Override
  public void close() {
    translator.close();
    memory.close();
  }
}
