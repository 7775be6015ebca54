package dev.hagen.cpu;

import static dev.hagen.x86.Flags.AC;
import static dev.hagen.x86.Flags.AF;
import static dev.hagen.x86.Flags.ALWAYS_ONE;
import static dev.hagen.x86.Flags.ARITHMETIC;
import static dev.hagen.x86.Flags.CF;
import static dev.hagen.x86.Flags.IF;
import static dev.hagen.x86.Flags.VM;
import static dev.hagen.x86.Flags.ZF;

import dev.hagen.memory.HostMemory;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The architectural state of one virtual processor, shared by every execution tier.
 *
 * <p>Fields are public: this is the register file of the machine, not an object with behaviour. Whoever changes a field
 * that {@link #context} depends on (CR0, CR4, EFER, a segment register, CPL, VM or AC in EFLAGS) calls
 * {@link #updateContext()} afterwards.
 *
 * <h2>Lazy arithmetic flags</h2>
 *
 * The six arithmetic flags are never stored as such. Two words stand for them; an operation writes both and whoever
 * needs a flag computes it:
 *
 * <ul>
 *   <li>{@link #flagResult}: the result, sign-extended to 64 bits.
 *   <li>{@link #flagCarries}: bit 63 the carry out of the most significant bit (CF), bit 62 the carry into it (so OF is
 *       bit 63 xor bit 62), bit 3 the carry out of bit 3 (AF), bit 0 set where SF is the opposite of the result's sign,
 *       bits 8 to 15 what must be xor-ed to the result's low byte before its parity is taken. The last two are zero
 *       after every operation; they exist because {@code popf} can set ZF, SF and PF independently.
 * </ul>
 */
public final class CpuState {
  private static final VarHandle PENDING;
  private static final VarHandle ATTENTION;

  static {
    try {
      PENDING = MethodHandles.lookup().findVarHandle(CpuState.class, "pending", int.class);
      ATTENTION = MethodHandles.lookup().findVarHandle(CpuState.class, "attention", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * A unit may retire so many instructions before it looks whether it must stop; no region has more on one way through
   * it.
   */
  public static final int MARGIN = 4096;
  /** {@link #attention} if no event wants it. */
  private static final int[] CONDITIONS = conditions();
  private static final int CALM = -MARGIN;
  /** The same if one does. */
  private static final int ALWAYS = Integer.MIN_VALUE;

  /** Bit 63 of {@link #flagCarries}: CF. */
  public static final long CARRY_OUT = 1L << 63;
  /** Bit 62 of {@link #flagCarries}: the carry into the most significant bit. */
  public static final long CARRY_IN = 1L << 62;
  /** Bit 3 of {@link #flagCarries}: AF. */
  public static final long CARRY_AUX = 1L << 3;
  /** Those carries of a 64-bit carry vector that {@link #flagCarries} keeps. */
  public static final long CARRIES = CARRY_OUT | CARRY_IN | CARRY_AUX;

  // General registers and instruction pointer.

  /** RAX to R15 in encoding order; slot {@link Reg#NONE} is always zero. */
  public final long[] gpr = new long[17];
  /**
   * The instruction pointer (an offset in CS). While an instruction executes it is the address of the next one; a
   * fault puts it back.
   */
  public long rip;

  // Flags.

  /** See the class. */
  public long flagResult;
  /** See the class. */
  public long flagCarries;
  /**
   * If not zero, the arithmetic flags are not in the two words above but have still to be computed from these operands:
   * translation units leave them so. See {@code dev.hagen.semantics.LazyFlags}, which alone touches these fields.
   */
  public int lazyKind;
  public long lazyA;
  public long lazyB;
  public long lazyC;
  /** EFLAGS without the six arithmetic flags; bit 1 is always set. */
  public int systemFlags = ALWAYS_ONE;

  // Segmentation.

  /** ES, CS, SS, DS, FS, GS in encoding order. */
  public final SegmentRegister[] segment = new SegmentRegister[6];
  public final SegmentRegister ldtr = new SegmentRegister();
  public final SegmentRegister tr = new SegmentRegister();
  public long gdtrBase;
  public int gdtrLimit;
  public long idtrBase;
  public int idtrLimit;
  /** The current privilege level. */
  public int cpl;

  // Control, debug and model-specific registers that instructions consult.

  public long cr0;
  public long cr2;
  public long cr3;
  public long cr4;
  public long efer;
  public long xcr0 = Control.XCR0_X87;
  /** PAE page-directory pointers as loaded by the last write to CR3 (SDM vol. 3A 4.4.1). */
  public final long[] pdpte = new long[4];
  /** DR0 to DR3, DR6 and DR7; DR4 and DR5 are not used. */
  public final long[] dr = new long[8];
  public long star;
  public long lstar;
  public long cstar;
  public long sfmask;
  public long kernelGsBase;
  public long sysenterCs;
  public long sysenterEsp;
  public long sysenterEip;
  public long tscAux;

  // x87 and MMX.

  /**
   * Significands of the x87 registers in physical order (R0 to R7); these are MM0 to MM7. Behind them
   * {@link #TEMPORARY_EXTENDED} takes a result on its way to a translation unit.
   */
  public final long[] stSignificand = new long[9];
  /** Sign (bit 15) and biased exponent (bits 0 to 14) of the x87 registers in physical order. */
  public final int[] stSignExponent = new int[9];
  /** The number of the register slot behind the x87 registers. */
  public static final int TEMPORARY_EXTENDED = 8;
  /** Sign and exponent of what an x87 operation of a translation unit has returned the significand of. */
  public int extendedSignExponent;
  /** Control word. */
  public int fcw = 0x37F;
  /** Status word without TOP, which lives in {@link #ftop}; bits 11 to 13 are zero here. */
  public int fsw;
  /** The register number of the stack's top, 0 to 7. */
  public int ftop;
  /** Abridged tag word: bit i set where register Ri is in use (FXSAVE format). */
  public int ftw;
  /** Last instruction's opcode (11 bits), instruction pointer and selector, data pointer and selector. */
  public int fop;
  public long fip;
  public int fcs;
  public long fdp;
  public int fds;

  // SSE.

  /**
   * XMM0 to XMM15, two longs each, low half first; behind them {@link #TEMPORARY_XMM} takes a memory operand on its
   * way to a semantic method.
   */
  public final long[] xmm = new long[2 * 18];
  /** The number of the register slot in {@link #xmm} that holds memory operands. */
  public static final int TEMPORARY_XMM = 16;
  public int mxcsr = 0x1F80;
  /** Numeric exceptions of the SSE instruction under way (bits as in MXCSR) that have not reached MXCSR yet. */
  public int sseExceptions;
  /** How translation units compute in floating point; they set it before they need it. */
  public int floatMode;

  /** How often what has happened. */
  public final Counters counters = new Counters();

  // What depends on the rest.

  /** See {@link ExecutionContext}. */
  public int context;
  public final CpuModel model;
  public final PhysicalMemory memory;
  /** Set once, before the first instruction. */
  public VmmCalls vmm;

  // The software TLB; dev.hagen.mmu fills and empties it.

  /** The sets of the current address space, by privilege. */
  public final TlbSet[] tlb = new TlbSet[TlbSet.PRIVILEGES];
  /** The user's sets of all address spaces of which something is remembered, the current one's among them. */
  public final List<TlbSet> addressSpaces = new ArrayList<>();
  /** The entries for the current privilege, see {@link TlbArray}; none where every access must take the slow path. */
  public long[] readTlb;
  public long[] writeTlb;
  public long[] executeTlb;
  /**
   * A number for the current mapping of code: while it has a value, every address that was fetched from under the same
   * value translates to the same. An address space that is entered again finds its number again if that still holds, and
   * all address spaces share one for supervisors.
   */
  public long mappingEpoch;
  /** What becomes of translations when CR3 is written. */
  public MmuKind mmu = MmuKind.ASID;
  /** What keeps translations in step with page tables, if {@link #mmu} is {@link MmuKind#SHADOW}. */
  public @Nullable PageTracing tracing;
  public final LargePages largePages = new LargePages();
  /** The last number given to a set, as its epoch or for the time at which it was entered. */
  public long lastEpoch;
  /** The bits of DR7 that enable breakpoints. */
  private static final int DR7_ENABLED = 0xFF;
  private static final long[] NO_ENTRIES = new TlbArray().entries;

  // Execution.

  /**
   * Instructions retired since reset, {@link #countdown} to be added. A repeated string instruction counts once.
   */
  public long retired;
  /** Zero, or less: while guest code runs, minus the number of instructions until it must stop. */
  public int countdown;
  /** Instructions of the current block that have retired and are not yet counted in {@link #retired}. */
  public int retiredInBlock;
  /** Events for the run loop, see {@link Pending}; other threads set bits. */
  private int pending;
  /** The bits of the pending word for which guest code stops. */
  private int wanted;
  /** {@link #ALWAYS} if a wanted bit may be pending, else {@link #CALM}. */
  private int attention = CALM;
  /** Set by a step after which the rest of the current block must not run. */
  public boolean leaveBlock;
  /**
   * Set by every transfer of control between privileges or modes, interrupts and exceptions included: it may have opened the
   * window for an event. It ends a block, as all transfers do; the interpreter looks whether an event waits.
   */
  public boolean transferred;
  /** Interrupts and single-step traps stay away until the next instruction has retired (STI, MOV SS, POP SS). */
  public boolean interruptShadow;
  /** The shadow comes from MOV SS or POP SS: debug exceptions stay away too. */
  public boolean debugShadow;
  /** DR6 bits of data breakpoints that the current instruction has hit; a #DB follows it. */
  public long debugHits;
  /** NMIs are blocked until the next IRET. */
  public boolean nmiBlocked;
  /** Waiting for an interrupt after HLT. */
  public boolean halted;

  private final GuestException exception = new GuestException();

  public CpuState(CpuModel model, PhysicalMemory memory, VmmCalls vmm) {
    this.model = model;
    this.memory = memory;
    this.vmm = vmm;
    for (int i = 0; i < segment.length; i++) {
      segment[i] = new SegmentRegister();
    }
    for (int i = 0; i < tlb.length; i++) {
      tlb[i] = new TlbSet();
    }
    readTlb = NO_ENTRIES;
    writeTlb = NO_ENTRIES;
    executeTlb = NO_ENTRIES;
    reset();
  }

  /** Puts every register into the state after RESET# (SDM vol. 3A 9.1.1). */
  public void reset() {
    java.util.Arrays.fill(gpr, 0);
    gpr[Reg.RDX] = model.signature();
    rip = 0xFFF0;
    setFlags(ALWAYS_ONE);
    int data = SegmentRegister.P | SegmentRegister.S | SegmentRegister.WRITABLE_OR_READABLE | SegmentRegister.ACCESSED;
    for (SegmentRegister register : segment) {
      register.set(0, 0, 0xFFFF, data);
    }
    segment[Reg.CS].set(0xF000, 0xFFFF_0000L, 0xFFFF, data | SegmentRegister.CODE);
    ldtr.set(0, 0, 0xFFFF, SegmentRegister.P | 2);
    tr.set(0, 0, 0xFFFF, SegmentRegister.P | 0xB);
    gdtrBase = 0;
    gdtrLimit = 0xFFFF;
    idtrBase = 0;
    idtrLimit = 0xFFFF;
    cpl = 0;
    cr0 = Control.CR0_ET | Control.CR0_NW | Control.CR0_CD;
    cr2 = 0;
    cr3 = 0;
    cr4 = 0;
    efer = 0;
    xcr0 = Control.XCR0_X87;
    java.util.Arrays.fill(pdpte, 0);
    java.util.Arrays.fill(dr, 0);
    dr[6] = 0xFFFF_0FF0L;
    dr[7] = 0x400;
    star = 0;
    lstar = 0;
    cstar = 0;
    sfmask = 0;
    kernelGsBase = 0;
    sysenterCs = 0;
    sysenterEsp = 0;
    sysenterEip = 0;
    tscAux = 0;
    java.util.Arrays.fill(stSignificand, 0);
    java.util.Arrays.fill(stSignExponent, 0);
    fcw = 0x40;
    fsw = 0;
    ftop = 0;
    ftw = 0xFF;
    fop = 0;
    fip = 0;
    fcs = 0;
    fdp = 0;
    fds = 0;
    java.util.Arrays.fill(xmm, 0);
    mxcsr = 0x1F80;
    sseExceptions = 0;
    leaveBlock = false;
    transferred = false;
    interruptShadow = false;
    debugShadow = false;
    nmiBlocked = false;
    halted = false;
    debugHits = 0;
    for (TlbSet set : tlb) {
      set.clear();
      set.epoch = ++lastEpoch;
    }
    tlb[TlbSet.USER].pcid = 0;
    tlb[TlbSet.USER].root = 0;
    tlb[TlbSet.USER].slot = 0;
    addressSpaces.clear();
    addressSpaces.add(tlb[TlbSet.USER]);
    largePages.clear();
    if (tracing != null) {
      tracing.forgetAll();
    }
    updateContext();
  }

  // Registers by size.

  /** The low {@code size} bytes of register {@code index}, zero-extended. High-byte registers: {@link #highByte}. */
  public long register(int index, int size) {
    return Bits.zeroExtend(gpr[index], size);
  }

  /**
   * Writes the low {@code size} bytes of {@code value} to register {@code index}: four bytes clear the upper half, one
   * or two leave the rest alone (SDM vol. 1 3.4.1.1).
   */
  public void setRegister(int index, long value, int size) {
    switch (size) {
      case 8 -> gpr[index] = value;
      case 4 -> gpr[index] = value & 0xFFFF_FFFFL;
      case 2 -> gpr[index] = gpr[index] & ~0xFFFFL | value & 0xFFFF;
      default -> gpr[index] = gpr[index] & ~0xFFL | value & 0xFF;
    }
  }

  /** AH, CH, DH or BH: bits 8 to 15 of register {@code index} (0 to 3). */
  public long highByte(int index) {
    return gpr[index] >>> 8 & 0xFF;
  }

  public void setHighByte(int index, long value) {
    gpr[index] = gpr[index] & ~0xFF00L | (value & 0xFF) << 8;
  }

  // Arithmetic flags.

  public boolean cf() {
    return flagCarries < 0;
  }

  public boolean of() {
    return (flagCarries ^ flagCarries << 1) < 0;
  }

  public boolean zf() {
    return flagResult == 0;
  }

  public boolean sf() {
    return (flagResult ^ flagCarries << 63) < 0;
  }

  public boolean af() {
    return (flagCarries & CARRY_AUX) != 0;
  }

  public boolean pf() {
    return (Long.bitCount((flagResult ^ flagCarries >>> 8) & 0xFF) & 1) == 0;
  }

  /** EFLAGS as PUSHF would see it, with all flags. */
  public int flags() {
    return systemFlags | arithmeticFlags();
  }

  /** The six arithmetic flags in their places in EFLAGS. */
  public int arithmeticFlags() {
    // Without a branch: nobody can predict flags.
    int parity = Long.bitCount((flagResult ^ flagCarries >>> 8) & 0xFF) & 1 ^ 1;
    return (int) (flagCarries >>> 63) | parity << 2 | (int) (flagCarries & CARRY_AUX) << 1 | (zf() ? ZF : 0)
        | (int) ((flagResult ^ flagCarries << 63) >>> 63) << 7 | (int) ((flagCarries ^ flagCarries << 1) >>> 63) << 11;
  }

  /** Sets all of EFLAGS; bit 1 is set whatever {@code flags} says. Does not update {@link #context}. */
  public void setFlags(int flags) {
    systemFlags = flags & ~ARITHMETIC | ALWAYS_ONE;
    setArithmeticFlags(flags);
  }

  /** Sets the six arithmetic flags from their places in EFLAGS and leaves the others alone. */
  public void setArithmeticFlags(int flags) {
    int cf = flags & CF;
    int pf = flags >>> 2 & 1;
    int zf = flags >>> 6 & 1;
    int sf = flags >>> 7 & 1;
    int of = flags >>> 11 & 1;
    // ZF decides the result, 0 or 1; the deltas then correct SF and PF. Parity is even with 0 and odd with 1.
    flagResult = zf ^ 1;
    int low = (zf ^ pf) << 8 | (flags & AF) >>> 1 | sf;
    flagCarries = (long) cf << 63 | (long) (cf ^ of) << 62 | low;
    lazyKind = 0;
  }

  /** Changes CF alone; OF stays. */
  public void setCf(boolean value) {
    if (value != cf()) {
      flagCarries ^= CARRY_OUT | CARRY_IN;
    }
  }

  /** Changes OF alone. */
  public void setOf(boolean value) {
    if (value != of()) {
      flagCarries ^= CARRY_IN;
    }
  }

  /** Changes AF alone. */
  public void setAf(boolean value) {
    flagCarries = value ? flagCarries | CARRY_AUX : flagCarries & ~CARRY_AUX;
  }

  /** Changes ZF alone. */
  public void setZf(boolean value) {
    if (value != zf()) {
      setArithmeticFlags(arithmeticFlags() ^ ZF);
    }
  }

  /**
   * Whether condition {@code condition} holds: the low four bits of the opcode of Jcc, SETcc and CMOVcc (SDM vol. 1
   * appendix B).
   */
  public boolean condition(int condition) {
    return conditionBit(condition) != 0;
  }

  /** The same as 1 or 0, without a branch: nobody can predict flags. */
  public long conditionBit(int condition) {
    long result = flagResult;
    long carries = flagCarries;
    int cf = (int) (carries >>> 63);
    int of = (int) ((carries ^ carries << 1) >>> 63);
    int zf = (int) (~(result | -result) >>> 63);
    int sf = (int) ((result ^ carries << 63) >>> 63);
    int odd = Long.bitCount((result ^ carries >>> 8) & 0xFF) & 1;
    return (long) CONDITIONS[condition] >>> (cf | of << 1 | zf << 2 | sf << 3 | odd << 4) & 1;
  }

  /** For each condition whether it holds, as bit n where CF, OF, ZF, SF and the complement of PF are bits 0 to 4 of n. */
  private static int[] conditions() {
    int[] holds = new int[16];
    for (int flags = 0; flags < 32; flags++) {
      boolean cf = (flags & 1) != 0;
      boolean of = (flags & 2) != 0;
      boolean zf = (flags & 4) != 0;
      boolean sf = (flags & 8) != 0;
      boolean pf = (flags & 16) == 0;
      boolean[] even = {of, cf, zf, cf || zf, sf, pf, sf != of, zf || sf != of};
      for (int condition = 0; condition < 16; condition++) {
        if (even[condition >> 1] != ((condition & 1) != 0)) {
          holds[condition] |= 1 << flags;
        }
      }
    }
    return holds;
  }

  // Modes.

  public boolean isProtected() {
    return (cr0 & Control.CR0_PE) != 0;
  }

  public boolean isVirtual8086() {
    return (systemFlags & VM) != 0;
  }

  /** Real-address or virtual-8086 mode: selectors are paragraphs, not table indices. */
  public boolean usesRealSegments() {
    return (cr0 & Control.CR0_PE) == 0 || (systemFlags & VM) != 0;
  }

  /** Long mode is active (EFER.LMA), 64-bit or compatibility. */
  public boolean isLongMode() {
    return (efer & Control.EFER_LMA) != 0;
  }

  /** 64-bit mode: long mode and a code segment with L set. */
  public boolean is64Bit() {
    return ExecutionContext.codeSize(context) == 8;
  }

  /** Bytes of the stack pointer: 8 in 64-bit mode, else by SS.B. */
  public int stackSize() {
    return ExecutionContext.stackSize(context);
  }

  public int iopl() {
    return systemFlags >> 12 & 3;
  }

  /** Recomputes {@link #context}; see the class for when. */
  public void updateContext() {
    context = ExecutionContext.of(this);
    updateTlb();
  }

  /**
   * Sets CPL and does what {@link #updateContext} does, if nothing else has changed that {@link #context} depends on but
   * EFLAGS.AC.
   */
  public void changePrivilege(int newCpl) {
    cpl = newCpl;
    context = ExecutionContext.withCpl(context, newCpl);
    updateTlb();
  }

  /** Chooses the sets for the current privilege; {@link #updateContext} does it too. */
  public void updateTlb() {
    TlbSet code = tlb[cpl == 3 ? TlbSet.USER : TlbSet.SUPERVISOR];
    executeTlb = code.executeEntries;
    mappingEpoch = code.epoch;
    if (checksData()) {
      readTlb = NO_ENTRIES;
      writeTlb = NO_ENTRIES;
      return;
    }
    TlbSet data = tlb[privilege()];
    readTlb = data.readEntries;
    writeTlb = data.writeEntries;
  }

  /** The privilege of data accesses: {@link TlbSet#SUPERVISOR}, {@link TlbSet#USER} or {@link TlbSet#SUPERVISOR_AC}. */
  public int privilege() {
    if (cpl == 3) {
      return TlbSet.USER;
    }
    return (cr4 & Control.CR4_SMAP) != 0 && (systemFlags & AC) != 0 ? TlbSet.SUPERVISOR_AC : TlbSet.SUPERVISOR;
  }

  /** Whether alignment checks (SDM vol. 3A 6.15 #AC) are on. */
  public boolean checksAlignment() {
    return cpl == 3 && (systemFlags & AC) != 0 && (cr0 & Control.CR0_AM) != 0;
  }

  /** Whether data accesses must take the slow path: alignment checks or data breakpoints (DR7) are on. */
  private boolean checksData() {
    return checksAlignment() || hasDataBreakpoints();
  }

  /** Whether DR7 enables a breakpoint on data or I/O. */
  public boolean hasDataBreakpoints() {
    long dr7 = dr[7];
    if ((dr7 & DR7_ENABLED) == 0) {
      return false;
    }
    for (int i = 0; i < 4; i++) {
      if ((dr7 >>> 2 * i & 3) != 0 && (dr7 >>> 16 + 4 * i & 3) != 0) {
        return true;
      }
    }
    return false;
  }

  // Events.

  /** Sets {@code bits} of the pending word; any thread may call. */
  public void post(int bits) {
    PENDING.getAndBitwiseOr(this, bits);
    ATTENTION.setOpaque(this, ALWAYS);
  }

  /** Clears {@code bits} of the pending word. */
  public void clearPending(int bits) {
    PENDING.getAndBitwiseAnd(this, ~bits);
  }

  /** The bits of the pending word for which guest code must stop in the present state. */
  public int takenEvents() {
    int taken = Pending.STOP | Pending.DEVICE | Pending.SAMPLE;
    if (!nmiBlocked) {
      taken |= Pending.NMI;
    }
    return (systemFlags & IF) != 0 ? taken | Pending.INTERRUPT : taken;
  }

  /** Lets guest code stop for these bits of the pending word from now on. */
  public void want(int bits) {
    wanted = bits;
    settle();
  }

  /** Lets guest code stop for these bits too. None of them may be pending. */
  public void wantToo(int bits) {
    wanted |= bits;
  }

  /** Whether a wanted bit is pending. */
  public boolean isAttentionWanted() {
    return attention() != CALM && settle();
  }

  /** Asks for attention if a wanted bit is pending, and for none otherwise. */
  private boolean settle() {
    // What is posted from here on asks for attention again.
    ATTENTION.setVolatile(this, CALM);
    boolean asks = (pending() & wanted) != 0;
    if (asks) {
      ATTENTION.setOpaque(this, ALWAYS);
    }
    return asks;
  }

  /**
   * What {@link #countdown} must be below for a loop to go on: the one word that units look at all the time, be it because an
   * event may want attention or because the countdown comes to its end. An opaque read, so that a loop sees it change.
   */
  public int attention() {
    return (int) ATTENTION.getOpaque(this);
  }

  /** Where {@link #attention} is in this object, for units that read it raw. */
  public static long attentionOffset() {
    return HostMemory.offset(CpuState.class, "attention");
  }

  /** The pending word; an opaque read, so that a loop sees it change. */
  public int pending() {
    return (int) PENDING.getOpaque(this);
  }

  // Faults. Each returns the exception so that callers can write `throw cpu.raise(…)`.

  /** An exception without error code. */
  public GuestException raise(int vector) {
    return exception.with(vector, 0, 0);
  }

  /** An exception with error code. */
  public GuestException raise(int vector, int errorCode) {
    return exception.with(vector, errorCode, 0);
  }

  /** #GP({@code errorCode}). */
  public GuestException generalProtection(int errorCode) {
    return exception.with(Vector.GP, errorCode, 0);
  }

  /** #UD. */
  public GuestException undefinedOpcode() {
    return exception.with(Vector.UD, 0, 0);
  }

  /** What has been raised last: for whoever has been told of a fault otherwise than by its being thrown. */
  public GuestException raised() {
    return exception;
  }

  /** #PF with {@code address} for CR2, which is written when the fault is delivered. */
  public GuestException pageFault(long address, int errorCode) {
    return exception.with(Vector.PF, errorCode, address);
  }
}
