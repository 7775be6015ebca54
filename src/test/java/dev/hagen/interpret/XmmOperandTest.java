package dev.hagen.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.NoVmm;
import dev.hagen.decode.Operand;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Mxcsr;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sixteen bytes of memory at an address that is no multiple of sixteen. */
final class XmmOperandTest {
  private static final int ADDRESS = 0x1008;

  private final PhysicalMemory memory = new PhysicalMemory(1 << 20);
  private final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void load_misaligned_isGeneralProtection() {
    XmmOperand operand = operand(XmmOperand.Alignment.UNLESS_MASKED);

    GuestException fault = assertThrows(GuestException.class, () -> operand.load(cpu));

    assertEquals(Vector.GP, fault.vector());
  }

  @Test
  void load_misalignedWithMaskedException_loads() {
    memory.write(ADDRESS, 42, 8);
    cpu.mxcsr |= Mxcsr.MM;

    int register = operand(XmmOperand.Alignment.UNLESS_MASKED).load(cpu);

    assertEquals(42, cpu.xmm[2 * register]);
  }

  @Test
  void load_misalignedByAlignedMove_isGeneralProtectionWhateverTheMask() {
    cpu.mxcsr |= Mxcsr.MM;
    XmmOperand operand = operand(XmmOperand.Alignment.ALWAYS);

    GuestException fault = assertThrows(GuestException.class, () -> operand.load(cpu));

    assertEquals(Vector.GP, fault.vector());
  }

  private XmmOperand operand(XmmOperand.Alignment alignment) {
    cpu.segment[Reg.DS].base = 0;
    Operand.Memory place = new Operand.Memory(Reg.DS, Reg.NONE, Reg.NONE, 0, ADDRESS, false, 2, 16);
    return new XmmOperand(new Address(place, cpu.context), 16, alignment);
  }
}
