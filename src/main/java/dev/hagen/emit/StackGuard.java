package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.LADD;

import dev.hagen.decode.Instruction;
import dev.hagen.x86.Reg;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;

/**
 * Emits accesses around RSP and RBP, whose groups remember a page: where several of a block lie in a {@link StackWindow}, one
 * check does for them all.
 */
final class StackGuard {
  private final UnitEmitter unit;
  private final Code code;
  private final MemoryEmitter memory;
  private final PlaceFinder places;
  private final PagePlan pages;
  private final int codeSize;
  /** What is known to lie in the remembered page, around RSP and RBP. */
  private final @Nullable StackWindow[] windows = new StackWindow[2];

  StackGuard(UnitEmitter unit, Code code, MemoryEmitter memory, PlaceFinder places, PagePlan pages, int codeSize) {
    this.unit = unit;
    this.code = code;
    this.memory = memory;
    this.places = places;
    this.pages = pages;
    this.codeSize = codeSize;
  }

  /**
   * Puts the place of the access whose linear address is on the JVM's stack into {@link Locals#OFFSET}, if that is found by a
   * check that does for others too; otherwise emits nothing.
   *
   * @param distance of the address from the register's value
   */
  boolean locate(PagePlan.Group group, int base, long distance, int size, boolean aligned) {
    if (group.size() != PagePlan.PAGE_SIZE) {
      return false;
    }
    int register = base == Reg.RSP ? 0 : 1;
    StackWindow window = windows[register];
    boolean known = window != null && window.contains(distance, size);
    if (!known) {
      window = unit.stackWindow(base);
      windows[register] = window;
      if (window == null || !window.contains(distance, size)) {
        windows[register] = null;
        return false;
      }
    }
    code.lstore(Locals.ADDRESS);
    if (aligned) {
      places.checkAlignment(size, unit.miss());
    }
    if (!known) {
      checkWindow(group, window);
    }
    memory.locateRemembered(group);
    return true;
  }

  /** Leaves unless all of a window is in the page that the group has remembered, or one that it may remember. */
  private void checkWindow(PagePlan.Group group, StackWindow window) {
    Label other = new Label();
    Label found = new Label();
    Label miss = unit.miss();
    pushWindow(window, window.low());
    code.lstore(Locals.RAW);
    memory.pushDistance(group, Locals.RAW);
    code.jumpIfAbove(PagePlan.PAGE_SIZE - window.size(), other);
    code.label(found);
    unit.exits().later(() -> {
      code.label(other);
      places.probe(Locals.RAW, group.writes(), (int) window.size(), miss);
      memory.remember(group, Locals.RAW);
      code.jump(GOTO, found);
    });
  }

  private void pushWindow(StackWindow window, long distance) {
    code.lload(Locals.register(window.base()));
    code.constant(distance);
    code.op(LADD);
    if (codeSize == 4) {
      code.zeroExtend(4);
    }
  }

  /** An instruction has been emitted, which writes some registers: windows move along, or are forgotten. */
  void pass(Instruction instruction, long written) {
    for (int i = 0; i < windows.length; i++) {
      int base = base(i);
      StackWindow window = windows[i];
      if (window != null && Slots.hasGeneral(written, base)) {
        Long movement = StackWindow.movement(instruction, base, codeSize);
        windows[i] = movement == null || movement == 0 ? null : window.moved(movement);
      }
    }
  }

  /** The register of window {@code number}. */
  private static int base(int number) {
    return number == 0 ? Reg.RSP : Reg.RBP;
  }

  /** From here on nothing is known of where the stack lies. */
  void forgetAll() {
    Arrays.fill(windows, null);
  }

  /** A group may come to remember another page from here on. */
  void forget(PagePlan.@Nullable Group group) {
    for (int i = 0; i < windows.length; i++) {
      windows[i] = group != null && group == pages.stackGroup(base(i)) ? null : windows[i];
    }
  }
}
