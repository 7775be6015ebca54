package dev.hagen.interpret;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Extension;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.semantics.DebugRegisters;
import dev.hagen.semantics.InterruptDelivery;
import dev.hagen.vectors.Fault;
import dev.hagen.vectors.MemoryBytes;
import dev.hagen.vectors.MemoryLayout;
import dev.hagen.vectors.Mode;
import dev.hagen.vectors.Registers;
import dev.hagen.vectors.VectorCase;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A machine that runs recorded cases, on the interpreter or another tier, under what they were recorded under: a long-mode kernel whose
 * user code is 64-bit, or 32- or 16-bit in compatibility mode, with the segments of Linux.
 *
 * <p>Low linear addresses are physical ones. The kernel's tables and its stack are reached above {@link #KERNEL}, where
 * user code may not go. A fault is delivered through the IDT, and what it looks like is read from the handler's stack.
 */
public final class VectorMachine implements AutoCloseable {
  private static final int RAM = 0x20_0000;
  /** Linear address of physical address 0 for the kernel: the lowest of the upper half. */
  private static final long KERNEL = 0xFFFF_8000_0000_0000L;

  private static final int PML4 = 0x10_0000;
  private static final int LOW_POINTERS = 0x10_1000;
  private static final int LOW_DIRECTORY = 0x10_2000;
  private static final int LOW_TABLE = 0x10_3000;
  private static final int HIGH_POINTERS = 0x10_4000;
  private static final int HIGH_DIRECTORY = 0x10_5000;
  private static final int GDT = 0x10_6000;
  private static final int IDT = 0x10_7000;
  private static final int TSS = 0x10_8000;
  private static final int LDT = 0x10_9000;
  private static final int KERNEL_STACK = 0x10_C000;
  private static final int HANDLERS = 0x10_D000;

  private static final int TABLE_ENTRY = 7;
  private static final int KERNEL_CODE = 0x10;
  private static final int TSS_SELECTOR = 0x40;
  private static final int LDT_SELECTOR = 0x50;
  private static final int GDT_LIMIT = 0x7F;
  private static final int LDT_LIMIT = 0x2F;
  private static final int VECTORS = 32;
  private static final int X87_CONTROL = 0x1F3F;
  private static final int X87_CONTROL_ONES = 0x40;
  private static final int X87_EXCEPTIONS = 0x3F;
  private static final int X87_TOP = 0x3800;
  /** ES and B. */
  private static final int X87_SUMMARY = 0x8080;
  /** No case runs longer: a few hold bytes behind the instruction that are instructions too. */
  private static final int MOST_INSTRUCTIONS = 16;

  /** Memory that a case may change, and its content before each case. */
  private record Writable(int address, byte[] background) {}

  /** What executes instructions. */
  public interface Tier {
    /**
     * Executes one instruction or a few; as many as the guest runs until it enters its kernel, if it is that.
     *
     * @throws GuestException the fault of one, with RIP there
     */
    void run();
  }

  private final CpuState cpu;
  private final Decoder decoder;
  private final PhysicalMemory memory = new PhysicalMemory(RAM);
  private final Interpreter interpreter;
  private final List<Writable> writable;
  private Tier tier;

  public VectorMachine(SemanticMethods methods) {
    cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
    // The recorder's processor has BMI1, which the model does not announce: there TZCNT is BSF.
    Set<Extension> extensions = EnumSet.copyOf(Extension.of(cpu.model));
    extensions.add(Extension.TZCNT);
    decoder = new Decoder(extensions);
    interpreter = new Interpreter(cpu, decoder, methods);
    tier = interpreter::step;
    writable = MemoryLayout.REGIONS.stream()
        .filter(region -> region.permissions() == MemoryLayout.Permissions.READ_WRITE)
        .map(region -> new Writable(region.address(), MemoryLayout.background(region)))
        .toList();
    buildPageTables();
    buildDescriptors();
    buildGates();
    for (MemoryLayout.Region region : MemoryLayout.REGIONS) {
      memory.copyIn(region.address(), MemoryLayout.background(region), 0, region.size());
    }
    cpu.cr3 = PML4;
    cpu.cr0 = Control.CR0_PE | Control.CR0_MP | Control.CR0_ET | Control.CR0_NE | Control.CR0_WP | Control.CR0_AM
        | Control.CR0_PG;
    cpu.cr4 = Control.CR4_PAE | Control.CR4_PGE | Control.CR4_OSFXSR | Control.CR4_OSXMMEXCPT | Control.CR4_FSGSBASE;
    cpu.efer = Control.EFER_SCE | Control.EFER_LME | Control.EFER_LMA | Control.EFER_NXE;
    cpu.gdtrBase = KERNEL + GDT;
    cpu.gdtrLimit = GDT_LIMIT;
    cpu.idtrBase = KERNEL + IDT;
    cpu.idtrLimit = VECTORS * 16 - 1;
    cpu.tr.set(TSS_SELECTOR, KERNEL + TSS, 0x67, SegmentRegister.P | 0xB);
    cpu.ldtr.set(LDT_SELECTOR, KERNEL + LDT, LDT_LIMIT, SegmentRegister.P | 2);
  }

