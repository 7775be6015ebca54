package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.AALOAD;
import static org.objectweb.asm.Opcodes.ARRAYLENGTH;
import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.DUP;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.POP;

import dev.hagen.decode.Instruction;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import dev.hagen.x86.Reg;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Label;

/**
 * Emits the head of a unit's method: a switch over the blocks where it may be entered; each loads the registers that the blocks
 * behind it need into locals.
 */
final class EntryEmitter {
  private final UnitEmitter unit;
  private final Code code;
  private final FlagEmitter flags;
  private final XmmRegisters xmm;
  private final Registers registers;
  private final X87Stack x87;
  private final X87Plan depths;
  private final RegisterPlan plan;
  private final MemoryEmitter memory;
  private final List<Long> starts;
  private final int codeSize;
  private final boolean usesFs;
  private final boolean usesGs;

  EntryEmitter(UnitEmitter unit, Region region, Code code, FlagEmitter flags, XmmRegisters xmm, Registers registers,
      X87Stack x87, X87Plan depths, RegisterPlan plan, MemoryEmitter memory, List<Long> starts, int codeSize) {
    this.unit = unit;
    this.code = code;
    this.flags = flags;
    this.xmm = xmm;
    this.registers = registers;
    this.x87 = x87;
    this.depths = depths;
    this.plan = plan;
    this.memory = memory;
    this.starts = starts;
    this.codeSize = codeSize;
    this.usesFs = usesSegment(region, Reg.FS);
    this.usesGs = usesSegment(region, Reg.GS);
  }

  /** {@code most} blocks at most where execution may well begin: the head, starts of loops, and places where calls return to. */
  static List<Long> startsOf(Region region, int most) {
    Map<Long, Integer> order = new HashMap<>();
    for (RegionBlock block : region.blocks()) {
      order.put(block.start(), order.size());
    }
    Set<Long> found = new LinkedHashSet<>();
    found.add(region.blocks().getFirst().start());
    for (RegionBlock block : region.blocks()) {
      for (long successor : block.terminal().successors()) {
        Integer place = order.get(successor);
        boolean returns = block.terminal().isCall() || block.terminal() instanceof Terminal.Return;
        if (place != null && (returns || place <= order.getOrDefault(block.start(), 0))) {
          found.add(successor);
        }
      }
    }
    return found.stream().limit(most).toList();
  }

  private static boolean usesSegment(Region region, int segment) {
    return region.blocks().stream().flatMap(block -> block.instructions().stream())
        .map(Instruction::memory).anyMatch(memory -> memory != null && memory.segment() == segment);
  }

  /**
   * Emits the head of the method.
   *
   * @param following the block that is emitted behind it
   */
  void emit(long following) {
    code.visitor().visitCode();
    code.findUnsafe();
    code.aload(Locals.THIS);
    code.constant(1);
    Names.TOUCHED.put(code.visitor());
    if (code.countsEntries()) {
      code.aload(Locals.THIS);
      code.op(DUP);
      Names.RUNS.get(code.visitor());
      code.constant(1L);
      code.op(LADD);
      Names.RUNS.put(code.visitor());
    }
    code.aload(Locals.CPU);
    Names.GPR.get(code.visitor());
    code.local(ASTORE, Locals.GPR);
    xmm.findState();
    loadMapping();
    unit.exits().reloadCount();
    code.constant(0L);
    code.lstore(Locals.EXIT_RIP);
    if (!code.keepsState()) {
      flags.defineLocals();
    }
    flags.setInState();
    memory.definePages();
    if (starts.size() == 1) {
      emitEntry(0, following);
      return;
    }
    Label[] targets = new Label[starts.size()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = new Label();
    }
    code.iload(Locals.ENTRY);
    code.visitor().visitTableSwitchInsn(0, targets.length - 1, targets[0], targets);
    for (int i = targets.length - 1; i >= 0; i--) {
      code.label(targets[i]);
      emitEntry(i, following);
    }
  }

  private void emitEntry(int number, long following) {
    long start = starts.get(number);
    code.aload(Locals.CPU);
    Names.RIP.get(code.visitor());
    if (start != 0) {
      code.constant(-start);
      code.op(LADD);
      if (codeSize == 4) {
        code.zeroExtend(4);
      }
    }
    code.lstore(Locals.BASE);
    registers.setDirty(0);
    x87.forgetLocals();
    if (number == 0) {
      unit.flow().poll(start);
    }
    x87.load(depths.depthAt(start));
    registers.load(plan.liveAt(start));
    if (number != 0 || start != following) {
      code.jump(GOTO, unit.label(start));
    }
  }

  /** Loads what depends on the mapping and the mode: after anything that may have changed those, too. */
  void loadMapping() {
    loadTlb(Names.READ_TLB, Locals.READ_TLB);
    loadTlb(Names.WRITE_TLB, Locals.WRITE_TLB);
    loadSegmentBases();
    xmm.loadMode();
  }

  void loadSegmentBases() {
    loadSegmentBase(usesFs, Reg.FS, Locals.FS_BASE);
    loadSegmentBase(usesGs, Reg.GS, Locals.GS_BASE);
  }

  private void loadTlb(Names.FieldName field, int local) {
    code.aload(Locals.CPU);
    field.get(code.visitor());
    if (!code.keepsState()) {
      // C2 knows from here on that it is not null.
      code.op(DUP);
      code.op(ARRAYLENGTH);
      code.op(POP);
    }
    code.local(ASTORE, local);
  }

  private void loadSegmentBase(boolean used, int segment, int local) {
    if (used) {
      code.aload(Locals.CPU);
      Names.SEGMENT.get(code.visitor());
      code.constant(segment);
      code.op(AALOAD);
      if (codeSize == 8) {
        Names.SEGMENT_BASE.get(code.visitor());
      } else {
        Names.UNCHECKED_BASE.call(code.visitor());
      }
      code.lstore(local);
    }
  }
}
