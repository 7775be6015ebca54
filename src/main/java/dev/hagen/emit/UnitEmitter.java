package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.ACC_FINAL;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_SUPER;
import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IF_ICMPGE;
import static org.objectweb.asm.Opcodes.INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.ISUB;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LALOAD;
import static org.objectweb.asm.Opcodes.LASTORE;
import static org.objectweb.asm.Opcodes.RETURN;
import static org.objectweb.asm.Opcodes.V25;

import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Instruction;
import dev.hagen.interpret.Unit;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import dev.hagen.semantics.LazyFlags;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/**
 * Emits the class of one region.
 *
 * <p>The general registers that the region touches live in locals; they are loaded once at the start, and stored where
 * the method leaves. All ways out lead to one tail: a stub sets the address at which the guest goes on.
 */
public final class UnitEmitter {
  /** HotSpot compiles no method with more bytecode. */
  public static final int MAX_METHOD = 8000;

  private final Region region;
  private final boolean intrinsics;
  private final int codeSize;
  private final ClassWriter classWriter = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
  private final Code code;
  private final FlagEmitter flags;
  private final Map<Long, Label> labels = new HashMap<>();
  private final Map<Long, Integer> predecessors = new HashMap<>();
  private final Set<Long> emitted = new HashSet<>();
  private final RegisterUse registers;
  private final XmmUse xmmUse;
  private final XmmRegisters xmm;
  private final NormalHalves normal;
  private final Label leave = new Label();
  private final Label leaveToInterpret = new Label();
  private final Label leaveAfterStep = new Label();
  private final Label end = new Label();
  private final List<Instruction> interpreted = new ArrayList<>();
  /** Stubs to be emitted behind the blocks. */
  private final List<Runnable> stubs = new ArrayList<>();

  // Where emission is: the instruction, its distance from the head, and how many of its block came before it
  // uncounted.
  private Instruction instruction;
  private long at;
  private int before;
  private Map<Long, Label> missStubs = new LinkedHashMap<>();

  /**
   * An emitter for one region.
   *
   * @param intrinsics whether operations may have bytecode of their own; if not, all but control transfers go through
   *     semantic methods or the interpreter
   */
  public UnitEmitter(Region region, boolean intrinsics) {
    this.region = region;
    this.intrinsics = intrinsics;
    this.codeSize = ExecutionContext.codeSize(region.context());
    this.instruction = region.blocks().getFirst().instructions().getFirst();
    this.registers = RegisterUse.of(region);
    classWriter.visit(V25, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, "dev/hagen/emit/TranslationUnit", null, Names.UNIT,
        null);
    emitConstructor();
    MethodVisitor method =
        classWriter.visitMethod(ACC_PUBLIC | ACC_FINAL, Names.RUN.name(), Names.RUN.descriptor(), null, null);
    this.code = new Code(method);
    this.flags = new FlagEmitter(code);
    this.xmmUse = XmmUse.of(region, intrinsics && (region.context() & ExecutionContext.SSE_BLOCKED) == 0);
    this.xmm = new XmmRegisters(code, xmmUse);
    this.normal = new NormalHalves(region, List.of(0L));
  }

  private void emitConstructor() {
    MethodVisitor constructor = classWriter.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
    constructor.visitCode();
    constructor.visitVarInsn(org.objectweb.asm.Opcodes.ALOAD, 0);
    constructor.visitMethodInsn(INVOKESPECIAL, Names.UNIT, "<init>", "()V", false);
    constructor.visitInsn(RETURN);
    constructor.visitMaxs(0, 0);
    constructor.visitEnd();
  }

  /** The class, and the instructions that it hands to the interpreter, in the order of their numbers. */
  public record Emitted(byte[] bytes, List<Instruction> interpreted, int methodSize) {}

