package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DUP;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.ISUB;
import static org.objectweb.asm.Opcodes.LCMP;

import dev.hagen.interpret.Unit;
import dev.hagen.mmu.LinearMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;

/**
 * The ways out of a unit. Each is a stub that says where the guest goes on; stubs with the same dirty registers share the
 * tail that stores them. All of it lies behind the blocks, so that the way through them has no code for leaving.
 */
final class Exits {
  private final Code code;
  private final FlagEmitter flags;
  private final Registers registers;
  private final X87Pointers pointers;
  private final X87Stack x87;
  private final int codeSize;
  private final List<Runnable> stubs = new ArrayList<>();
  private final Map<Tail, Label> tails = new LinkedHashMap<>();

  /** What the end of a way out has to leave in the state. */
  private record Tail(long dirty, FlagEmitter.State flags, X87Pointers.@Nullable Pending pointers,
      X87Stack.@Nullable Pending x87) {}

  Exits(Code code, FlagEmitter flags, Registers registers, X87Pointers pointers, X87Stack x87, int codeSize) {
    this.code = code;
    this.flags = flags;
    this.registers = registers;
    this.pointers = pointers;
    this.x87 = x87;
    this.codeSize = codeSize;
  }

  /** Emits {@code stub} behind the blocks. */
  void later(Runnable stub) {
    stubs.add(stub);
  }

  /** Where to jump so that the unit leaves in the present state: at a distance from the head, with a result. */
  Label exit(int uncounted, long distance, int result) {
    Label label = new Label();
    Tail tail = tail();
    later(() -> {
      code.label(label);
      leave(tail, uncounted, distance, result);
    });
    return label;
  }

  /** Where to jump behind a walk that has found no place: leaves for the fault that the walk has met, or else by {@code miss}. */
  Label noPlace(int uncounted, long distance, Label miss) {
    Label label = new Label();
    Tail tail = tail();
    later(() -> {
      code.label(label);
      code.lload(Locals.OFFSET);
      code.constant(LinearMemory.FAULT);
      code.op(LCMP);
      code.jump(IFNE, miss);
      leave(tail, uncounted, distance, Unit.FAULT);
    });
    return label;
  }

  private Tail tail() {
    return new Tail(registers.dirty(), flags.state(), pointers.pending(), x87.pending());
  }

  /** Leaves from here. */
  void leaveNow(int uncounted, long distance, int result) {
    leave(tail(), uncounted, distance, result);
  }

  private void leave(Tail tail, int uncounted, long distance, int result) {
    code.count(uncounted);
    code.pushAddress(distance, codeSize);
    code.lstore(Locals.EXIT_RIP);
    leaveTo(tail, result);
  }

  /** Leaves towards the address in {@link Locals#EXIT_RIP}; all is counted. */
  void leaveComputed(int result) {
    leaveTo(tail(), result);
  }

  private void leaveTo(Tail tail, int result) {
    code.constant(result);
    code.local(ISTORE, Locals.RESULT);
    code.jump(GOTO, tails.computeIfAbsent(tail, key -> new Label()));
  }

  /** Emits all stubs and tails. */
  void emit() {
    // A stub may ask for more stubs.
    for (int i = 0; i < stubs.size(); i++) {
      stubs.get(i).run();
    }
    tails.forEach((tail, label) -> {
      code.label(label);
      registers.store(tail.dirty);
      flags.leave(tail.flags);
      pointers.settle(tail.pointers);
      x87.store(tail.x87);
      code.aload(Locals.CPU);
      code.lload(Locals.EXIT_RIP);
      Names.RIP.put(code.visitor());
      storeCount();
      code.iload(Locals.RESULT);
      code.op(IRETURN);
    });
  }

  /** Brings the count of retired instructions up to date; control goes elsewhere. */
  void storeCount() {
    code.aload(Locals.CPU);
    code.iload(Locals.COUNT);
    Names.COUNTDOWN.put(code.visitor());
    addHeat(IADD);
  }

  /** Takes the count of retired instructions from the state; control has come here. */
  void reloadCount() {
    code.aload(Locals.CPU);
    Names.COUNTDOWN.get(code.visitor());
    code.local(ISTORE, Locals.COUNT);
    addHeat(ISUB);
  }

  private void addHeat(int operation) {
    if (code.counts()) {
      code.aload(Locals.THIS);
      code.op(DUP);
      Names.HEAT.get(code.visitor());
      code.iload(Locals.COUNT);
      code.op(operation);
      Names.HEAT.put(code.visitor());
    }
  }
}