  /** What executes everything from now on, single-stepped instructions excepted. */
  public void setTier(Tier newTier) {
    tier = newTier;
  }

  public CpuState cpu() {
    return cpu;
  }

  public Decoder decoder() {
    return decoder;
  }

  public Interpreter interpreter() {
    return interpreter;
  }

  private void buildPageTables() {
    memory.write(PML4, LOW_POINTERS | TABLE_ENTRY, 8);
    memory.write(PML4 + 256 * 8, HIGH_POINTERS | TABLE_ENTRY, 8);
    memory.write(LOW_POINTERS, LOW_DIRECTORY | TABLE_ENTRY, 8);
    memory.write(LOW_DIRECTORY, LOW_TABLE | TABLE_ENTRY, 8);
    memory.write(HIGH_POINTERS, HIGH_DIRECTORY | TABLE_ENTRY, 8);
    memory.write(HIGH_DIRECTORY, PageEntry.P | PageEntry.W | PageEntry.PS | PageEntry.G, 8);
    for (MemoryLayout.Region region : MemoryLayout.REGIONS) {
      long rights = switch (region.permissions()) {
        case EXECUTE_READ -> PageEntry.U;
        case READ_WRITE -> PageEntry.U | PageEntry.W | PageEntry.NX;
        case READ -> PageEntry.U | PageEntry.NX;
      };
      for (int page = region.address(); page < region.address() + region.size(); page += 0x1000) {
        memory.write(LOW_TABLE + (page >> 12) * 8L, page | PageEntry.P | rights, 8);
      }
    }
  }

  private void buildDescriptors() {
    // @formatter:off
    //         table + place  base          limit    access flags
    descriptor(GDT + 0x08,    0,            0xFFFFF, 0x9B,  0xC);
    descriptor(GDT + 0x10,    0,            0xFFFFF, 0x9B,  0xA);
    descriptor(GDT + 0x18,    0,            0xFFFFF, 0x93,  0xC);
    descriptor(GDT + 0x20,    0,            0xFFFFF, 0xFB,  0xC);
    descriptor(GDT + 0x28,    0,            0xFFFFF, 0xF3,  0xC);
    descriptor(GDT + 0x30,    0,            0xFFFFF, 0xFB,  0xA);
    descriptor(GDT + 0x40,    TSS,          0x67,    0x8B,  0x0);
    descriptor(GDT + 0x50,    LDT,          0x2F,    0x82,  0x0);
    descriptor(LDT + 0x00,    0x20000L,     0xFFFFF, 0xF3,  0xD);
    descriptor(LDT + 0x08,    0xFFF0_0000L, 0xFFFFF, 0xF3,  0xD);
    descriptor(LDT + 0x10,    0x20000L,     0x0FFFF, 0xFB,  0x1);
    descriptor(LDT + 0x18,    0x20000L,     0x0FFFF, 0xF3,  0x1);
    descriptor(LDT + 0x20,    0x24000L,     0x0FFFF, 0xF3,  0x1);
    descriptor(LDT + 0x28,    0x1C000L,     0x0FFFF, 0xF3,  0x1);
    // @formatter:on
    memory.write(GDT + 0x48, KERNEL >>> 32, 8);
    memory.write(GDT + 0x58, KERNEL >>> 32, 8);
  }

  private void descriptor(int at, long base, int limit, int access, int flags) {
    memory.write(at, limit & 0xFFFF | (base & 0xFF_FFFF) << 16 | (long) access << 40 | (long) (limit >> 16) << 48
        | (long) flags << 52 | base >>> 24 << 56, 8);
  }

