package dev.hagen.semantics;

import static dev.hagen.x86.Reg.ES;
import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RCX;
import static dev.hagen.x86.Reg.RDI;
import static dev.hagen.x86.Reg.RSI;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.decode.Op;
import dev.hagen.memory.HostMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;

/**
 * MOVS, STOS, LODS, CMPS and SCAS with and without repetition (SDM vol. 1 7.3.9).
 *
 * <p>A repeated instruction proceeds in steps. A step is one element, or, where {@link StringOperands} finds plain RAM
 * on ascending addresses, all elements up to the end of a page. After each step RSI, RDI and RCX are exact, so that a
 * fault in the next one leaves the work of the steps before it done, and an event can be taken in between: then RIP goes
 * back to the instruction, which goes on later with what remains.
 */
public final class Strings {
  private static final int REPEATED = Prefix.REP | Prefix.REPNE;

  private Strings() {}

  // MOVS

  @Semantics(Op.MOVS)
  public static void movs(CpuState cpu, Instruction insn) {
    if (!insn.has(REPEATED)) {
      moveElement(cpu, insn);
      return;
    }
    long left = StringOperands.count(cpu, insn);
    while (left != 0) {
      long done = moveBulk(cpu, insn, left);
      if (done == 0) {
        moveElement(cpu, insn);
        done = 1;
      } else {
        StringOperands.advance(cpu, insn, RSI, done);
        StringOperands.advance(cpu, insn, RDI, done);
      }
      left -= done;
      cpu.setRegister(RCX, left, insn.addressSize());
      if (left != 0 && StringOperands.interrupted(cpu, insn)) {
        return;
      }
    }
  }

  private static void moveElement(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    long value = StringOperands.loadSource(cpu, insn);
    SegmentedMemory.store(cpu, ES, StringOperands.offset(cpu, insn, RDI), value, size);
    StringOperands.advance(cpu, insn, RSI, 1);
    StringOperands.advance(cpu, insn, RDI, 1);
  }

  /** Copies elements up to the end of either page without moving registers; returns how many, 0 if it cannot. */
  private static long moveBulk(CpuState cpu, Instruction insn, long left) {
    if (!StringOperands.mayTakeSeveral(cpu)) {
      return 0;
    }
    long source = StringOperands.linearForLoad(cpu, insn, RSI, insn.segment());
    long count = StringOperands.inPage(cpu, insn, RSI, insn.segment(), source, left);
    long from = count == 0 ? -1 : LinearMemory.ramForLoad(cpu, source);
    if (from < 0) {
      return 0;
    }
    long target = StringOperands.linearForStore(cpu, insn);
    count = StringOperands.inPage(cpu, insn, RDI, ES, target, count);
    long to = count == 0 ? -1 : LinearMemory.ramForStore(cpu, target);
    if (to < 0) {
      return 0;
    }
    int size = insn.operandSize();
    long length = count * size;
    if (to - from > 0 && to - from < length) {
      // Bytes just written are read again: the pattern repeats itself.
      for (long at = 0; at < length; at += size) {
        HostMemory.put(to + at, HostMemory.get(from + at, size), size);
      }
    } else {
      HostMemory.copy(from, to, length);
    }
    return count;
  }

  // STOS

  @Semantics(Op.STOS)
  public static void stos(CpuState cpu, Instruction insn) {
    if (!insn.has(REPEATED)) {
      storeElement(cpu, insn);
      return;
    }
    long left = StringOperands.count(cpu, insn);
    while (left != 0) {
      long done = storeBulk(cpu, insn, left);
      if (done == 0) {
        storeElement(cpu, insn);
        done = 1;
      } else {
        StringOperands.advance(cpu, insn, RDI, done);
      }
      left -= done;
      cpu.setRegister(RCX, left, insn.addressSize());
      if (left != 0 && StringOperands.interrupted(cpu, insn)) {
        return;
      }
    }
  }

  private static void storeElement(CpuState cpu, Instruction insn) {
    SegmentedMemory.store(cpu, ES, StringOperands.offset(cpu, insn, RDI), cpu.gpr[RAX], insn.operandSize());
    StringOperands.advance(cpu, insn, RDI, 1);
  }

  private static long storeBulk(CpuState cpu, Instruction insn, long left) {
    if (!StringOperands.mayTakeSeveral(cpu)) {
      return 0;
    }
    long target = StringOperands.linearForStore(cpu, insn);
    long count = StringOperands.inPage(cpu, insn, RDI, ES, target, left);
    long to = count == 0 ? -1 : LinearMemory.ramForStore(cpu, target);
    if (to < 0) {
      return 0;
    }
    int size = insn.operandSize();
    long length = count * size;
    long value = cpu.register(RAX, size);
    if (value == (value & 0xFF) * (0x0101_0101_0101_0101L >>> 64 - (size << 3))) {
      HostMemory.fill(to, length, (byte) value);
    } else {
      for (long at = 0; at < length; at += size) {
        HostMemory.put(to + at, value, size);
      }
    }
    return count;
  }

  // LODS

