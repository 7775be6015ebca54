package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * System instructions and deliveries over random descriptor tables, gates, stacks and flags: whatever the guest does, a
 * fault leaves every register as it was, and afterwards what depends on the registers is up to date.
 */
class SystemFaultsTest {
  private static final int ROUNDS = 10_000;
  private static final Op[] OPS = {Op.MOV_TO_SEG, Op.POP_SEG, Op.LES, Op.LSS, Op.JMP_FAR, Op.CALL_FAR, Op.RET_FAR,
      Op.IRET, Op.INT, Op.INT3, Op.INTO, Op.LLDT, Op.LTR, Op.LAR, Op.LSL, Op.VERR, Op.MOV_TO_CR, Op.MOV_TO_DR,
      Op.PUSHF, Op.POPF, Op.CLI, Op.STI, Op.SYSCALL, Op.SYSRET, Op.SYSENTER, Op.SYSEXIT, Op.LGDT, Op.LIDT, Op.SIDT,
      Op.WRMSR, Op.RDMSR, Op.INS, Op.OUTS, Op.IN, Op.SMSW, Op.LMSW, Op.ARPL, Op.INVPCID, Op.CLTS};
  /** Access bytes that exist: data, code, TSSs, LDTs, gates; a few are not present. */
  private static final int[] ACCESS = {0x93, 0xF3, 0x92, 0x91, 0x97, 0x9B, 0xFB, 0x9F, 0x99, 0xFF, 0x13, 0x1B, 0x89,
      0x8B, 0x82, 0x8C, 0xEC, 0xE5, 0x84, 0xE4, 0x8E, 0xB3, 0xBB, 0x81, 0x0C, 0x00};

  /** Pages that may go: tables, stacks, data. */
  private static final int[] PAGES = {0, GDT, IDT, TSS, 0x7000, 0x8000, 0xA000, DATA, DATA + 0x4_0000};

  /** Where the random program runs. */
  enum Mode {
    REAL,
    PROTECTED,
    USER,
    VIRTUAL_8086,
    LONG,
    LONG_USER,
    COMPATIBILITY
  }

  private final Random random = new Random(20_26);