  /** Interrupt gates to one address for each vector; INT3 and INTO may call theirs from user code. */
  private void buildGates() {
    for (int vector = 0; vector < VECTORS; vector++) {
      long target = KERNEL + HANDLERS + vector;
      int access = vector == Vector.BP || vector == Vector.OF ? 0xEE : 0x8E;
      long low = target & 0xFFFF | (long) KERNEL_CODE << 16 | (long) access << 40 | (target >>> 16 & 0xFFFF) << 48;
      memory.write(IDT + vector * 16L, low, 8);
      memory.write(IDT + vector * 16L + 8, target >>> 32, 8);
    }
    memory.write(TSS + 4, KERNEL + KERNEL_STACK, 8);
    memory.write(TSS + 0x66, 0x68, 2);
  }

  /** Brings memory and registers into the state before a case. */
  public void load(VectorCase vector) {
    for (MemoryBytes bytes : vector.memoryBefore()) {
      memory.copyIn(bytes.address(), bytes.bytes(), 0, bytes.bytes().length);
    }
    byte[] code = vector.code();
    memory.copyIn(vector.address(), code, 0, codeLength(vector));
    loadGeneral(vector.mode(), vector.before());
    loadX87(vector.before().x87());
    loadSse(vector.before());
    cpu.interruptShadow = false;
    cpu.debugShadow = false;
    cpu.debugHits = 0;
    cpu.halted = false;
  }

  /** The bytes of the code that lie in the code pages: a case may end where they do. */
  private static int codeLength(VectorCase vector) {
    return Math.min(vector.code().length, MemoryLayout.CODE + MemoryLayout.CODE_SIZE - vector.address());
  }

  private void loadGeneral(Mode mode, Registers registers) {
    Arrays.fill(cpu.gpr, 0);
    System.arraycopy(registers.gpr(), 0, cpu.gpr, 0, registers.gpr().length);
    cpu.rip = registers.rip();
    cpu.setFlags(registers.rflags());
    for (int i = 0; i < 6; i++) {
      loadSegment(cpu.segment[i], registers.selectors()[i]);
    }
    cpu.cpl = 3;
    if (mode == Mode.BITS_64) {
      cpu.segment[Reg.FS].base = registers.fsBase();
      cpu.segment[Reg.GS].base = registers.gsBase();
    }
    cpu.updateContext();
  }

  private void loadSegment(SegmentRegister register, int selector) {
    if ((selector & ~3) == 0) {
      register.set(selector, 0, 0, 0);
      return;
    }
    long raw = memory.read(((selector & 4) != 0 ? LDT : GDT) + (selector & 0xFFF8L), 8);
    long base = raw >>> 16 & 0xFF_FFFF | raw >>> 56 << 24;
    long limit = raw & 0xFFFF | raw >>> 32 & 0xF_0000;
    boolean pages = (raw >>> 55 & 1) != 0;
    int attributes = (int) (raw >>> 40) & 0xFF | (int) (raw >>> 44) & 0xF00;
    register.set(selector, base, pages ? limit << 12 | 0xFFF : limit, attributes);
  }

  /** As FXRSTOR does it, which the recorder's kernel used: it computes ES and B from the exceptions and their masks. */
  private void loadX87(Registers.X87 x87) {
    System.arraycopy(x87.mantissas(), 0, cpu.stSignificand, 0, 8);
    System.arraycopy(x87.exponents(), 0, cpu.stSignExponent, 0, 8);
    cpu.fcw = x87.control() & X87_CONTROL | X87_CONTROL_ONES;
    boolean pending = (x87.status() & ~x87.control() & X87_EXCEPTIONS) != 0;
    cpu.fsw = x87.status() & ~(X87_TOP | X87_SUMMARY) | (pending ? X87_SUMMARY : 0);
    cpu.ftop = x87.top();
    cpu.ftw = x87.tags();
    cpu.fop = x87.opcode();
    cpu.fip = x87.ip();
    cpu.fdp = x87.dp();
    cpu.fcs = 0;
    cpu.fds = 0;
  }

