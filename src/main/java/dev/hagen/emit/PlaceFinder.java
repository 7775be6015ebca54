package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DUP2;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.IFLT;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LUSHR;

import dev.hagen.cpu.TlbArray;
import dev.hagen.memory.HostMemory;
import org.objectweb.asm.Label;

/** Emits the search for the place of an access in host memory, by the TLB and by the page tables. */
final class PlaceFinder {
  private final UnitEmitter unit;
  private final Code code;

  PlaceFinder(UnitEmitter unit, Code code) {
    this.unit = unit;
    this.code = code;
  }

  /** Finds the place by the TLB, or leaves. */
  void find(boolean write, int size) {
    find(write, size, unit.walks(), unit.noPlace());
  }

  /**
   * Finds the place by the TLB, or leaves.
   *
   * @param walks whether the page tables are asked before that
   */
  void find(boolean write, int size, boolean walks, Label miss) {
    if (!walks) {
      probe(write, size, miss);
      return;
    }
    Label unknown = new Label();
    Label known = new Label();
    probe(write, size, unknown);
    code.label(known);
    unit.exits().later(() -> {
      code.label(unknown);
      walk(write, false, size, miss);
      code.jump(GOTO, known);
    });
  }

  /**
   * Finds the place by the page tables, or leaves.
   *
   * @param line whether its line will be remembered
   */
  void walk(boolean write, boolean line, int size, Label miss) {
    code.aload(Locals.CPU);
    code.lload(Locals.ADDRESS);
    code.constant(size);
    if (line) {
      Names.WALK_FOR_LINE.call(code.visitor());
    } else {
      code.constant(write ? 1 : 0);
      Names.WALK.call(code.visitor());
    }
    code.op(DUP2);
    code.lstore(Locals.OFFSET);
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(IFLT, miss);
  }

  void checkAlignment(int size, Label miss) {
    code.lload(Locals.ADDRESS);
    code.op(L2I);
    code.constant(size - 1);
    code.op(IAND);
    code.jump(IFNE, miss);
  }

  /**
   * Asks the TLB for the place, and jumps to {@code unknown} if it does not know: {@link dev.hagen.mmu.LinearMemory#probe},
   * written out, since HotSpot takes time for each method that it inlines and ceases to in large methods.
   */
  void probe(boolean write, int size, Label unknown) {
    probe(Locals.ADDRESS, write, size, unknown);
  }

  void probe(int address, boolean write, int size, Label unknown) {
    int tlb = write ? Locals.WRITE_TLB : Locals.READ_TLB;
    code.lload(address);
    code.constant(TlbArray.PAIR_SHIFT);
    code.op(LUSHR);
    code.constant(HostMemory.pairMask());
    code.op(LAND);
    code.lstore(Locals.OFFSET);
    pushElement(tlb, 0);
    code.lload(address);
    if (size > 1) {
      code.constant(size - 1L);
      code.op(LADD);
    }
    code.constant(TlbArray.PAGE_MASK);
    code.op(LAND);
    code.op(LCMP);
    code.jump(IFNE, unknown);
    pushElement(tlb, Long.BYTES);
    code.lload(address);
    code.constant(~TlbArray.PAGE_MASK);
    code.op(LAND);
    code.op(LADD);
    code.lstore(Locals.OFFSET);
  }

  /** Pushes a long of the TLB's pair that lies as far behind its first as {@link Locals#OFFSET} says. */
  private void pushElement(int array, long further) {
    code.aload(Locals.UNSAFE);
    code.aload(array);
    code.lload(Locals.OFFSET);
    code.constant(HostMemory.ELEMENTS + further);
    code.op(LADD);
    UnsafeNames.GET_LONG.call(code.visitor());
  }
}
