package dev.hagen.semantics;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.cpu.VmmCalls;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.vmm.ApicPort;
import dev.hagen.vmm.MsrFile;
import dev.hagen.vmm.ParavirtualMsrs;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A processor with a little memory, descriptor tables, a TSS and gates, that executes single system instructions.
 *
 * <p>Memory is identity-mapped where paging is on. The tables lie at the addresses below; every descriptor that a test
 * needs otherwise is overwritten with {@link #descriptor}.
 */
final class SystemGuest implements VmmCalls, AutoCloseable {
  static final int GDT = 0x1000;
  static final int IDT = 0x2000;
  static final int TSS = 0x3000;
  static final int OTHER_TSS = 0x3100;
  static final int LDT = 0x3800;
  static final int PAGE_TABLES = 0x1_0000;
  static final int CODE = 0x4000;
  static final int HANDLER = 0x5000;
  static final int KERNEL_STACK = 0x8000;
  static final int USER_STACK = 0x9000;
  static final int IST_STACK = 0xA000;
  static final int DATA = 0xB000;

  static final int CODE0 = 0x08;
  static final int DATA0 = 0x10;
  static final int CODE3 = 0x1B;
  static final int DATA3 = 0x23;
  static final int TSS_SELECTOR = 0x28;
  static final int CODE64 = 0x38;
  static final int CODE64_3 = 0x43;
  static final int OTHER_TSS_SELECTOR = 0x48;
  static final int LDT_SELECTOR = 0x50;
  /** A slot for a test's own descriptor, and the next one for its second half in long mode. */
  static final int FREE = 0x60;
  static final int FREE2 = 0x70;
  static final int CODE16 = 0x80;
  static final int DATA16 = 0x88;

  private static final Class<?>[] FAMILIES = {SegmentLoader.class, FarTransfer.class, InterruptReturn.class,
      SoftwareInterrupt.class, FastSystemCall.class, SegmentBases.class, ControlRegisters.class, DebugRegisters.class,
      DescriptorRegisters.class, DescriptorInspection.class, TranslationControl.class, PortInstructions.class,
      ProcessorInformation.class, ProcessorStates.class, SystemFlags.class};
  private static final Map<Op, Method> METHODS = new EnumMap<>(Op.class);

  static {
    for (Class<?> family : FAMILIES) {
      for (Method method : family.getDeclaredMethods()) {
        Semantics semantics = method.getAnnotation(Semantics.class);
        if (semantics != null) {
          for (Op op : semantics.value()) {
            METHODS.put(op, method);
          }
        }
      }
    }
  }

  /** A fault as the guest's handler would be told of it. */
  record Fault(int vector, int errorCode) {}

  /** An access to a port: its value, or -1 for a read. */
  record PortAccess(int port, long value, int size) {}

  /** A call of the hypervisor. */
  record Hypercall(long number, long first, long second) {}

  final CpuState cpu;
  final PhysicalMemory memory = new PhysicalMemory(1 << 20);
  final MsrFile msrs;
  final List<PortAccess> ports = new ArrayList<>();
  final List<Hypercall> hypercalls = new ArrayList<>();
  long hypercallResult;
  long portValue;
  long ticks = 1000;
  boolean halted;
  private int instructionLength = 2;

  private SystemGuest(String model) {
    CpuModel cpuModel = CpuModel.named(model);
    msrs = new MsrFile(cpuModel, ApicPort.NONE, () -> ticks, new ParavirtualMsrs(cpuModel, memory, 0));
    cpu = new CpuState(cpuModel, memory, this);
    cpu.rip = CODE;
    cpu.gpr[Reg.RDX] = 0;
  }

  /** Real mode, with flat interrupt vectors to {@link #HANDLER}. */
  static SystemGuest realMode() {
    SystemGuest guest = new SystemGuest("hagen");
    guest.cpu.idtrLimit = 0x3FF;
    for (int i = 0; i < 256; i++) {
      guest.poke(4 * i, HANDLER, 4);
    }
    guest.cpu.segment[Reg.CS].set(0, 0, 0xFFFF, 0x93);
    guest.cpu.gpr[Reg.RSP] = KERNEL_STACK;
    guest.cpu.updateContext();
    return guest;
  }

  /** 32-bit protected mode at CPL 0 on a flat kernel stack, with 32-bit interrupt gates of DPL 0. */
  static SystemGuest protectedMode() {
    return protectedMode("hagen");
  }

  static SystemGuest protectedMode(String model) {
    SystemGuest guest = new SystemGuest(model);
    guest.buildTables();
    guest.cpu.cr0 = Control.CR0_PE | Control.CR0_ET;
    guest.loadFlat(CODE0, DATA0, 0);
    guest.cpu.gpr[Reg.RSP] = KERNEL_STACK;
    guest.cpu.tr.set(TSS_SELECTOR, TSS, 0x2FF, 0x8B);
    for (int vector = 0; vector < 64; vector++) {
      guest.gate(vector, CODE0, HANDLER + vector * 16, 0x8E);
    }
    guest.poke(TSS + 4, KERNEL_STACK, 4);
    guest.poke(TSS + 8, DATA0, 4);
    guest.poke(TSS + 0x66, 0x68, 2);
    guest.cpu.updateContext();
    return guest;
  }

  /** 64-bit mode at CPL 0, with interrupt gates of DPL 0. */
  static SystemGuest longMode() {
    return longMode("hagen");
  }

  static SystemGuest longMode(String model) {
    SystemGuest guest = new SystemGuest(model);
    guest.buildTables();
    guest.buildPageTables();
    guest.cpu.cr0 = Control.CR0_PE | Control.CR0_ET | Control.CR0_PG;
    guest.cpu.cr4 = Control.CR4_PAE;
    guest.cpu.cr3 = PAGE_TABLES;
    guest.cpu.efer = Control.EFER_LME | Control.EFER_LMA | Control.EFER_SCE;
    guest.loadFlat(CODE64, DATA0, 0);
    guest.cpu.gpr[Reg.RSP] = KERNEL_STACK;
    guest.cpu.tr.set(TSS_SELECTOR, TSS, 0x67, 0x8B);
    for (int vector = 0; vector < 64; vector++) {
      guest.gate64(vector, CODE64, HANDLER + vector * 16, 0x8E, 0);
    }
    guest.poke(TSS + 4, KERNEL_STACK, 8);
    guest.poke(TSS + 0x24, IST_STACK, 8);
    guest.cpu.updateContext();
    return guest;
  }

  private void buildTables() {
    cpu.gdtrBase = GDT;
    cpu.gdtrLimit = 0xFF;
    cpu.idtrBase = IDT;
    cpu.idtrLimit = 0x7FF;
    descriptor(CODE0, 0, 0xF_FFFF, 0x9B, 0xC);
    descriptor(DATA0, 0, 0xF_FFFF, 0x93, 0xC);
    descriptor(CODE3, 0, 0xF_FFFF, 0xFB, 0xC);
    descriptor(DATA3, 0, 0xF_FFFF, 0xF3, 0xC);
    descriptor(TSS_SELECTOR, TSS, 0x2FF, 0x8B, 0);
    descriptor(CODE64, 0, 0xF_FFFF, 0x9B, 0xA);
    descriptor(CODE64_3, 0, 0xF_FFFF, 0xFB, 0xA);
    descriptor(OTHER_TSS_SELECTOR, OTHER_TSS, 0x67, 0x89, 0);
    descriptor(LDT_SELECTOR, LDT, 0xFF, 0x82, 0);
    descriptor(CODE16, 0, 0xFFFF, 0x9B, 0);
    descriptor(DATA16, 0, 0xFFFF, 0x93, 0);
  }

  /** The first megabyte, for everyone, by one 2 MiB page. */
  private void buildPageTables() {
    poke(PAGE_TABLES, PAGE_TABLES + 0x1007, 8);
    poke(PAGE_TABLES + 0x1000, PAGE_TABLES + 0x2007, 8);
    poke(PAGE_TABLES + 0x2000, 0x87, 8);
  }

  /** Maps the first megabyte by 4 KiB pages that allow everything, with write protection for ring 0 as well. */
  void buildSmallPages() {
    boolean wide = cpu.isLongMode();
    int table = PAGE_TABLES + 0x5000;
    for (int page = 0; page < 256; page++) {
      poke(table + (long) page * (wide ? 8 : 4), (long) page << 12 | 7, wide ? 8 : 4);
    }
    if (wide) {
      poke(PAGE_TABLES + 0x2000, table | 7, 8);
    } else {
      poke(PAGE_TABLES + 0x4000, table | 7, 4);
      cpu.cr3 = PAGE_TABLES + 0x4000;
    }
    cpu.cr0 |= Control.CR0_PG | Control.CR0_WP;
    dev.hagen.mmu.Paging.flush(cpu);
    cpu.updateContext();
  }

  /** Takes rights from the page at {@code address}: {@code bits} of P (1), W (2), U (4). */
  void restrict(long address, int bits) {
    int size = cpu.isLongMode() ? 8 : 4;
    long entry = PAGE_TABLES + 0x5000 + (address >> 12) * size;
    poke(entry, peek(entry, size) & ~bits, size);
    dev.hagen.mmu.Paging.flush(cpu);
  }

  private void loadFlat(int code, int data, int cpl) {
    cpu.cpl = cpl;
    Descriptor.load(cpu.segment[Reg.CS], code, peek(GDT + (code & ~7), 8));
    for (int i : new int[] {Reg.ES, Reg.SS, Reg.DS, Reg.FS, Reg.GS}) {
      Descriptor.load(cpu.segment[i], data, peek(GDT + (data & ~7), 8));
    }
    cpu.updateContext();
  }

  /** Goes on as a program of ring 3 on its own stack. */
  SystemGuest inUserMode() {
    loadFlat(cpu.isLongMode() ? CODE64_3 : CODE3, DATA3, 3);
    cpu.gpr[Reg.RSP] = USER_STACK;
    cpu.setFlags(Flags.ALWAYS_ONE | Flags.IF);
    return this;
  }

  /** Goes on as a 32-bit program under long mode. */
  SystemGuest inCompatibilityMode() {
    loadFlat(CODE3, DATA3, 3);
    cpu.gpr[Reg.RSP] = USER_STACK;
    return this;
  }

  /** Goes on as an 8086 program with all segments at zero. */
  SystemGuest inVirtual8086Mode(int iopl) {
    cpu.setFlags(Flags.ALWAYS_ONE | Flags.VM | Flags.IF | iopl << Flags.IOPL_SHIFT);
    cpu.cpl = 3;
    for (SegmentRegister register : cpu.segment) {
      register.set(0, 0, 0xFFFF, 0xF3);
    }
    cpu.gpr[Reg.RSP] = USER_STACK;
    cpu.updateContext();
    return this;
  }

  /** Writes a descriptor; {@code flags} are its bits 52 to 55. */
  void descriptor(int selector, long base, int limit, int access, int flags) {
    int at = ((selector & 4) != 0 ? LDT : GDT) + (selector & 0xFFF8);
    poke(at, limit & 0xFFFF | (base & 0xFF_FFFF) << 16 | (long) access << 40 | (long) (limit >> 16) << 48
        | (long) flags << 52 | base >>> 24 << 56, 8);
  }

  private static long gateBits(int selector, long offset, int access) {
    return offset & 0xFFFF | (long) (selector & 0xFFFF) << 16 | (long) access << 40 | (offset >>> 16 & 0xFFFF) << 48;
  }

  /** An eight-byte interrupt, trap or task gate. */
  void gate(int vector, int selector, long offset, int access) {
    poke(IDT + 8 * vector, gateBits(selector, offset, access), 8);
  }

  /** A sixteen-byte gate. */
  void gate64(int vector, int selector, long offset, int access, int ist) {
    poke(IDT + 16 * vector, gateBits(selector, offset, access) | (long) ist << 32, 8);
    poke(IDT + 16 * vector + 8, offset >>> 32, 8);
  }

  /** A call gate in the GDT. */
  void callGate(int at, int selector, long offset, int access, int parameters) {
    poke(GDT + (at & 0xFFF8), gateBits(selector, offset, access) | (long) parameters << 32, 8);
    if (cpu.isLongMode()) {
      poke(GDT + (at & 0xFFF8) + 8, offset >>> 32, 8);
    }
  }

  void poke(long address, long value, int size) {
    memory.write(address, value, size);
  }

  long peek(long address, int size) {
    return memory.read(address, size);
  }

  /** The value {@code index} places above the stack pointer. */
  long stack(int index, int size) {
    return peek(cpu.segment[Reg.SS].base + cpu.gpr[Reg.RSP] + (long) index * size, size);
  }

  /** Pushes values the first of which ends up on top. */
  void prepareStack(int size, long... values) {
    cpu.gpr[Reg.RSP] -= (long) size * values.length;
    for (int i = 0; i < values.length; i++) {
      poke(cpu.segment[Reg.SS].base + cpu.gpr[Reg.RSP] + (long) i * size, values[i], size);
    }
  }

  /** The length of the next instructions; 2 unless a test says otherwise. */
  void setInstructionLength(int length) {
    instructionLength = length;
  }

  Instruction instruction(Op op, int size, int prefixes, Operand... operands) {
    int codeSize = dev.hagen.cpu.ExecutionContext.codeSize(cpu.context);
    return new Instruction(op, instructionLength, codeSize, size, codeSize, prefixes, 0, Reg.DS, 0, 0, 1, operands);
  }

  /** Executes one instruction; a fault leaves RIP at it and comes to the test. */
  void execute(Op op, int size, Operand... operands) {
    execute(instruction(op, size, 0, operands));
  }

  void execute(Instruction insn) {
    long start = cpu.rip;
    cpu.rip += insn.length();
    cpu.leaveBlock = false;
    cpu.transferred = false;
    Method method = METHODS.get(insn.op());
    try {
      if (method.getParameterCount() == 1) {
        method.invoke(null, cpu);
      } else {
        method.invoke(null, cpu, insn);
      }
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof GuestException) {
        cpu.rip = start;
      }
      throw SystemGuest.<RuntimeException>unchecked(e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T unchecked(Throwable cause) throws T {
    throw (T) cause;
  }

  /** Decodes and executes the instruction in {@code hex}; answers its fault, or null. */
  Fault code(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    Instruction insn = new Decoder().decode(bytes, 0, bytes.length,
        dev.hagen.cpu.ExecutionContext.codeSize(cpu.context));
    if (insn == null || insn.length() != bytes.length) {
      throw new AssertionError("no whole instruction: " + hex);
    }
    return faultOf(insn);
  }

  /** The fault that an instruction raises; null if it raises none. */
  Fault faultOf(Op op, int size, Operand... operands) {
    return faultOf(instruction(op, size, 0, operands));
  }

  Fault faultOf(Instruction insn) {
    try {
      execute(insn);
      return null;
    } catch (GuestException fault) {
      return new Fault(fault.vector(), fault.errorCode());
    }
  }

  static Operand register(int index, int size) {
    return new Operand.Register(index, size, false);
  }

  static Operand segment(int index) {
    return new Operand.Segment(index);
  }

  static Operand memory(long address, int size) {
    return new Operand.Memory(Reg.DS, Reg.NONE, Reg.NONE, 0, address, false, 4, size);
  }

  static Operand immediate(long value) {
    return new Operand.Immediate(value, 1);
  }

  static Operand control(int index) {
    return new Operand.Control(index, false, 8);
  }

  static Operand debug(int index) {
    return new Operand.Control(index, true, 8);
  }

  static Operand farPointer(int selector, long offset) {
    return new Operand.FarPointer(selector, offset, 4);
  }

  @Override
  public long readPort(int port, int size) {
    ports.add(new PortAccess(port, -1, size));
    return portValue;
  }

  @Override
  public void writePort(int port, long value, int size) {
    ports.add(new PortAccess(port, value, size));
  }

  @Override
  public long readMsr(CpuState state, int index) {
    return msrs.read(state, index);
  }

  @Override
  public void writeMsr(CpuState state, int index, long value) {
    msrs.write(state, index, value);
  }

  @Override
  public long timestamp(CpuState state) {
    return msrs.timestamp();
  }

  @Override
  public long readCr8(CpuState state) {
    return 0;
  }

  @Override
  public void writeCr8(CpuState state, long value) {}

  @Override
  public void halt(CpuState state) {
    halted = true;
  }

  @Override
  public void pause(CpuState state) {}

  @Override
  public long random() {
    return 4;
  }

  @Override
  public long hypercall(CpuState state, long number, long first, long second) {
    hypercalls.add(new Hypercall(number, first, second));
    return hypercallResult;
  }

  @Override
  public void signalFpuError(CpuState state) {}

  @Override
  public void close() {
    memory.close();
  }
}