  /** Emits everything. */
  public Emitted emit() {
    for (RegionBlock block : region.blocks()) {
      labels.put(block.start(), new Label());
    }
    countPredecessors();
    emitPrologue();
    List<RegionBlock> blocks = region.blocks();
    for (int i = 0; i < blocks.size(); i++) {
      emitBlock(blocks.get(i), i + 1 < blocks.size() ? blocks.get(i + 1).start() : Long.MIN_VALUE);
    }
    for (int i = 0; i < stubs.size(); i++) {
      stubs.get(i).run();
    }
    emitTail();
    code.label(end);
    code.visitor().visitMaxs(0, 0);
    code.visitor().visitEnd();
    classWriter.visitEnd();
    byte[] bytes = classWriter.toByteArray();
    return new Emitted(bytes, interpreted, end.getOffset());
  }

  private void countPredecessors() {
    predecessors.merge(0L, 1, Integer::sum);
    for (RegionBlock block : region.blocks()) {
      switch (block.terminal()) {
        case Terminal.Jump jump -> predecessors.merge(jump.target(), 1, Integer::sum);
        case Terminal.Branch branch -> {
          predecessors.merge(branch.taken(), 1, Integer::sum);
          predecessors.merge(branch.notTaken(), 1, Integer::sum);
        }
        default -> {
        }
      }
    }
  }

  // Start and end of the method.

  private void emitPrologue() {
    code.visitor().visitCode();
    code.aload(Locals.CPU);
    Names.GPR.get(code.visitor());
    code.local(ASTORE, Locals.GPR);
    loadTlb();
    code.aload(Locals.CPU);
    Names.RIP.get(code.visitor());
    code.lstore(Locals.BASE);
    for (int local : new int[] {Locals.COUNT, Locals.RESULT, Locals.FLAG_KIND}) {
      code.constant(0);
      code.local(ISTORE, local);
    }
    for (int local : new int[] {Locals.FLAG_A, Locals.FLAG_B, Locals.EXIT_RIP, Locals.TEMPORARY_1,
        Locals.TEMPORARY_2, Locals.TEMPORARY_3, Locals.OFFSET}) {
      code.constant(0L);
      code.lstore(local);
    }
    loadRegisters();
    flags.setKnown(LazyFlags.IN_STATE);
  }

  private void loadTlb() {
    code.aload(Locals.CPU);
    Names.TLB.get(code.visitor());
    code.local(ASTORE, Locals.TLB);
    code.aload(Locals.CPU);
    Names.TLB_READ.get(code.visitor());
    code.local(ISTORE, Locals.TLB_READ);
    code.aload(Locals.CPU);
    Names.TLB_WRITE.get(code.visitor());
    code.local(ISTORE, Locals.TLB_WRITE);
    loadSegmentBase(registers.usesFs(), Reg.FS, Locals.FS_BASE);
    loadSegmentBase(registers.usesGs(), Reg.GS, Locals.GS_BASE);
  }

  private void loadSegmentBase(boolean used, int segment, int local) {
    if (used) {
      code.aload(Locals.CPU);
      Names.SEGMENT.get(code.visitor());
      code.constant(segment);
      code.op(org.objectweb.asm.Opcodes.AALOAD);
      Names.SEGMENT_BASE.get(code.visitor());
      code.lstore(local);
    }
  }

  private void loadRegisters() {
    for (int i = 0; i < 16; i++) {
      if (registers.isUsed(i)) {
        loadRegister(i);
      }
    }
    xmm.load();
  }

  private void loadRegister(int index) {
    code.aload(Locals.GPR);
    code.constant(index);
    code.op(LALOAD);
    if (codeSize == 4) {
      // Upper halves do not exist here, whatever 64-bit code left in them.
      code.zeroExtend(4);
    }
    code.lstore(Locals.register(index));
  }

  private void storeRegisters() {
    for (int i = 0; i < 16; i++) {
      if (registers.isWritten(i)) {
        storeRegister(i);
      }
    }
    xmm.store();
  }

  private void storeRegister(int index) {
    code.aload(Locals.GPR);
    code.constant(index);
    code.lload(Locals.register(index));
    code.op(LASTORE);
  }

