package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFGT;
import static org.objectweb.asm.Opcodes.IF_ICMPEQ;
import static org.objectweb.asm.Opcodes.ISTORE;

import dev.hagen.decode.Operand;
import dev.hagen.emit.FloatForm.Elements;
import dev.hagen.semantics.InlineFloat;
import org.objectweb.asm.Label;

/**
 * The places where a unit computes in floating point: if a check fails it leaves. Where it has done so often, it has code
 * behind the blocks instead that calls a careful method and comes back.
 */
final class CarefulSites {
  private final UnitEmitter unit;
  private final Code code;
  private final XmmOperands operands;
  private final NormalHalves normal;

  CarefulSites(UnitEmitter unit, Code code, XmmOperands operands, NormalHalves normal) {
    this.unit = unit;
    this.code = code;
    this.operands = operands;
    this.normal = normal;
  }

  /** Begins with the check that holds for all sites; operands from memory have been fetched. */
  Site begin() {
    // A draft is compiled fast and runs for a short time; it does not have to be made anew for numbers that are special.
    Site site = new Site(code.keepsState() || unit.hasRecord() ? new Label() : unit.miss());
    // Not a comparison with a constant for equality: C2 would take that for a value that changes in the loop.
    code.iload(Locals.FLOAT_MODE);
    code.jump(IFGT, site.careful);
    return site;
  }

  /** One of them, for the current instruction. */
  final class Site {
    private final Label careful;
    private final Label done = new Label();

    private Site(Label careful) {
      this.careful = careful;
    }

    /** Sees to it that an operand is no subnormal number. */
    void checkOperand(Operand operand, int half, Elements elements) {
      if (!(operand instanceof Operand.Xmm xmm && normal.contains(xmm.index(), half, elements))) {
        operands.push(operand, half, elements);
        check(FloatNames.IS_OPERAND, elements);
      }
    }

    /** Checks what is on the JVM's stack. */
    void check(FloatNames.ByElements method, Elements elements) {
      check(method.of(elements));
    }

    void check(Names.MethodName method) {
      method.call(code.visitor());
      code.jump(IFEQ, careful);
    }

    /** Ends the site; {@code call} emits the careful call, with the operands as they were at its beginning. */
    void end(Runnable call) {
      code.label(done);
      Label miss = unit.miss();
      if (careful == miss) {
        return;
      }
      unit.exits().later(() -> {
        code.label(careful);
        code.iload(Locals.FLOAT_MODE);
        code.constant(InlineFloat.LEAVE);
        code.jump(IF_ICMPEQ, miss);
        call.run();
        code.aload(Locals.CPU);
        Names.FLOAT_MODE.get(code.visitor());
        code.local(ISTORE, Locals.FLOAT_MODE);
        code.jump(GOTO, done);
      });
    }
  }
}
