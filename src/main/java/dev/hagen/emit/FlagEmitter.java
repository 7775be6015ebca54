package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LCONST_1;
import static org.objectweb.asm.Opcodes.LSTORE;

import dev.hagen.semantics.FlagChange;
import dev.hagen.semantics.LazyFlags;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;

/**
 * Emits what has to do with the arithmetic flags. They live in three locals as {@link LazyFlags}; where the kind is known
 * when emitting, conditions become comparisons of the operands. Operations that leave some flags as they were are a change
 * on top, until the flags are needed or a block ends.
 */
final class FlagEmitter {
  /** The kind is not known when emitting. */
  static final int UNKNOWN = -1;

  /**
   * What is known of the flags at a place.
   *
   * @param known their kind
   * @param change what is to be done to them
   * @param source where their operands come from, if that is known; valid if the kind is not {@link LazyFlags#IN_STATE}
   * @param inLocals whether the locals have the operands
   */
  record State(int known, int change, @Nullable FlagSource source, boolean inLocals) {
    static final State NOTHING_KNOWN = new State(UNKNOWN, FlagChange.NONE, null, true);
  }

  private final Code code;
  private final KnownFlags knownFlags;
  private final int codeSize;
  private int known = UNKNOWN;
  private @Nullable FlagSource source;
  private boolean inLocals = true;
  /** What is to be done to the flags in the locals, as a {@link FlagChange} with its operands in locals of its own. */
  private int change = FlagChange.NONE;
  /** Whether anybody will want the flags that the current instruction sets. */
  private boolean wanted = true;

  FlagEmitter(Code code, int codeSize) {
    this.code = code;
    this.knownFlags = new KnownFlags(code);
    this.codeSize = codeSize;
  }

  /** From here on the kind is this one, with operands in their locals and no change on top. */
  private void setKnown(int kind) {
    known = kind;
    change = FlagChange.NONE;
    source = null;
    inLocals = true;
  }

  /** What is known here, for {@link #restore} at another place that is reached from here. */
  State state() {
    return new State(known, change, source, inLocals);
  }

  void restore(State state) {
    known = state.known;
    change = state.change;
    source = state.source;
    inLocals = state.inLocals;
  }

  void setWanted(boolean flagsMatter) {
    wanted = flagsMatter;
  }

  /** Whether the flags behind the current instruction matter. */
  boolean areWanted() {
    return wanted;
  }

  /** From here on the flags are those of {@code kind}; its operands are in their locals already. */
  void set(int kind) {
    if (!wanted) {
      return;
    }
    code.constant(kind);
    code.local(ISTORE, Locals.FLAG_KIND);
    setKnown(kind);
  }

  /** Where the operands of the flags, which the current instruction has just set, can be had from as well. */
  void derive(FlagSource.@Nullable Term a, FlagSource.@Nullable Term b) {
    if (a != null && b != null && !code.keepsState()) {
      source = new FlagSource(known, a, b);
    }
  }

  /** A general register is about to be written; its value is in its local still. */
  void registerChanges(int index) {
    if (source != null && (source.registers() & Slots.general(index)) != 0) {
      toLocals();
      source = null;
    }
  }

  /** Sees to it that the locals have the operands. */
  void toLocals() {
    if (!inLocals) {
      loadSource();
      inLocals = true;
    }
  }

  private void loadSource() {
    if (source != null) {
      source.a().push(code, codeSize);
      code.lstore(Locals.FLAG_A);
      source.b().push(code, codeSize);
      code.lstore(Locals.FLAG_B);
      code.constant(0L);
      code.lstore(Locals.FLAG_C);
    }
  }

  // Loops whose flags come from registers.

  /** A loop begins, around which the flags either are in the state or follow from registers. */
  void beginLoop(FlagSource loopSource) {
    setKnown(UNKNOWN);
    source = loopSource;
    inLocals = false;
  }

  /** Goes to the begin of such a loop. */
  void goToLoop(FlagSource loopSource) {
    boolean same = change == FlagChange.NONE && loopSource.equals(source)
        && (known == loopSource.kind() || known == UNKNOWN && !inLocals);
    if (!same) {
      keep();
      setInState();
    }
  }

  /** Where the flags' operands come from at all ends of a loop, if from the same registers alone. */
  static @Nullable FlagSource commonSource(List<State> ends) {
    FlagSource common = ends.getFirst().source;
    if (common == null) {
      return null;
    }
    for (State end : ends) {
      if (end.change != FlagChange.NONE || end.known != common.kind() || !common.equals(end.source)) {
        return null;
      }
    }
    return common;
  }

  // Changes of some flags.

