package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DUP2;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.I2B;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.I2S;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSUB;

import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Operand;
import dev.hagen.memory.HostMemory;
import dev.hagen.x86.Reg;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;

/**
 * Emits accesses to guest memory. An access first asks where its operand lies, and leaves the unit if neither a page that
 * was remembered nor the TLB says so; from then on it cannot fail.
 */
final class MemoryEmitter {
  /**
   * No page. It is not canonical, so no access to it can succeed; the one that 64-bit code makes before anything else would,
   * if it guessed this address, get the page at the start of {@link HostMemory} instead of a fault.
   */
  private static final long NO_PAGE = 0x5F3A_91C7_2B64_D000L;
  private static final long SEGMENT_SIZE = 1L << 32;

  private final Code code;
  private final UnitEmitter unit;
  private final PagePlan pages;
  private final int codeSize;
  private final PlaceFinder places;
  private final StackGuard guard;
  private final RoundGuard rounds;
  /** Whether the place in {@link Locals#OFFSET} is as the TLB has it, which confines it to the guest's memory. */
  private boolean confined;

  MemoryEmitter(UnitEmitter unit, Code code, PagePlan pages, int codeSize) {
    this.unit = unit;
    this.code = code;
    this.pages = pages;
    this.codeSize = codeSize;
    this.places = new PlaceFinder(unit, code);
    this.guard = new StackGuard(unit, code, this, places, pages, codeSize);
    this.rounds = new RoundGuard(code, this, codeSize);
  }

  /** What is known of where the stack lies. */
  StackGuard guard() {
    return guard;
  }

  /** What is known of where the accesses of a loop lie. */
  RoundGuard rounds() {
    return rounds;
  }

  // Addresses.

  void pushEffectiveAddress(Operand.Memory memory) {
    boolean empty = true;
    if (memory.ripRelative()) {
      code.pushAddress(unit.next() + memory.displacement(), codeSize);
      empty = false;
    }
    if (memory.base() != Reg.NONE) {
      code.lload(Locals.register(memory.base()));
      empty = addTo(empty);
    }
    if (memory.index() != Reg.NONE) {
      code.lload(Locals.register(memory.index()));
      if (memory.scale() != 0) {
        code.constant(memory.scale());
        code.op(LSHL);
      }
      empty = addTo(empty);
    }
    if (empty || memory.displacement() != 0 && !memory.ripRelative()) {
      code.constant(memory.displacement());
      addTo(empty);
    }
    boolean plainRegister = memory.base() != Reg.NONE && memory.index() == Reg.NONE && memory.displacement() == 0;
    if (memory.addressSize() == 4 && !(codeSize == 4 && plainRegister)) {
      code.zeroExtend(4);
    }
  }

  private boolean addTo(boolean empty) {
    if (!empty) {
      code.op(LADD);
    }
    return false;
  }

  private void pushLinearAddress(Operand.Memory memory) {
    pushEffectiveAddress(memory);
    if (memory.segment() == Reg.FS || memory.segment() == Reg.GS) {
      if (codeSize != 8 && !isWithinLimit(memory)) {
        checkLimit(memory.size());
      }
      code.lload(memory.segment() == Reg.FS ? Locals.FS_BASE : Locals.GS_BASE);
      code.op(LADD);
      if (codeSize != 8) {
        code.constant(SegmentRegister.UNCHECKED_MASK);
        code.op(LAND);
      }
    }
  }

  /** Whether an operand lies in any segment of 4 GiB, as a constant offset can be seen to. */
  private static boolean isWithinLimit(Operand.Memory memory) {
    return memory.size() == 1 || memory.base() == Reg.NONE && memory.index() == Reg.NONE
        && (memory.displacement() & 0xFFFF_FFFFL) + memory.size() <= SEGMENT_SIZE;
  }

  /** Leaves if an operand at the offset on the JVM's stack runs over the end of a segment of 4 GiB. */
  private void checkLimit(int size) {
    code.lstore(Locals.ADDRESS);
    code.lload(Locals.ADDRESS);
    code.jumpIfAbove(SEGMENT_SIZE - size, unit.miss());
    code.lload(Locals.ADDRESS);
  }

  // Finding the place.

  /** Puts the place of an operand into {@link Locals#OFFSET}. */
  void locate(Operand.Memory memory, int size, boolean write) {
    locate(memory, size, false, write);
  }