  private void emitTail() {
    code.label(leaveToInterpret);
    code.constant(Unit.INTERPRET);
    code.local(ISTORE, Locals.RESULT);
    code.label(leave);
    storeRegisters();
    code.aload(Locals.CPU);
    code.iload(Locals.FLAG_KIND);
    code.lload(Locals.FLAG_A);
    code.lload(Locals.FLAG_B);
    Names.STORE_FLAGS.call(code.visitor());
    code.aload(Locals.CPU);
    code.lload(Locals.EXIT_RIP);
    Names.RIP.put(code.visitor());
    code.label(leaveAfterStep);
    addRetired();
    code.iload(Locals.RESULT);
    code.op(IRETURN);
  }

  private void addRetired() {
    code.aload(Locals.CPU);
    code.op(org.objectweb.asm.Opcodes.DUP);
    Names.RETIRED.get(code.visitor());
    code.iload(Locals.COUNT);
    code.op(I2L);
    code.op(LADD);
    Names.RETIRED.put(code.visitor());
  }

  // Blocks.

  private void emitBlock(RegionBlock block, long following) {
    code.label(Objects.requireNonNull(labels.get(block.start())));
    emitted.add(block.start());
    if (predecessors.getOrDefault(block.start(), 0) != 1 || !entryKinds.containsKey(block.start())) {
      flags.setKnown(FlagEmitter.UNKNOWN);
    } else {
      flags.setKnown(entryKinds.get(block.start()));
    }
    at = block.start();
    before = 0;
    InstructionEmitter emitter = new InstructionEmitter(this, code, flags, codeSize, intrinsics);
    XmmEmitter sse = new XmmEmitter(this, code, flags, emitter, xmm, normal);
    normal.start(at);
    int last = block.instructions().size() - 1;
    for (int i = 0; i <= last; i++) {
      instruction = block.instructions().get(i);
      missStubs = new LinkedHashMap<>();
      boolean isTerminal = i == last && !(block.terminal() instanceof Terminal.Jump && !isJump(instruction));
      if (isTerminal) {
        emitTerminal(block, emitter, following);
        return;
      }
      if (!(!xmmUse.isEmpty() && sse.emit(instruction) || emitter.emit(instruction))) {
        StepUse use = StepUse.of(instruction);
        if (use != null) {
          emitStep(use);
        } else {
          emitInterpreted();
        }
      }
      normal.pass(instruction);
      before++;
      at += instruction.length();
    }
    count(before);
    goTo(((Terminal.Jump) block.terminal()).target(), following);
  }

  private static boolean isJump(Instruction instruction) {
    return instruction.op() == dev.hagen.decode.Op.JMP;
  }

  /** The flags' kind at the start of blocks that have one predecessor, which is emitted. */
  private final Map<Long, Integer> entryKinds = new HashMap<>();

  private void emitTerminal(RegionBlock block, InstructionEmitter emitter, long following) {
    switch (block.terminal()) {
      case Terminal.Jump jump -> {
        count(before + 1);
        goTo(jump.target(), following);
      }
      case Terminal.Branch branch -> {
        count(before + 1);
        Label taken = new Label();
        flags.jumpIf(instruction.condition(), taken);
        int kind = flags.known();
        goTo(branch.notTaken(), Long.MIN_VALUE);
        code.label(taken);
        flags.setKnown(kind);
        goTo(branch.taken(), following);
      }
      case Terminal.Call call -> {
        emitter.pushReturnAddress(at + instruction.length());
        count(before + 1);
        exit(call.target());
      }
      case Terminal.Computed computed -> {
        if (emitter.emitComputed(instruction)) {
          count(before + 1);
          code.jump(GOTO, leave);
        } else {
          code.jump(GOTO, miss());
        }
      }
      case Terminal.Interpret interpret -> code.jump(GOTO, miss());
    }
  }

  /** Counts {@code instructions} as retired. */
  private void count(int instructions) {
    if (instructions > 0) {
      code.visitor().visitIincInsn(Locals.COUNT, instructions);
    }
  }

  /** Goes to the block at {@code target}; what has run is counted already. */
  private void goTo(long target, long following) {
    Label label = labels.get(target);
    if (label == null) {
      exit(target);
      return;
    }
    if (emitted.contains(target)) {
      poll(target);
      code.jump(GOTO, label);
      return;
    }
    entryKinds.put(target, flags.known());
    if (target != following) {
      code.jump(GOTO, label);
    }
  }

