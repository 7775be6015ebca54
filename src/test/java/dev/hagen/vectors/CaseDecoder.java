package dev.hagen.vectors;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decodes the cases of a {@link VectorFile} one after the other. */
final class CaseDecoder {
  private static final int END = 0x00;
  private static final int GPR = 0x10;
  private static final int RIP = 0x20;
  private static final int FLAGS = 0x21;
  private static final int MXCSR = 0x22;
  private static final int FS_BASE = 0x23;
  private static final int GS_BASE = 0x24;
  private static final int SELECTOR = 0x28;
  private static final int XMM = 0x30;
  private static final int X87 = 0x40;
  private static final int FCW = 0x50;
  private static final int FSW = 0x51;
  private static final int FTW = 0x52;
  private static final int FOP = 0x53;
  private static final int FIP = 0x54;
  private static final int FDP = 0x55;
  private static final int MEMORY = 0x60;
  private static final int FAULT = 0x70;

  private final Mode mode;
  private final ByteBuffer in;
  private long seed;

  CaseDecoder(Mode mode, long seed, ByteBuffer in) {
    this.mode = mode;
    this.seed = seed;
    this.in = in;
  }

  VectorCase next(int index) {
    seed += in.getShort() & 0xFFFF;
    int instructions = in.get();
    byte[] code = new byte[in.get() & 0xFF];
    in.get(code);
    State before = new State(Registers.defaults(mode, seed));
    before.readDifferences();
    Registers initial = before.registers();
    State after = new State(initial);
    after.readDifferences();
    Registers result = after.ripSeen || after.fault != null ? after.registers() : after.advanced(code.length);
    return new VectorCase(
        mode,
        index,
        code,
        instructions,
        initial,
        result,
        before.memory,
        after.memory,
        Optional.ofNullable(after.fault));
  }

  /** Registers while they are being put together. */
  private final class State {
    private final long[] gpr;
    private final long[] xmm;
    private final int[] selectors;
    private final long[] mantissas;
    private final int[] exponents;
    private long rip;
    private int rflags;
    private int mxcsr;
    private long fsBase;
    private long gsBase;
    private int fcw;
    private int fsw;
    private int ftw;
    private int fop;
    private long fip;
    private long fdp;
    private boolean ripSeen;
    private Fault fault;
    private final List<MemoryBytes> memory = new ArrayList<>();

    State(Registers from) {
      gpr = from.gpr().clone();
      xmm = from.xmm().clone();
      selectors = from.selectors().clone();
      mantissas = from.x87().mantissas().clone();
      exponents = from.x87().exponents().clone();
      rip = from.rip();
      rflags = from.rflags();
      mxcsr = from.mxcsr();
      fsBase = from.fsBase();
      gsBase = from.gsBase();
      fcw = from.x87().control();
      fsw = from.x87().status();
      ftw = from.x87().tags();
      fop = from.x87().opcode();
      fip = from.x87().ip();
      fdp = from.x87().dp();
    }

    Registers registers() {
      Registers.X87 x87 = new Registers.X87(fcw, fsw, ftw, fop, fip, fdp, mantissas, exponents);
      return new Registers(gpr, rip, rflags, selectors, fsBase, gsBase, xmm, mxcsr, x87);
    }

    Registers advanced(int length) {
      rip += length;
      return registers();
    }

    void readDifferences() {
      for (int tag = in.get() & 0xFF; tag != END; tag = in.get() & 0xFF) {
        read(tag);
      }
    }

    private void read(int tag) {
      if (tag >= GPR && tag < GPR + 16) {
        gpr[tag - GPR] = word();
      } else if (tag >= XMM && tag < XMM + 16) {
        xmm[2 * (tag - XMM)] = in.getLong();
        xmm[2 * (tag - XMM) + 1] = in.getLong();
      } else if (tag >= X87 && tag < X87 + 8) {
        mantissas[tag - X87] = in.getLong();
        exponents[tag - X87] = in.getShort() & 0xFFFF;
      } else if (tag >= SELECTOR && tag < SELECTOR + 6) {
        selectors[tag - SELECTOR] = in.getShort() & 0xFFFF;
      } else {
        readOther(tag);
      }
    }

    private void readOther(int tag) {
      switch (tag) {
        case RIP -> {
          rip = word();
          ripSeen = true;
        }
        case FLAGS -> rflags = in.getInt();
        case MXCSR -> mxcsr = in.getInt();
        case FS_BASE -> fsBase = in.getLong();
        case GS_BASE -> gsBase = in.getLong();
        case FCW -> fcw = in.getShort() & 0xFFFF;
        case FSW -> fsw = in.getShort() & 0xFFFF;
        case FTW -> ftw = in.get() & 0xFF;
        case FOP -> fop = in.getShort() & 0xFFFF;
        case FIP -> fip = in.getLong();
        case FDP -> fdp = in.getLong();
        case MEMORY -> readMemory();
        case FAULT -> fault = new Fault(in.get(), in.getInt(), in.getLong());
        default -> throw new IllegalStateException("unknown tag %02X".formatted(tag));
      }
    }

    private void readMemory() {
      int address = in.getInt();
      byte[] bytes = new byte[in.getShort() & 0xFFFF];
      in.get(bytes);
      memory.add(new MemoryBytes(address, bytes));
    }

    private long word() {
      return mode == Mode.BITS_64 ? in.getLong() : in.getInt() & 0xFFFF_FFFFL;
    }
  }
}