  /** The same for an operand that must be aligned to its size; leaves if it is not. */
  void locateAligned(Operand.Memory memory, int size, boolean write) {
    locate(memory, size, true, write);
  }

  private void locate(Operand.Memory memory, int size, boolean aligned, boolean write) {
    if (!aligned && rounds.locate(memory, size)) {
      return;
    }
    pushLinearAddress(memory);
    PagePlan.Group group = pages.group(memory);
    boolean based = StackWindow.isBased(memory, Reg.RSP) || StackWindow.isBased(memory, Reg.RBP);
    if (group == null || !based || !guard.locate(group, memory.base(), memory.displacement(), size, aligned)) {
      locateInGroup(based && unit.isOnDetour() ? null : group, size, aligned, write);
    }
  }

  /** The same for an operand of any size, that no group of accesses has. */
  void locateUnlike(Operand.Memory memory, int size, boolean write) {
    pushLinearAddress(memory);
    locateInGroup(null, size, false, write);
  }

  /**
   * The same for the linear address on the JVM's stack, which depends on RSP or RBP alone.
   *
   * @param distance of the address from the register's value
   */
  void locateStack(int base, long distance, int size, boolean write) {
    PagePlan.Group group = pages.stackGroup(base);
    if (group == null || !guard.locate(group, base, distance, size, false)) {
      locateInGroup(unit.isOnDetour() ? null : group, size, false, write);
    }
    if (unit.isAtTransfer()) {
      guard.join();
    }
  }

  private void locateInGroup(PagePlan.@Nullable Group group, int size, boolean aligned, boolean write) {
    code.lstore(Locals.ADDRESS);
    guard.forget(group);
    if (group == null) {
      if (aligned) {
        places.checkAlignment(size, unit.miss());
      }
      places.find(write, size);
      confined = true;
      return;
    }
    Label slow = new Label();
    Label found = new Label();
    Label miss = unit.miss();
    boolean walks = unit.walks();
    Label noPlace = unit.noPlace();
    pushDistance(group, Locals.ADDRESS);
    code.op(DUP2);
    code.lstore(Locals.DISTANCE);
    if (aligned) {
      // What is remembered is aligned too.
      code.constant(~(group.size() - 1L & -size));
      code.op(LAND);
      code.op(LCONST_0);
      code.op(LCMP);
      code.jump(IFNE, slow);
    } else {
      code.jumpIfAbove(group.size() - size, slow);
    }
    code.label(found);
    findRemembered(group);
    unit.exits().later(() -> {
      code.label(slow);
      if (aligned) {
        places.checkAlignment(size, miss);
      }
      boolean asWritten = write || group.writes();
      Label unknown = asWritten == write && !walks ? miss : new Label();
      places.probe(asWritten, size, unknown);
      Label remember = new Label();
      Label distant = new Label();
      code.label(remember);
      remember(group, Locals.ADDRESS);
      countChange(group);
      code.label(distant);
      code.lload(Locals.OFFSET);
      code.lload(Locals.place(group.number()), LSUB);
      code.lstore(Locals.DISTANCE);
      code.jump(GOTO, found);
      if (unknown != miss) {
        // What cannot be written, or not all of it, is not remembered; a line beside code can.
        code.label(unknown);
        if (asWritten == write) {
          boolean line = write && group.size() != PagePlan.PAGE_SIZE;
          places.walk(write, line, size, noPlace);
          code.jump(GOTO, line ? remember : distant);
        } else {
          places.find(false, size, walks, noPlace);
          code.jump(GOTO, distant);
        }
      }
    });
  }

  /** Pushes how far an address lies behind the start of what a group remembers: not in it, if that is negative or large. */
  void pushDistance(PagePlan.Group group, int address) {
    code.lload(address);
    code.lload(Locals.page(group.number()), LSUB);
  }

  /**
   * Finds the place that lies {@link Locals#DISTANCE} behind what a group remembers. That is added here and not earlier, so
   * that HotSpot makes it part of the access itself.
   */
  private void findRemembered(PagePlan.Group group) {
    confined = true;
    code.lload(Locals.place(group.number()));
    code.lload(Locals.DISTANCE, LADD);
    code.lstore(Locals.OFFSET);
  }

