package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.IFNE;
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
  void pushPlace() {
    code.pushPlace(Locals.OFFSET);
  }

  @Override
  void toPlace() {
    code.lstore(Locals.RAW);
    code.pushPlace(Locals.RAW);
  }

  @Override
  Names.MethodName getter(int size) {
    return switch (size) {
      case 8 -> UnsafeNames.GET_LONG;
      case 4 -> UnsafeNames.GET_INT;
      case 2 -> UnsafeNames.GET_SHORT;
      default -> UnsafeNames.GET_BYTE;
    };
  }

  @Override
  Names.MethodName putter(int size) {
    return switch (size) {
      case 8 -> UnsafeNames.PUT_LONG;
      case 4 -> UnsafeNames.PUT_INT;
      case 2 -> UnsafeNames.PUT_SHORT;
      default -> UnsafeNames.PUT_BYTE;
    };
  }
}