  @Semantics(Op.LODS)
  public static void lods(CpuState cpu, Instruction insn) {
    if (!insn.has(REPEATED)) {
      loadElement(cpu, insn);
      return;
    }
    long left = StringOperands.count(cpu, insn);
    while (left != 0) {
      loadElement(cpu, insn);
      left--;
      cpu.setRegister(RCX, left, insn.addressSize());
      if (left != 0 && StringOperands.interrupted(cpu, insn)) {
        return;
      }
    }
  }

  private static void loadElement(CpuState cpu, Instruction insn) {
    cpu.setRegister(RAX, StringOperands.loadSource(cpu, insn), insn.operandSize());
    StringOperands.advance(cpu, insn, RSI, 1);
  }

  // CMPS

  @Semantics(Op.CMPS)
  public static void cmps(CpuState cpu, Instruction insn) {
    if (!insn.has(REPEATED)) {
      compareElement(cpu, insn);
      return;
    }
    long left = StringOperands.count(cpu, insn);
    while (left != 0) {
      long done = compareBulk(cpu, insn, left);
      if (done == 0) {
        compareElement(cpu, insn);
        done = 1;
      } else {
        StringOperands.advance(cpu, insn, RSI, done);
        StringOperands.advance(cpu, insn, RDI, done);
      }
      left -= done;
      cpu.setRegister(RCX, left, insn.addressSize());
      if (left != 0 && (ended(cpu, insn) || StringOperands.interrupted(cpu, insn))) {
        return;
      }
    }
  }

  private static void compareElement(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    long a = StringOperands.loadSource(cpu, insn);
    long b = SegmentedMemory.load(cpu, ES, StringOperands.offset(cpu, insn, RDI), size);
    Arithmetic.cmp(cpu, a, b, size);
    StringOperands.advance(cpu, insn, RSI, 1);
    StringOperands.advance(cpu, insn, RDI, 1);
  }

  private static long compareBulk(CpuState cpu, Instruction insn, long left) {
    if (!StringOperands.mayTakeSeveral(cpu)) {
      return 0;
    }
    long source = StringOperands.linearForLoad(cpu, insn, RSI, insn.segment());
    long count = StringOperands.inPage(cpu, insn, RSI, insn.segment(), source, left);
    long first = count == 0 ? -1 : LinearMemory.ramForLoad(cpu, source);
    if (first < 0) {
      return 0;
    }
    long target = StringOperands.linearForLoad(cpu, insn, RDI, ES);
    count = StringOperands.inPage(cpu, insn, RDI, ES, target, count);
    long second = count == 0 ? -1 : LinearMemory.ramForLoad(cpu, target);
    if (second < 0) {
      return 0;
    }
    int size = insn.operandSize();
    boolean whileEqual = insn.has(Prefix.REP);
    long a;
    long b;
    long done = whileEqual ? StringSearch.equalElements(first, second, count - 1, size) : 0;
    do {
      a = HostMemory.get(first + done * size, size);
      b = HostMemory.get(second + done * size, size);
      done++;
    } while (done < count && (a == b) == whileEqual);
    Arithmetic.cmp(cpu, a, b, size);
    return done;
  }

  // SCAS

  @Semantics(Op.SCAS)
  public static void scas(CpuState cpu, Instruction insn) {
    if (!insn.has(REPEATED)) {
      scanElement(cpu, insn);
      return;
    }
    long left = StringOperands.count(cpu, insn);
    while (left != 0) {
      long done = scanBulk(cpu, insn, left);
      if (done == 0) {
        scanElement(cpu, insn);
        done = 1;
      } else {
        StringOperands.advance(cpu, insn, RDI, done);
      }
      left -= done;
      cpu.setRegister(RCX, left, insn.addressSize());
      if (left != 0 && (ended(cpu, insn) || StringOperands.interrupted(cpu, insn))) {
        return;
      }
    }
  }

  private static void scanElement(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    long value = SegmentedMemory.load(cpu, ES, StringOperands.offset(cpu, insn, RDI), size);
    Arithmetic.cmp(cpu, cpu.register(RAX, size), value, size);
    StringOperands.advance(cpu, insn, RDI, 1);
  }

  private static long scanBulk(CpuState cpu, Instruction insn, long left) {
    if (!StringOperands.mayTakeSeveral(cpu)) {
      return 0;
    }
    long target = StringOperands.linearForLoad(cpu, insn, RDI, ES);
    long count = StringOperands.inPage(cpu, insn, RDI, ES, target, left);
    long at = count == 0 ? -1 : LinearMemory.ramForLoad(cpu, target);
    if (at < 0) {
      return 0;
    }
    int size = insn.operandSize();
    boolean whileEqual = insn.has(Prefix.REP);
    long a = cpu.register(RAX, size);
    long b;
    long done = StringSearch.elementsBefore(at, a, count - 1, size, whileEqual);
    do {
      b = HostMemory.get(at + done * size, size);
      done++;
    } while (done < count && (a == b) == whileEqual);
    Arithmetic.cmp(cpu, a, b, size);
    return done;
  }

  /** Whether ZF ends the repetition: REPE goes on while it is set, REPNE while it is clear. */
  private static boolean ended(CpuState cpu, Instruction insn) {
    return cpu.zf() != insn.has(Prefix.REP);
  }
}