  private void loadSse(Registers registers) {
    Arrays.fill(cpu.xmm, 0);
    System.arraycopy(registers.xmm(), 0, cpu.xmm, 0, registers.xmm().length);
    cpu.mxcsr = registers.mxcsr();
    cpu.sseExceptions = 0;
  }

  /**
   * Runs the case as the recorder did: until an instruction faults, or the {@code int3} behind the code is reached, or
   * the fetch of what follows faults. Answers the fault of the case, or null.
   */
  public @Nullable Fault run(VectorCase vector) {
    try {
      for (int i = 0; i < MOST_INSTRUCTIONS && cpu.cpl == 3; i++) {
        step();
      }
    } catch (GuestException e) {
      InterruptDelivery.deliver(cpu, e);
    }
    if (cpu.cpl == 3) {
      throw new IllegalStateException("does not stop");
    }
    Fault fault = returnFromHandler();
    return hasCompleted(vector, fault) ? null : fault;
  }

  /** Whether a fault is only how the recorder stops what has completed. */
  private boolean hasCompleted(VectorCase vector, Fault fault) {
    boolean breakpointItself = vector.code().length == 1 && vector.code()[0] == MemoryLayout.INT3;
    if (fault.vector() == Vector.BP && !breakpointItself) {
      cpu.rip--;
      return true;
    }
    return fault.vector() == Vector.PF && (fault.errorCode() & PageEntry.FAULT_FETCH) != 0
        && cpu.rip != vector.before().rip() && fault.cr2() == cpu.rip + vector.mode().base();
  }

  /** As {@link dev.hagen.vmm.VirtualCpu} does it. */
  private void step() {
    boolean singleStep = (cpu.systemFlags & Flags.TF) != 0;
    cpu.interruptShadow = false;
    cpu.debugShadow = false;
    if (singleStep) {
      interpreter.step();
    } else {
      tier.run();
    }
    if (cpu.cpl == 3 && !cpu.debugShadow && DebugRegisters.takeTrap(cpu, singleStep)) {
      throw cpu.raise(Vector.DB);
    }
  }

  /** Takes the registers of the interrupted code from the handler's stack. */
  private Fault returnFromHandler() {
    int vector = (int) (cpu.rip - KERNEL - HANDLERS);
    long frame = cpu.gpr[Reg.RSP] - KERNEL;
    int errorCode = 0;
    if (Vector.hasErrorCode(vector)) {
      errorCode = (int) memory.read(frame, 8);
      frame += 8;
    }
    cpu.rip = memory.read(frame, 8);
    loadSegment(cpu.segment[Reg.CS], (int) memory.read(frame + 8, 8));
    cpu.setFlags((int) memory.read(frame + 16, 8));
    cpu.gpr[Reg.RSP] = memory.read(frame + 24, 8);
    loadSegment(cpu.segment[Reg.SS], (int) memory.read(frame + 32, 8));
    cpu.cpl = 3;
    return new Fault(vector, errorCode, vector == Vector.PF ? cpu.cr2 : 0);
  }

  /** The linear address of the first byte of memory that is not what the case says, or -1. */
  int firstMemoryDifference(VectorCase vector) {
    for (Writable region : writable) {
      byte[] expected = region.background.clone();
      patch(expected, region.address, vector.memoryBefore());
      patch(expected, region.address, vector.memoryAfter());
      int at = Arrays.mismatch(expected, read(region.address, expected.length));
      if (at >= 0) {
        return region.address + at;
      }
    }
    return -1;
  }

  private static void patch(byte[] region, int address, List<MemoryBytes> patches) {
    for (MemoryBytes patch : patches) {
      int from = patch.address() - address;
      if (from >= 0 && from < region.length) {
        System.arraycopy(patch.bytes(), 0, region, from, patch.bytes().length);
      }
    }
  }

  public byte[] read(int linear, int length) {
    byte[] bytes = new byte[length];
    memory.copyOut(linear, bytes, 0, length);
    return bytes;
  }

  /** Brings memory back to what it holds between cases. */
  public void restore(VectorCase vector) {
    for (Writable region : writable) {
      memory.copyIn(region.address, region.background, 0, region.background.length);
    }
    byte[] empty = new byte[codeLength(vector)];
    Arrays.fill(empty, MemoryLayout.INT3);
    memory.copyIn(vector.address(), empty, 0, empty.length);
  }

  @Override
  public void close() {
    memory.close();
  }
}
