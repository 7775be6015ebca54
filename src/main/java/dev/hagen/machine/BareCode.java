package dev.hagen.machine;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Extension;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.emit.MethodClass;
import dev.hagen.emit.UnitEmitter;
import dev.hagen.emit.UnitListing;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBuilder;
import dev.hagen.util.Bits;
import dev.hagen.util.Tunables;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Machine code without a machine around it: what the translator makes of it, all branches taken to go either way. */
public final class BareCode implements AutoCloseable {
  private static final int PAGE = 0x1000;
  /** The tables of the upper three levels, where the code crosses a border of each. */
  private static final int MOST_TABLES_ABOVE = 8;
  private static final long CODE_PER_TABLE = 1L << 21;
  private static final int LEVELS = 4;

  private final byte[] code;
  private final long base;
  private final int codeSize;
  private final PhysicalMemory memory;
  private final CpuState cpu;
  private final Decoder decoder;
  private final Interpreter interpreter;
  private long nextTable;

  /**
   * Code that is mapped and will not run.
   *
   * @param base linear address of its first byte
   * @param bits mode of the processor: 32 or 64
   * @throws IllegalArgumentException if it cannot lie there; the message is a sentence for users
   */
  public BareCode(byte[] code, long base, int bits) {
    long last = base + code.length - 1;
    if (bits == 64 ? !Bits.isCanonical(base) || !Bits.isCanonical(last) || (base ^ last) < 0 : last >>> 32 != 0) {
      throw new IllegalArgumentException("No %d-bit code can lie from 0x%x to 0x%x".formatted(bits, base, last));
    }
    this.code = code;
    this.base = base;
    this.codeSize = bits / 8;
    long pages = (code.length + PAGE - 1L) / PAGE + 1;
    long tables = pages * PAGE / CODE_PER_TABLE + 2 + MOST_TABLES_ABOVE;
    memory = new PhysicalMemory((pages + tables) * PAGE);
    nextTable = pages * PAGE;
    cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
    decoder = new Decoder(Extension.of(cpu.model));
    interpreter = new Interpreter(cpu, decoder, new SemanticMethods(MethodClass::bind));
    memory.copyIn(base & PAGE - 1, code, 0, code.length);
    setMode(bits);
    for (long page = 0; page < pages; page++) {
      map((base & -PAGE) + page * PAGE, page * PAGE);
    }
  }

  private void setMode(int bits) {
    cpu.cr3 = newTable();
    cpu.cr0 = Control.CR0_PE | Control.CR0_ET | Control.CR0_NE | Control.CR0_PG;
    cpu.cr4 = Control.CR4_PAE | Control.CR4_OSFXSR | Control.CR4_OSXMMEXCPT;
    cpu.efer = Control.EFER_LME | Control.EFER_LMA;
    int flat = SegmentRegister.P | SegmentRegister.S | SegmentRegister.WRITABLE_OR_READABLE | SegmentRegister.ACCESSED
        | SegmentRegister.G;
    for (SegmentRegister register : cpu.segment) {
      register.set(0, 0, 0xFFFF_FFFFL, flat | SegmentRegister.DB);
    }
    cpu.segment[Reg.CS].attributes =
        flat | SegmentRegister.CODE | (bits == 64 ? SegmentRegister.L : SegmentRegister.DB);
    cpu.updateContext();
  }

  private long newTable() {
    long table = nextTable;
    nextTable += PAGE;
    return table;
  }

  private void map(long linear, long physical) {
    long table = cpu.cr3;
    for (int level = LEVELS; level > 1; level--) {
      long entry = table + (linear >>> 3 + 9 * level & 0x1FF) * 8;
      if (memory.read(entry, 8) == 0) {
        memory.write(entry, newTable() | PageEntry.P | PageEntry.W, 8);
      }
      table = memory.read(entry, 8) & -PAGE;
    }
    memory.write(table + (linear >>> 12 & 0x1FF) * 8, physical | PageEntry.P | PageEntry.W, 8);
  }

  /**
   * The listing of the unit whose head is at linear address {@code address}.
   *
   * @throws IllegalArgumentException if nothing there can be translated; the message is a sentence for users
   */
  public String unit(long address) {
    follow(address);
    Tunables tunables = Tunables.standard();
    cpu.rip = address;
    Region region = new RegionBuilder(cpu, interpreter, decoder, tunables).build(address);
    if (region == null) {
      throw new IllegalArgumentException("Nothing at 0x%x can be translated".formatted(address));
    }
    // Like the translator: half of what is too much for one method.
    UnitEmitter.Emitted emitted = emit(region, tunables);
    while (emitted == null && region.blocks().size() > 1) {
      region = region.first(region.blocks().size() / 2);
      emitted = emit(region, tunables);
    }
    if (emitted == null) {
      throw new IllegalArgumentException("The block at 0x%x is too large for a unit".formatted(address));
    }
    return UnitListing.of(region, emitted);
  }

  private static UnitEmitter.@Nullable Emitted emit(Region region, Tunables tunables) {
    return new UnitEmitter(region, tunables).withLines().emit();
  }

  /** Makes believe that whatever can be reached by direct jumps has run. */
  private void follow(long address) {
    Set<Long> seen = new HashSet<>();
    Deque<Long> open = new ArrayDeque<>();
    open.add(address);
    while (!open.isEmpty()) {
      long at = open.remove();
      if (!seen.add(at) || !isInside(at)) {
        continue;
      }
      cpu.rip = at;
      // Long code, and code on two pages, is several of the interpreter's blocks.
      long next = at + interpreter.pretend(at);
      Instruction instruction = decode(at);
      while (instruction != null && target(instruction, at) == null && !endsRun(instruction)) {
        at += instruction.length();
        instruction = decode(at);
        if (at == next && instruction != null) {
          cpu.rip = at;
          next = at + interpreter.pretend(at);
        }
      }
      if (instruction != null) {
        Long target = target(instruction, at);
        if (target != null) {
          open.add(target);
        }
        if (instruction.op() != Op.JMP) {
          open.add(at + instruction.length());
        }
      }
    }
  }

  private boolean isInside(long at) {
    return Long.compareUnsigned(at - base, code.length) < 0;
  }

  private @Nullable Instruction decode(long at) {
    return isInside(at) ? decoder.decode(code, (int) (at - base), code.length, codeSize) : null;
  }

  private static boolean endsRun(Instruction instruction) {
    return switch (instruction.op()) {
      case JMP, CALL, RET, INVALID, TOO_LONG, HLT, UD2 -> true;
      default -> false;
    };
  }

  /** Where a direct jump goes; a call of its own region is not followed. */
  private static @Nullable Long target(Instruction instruction, long at) {
    boolean jumps = switch (instruction.op()) {
      case JMP, JCC, JCXZ, LOOP, LOOPE, LOOPNE -> true;
      default -> false;
    };
    return jumps && instruction.operand(0) instanceof Operand.Relative relative
        ? at + instruction.length() + relative.displacement() : null;
  }

  @Override
  public void close() {
    memory.close();
  }
}