  @ParameterizedTest
  @EnumSource(Mode.class)
  void instruction_thatFaults_changesNothing(Mode mode) {
    for (int round = 0; round < ROUNDS / 100; round++) {
      try (SystemGuest guest = guest(mode, random.nextBoolean() ? "max" : "max-intel")) {
        scramble(guest);
        for (int i = 0; i < 100 && attempt(guest, mode); i++) {
          assertConsistent(guest.cpu);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Mode.class, names = "REAL", mode = EnumSource.Mode.EXCLUDE)
  void instruction_thatMissesPages_changesNothing(Mode mode) {
    for (int round = 0; round < ROUNDS / 20; round++) {
      try (SystemGuest guest = guest(mode, random.nextBoolean() ? "max" : "max-intel")) {
        guest.buildSmallPages();
        scramble(guest);
        for (int i = 0; i < 10; i++) {
          boolean running = attempt(guest, mode);
          if (!running || (guest.cpu.cr0 & Control.CR0_PG) == 0) {
            break;
          }
          assertConsistent(guest.cpu);
          int page = PAGES[random.nextInt(PAGES.length)];
          guest.restrict(page, random.nextBoolean() ? 2 : 3);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void delivery_alwaysEnds(Mode mode) {
    for (int round = 0; round < ROUNDS / 10; round++) {
      try (SystemGuest guest = guest(mode, "max")) {
        scramble(guest);
        int vector = random.nextInt(48);
        if (vector < 32) {
          InterruptDelivery.deliver(guest.cpu, guest.cpu.raise(vector, random.nextInt(64)));
        } else {
          InterruptDelivery.deliver(guest.cpu, vector, InterruptDelivery.Source.EXTERNAL);
        }
        assertConsistent(guest.cpu);
      }
    }
  }

  private static SystemGuest guest(Mode mode, String model) {
    return switch (mode) {
      case REAL -> realMode();
      case PROTECTED -> protectedMode(model);
      case USER -> protectedMode(model).inUserMode();
      case VIRTUAL_8086 -> protectedMode(model).inVirtual8086Mode(3);
      case LONG -> longMode(model);
      case LONG_USER -> longMode(model).inUserMode();
      case COMPATIBILITY -> longMode(model).inCompatibilityMode();
    };
  }

  private int selector() {
    return random.nextInt(0x24) << 3 | (random.nextInt(8) == 0 ? 4 : 0) | (random.nextBoolean() ? 3 : 0);
  }

  private void scramble(SystemGuest guest) {
    for (int at = FREE; at < 0x100; at += 8) {
      int access = ACCESS[random.nextInt(ACCESS.length)];
      if ((access & 0x1F) >= 4 && (access & 0x17) < 8 && (access & 0x10) == 0) {
        guest.callGate(at, selector(), HANDLER, access, random.nextInt(4));
      } else {
        guest.descriptor(at, random.nextInt(4) * 0x100L + OTHER_TSS, random.nextInt(0x200) * 0x80, access,
            random.nextInt(16));
      }
    }
    for (int vector = 0; vector < 64; vector += 1 + random.nextInt(4)) {
      guest.poke(IDT + vector * 8L, guest.peek(GDT + (long) (selector() & 0xF8), 8), 8);
    }
    for (int at = 0; at < 0x68; at += 2) {
      guest.poke(OTHER_TSS + at, selector(), 2);
    }
    guest.cpu.ldtr.set(LDT_SELECTOR, GDT, 0xFF, 0x82);
    guest.cpu.sysenterCs = selector();
    guest.cpu.star = random.nextLong();
    if (random.nextInt(4) == 0) {
      guest.cpu.systemFlags |= random.nextInt() & (Flags.IOPL | Flags.NT | Flags.AC | Flags.VIF | Flags.VIP);
    }
    if (random.nextInt(4) == 0) {
      guest.cpu.cr4 |= random.nextInt() & (Control.CR4_VME | Control.CR4_PVI | Control.CR4_UMIP | Control.CR4_DE);
    }
    guest.cpu.updateContext();
  }

  /** Executes one instruction; false if the processor has shut down. */
  private boolean attempt(SystemGuest guest, Mode mode) {
    CpuState cpu = guest.cpu;
    for (int i = 0; i < 10; i++) {
      guest.poke(USER_STACK - 0x100 + i * 2L, selector(), 2);
    }
    cpu.gpr[Reg.RSP] = USER_STACK - 0x100;
    cpu.gpr[Reg.RAX] = random.nextBoolean() ? selector() : random.nextLong();
    cpu.gpr[Reg.RCX] = random.nextInt(0x400);
    cpu.gpr[Reg.RDX] = random.nextInt(4);
    cpu.gpr[Reg.RDI] = DATA + random.nextInt(4) * 0x4_0000L;
    cpu.gpr[Reg.RSI] = cpu.gpr[Reg.RDI];
    guest.poke(DATA, random.nextLong(), 8);
    guest.poke(DATA + 4L, selector(), 2);
    String before = state(cpu);
    Instruction insn = random(guest);
    boolean masked = cpu.nmiBlocked;
    try {
      guest.execute(insn);
    } catch (GuestException fault) {
      if (fault.vector() == InterruptDelivery.SHUTDOWN) {
        return false;
      }
      cpu.nmiBlocked = masked;
      cpu.dr[6] = 0xFFFF_0FF0L;
      assertEquals(before, state(cpu), () -> mode + " " + insn + " " + fault.getMessage());
    }
    cpu.debugHits = 0;
    cpu.dr[6] = 0xFFFF_0FF0L;
    return true;
  }

  private Instruction random(SystemGuest guest) {
    Op op = OPS[random.nextInt(OPS.length)];
    int code = dev.hagen.cpu.ExecutionContext.codeSize(guest.cpu.context);
    int size = random.nextInt(3) == 0 ? 2 : code == 8 ? 8 : 4;
    Operand accumulator = register(Reg.RAX, size);
    Operand word = register(Reg.RAX, 2);
    Operand data = memory(DATA, size);
    return switch (op) {
      case MOV_TO_SEG -> guest.instruction(op, size, 0, segment(random.nextInt(6)), word);
      case POP_SEG -> guest.instruction(op, size, 0, segment(new int[] {0, 2, 3, 4, 5}[random.nextInt(5)]));
      case LES, LSS -> guest.instruction(op, size, 0, register(Reg.RBX, size), data);
      case JMP_FAR, CALL_FAR -> guest.instruction(op, Math.min(size, 4), 0, farPointer(selector(), HANDLER));
      case RET_FAR -> guest.instruction(op, size, 0, immediate(random.nextInt(3)));
      case INT -> guest.instruction(op, size, 0, immediate(random.nextInt(80)));
      case LLDT, LTR, VERR, LMSW -> guest.instruction(op, size, 0, word);
      case SMSW -> guest.instruction(op, size, 0, accumulator);
      case LAR, LSL -> guest.instruction(op, size, 0, register(Reg.RBX, size), word);
      case ARPL -> guest.instruction(op, 2, 0, register(Reg.RBX, 2), word);
      case MOV_TO_CR -> guest.instruction(op, size, 0, control(new int[] {0, 2, 3, 4, 8}[random.nextInt(5)]),
          register(Reg.RAX, 8));
      case MOV_TO_DR -> guest.instruction(op, size, 0, debug(random.nextInt(8)), register(Reg.RAX, 8));
      case LGDT, LIDT, SIDT -> guest.instruction(op, size, 0, data);
      case IN -> guest.instruction(op, 2, 0, register(Reg.RAX, 2), register(Reg.RDX, 2));
      case INS, OUTS -> guest.instruction(op, 2, 0);
      case INVPCID -> guest.instruction(op, size, 0, accumulator, data);
      default -> guest.instruction(op, size, 0);
    };
  }

  private static String state(CpuState cpu) {
    StringBuilder text = new StringBuilder();
    for (SegmentRegister register : cpu.segment) {
      append(text, register);
    }
    append(text, cpu.ldtr);
    append(text, cpu.tr);
    return text + Arrays.toString(cpu.gpr) + Long.toHexString(cpu.rip) + " flags " + Integer.toHexString(cpu.flags())
        + " cpl " + cpu.cpl + " cr " + Long.toHexString(cpu.cr0) + ' ' + cpu.cr2 + ' ' + cpu.cr3 + ' ' + cpu.cr4 + ' '
        + cpu.efer + " dr " + Arrays.toString(cpu.dr) + ' ' + cpu.gdtrBase + ' ' + cpu.gdtrLimit + ' ' + cpu.idtrBase
        + ' ' + cpu.idtrLimit + ' ' + cpu.interruptShadow + cpu.debugShadow + ' ' + cpu.context;
  }

  private static void append(StringBuilder text, SegmentRegister register) {
    text.append(Integer.toHexString(register.selector)).append(':').append(Long.toHexString(register.base)).append('+')
        .append(Long.toHexString(register.limit)).append('/').append(Integer.toHexString(register.attributes))
        .append(' ');
  }

  private static void assertConsistent(CpuState cpu) {
    int context = cpu.context;
    long[] tlb = cpu.readTlb;
    cpu.updateContext();
    assertEquals(cpu.context, context, "context");
    assertSame(cpu.readTlb, tlb, "TLB of the privilege");
    assertTrue(!cpu.isVirtual8086() || cpu.cpl == 3, "virtual-8086 mode has CPL 3");
    boolean loaded = cpu.isProtected() && !cpu.isVirtual8086() && cpu.segment[Reg.CS].isCode();
    assertTrue(!loaded || (cpu.segment[Reg.CS].selector & 3) == cpu.cpl, "CPL is the RPL of CS");
  }
}
