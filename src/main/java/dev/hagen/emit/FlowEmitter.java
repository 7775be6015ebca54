package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GETFIELD;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.IFLE;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IF_ICMPGE;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.ISUB;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSHR;
import static org.objectweb.asm.Opcodes.LSUB;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.Link;
import dev.hagen.interpret.Unit;
import dev.hagen.region.Terminal;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.objectweb.asm.Label;

/** Emits control transfers: jumps inside the region, the ways to other units, calls and returns. */
final class FlowEmitter {
  private final UnitEmitter unit;
  private final Code code;
  private final FlagEmitter flags;
  private final Registers registers;
  private final X87Stack x87;
  private final OperandEmitter operands;
  private final StackEmitter stack;
  private final int codeSize;
  private final Map<Long, Link> regionLinks;
  /** Links in the order of their fields. */
  private final List<Link> links = new ArrayList<>();
  private final Map<Link, Integer> fields = new java.util.HashMap<>();

  FlowEmitter(UnitEmitter unit, Code code, FlagEmitter flags, Registers registers, X87Stack x87,
      InstructionEmitter instructions, int codeSize, Map<Long, Link> regionLinks) {
    this.unit = unit;
    this.code = code;
    this.flags = flags;
    this.registers = registers;
    this.x87 = x87;
    this.operands = instructions.operands();
    this.stack = instructions.stack();
    this.codeSize = codeSize;
    this.regionLinks = regionLinks;
  }

  /** The links that the unit holds in its fields. */
  List<Link> links() {
    return links;
  }

  // Leaving.

  /** Leaves for a known place outside of the region: through its link if there is one, and depth is left. */
  void leaveFor(long distance) {
    Link link = regionLinks.get(distance);
    if (link == null) {
      unit.exits().leaveNow(0, distance, Unit.LEFT);
      return;
    }
    registers.store(registers.dirty());
    storeState(distance);
    Label alone = new Label();
    code.iload(Locals.DEPTH);
    code.jump(IFLE, alone);
    pushUnit(link);
    runUnit();
    code.op(IRETURN);
    code.label(alone);
    code.constant(Unit.LEFT);
    code.op(IRETURN);
  }

  /** Leaves flags, count and RIP, a distance from the head, in the state. */
  private void storeState(long distance) {
    flags.keep();
    x87.store(x87.pending());
    unit.exits().storeCount();
    code.aload(Locals.CPU);
    unit.pushAddress(distance);
    Names.RIP.put(code.visitor());
  }

  private void pushUnit(Link link) {
    int number = fields.computeIfAbsent(link, missing -> {
      links.add(missing);
      return links.size() - 1;
    });
    code.aload(Locals.THIS);
    code.visitor().visitFieldInsn(GETFIELD, UnitClass.NAME, UnitClass.field(number), Names.LINK_DESCRIPTOR);
    code.aload(Locals.CPU);
    code.aload(Locals.CPU);
    Names.RIP.get(code.visitor());
    Names.ENTER.call(code.visitor());
  }

  /** Runs the unit on the JVM's stack from its head. */
  private void runUnit() {
    code.aload(Locals.CPU);
    pushDepth();
    Names.RUN_HEAD.call(code.visitor());
  }

  private void pushDepth() {
    code.iload(Locals.DEPTH);
    code.constant(1);
    code.op(ISUB);
  }

  /** Looks for events, and leaves at a distance from the head if there is one or the count has run out. */
  void poll(long distance) {
    Label event = unit.exits().exit(0, distance, Unit.EVENT);
    code.iload(Locals.COUNT);
    code.pushAttention();
    code.jump(IF_ICMPGE, event);
  }

  // Calls and returns.

  /** CALL of a known place. */
  void call(long target) {
    pushReturnAddress();
    unit.countThrough();
    Link link = regionLinks.get(target);
    registers.setDirty(registers.dirty() | Slots.general(Reg.RSP));
    registers.clean(registers.dirty());
    storeState(target);
    x87.forgetLocals();
    if (link == null) {
      leaveWith(Unit.LEFT);
      return;
    }
    leaveWithoutDepth();
    pushUnit(link);
    runUnit();
    comeBack();
  }

  /** CALL of a place in the region: a jump that leaves the return address on the stack. */
  void callInside(long target) {
    pushReturnAddress();
    unit.countThrough();
    registers.setDirty(registers.dirty() | Slots.general(Reg.RSP));
    unit.goTo(target);
  }

  /** CALL of a computed place. */
  void callIndirect(Instruction instruction) {
    operands.prepare(instruction);
    operands.push(instruction.operand(0));
    code.lstore(Locals.EXIT_RIP);
    checkTarget();
    pushReturnAddress();
    unit.countThrough();
    registers.setDirty(registers.dirty() | Slots.general(Reg.RSP));
    registers.clean(registers.dirty());
    flags.keep();
    x87.store();
    unit.exits().storeCount();
    code.aload(Locals.CPU);
    code.lload(Locals.EXIT_RIP);
    Names.RIP.put(code.visitor());
    leaveWithoutDepth();
    code.aload(Locals.THIS);
    code.aload(Locals.CPU);
    pushDepth();
    Names.CALL_INDIRECT.call(code.visitor());
    comeBack();
  }