  /** Finds the place of the address, which lies in what a group remembers. */
  void locateRemembered(PagePlan.Group group) {
    pushDistance(group, Locals.ADDRESS);
    code.lstore(Locals.DISTANCE);
    findRemembered(group);
  }

  /** Finds the place that lies so far behind another one, in the same page, which is in a local. */
  void locateBehind(int place, long distance) {
    confined = true;
    code.lload(place);
    code.constant(distance);
    code.op(LADD);
    code.lstore(Locals.OFFSET);
  }

  /** Remembers the page or line of the address in a local, whose place is in {@link Locals#OFFSET}. */
  void remember(PagePlan.Group group, int address) {
    code.lload(address);
    code.constant(-(long) group.size());
    code.op(LAND);
    code.lstore(Locals.page(group.number()));
    code.lload(Locals.OFFSET);
    code.constant(-(long) group.size());
    code.op(LAND);
    code.lstore(Locals.place(group.number()));
  }

  /** Counts by opaque accesses: HotSpot takes the loads of others out of the slow path and into the loop. */
  private void countChange(PagePlan.Group group) {
    pushCounter(group);
    pushCounter(group);
    UnsafeNames.GET_INT_OPAQUE.call(code.visitor());
    code.constant(1);
    code.op(IADD);
    UnsafeNames.PUT_INT_OPAQUE.call(code.visitor());
  }

  /** Pushes what a raw access to a group's counter begins with. */
  private void pushCounter(PagePlan.Group group) {
    code.aload(Locals.UNSAFE);
    code.pushPageChanges();
    code.constant(HostMemory.INT_ELEMENTS + (long) Integer.BYTES * group.number());
  }

  /** Forgets the pages that were remembered. */
  void forgetPages() {
    guard.forgetAll();
    pages.groups().forEach(this::forgetPage);
  }

  private void forgetPage(PagePlan.Group group) {
    code.constant(NO_PAGE);
    code.lstore(Locals.page(group.number()));
  }

  /** Gives the locals of groups the values that they have without a page. */
  void definePages(Collection<PagePlan.Group> groups) {
    for (PagePlan.Group group : groups) {
      forgetPage(group);
      code.constant(0L);
      code.lstore(Locals.place(group.number()));
    }
  }

  /** Gives the locals of remembered pages a value, which the JVM asks for. */
  void definePages() {
    guard.forgetAll();
    definePages(pages.groups());
  }

  // Access.

  /** From here on, places may come from anywhere: in ways out, which are emitted behind everything else. */
  void forgetConfined() {
    confined = false;
  }

  /** Pushes what an access begins with to the place in a local: that of the operand, or not far behind it. */
  void pushPlace(int local) {
    code.pushPlace(local, confined);
  }

  /** Pushes {@code size} bytes from the place. */
  void load(int size) {
    loadAt(Locals.OFFSET, size);
  }

  /** Pushes {@code size} bytes from the place in host memory that is on the JVM's stack. */
  void loadFrom(int size) {
    code.lstore(Locals.RAW);
    loadAt(Locals.RAW, size);
  }

  /** Pushes {@code size} bytes from the place in a local. */
  private void loadAt(int local, int size) {
    pushPlace(local);
    getter(size).call(code.visitor());
    if (size != 8) {
      code.op(I2L);
      code.zeroExtend(size);
    }
  }

  /** Stores the low bytes of a local at the place. */
  void store(int local, int size) {
    pushPlace(Locals.OFFSET);
    code.lload(local);
    if (size != 8) {
      code.op(L2I);
    }
    if (size < 4) {
      code.op(size == 2 ? I2S : I2B);
    }
    putter(size).call(code.visitor());
  }

  /** The method that reads {@code size} bytes. */
  private static Names.MethodName getter(int size) {
    return switch (size) {
      case 8 -> UnsafeNames.GET_LONG;
      case 4 -> UnsafeNames.GET_INT;
      case 2 -> UnsafeNames.GET_SHORT;
      default -> UnsafeNames.GET_BYTE;
    };
  }

  /** The method that writes {@code size} bytes. */
  private static Names.MethodName putter(int size) {
    return switch (size) {
      case 8 -> UnsafeNames.PUT_LONG;
      case 4 -> UnsafeNames.PUT_INT;
      case 2 -> UnsafeNames.PUT_SHORT;
      default -> UnsafeNames.PUT_BYTE;
    };
  }
}