  /** Leaves at the end of a loop if an event is pending or the room is used up. */
  private void poll(long target) {
    Label stub = new Label();
    code.iload(Locals.COUNT);
    code.iload(Locals.ROOM);
    code.jump(IF_ICMPGE, stub);
    code.aload(Locals.CPU);
    Names.PENDING.call(code.visitor());
    code.jump(IFNE, stub);
    stubs.add(() -> {
      code.label(stub);
      exit(target);
    });
  }

  /** Leaves towards the address at distance {@code target} from the head. */
  private void exit(long target) {
    pushAddress(target);
    code.lstore(Locals.EXIT_RIP);
    code.jump(GOTO, leave);
  }

  /** Pushes the address at a distance from the head, as an instruction pointer. */
  void pushAddress(long distance) {
    code.lload(Locals.BASE);
    code.constant(distance);
    code.op(LADD);
    if (codeSize == 4) {
      code.zeroExtend(4);
    }
  }

  /** The address of the next instruction as a distance from the head. */
  long next() {
    return at + instruction.length();
  }

  /** Where an access of the current instruction goes if the TLB does not know its page: nothing has changed yet. */
  Label miss() {
    return missStubs.computeIfAbsent(at, distance -> {
      Label stub = new Label();
      int uncounted = before;
      stubs.add(() -> {
        code.label(stub);
        count(uncounted);
        pushAddress(distance);
        code.lstore(Locals.EXIT_RIP);
        code.jump(GOTO, leaveToInterpret);
      });
      return stub;
    });
  }

  /** Emits something behind the blocks. */
  void addStub(Runnable stub) {
    stubs.add(stub);
  }

  /** Has the current instruction executed by its step, among the locals. If it faults the unit leaves. */
  private void emitStep(StepUse use) {
    int number = interpreted.size();
    interpreted.add(instruction);
    if (StepUse.needsFlags(instruction.op())) {
      flags.store();
    }
    for (int i = 0; i < 16; i++) {
      if (use.named.get(i) && registers.isWritten(i)) {
        storeRegister(i);
      }
    }
    xmm.store(use.namedXmm);
    code.aload(Locals.THIS);
    code.aload(Locals.CPU);
    code.constant(number);
    pushAddress(next());
    Names.EXECUTE.call(code.visitor());
    code.jump(IFEQ, miss());
    for (int i = 0; i < 16; i++) {
      if (use.changed.get(i) && registers.isUsed(i)) {
        loadRegister(i);
      }
    }
    xmm.load(use.changedXmm);
    if (StepUse.writesFlags(instruction.op())) {
      flags.set(LazyFlags.IN_STATE);
    }
    Label stub = new Label();
    code.aload(Locals.CPU);
    Names.LEAVE_BLOCK.get(code.visitor());
    code.jump(IFNE, stub);
    int counted = before + 1;
    long target = next();
    stubs.add(() -> {
      code.label(stub);
      count(counted);
      exit(target);
    });
  }

  /** Has the current instruction executed by its step, with everything in the state. */
  private void emitInterpreted() {
    int number = interpreted.size();
    interpreted.add(instruction);
    storeRegisters();
    flags.store();
    flags.setKnown(LazyFlags.IN_STATE);
    code.constant(LazyFlags.IN_STATE);
    code.local(ISTORE, Locals.FLAG_KIND);
    count(before);
    addRetired();
    code.iload(Locals.ROOM);
    code.iload(Locals.COUNT);
    code.op(ISUB);
    code.local(ISTORE, Locals.ROOM);
    code.constant(0);
    code.local(ISTORE, Locals.COUNT);
    code.aload(Locals.THIS);
    code.aload(Locals.CPU);
    code.constant(number);
    pushAddress(at);
    pushAddress(next());
    Names.INTERPRET.call(code.visitor());
    before = 0;
    Label stub = new Label();
    code.aload(Locals.CPU);
    Names.LEAVE_BLOCK.get(code.visitor());
    code.jump(IFNE, stub);
    stubs.add(() -> {
      code.label(stub);
      count(1);
      code.jump(GOTO, leaveAfterStep);
    });
    loadTlb();
    loadRegisters();
  }
}
