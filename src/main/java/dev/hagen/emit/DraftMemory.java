package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.I2B;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.I2S;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LUSHR;

import dev.hagen.cpu.TlbArray;
import dev.hagen.memory.HostMemory;

/** Memory accesses of a draft: the probe of the TLB and the access itself are written out, and no page is remembered. */
final class DraftMemory extends MemoryEmitter {
  private final UnitEmitter unit;
  private final DraftCode code;

  DraftMemory(UnitEmitter unit, DraftCode code, int codeSize) {
    super(unit, code, PagePlan.none(), codeSize);
    this.unit = unit;
    this.code = code;
  }

  /** {@link dev.hagen.mmu.LinearMemory#probe}; leaves if the TLB does not know. */
  @Override
  void find(boolean write, int size) {
    int tlb = write ? Locals.WRITE_TLB : Locals.READ_TLB;
    code.lload(Locals.ADDRESS);
    code.constant(TlbArray.PAIR_SHIFT);
    code.op(LUSHR);
    code.constant(HostMemory.pairMask());
    code.op(LAND);
    code.constant(HostMemory.ELEMENTS);
    code.op(LADD);
    code.lstore(Locals.OFFSET);
    pushElement(tlb);
    code.lload(Locals.ADDRESS);
    if (size > 1) {
      code.constant(size - 1L);
      code.op(LADD);
    }
    code.constant(TlbArray.PAGE_MASK);
    code.op(LAND);
    code.op(LCMP);
    code.jump(IFNE, unit.miss());
    code.lload(Locals.OFFSET);
    code.constant((long) Long.BYTES);
    code.op(LADD);
    code.lstore(Locals.OFFSET);
    pushElement(tlb);
    code.lload(Locals.ADDRESS, LADD);
    code.lstore(Locals.OFFSET);
  }

  private void pushElement(int array) {
    code.aload(Locals.UNSAFE);
    code.aload(array);
    code.lload(Locals.OFFSET);
    UnsafeNames.GET_LONG.call(code.visitor());
  }

  @Override
  void load(int size) {
    code.pushPlace(Locals.OFFSET);
    getPlace(size);
  }

  @Override
  void get(int size) {
    code.lstore(Locals.RAW);
    code.pushPlace(Locals.RAW);
    getPlace(size);
  }

  private void getPlace(int size) {
    switch (size) {
      case 8 -> UnsafeNames.GET_LONG.call(code.visitor());
      case 4 -> UnsafeNames.GET_INT.call(code.visitor());
      case 2 -> UnsafeNames.GET_SHORT.call(code.visitor());
      default -> UnsafeNames.GET_BYTE.call(code.visitor());
    }
    if (size != 8) {
      code.op(I2L);
      code.zeroExtend(size);
    }
  }

  @Override
  void store(int local, int size) {
    code.pushPlace(Locals.OFFSET);
    code.lload(local);
    switch (size) {
      case 8 -> UnsafeNames.PUT_LONG.call(code.visitor());
      case 4 -> {
        code.op(L2I);
        UnsafeNames.PUT_INT.call(code.visitor());
      }
      case 2 -> {
        code.op(L2I);
        code.op(I2S);
        UnsafeNames.PUT_SHORT.call(code.visitor());
      }
      default -> {
        code.op(L2I);
        code.op(I2B);
        UnsafeNames.PUT_BYTE.call(code.visitor());
      }
    }
  }
}
