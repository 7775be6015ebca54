package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.LADD;

import dev.hagen.decode.Instruction;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private @Nullable StackWindow[] windows = new StackWindow[2];
  /** How many checks have been emitted for each of them. */
  private final int[] checks = new int[2];
  private final List<Open> open = new ArrayList<>();

  /**
   * A detour that has not come back yet.
   *
   * @param register the number of its window
   * @param checks how many checks the other window had when it began
   */
  private record Open(Detour detour, int register, int checks) {}

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
      if (unit.isOnDetour()) {
        return false;
      }
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
      checks[register]++;
      checkWindow(group, window, unit.hasRecord() ? beginDetour(register, window) : unit.miss());
      if (codeSize == 4) {
        findStart(group, register);
      }
    }
    if (codeSize == 4) {
      memory.locateBehind(Locals.stackWindow(register), distance - window.low());
    } else {
      memory.locateRemembered(group);
    }
    return true;
  }

  /**
   * Keeps where a window begins in host memory, in 32-bit code: HotSpot would see only in 64-bit code that accesses lie at constant
   * distances from each other, since no address is cut off there.
   */
  private void findStart(PagePlan.Group group, int register) {
    memory.pushDistance(group, Locals.RAW);
    code.lload(Locals.place(group.number()), LADD);
    code.lstore(Locals.stackWindow(register));
  }

  /** Has instructions from here on emitted once more, for a window that does not lie in one page; says where. */
  private Label beginDetour(int register, StackWindow window) {
    Detour detour = new Detour(window.last());
    open.add(new Open(detour, register, checks[1 - register]));
    Position from = unit.position();
    from.windows()[register] = null;
    unit.exits().later(() -> unit.emitDetour(from, detour));
    return detour.start();
  }

  /** Detours come back here that end with an access of the current instruction. */
  void join() {
    for (Open way : open) {
      if (way.detour.last() == unit.index()) {
        code.label(way.detour.end());
        windows[way.register] = null;
        int other = 1 - way.register;
        windows[other] = checks[other] == way.checks ? windows[other] : null;
      }
    }
    open.removeIf(way -> way.detour.last() == unit.index());
  }

  /** What is known to lie in the remembered pages. */
  @Nullable StackWindow[] windows() {
    return windows.clone();
  }

  /** Emission goes on where this is known. */
  void setWindows(@Nullable StackWindow[] known) {
    windows = known.clone();
  }

  /** Jumps unless all of a window is in the page that the group has remembered, or one that it may remember. */
  private void checkWindow(PagePlan.Group group, StackWindow window, Label failed) {
    Label other = new Label();
    Label found = new Label();
    pushWindow(window, window.low());
    code.lstore(Locals.RAW);
    memory.pushDistance(group, Locals.RAW);
    code.jumpIfAbove(PagePlan.PAGE_SIZE - window.size(), other);
    code.label(found);
    unit.exits().later(() -> {
      code.label(other);
      places.probe(Locals.RAW, group.writes(), (int) window.size(), failed);
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