  private void leaveWith(int result) {
    code.constant(result);
    code.op(IRETURN);
  }

  private void leaveWithoutDepth() {
    Label enough = new Label();
    code.iload(Locals.DEPTH);
    code.jump(org.objectweb.asm.Opcodes.IFGT, enough);
    leaveWith(Unit.LEFT);
    code.label(enough);
  }

  private void pushReturnAddress() {
    setReturnAddress();
    stack.pushTemporary(codeSize);
  }

  private void setReturnAddress() {
    unit.pushAddress(unit.next());
    code.lstore(Locals.TEMPORARY_2);
  }

  /** Whether {@link #locate} can do for a transfer. */
  static boolean canLocate(Terminal terminal) {
    return terminal instanceof Terminal.Call || terminal instanceof Terminal.InnerCall || terminal instanceof Terminal.Return;
  }

  /** Emits what comes before the access of a near call or return to the stack, which another place goes on with. */
  void locate(Terminal terminal) {
    if (terminal instanceof Terminal.Return) {
      stack.locateTop(codeSize);
    } else {
      setReturnAddress();
      stack.locatePush(codeSize);
    }
  }

  /** Goes on behind the call if the callee, whose result is on the JVM's stack, has come back there. */
  private void comeBack() {
    long next = unit.next();
    Label elsewhere = new Label();
    Label back = new Label();
    code.local(ISTORE, Locals.RESULT);
    code.iload(Locals.RESULT);
    code.jump(IFNE, elsewhere);
    code.aload(Locals.CPU);
    Names.RIP.get(code.visitor());
    unit.pushAddress(next);
    code.op(LCMP);
    code.jump(IFNE, elsewhere);
    code.label(back);
    flags.setInState();
    unit.exits().reloadCount();
    unit.goOnBehindCall(next);
    unit.exits().later(() -> {
      code.label(elsewhere);
      code.aload(Locals.THIS);
      code.aload(Locals.CPU);
      code.iload(Locals.RESULT);
      unit.pushAddress(next);
      code.lload(Locals.register(Reg.RSP));
      code.iload(Locals.DEPTH);
      Names.RESUME.call(code.visitor());
      code.jump(IFNE, back);
      leaveWith(Unit.EVENT);
    });
  }

  /** RET, perhaps to one of {@code sites} in the region. */
  void ret(Instruction instruction, List<Long> sites) {
    long release = instruction.operands().length == 0 ? 0 : ((Operand.Immediate) instruction.operand(0)).value();
    stack.loadTop(codeSize);
    code.lstore(Locals.EXIT_RIP);
    checkTarget();
    stack.release(codeSize + release);
    unit.countThrough();
    registers.setDirty(registers.dirty() | Slots.general(Reg.RSP));
    jumpInside(sites);
    unit.exits().leaveComputed(Unit.RETURNED);
  }

  /** JMP to a computed place. */
  void jumpIndirect(Instruction instruction, List<Long> targets) {
    operands.prepare(instruction);
    operands.push(instruction.operand(0));
    code.lstore(Locals.EXIT_RIP);
    checkTarget();
    unit.countThrough();
    jumpInside(targets);
    unit.exits().leaveComputed(Unit.LEFT);
  }

  /** Jumps to the address in {@link Locals#EXIT_RIP} if it is one of {@code targets}, as far as they are in the region. */
  private void jumpInside(List<Long> targets) {
    TreeSet<Integer> inside = new TreeSet<>();
    for (long target : targets) {
      if (unit.contains(target) && target == (int) target) {
        inside.add((int) target);
      }
    }
    if (inside.isEmpty()) {
      return;
    }
    Label outside = new Label();
    code.lload(Locals.EXIT_RIP);
    code.lload(Locals.BASE, LSUB);
    code.lstore(Locals.TEMPORARY_2);
    code.lload(Locals.TEMPORARY_2);
    code.op(L2I);
    code.op(I2L);
    code.lload(Locals.TEMPORARY_2, LCMP);
    code.jump(IFNE, outside);
    code.lload(Locals.TEMPORARY_2);
    code.op(L2I);
    int[] keys = inside.stream().mapToInt(Integer::intValue).toArray();
    Label[] labels = new Label[keys.length];
    for (int i = 0; i < keys.length; i++) {
      labels[i] = new Label();
    }
    code.visitor().visitLookupSwitchInsn(outside, keys, labels);
    long dirty = registers.dirty();
    FlagEmitter.State state = flags.state();
    for (int i = 0; i < keys.length; i++) {
      code.label(labels[i]);
      registers.setDirty(dirty);
      flags.restore(state);
      unit.goTo(keys[i]);
    }
    code.label(outside);
    registers.setDirty(dirty);
    flags.restore(state);
  }

  /** Leaves for the interpreter if the target in {@link Locals#EXIT_RIP} is not canonical. */
  private void checkTarget() {
    if (codeSize == 8) {
      code.lload(Locals.EXIT_RIP);
      code.constant(16);
      code.op(LSHL);
      code.constant(16);
      code.op(LSHR);
      code.lload(Locals.EXIT_RIP);
      code.op(LCMP);
      code.jump(IFNE, unit.miss());
    }
  }
}
