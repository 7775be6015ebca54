package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.IF_ICMPNE;
import static org.objectweb.asm.Opcodes.IOR;
import static org.objectweb.asm.Opcodes.ISTORE;

import dev.hagen.decode.Instruction;
import dev.hagen.semantics.InlineExtended;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;

/**
 * The x87 registers of a unit that has them in locals, as {@link X87Plan} numbers them: which is ST(0), which are in use, and
 * what of that the state does not have yet. {@link Registers} moves their values.
 */
final class X87Stack {
  /**
   * What a way out has to leave in the state.
   *
   * @param depth the number of ST(0)
   * @param filled registers in use that {@link Locals#X87_TAGS} does not know of
   * @param freed likewise registers that are free
   * @param clearsC1 whether C1 is still to be cleared
   */
  record Pending(int depth, int filled, int freed, boolean clearsC1) {}

  private final Code code;
  private final X87Plan plan;
  private int depth;
  private int filled;
  private int freed;
  private boolean clearsC1;
  /** Whether the state alone has everything. */
  private boolean inState;
  /** Whether the tags are known to be as the instructions up to the next on the state need them. */
  private boolean checked;

  X87Stack(Code code, X87Plan plan) {
    this.code = code;
    this.plan = plan;
    this.inState = !plan.isActive();
  }

  boolean isActive() {
    return plan.isActive();
  }

  /** The number of ST({@code i}). */
  int number(int i) {
    return depth + i & 7;
  }

  // Along the code.

  /** Emission begins with a round of the block at {@code start}. */
  void start(long start) {
    depth = plan.depthAt(start);
    inState = !plan.isActive();
    checked = false;
  }

  /** Whether the tags have to be checked before the next instruction on locals; they have been from here on. */
  boolean check() {
    boolean was = checked;
    checked = true;
    return !was;
  }

  /** Emits the check; jumps to {@code miss} if the instructions must not compute. */
  void emitCheck(X87Plan.Requirement requirement, Label miss) {
    pushTags(filled, freed);
    code.constant(requirement.used() | requirement.empty() | InlineExtended.BLOCKED);
    code.op(IAND);
    code.constant(requirement.used());
    code.jump(IF_ICMPNE, miss);
  }

  private void pushTags(int in, int out) {
    code.iload(Locals.X87_TAGS);
    if (out != 0) {
      code.constant(~out);
      code.op(IAND);
    }
    if (in != 0) {
      code.constant(in);
      code.op(IOR);
    }
  }

  /** Goes past an instruction on locals. */
  void pass(Instruction instruction, X87Form form) {
    change(X87Plan.bits(form.writes(depth, instruction)), 0);
    change(0, X87Plan.freed(form, depth));
    depth = depth + form.change() & 7;
  }

  private void change(int in, int out) {
    filled = filled & ~out | in;
    freed = freed & ~in | out;
  }

  /** C1 is zero from here on; the state does not have to know at once. */
  void clearC1() {
    clearsC1 = true;
  }

  /** C1 is in the state. */
  void setC1() {
    clearsC1 = false;
  }

  // Between locals and the state.

  /** Brings the tags in the local up to date, at the end of a block. */
  void settle() {
    if (inState) {
      return;
    }
    if ((filled | freed) != 0) {
      pushTags(filled, freed);
      code.local(ISTORE, Locals.X87_TAGS);
    }
    if (clearsC1) {
      code.aload(Locals.CPU);
      ExtendedNames.CLEAR_C1.call(code.visitor());
    }
    forget();
  }

  private void forget() {
    filled = 0;
    freed = 0;
    clearsC1 = false;
  }

  /** What a way out from here has to leave in the state; null if nothing. */
  @Nullable Pending pending() {
    return inState ? null : new Pending(depth, filled, freed, clearsC1);
  }

  /** Leaves all but the registers' values in the state, on a way out. */
  void store(@Nullable Pending way) {
    if (way == null) {
      return;
    }
    code.aload(Locals.CPU);
    code.iload(Locals.X87_BASE);
    code.constant(way.depth);
    pushTags(way.filled, way.freed);
    ExtendedNames.LEAVE.call(code.visitor());
    if (way.clearsC1) {
      code.aload(Locals.CPU);
      ExtendedNames.CLEAR_C1.call(code.visitor());
    }
  }

  /** The same for what comes next, which works on the state. */
  void store() {
    store(pending());
    forgetLocals();
  }

  /** What comes next works on the state, which has everything. */
  void forgetLocals() {
    inState = true;
    forget();
  }

  /** Takes all but the registers' values from the state. */
  void load() {
    load(depth);
  }

  /** The same where ST(0) has number {@code top}. */
  void load(int top) {
    if (!plan.isActive()) {
      return;
    }
    depth = top;
    forget();
    inState = false;
    checked = false;
    code.aload(Locals.CPU);
    code.constant(depth);
    ExtendedNames.BASE.call(code.visitor());
    code.local(ISTORE, Locals.X87_BASE);
    code.aload(Locals.CPU);
    code.iload(Locals.X87_BASE);
    ExtendedNames.TAGS.call(code.visitor());
    code.local(ISTORE, Locals.X87_TAGS);
    code.aload(Locals.CPU);
    ExtendedNames.MODE.call(code.visitor());
    code.local(ISTORE, Locals.X87_MODE);
  }

  /** Pushes which physical register has a number, or that plus a multiple of eight. */
  static void pushRegister(Code code, int number) {
    code.iload(Locals.X87_BASE);
    if (number != 0) {
      code.constant(number);
      code.op(IADD);
    }
  }
}
