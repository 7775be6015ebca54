package dev.hagen.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Extension;
import dev.hagen.emit.MethodClass;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A block jumps to one in another page, which changes: what ran behind it before must not run again. */
class BlockSuccessorTest {
  private static final long DIRECTORY = 0x1000;
  private static final long TABLE = 0x2000;
  private static final long JUMP = 0x4000;
  /** Where the jump goes to, and another frame that its page may be mapped to. */
  private static final long TARGET = 0x5000;
  private static final long OTHER_FRAME = 0x6000;
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
    cpu.rip = JUMP;
    interpreter.run(0, cpu.retired + 2);
    interpreter.assertConsistent();
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
}