  /** From here on some flags are different; takes the two operands of {@code kind} from the JVM's stack. */
  void change(int kind) {
    if (code.keepsState()) {
      code.aload(Locals.CPU);
      code.constant(kind);
      Names.CHANGE_FLAGS.call(code.visitor());
      known = LazyFlags.IN_STATE;
      return;
    }
    if (!FlagChange.replaces(kind, change)) {
      store();
    }
    code.lstore(Locals.CHANGE_B);
    code.lstore(Locals.CHANGE_A);
    change = kind;
  }

  /** Brings the state's flags up to date if there is a change. */
  void settle() {
    if (change != FlagChange.NONE) {
      store();
    }
  }

  /** Leaves the flags in the state, in a way out that was made when {@code way} was in force. */
  void leave(State way) {
    restore(way);
    keep();
  }

  private void apply(int kind) {
    loadState();
    Names.KEEP_FLAGS.call(code.visitor());
    code.lload(Locals.CHANGE_A);
    code.lload(Locals.CHANGE_B);
    code.aload(Locals.CPU);
    code.constant(kind);
    Names.CHANGE_FLAGS.call(code.visitor());
  }

  /** Gives the locals a value, which the JVM asks for. */
  void defineLocals() {
    code.constant(LazyFlags.IN_STATE);
    code.local(ISTORE, Locals.FLAG_KIND);
    for (int local : new int[] {Locals.FLAG_A, Locals.FLAG_B, Locals.FLAG_C}) {
      code.constant(0L);
      code.lstore(local);
    }
  }

  /** Brings the state's flags up to date. */
  void store() {
    if (change != FlagChange.NONE) {
      apply(change);
      setInState();
    } else if (known == LazyFlags.IN_STATE || code.keepsState()) {
      code.aload(Locals.CPU);
      Names.SYNC_FLAGS.call(code.visitor());
      known = LazyFlags.IN_STATE;
    } else {
      loadState();
      Names.STORE_FLAGS.call(code.visitor());
      setInState();
    }
  }

  /** Leaves the flags in the state, to be computed when somebody wants them. */
  void keep() {
    settle();
    if (known != LazyFlags.IN_STATE && !code.keepsState()) {
      loadState();
      Names.KEEP_FLAGS.call(code.visitor());
    }
  }

  /** From here on the flags are in the state. */
  void setInState() {
    if (!code.keepsState()) {
      code.constant(LazyFlags.IN_STATE);
      code.local(ISTORE, Locals.FLAG_KIND);
    }
    setKnown(LazyFlags.IN_STATE);
  }

  /** Pushes what the methods of {@link LazyFlags} begin with. */
  private void loadState() {
    code.aload(Locals.CPU);
    if (known == UNKNOWN || code.keepsState()) {
      code.iload(Locals.FLAG_KIND);
    } else {
      code.constant(known);
    }
    if (source != null) {
      source.a().push(code, codeSize);
      source.b().push(code, codeSize);
      code.constant(0L);
    } else {
      code.lload(Locals.FLAG_A);
      code.lload(Locals.FLAG_B);
      code.lload(Locals.FLAG_C);
    }
  }

  /** Pushes CF as a long, 0 or 1. */
  void pushCarry() {
    if ((change & KnownFlags.FAMILY) == FlagChange.BIT) {
      pushBit();
      return;
    }
    settle();
    if (known == UNKNOWN || !knownFlags.pushCarry(known)) {
      loadState();
      Names.CARRY.call(code.visitor());
    }
  }

  private void pushBit() {
    code.lload(Locals.CHANGE_A);
    code.op(LCONST_1);
    code.op(LAND);
  }

  /** Jumps to {@code target} if condition {@code condition} (the low bits of the opcode) holds. */
  void jumpIf(int condition, Label target) {
    boolean negated = (condition & 1) != 0;
    if ((change & KnownFlags.FAMILY) == FlagChange.BIT && condition >> 1 == KnownFlags.BELOW) {
      pushBit();
      jumpIfNotZero(negated, target);
      return;
    }
    settle();
    int kind = known == UNKNOWN ? LazyFlags.IN_STATE : known;
    if (kind == (LazyFlags.SUM_CARRY | 8) && condition >> 1 == KnownFlags.BELOW) {
      pushCarry();
      jumpIfNotZero(negated, target);
    } else if (!knownFlags.jumpIf(kind, condition >> 1, negated, target)) {
      store();
      code.aload(Locals.CPU);
      code.constant(condition);
      Names.CONDITION.call(code.visitor());
      code.jump(IFNE, target);
    }
  }

  private void jumpIfNotZero(boolean negated, Label target) {
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(negated ? IFEQ : IFNE, target);
  }

  /** Takes the two operands from the stack into the flags' locals. */
  void takeOperands() {
    code.local(LSTORE, Locals.FLAG_B);
    code.local(LSTORE, Locals.FLAG_A);
  }
}
