package dev.hagen.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.Pending;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Extension;
import dev.hagen.emit.MethodClass;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A block jumps to another, in its own page or elsewhere, which changes: what ran behind it before must not run again. */
class BlockSuccessorTest {
  private static final long DIRECTORY = 0x1000;
  private static final long TABLE = 0x2000;
  private static final long JUMP = 0x4000;
  /** Where the jump goes to, and another frame that its page may be mapped to. */
  private static final long TARGET = 0x5000;
  private static final long OTHER_FRAME = 0x6000;
  /** Blocks that jump to others in their page; it is that of the jump. */
  private static final long NEAR = 0x4100;
  private static final long WRITABLE = PageEntry.P | PageEntry.W;

  private final PhysicalMemory memory = new PhysicalMemory(1 << 20);
  private final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());
  private final Interpreter interpreter =
      new Interpreter(cpu, new Decoder(Extension.of(cpu.model)), new SemanticMethods(MethodClass::bind));

  @BeforeEach
  void enterPagedMode() {
    memory.write(DIRECTORY, TABLE | WRITABLE, 4);
    map(JUMP, JUMP);
    map(TARGET, TARGET);
    cpu.cr3 = DIRECTORY;
    cpu.cr0 = Control.CR0_PE | Control.CR0_PG | Control.CR0_ET;
    cpu.segment[Reg.CS].set(0x8, 0, 0xFFFF_FFFFL, 0xC9B);
    cpu.segment[Reg.DS].set(0x10, 0, 0xFFFF_FFFFL, 0xC93);
    cpu.segment[Reg.SS].set(0x10, 0, 0xFFFF_FFFFL, 0xC93);
    Paging.flush(cpu);
    cpu.updateContext();
    load(JUMP, "E9 FB 0F 00 00");         // jmp TARGET
    load(TARGET, "B8 01 00 00 00 F4");    // mov eax, 1; hlt
    load(OTHER_FRAME, "B8 02 00 00 00 F4");
    run();
    assertEquals(1, run());
  }

  private void load(long physical, String code) {
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(code);
    for (int i = 0; i < bytes.length; i++) {
      memory.write(physical + i, bytes[i], 1);
    }
  }

  private void map(long linear, long frame) {
    memory.write(TABLE + (linear >>> 12) * 4, frame | WRITABLE, 4);
  }

  /** EAX after the jump and the instruction behind it. */
  private long run() {
    return run(JUMP, 2);
  }

  private long run(long start, int instructions) {
    cpu.rip = start;
    long retired = cpu.retired;
    // A write to code ends a run.
    while (cpu.retired - retired < instructions) {
      interpreter.run(0, retired + instructions);
    }
    interpreter.assertConsistent();
    assertEquals(instructions, cpu.retired - retired);
    return cpu.gpr[Reg.RAX];
  }

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void successor_pageMappedToAnotherFrame_isWhatIsThere() {
    map(TARGET, OTHER_FRAME);
    Paging.flush(cpu);
    assertEquals(2, run());
    map(TARGET, TARGET);
    Paging.flush(cpu);
    assertEquals(1, run());
  }

  @Test
  void successor_codeWritten_isDecodedAnew() {
    LinearMemory.store(cpu, TARGET + 1, 3, 1);
    assertEquals(3, run());
  }

  @Test
  void near_codeWritten_isDecodedAnew() {
    load(NEAR, "EB 02 F4 F4 B8 01 00 00 00 F4");    // jmp +2; hlt; hlt; mov eax, 1; hlt
    run(NEAR, 2);
    assertEquals(1, run(NEAR, 2));
    LinearMemory.store(cpu, NEAR + 5, 3, 1);
    assertEquals(3, run(NEAR, 2));
    assertEquals(3, run(NEAR, 2));
  }

  @Test
  void near_blockWritesTheNext_runsWhatItHasWritten() {
    // mov [ecx], dl; jz +1; nop; mov eax, 1; hlt
    load(NEAR, "88 11 74 01 90 B8 01 00 00 00 F4");
    cpu.gpr[Reg.RCX] = NEAR + 6;
    for (int value = 1; value <= 3; value++) {
      cpu.gpr[Reg.RDX] = value;
      assertEquals(value, run(NEAR, 4));
    }
  }

  @Test
  void near_pageMappedToAnotherFrame_isWhatIsThere() {
    load(NEAR, "74 01 90 B8 01 00 00 00 F4");       // jz +1; nop; mov eax, 1; hlt
    load(OTHER_FRAME + (NEAR & 0xFFF), "74 01 90 B8 02 00 00 00 F4");
    run(NEAR, 3);
    assertEquals(1, run(NEAR, 3));
    map(NEAR & ~0xFFFL, OTHER_FRAME);
    Paging.flush(cpu);
    assertEquals(2, run(NEAR, 3));
    map(NEAR & ~0xFFFL, NEAR & ~0xFFFL);
    Paging.flush(cpu);
    assertEquals(1, run(NEAR, 3));
  }

  /** Both ways of a branch are remembered: neither is taken for the other. */
  @Test
  void near_branchGoesEitherWay_runsWhereItGoes() {
    load(NEAR, "74 05 B8 01 00 00 00 B8 02 00 00 00 F4");    // jz +5; mov eax, 1; mov eax, 2; hlt
    for (int i = 0; i < 4; i++) {
      cpu.setArithmeticFlags(i % 2 == 0 ? Flags.ZF : 0);
      assertEquals(i % 2 == 0 ? 2 : 1, run(NEAR, 2));
    }
  }

  /** A run of a limited length ends within blocks that run behind each other, too. */
  @Test
  void near_limit_isKept() {
    load(NEAR, "40 EB 00 40 EB 00 40 EB F7");       // inc eax; jmp +0; inc eax; jmp +0; inc eax; jmp to the first
    run(NEAR, 12);
    for (int instructions = 1; instructions < 40; instructions++) {
      cpu.gpr[Reg.RAX] = 0;
      assertEquals((instructions + 1) / 2, run(NEAR, instructions));
    }
  }

  @Test
  void near_endlessLoop_endsForAnEvent() {
    load(NEAR, "EB FE");                             // jmp to itself
    run(NEAR, 10);
    cpu.rip = NEAR;
    cpu.post(Pending.STOP);
    interpreter.run(Pending.STOP, Long.MAX_VALUE);
    assertEquals(NEAR, cpu.rip);
  }

  @Test
  void sti_nothingPending_runGoesOn() {
    load(NEAR, "FB B8 01 00 00 00 F4");              // sti; mov eax, 1; hlt
    interpreter.setFaultListener(fault -> {
      throw fault;
    });
    cpu.systemFlags &= ~Flags.IF;
    cpu.gpr[Reg.RAX] = 0;
    assertEquals(1, run(NEAR, 2));
    assertFalse(cpu.interruptShadow);
  }

  @Test
  void sti_interruptPending_runEndsInItsShadow() {
    load(NEAR, "FB B8 01 00 00 00 F4");
    interpreter.setFaultListener(fault -> {
      throw fault;
    });
    cpu.systemFlags &= ~Flags.IF;
    cpu.gpr[Reg.RAX] = 0;
    cpu.post(Pending.INTERRUPT);
    assertEquals(0, run(NEAR, 1));
    assertTrue(cpu.interruptShadow);
  }
}
