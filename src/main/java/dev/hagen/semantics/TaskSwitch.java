package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/**
 * The hardware task switch (SDM vol. 3A 7.3).
 *
 * <p>It has two halves. Until the new task's general registers are in place, a fault belongs to the old task, which has
 * not changed. After that a fault belongs to the new task: its segment registers hold selectors without descriptors as
 * far as they have not been loaded.
 */
final class TaskSwitch {
  /** What causes a switch; decides about busy bits, NT and the back link. */
  private enum Cause {
    JUMP,
    CALL,
    RETURN
  }

  private static final int CR3 = 0x1C;
  private static final int TRAP = 0x64;
  /** The enable bits of DR7 that are for one task only, L0 to L3 and LE. */
  private static final long LOCAL_BREAKPOINTS = 0x155;

  private final CpuState cpu;
  private final int selector;
  private final long base;
  private final boolean wide;
  private final Cause cause;
  private final int external;
  private final long descriptor;

  private TaskSwitch(CpuState cpu, int selector, long descriptor, Cause cause, int external) {
    this.cpu = cpu;
    this.selector = selector;
    this.descriptor = descriptor;
    this.base = Descriptor.base(descriptor);
    this.wide = (Descriptor.type(descriptor) & 8) != 0;
    this.cause = cause;
    this.external = external;
  }

  /** Delivers an interrupt or exception through a task gate. */
  static void throughInterruptGate(CpuState cpu, int selector, int flags, boolean hasErrorCode, int errorCode,
      int external) {
    long raw = target(cpu, selector, external);
    TaskSwitch change = new TaskSwitch(cpu, selector, raw, Cause.CALL, external);
    change.first(flags);
    change.second();
    if (hasErrorCode) {
      StackCursor stack = StackCursor.current(cpu, external);
      stack.push(errorCode, change.wide ? 4 : 2);
      stack.commit();
    }
    change.checkInstructionPointer();
  }

  /** INT n, INT3, INTO or INT1 through a task gate. */
  static void throughGateByInstruction(CpuState cpu, int selector, int flags, int external) {
    long raw = target(cpu, selector, external);
    new TaskSwitch(cpu, selector, raw, Cause.CALL, external).fromInstruction(flags);
  }

  /** The task gate of a far jump or call whose privileges and presence have been checked. */
  static void throughGate(CpuState cpu, long gate, boolean call) {
    int selector = Descriptor.gateSelector(gate);
    long raw = target(cpu, selector, 0);
    new TaskSwitch(cpu, selector, raw, call ? Cause.CALL : Cause.JUMP, 0).fromInstruction(cpu.flags());
  }

  /** A far jump or call to a TSS descriptor, privileges checked. */
  static void toDescriptor(CpuState cpu, int selector, boolean call) {
    long raw = target(cpu, selector, 0);
    new TaskSwitch(cpu, selector, raw, call ? Cause.CALL : Cause.JUMP, 0).fromInstruction(cpu.flags());
  }

  /** IRET with NT set: back to the task that the back link names. */
  static void returnToPrevious(CpuState cpu) {
    int selector = (int) LinearMemory.loadSystem(cpu, DescriptorTable.wrap(cpu, cpu.tr.base), 2);
    int code = DescriptorTable.errorCode(selector);
    if (DescriptorTable.isLocal(selector)) {
      throw cpu.raise(Vector.TS, code);
    }
    long raw = DescriptorTable.read(cpu, selector, Vector.TS, 0);
    if (!Descriptor.isTss(raw) || (Descriptor.type(raw) & Descriptor.BUSY) == 0) {
      throw cpu.raise(Vector.TS, code);
    }
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.NP, code);
    }
    new TaskSwitch(cpu, selector, raw, Cause.RETURN, 0).fromInstruction(cpu.flags() & ~Flags.NT);
  }

  /** The descriptor of an available TSS in the GDT. */
  private static long target(CpuState cpu, int selector, int external) {
    int code = DescriptorTable.errorCode(selector) | external;
    if (DescriptorTable.isLocal(selector)) {
      throw cpu.raise(Vector.GP, code);
    }
    long raw = DescriptorTable.read(cpu, selector, Vector.GP, external);
    if (!Descriptor.isTss(raw) || (Descriptor.type(raw) & Descriptor.BUSY) != 0) {
      throw cpu.raise(Vector.GP, code);
    }
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.NP, code);
    }
    return raw;
  }

  /**
   * Both halves for an instruction. A fault of the second half is the new task's: it is delivered here, because the one
   * who catches an instruction's fault would put the old RIP back.
   */
  private void fromInstruction(int flags) {
    first(flags);
    try {
      second();
      checkInstructionPointer();
    } catch (GuestException fault) {
      if (InterruptDelivery.deliver(cpu, fault) == InterruptDelivery.Outcome.TRIPLE_FAULT) {
        throw cpu.raise(InterruptDelivery.SHUTDOWN);
      }
    }
  }

  private long read(int offset, int size) {
    return LinearMemory.loadSystem(cpu, base + offset & 0xFFFF_FFFFL, size);
  }

  private void save(int offset, long value, int size) {
    LinearMemory.storeSystem(cpu, cpu.tr.base + offset & 0xFFFF_FFFFL, value, size);
  }

  private final long[] registers = new long[8];
  private final int[] selectors = new int[6];
  private long instructionPointer;
  private int newFlags;
  private int localTable;
  private boolean trap;

  private void first(int savedFlags) {
    if (Descriptor.limit(descriptor) < (wide ? 0x67 : 0x2B)) {
      throw cpu.raise(Vector.TS, DescriptorTable.errorCode(selector) | external);
    }
    readNewState();
    long newCr3 = wide && (cpu.cr0 & Control.CR0_PG) != 0 ? read(CR3, 4) : cpu.cr3;
    saveOldState(savedFlags);
    changeBusyBits();
    if (wide && (cpu.cr0 & Control.CR0_PG) != 0) {
      ControlRegisters.loadCr3(cpu, newCr3, false);
    }
    Descriptor.load(cpu.tr, selector, descriptor);
    cpu.tr.attributes |= Descriptor.BUSY;
    cpu.cr0 |= Control.CR0_TS;
    cpu.dr[7] &= ~LOCAL_BREAKPOINTS;
    commitRegisters();
  }

  private void readNewState() {
    instructionPointer = wide ? read(0x20, 4) : read(0x0E, 2);
    newFlags = (int) (wide ? read(0x24, 4) : read(0x10, 2)) & Flags.ALL;
    int size = wide ? 4 : 2;
    int firstRegister = wide ? 0x28 : 0x12;
    for (int i = 0; i < 8; i++) {
      registers[i] = read(firstRegister + i * size, size);
    }
    int firstSelector = wide ? 0x48 : 0x22;
    for (int i = 0; i < (wide ? 6 : 4); i++) {
      selectors[i] = (int) read(firstSelector + i * size, 2);
    }
    localTable = (int) read(wide ? 0x60 : 0x2A, 2);
    trap = wide && (read(TRAP, 2) & 1) != 0;
  }

  private void saveOldState(int flags) {
    boolean oldWide = TaskState.is32Bit(cpu);
    int size = oldWide ? 4 : 2;
    save(oldWide ? 0x20 : 0x0E, cpu.rip, size);
    save(oldWide ? 0x24 : 0x10, flags, size);
    int firstRegister = oldWide ? 0x28 : 0x12;
    for (int i = 0; i < 8; i++) {
      save(firstRegister + i * size, cpu.gpr[i], size);
    }
    int firstSelector = oldWide ? 0x48 : 0x22;
    for (int i = 0; i < (oldWide ? 6 : 4); i++) {
      save(firstSelector + i * size, cpu.segment[i].selector, 2);
    }
  }

  private void changeBusyBits() {
    if (cause == Cause.CALL) {
      LinearMemory.storeSystem(cpu, base, cpu.tr.selector, 2);
      newFlags |= Flags.NT;
    } else {
      DescriptorTable.setBusy(cpu, cpu.tr.selector, false);
    }
    if (cause != Cause.RETURN) {
      DescriptorTable.setBusy(cpu, selector, true);
    }
  }

  private void commitRegisters() {
    cpu.rip = instructionPointer;
    cpu.setFlags(newFlags);
    for (int i = 0; i < 8; i++) {
      cpu.setRegister(i, registers[i], wide ? 4 : 2);
    }
    for (int i = 0; i < 6; i++) {
      cpu.segment[i].set(selectors[i], 0, 0, 0);
    }
    cpu.ldtr.set(localTable, 0, 0, 0);
    // Until SS is loaded a fault must find its stack in the TSS.
    cpu.cpl = 3;
    cpu.interruptShadow = false;
    cpu.debugShadow = false;
    cpu.leaveBlock = true;
    cpu.updateContext();
  }

  private void second() {
    try {
      loadSegments();
    } finally {
      cpu.updateContext();
    }
    if (trap) {
      DebugRegisters.trap(cpu, DebugRegisters.TASK_SWITCH);
    }
  }

  private void loadSegments() {
    loadLocalTable();
    if (cpu.isVirtual8086()) {
      for (int i = 0; i < 6; i++) {
        SegmentLoader.loadReal(cpu, i, selectors[i]);
      }
      return;
    }
    loadStack();
    cpu.cpl = selectors[Reg.CS] & 3;
    loadCode();
    loadData(Reg.DS);
    loadData(Reg.ES);
    loadData(Reg.FS);
    loadData(Reg.GS);
  }

  private void checkInstructionPointer() {
    if (cpu.rip > cpu.segment[Reg.CS].limit) {
      throw cpu.generalProtection(external);
    }
  }

  private GuestException invalid(int wrongSelector) {
    return cpu.raise(Vector.TS, DescriptorTable.errorCode(wrongSelector) | external);
  }

  private void loadLocalTable() {
    if (DescriptorTable.isNull(localTable)) {
      return;
    }
    if (DescriptorTable.isLocal(localTable)) {
      throw invalid(localTable);
    }
    long raw = DescriptorTable.read(cpu, localTable, Vector.TS, external);
    if (!Descriptor.isSystem(raw) || Descriptor.type(raw) != Descriptor.LDT || !Descriptor.isPresent(raw)) {
      throw invalid(localTable);
    }
    Descriptor.load(cpu.ldtr, localTable, raw);
  }

  private void loadCode() {
    int code = selectors[Reg.CS];
    if (DescriptorTable.isNull(code)) {
      throw invalid(code);
    }
    long raw = DescriptorTable.read(cpu, code, Vector.TS, external);
    int rpl = code & 3;
    boolean privileged = Descriptor.isConformingCode(raw) ? Descriptor.dpl(raw) <= rpl : Descriptor.dpl(raw) == rpl;
    if (!Descriptor.isCode(raw) || !privileged) {
      throw invalid(code);
    }
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.NP, DescriptorTable.errorCode(code) | external);
    }
    Descriptor.load(cpu.segment[Reg.CS], code, DescriptorTable.touch(cpu, code, raw));
  }

  private void loadStack() {
    int stack = selectors[Reg.SS];
    if (DescriptorTable.isNull(stack)) {
      throw invalid(stack);
    }
    long raw = SegmentLoader.checkStack(cpu, stack, selectors[Reg.CS] & 3, Vector.TS, external);
    Descriptor.load(cpu.segment[Reg.SS], stack, DescriptorTable.touch(cpu, stack, raw));
  }

  private void loadData(int index) {
    int selectorOfData = selectors[index];
    if (DescriptorTable.isNull(selectorOfData)) {
      return;
    }
    long raw = SegmentLoader.checkData(cpu, selectorOfData, cpu.cpl, Vector.TS, external);
    SegmentRegister register = cpu.segment[index];
    Descriptor.load(register, selectorOfData, DescriptorTable.touch(cpu, selectorOfData, raw));
  }
}
