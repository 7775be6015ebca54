package dev.hagen.emit;

import static dev.hagen.decode.Op.*;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.emit.FloatForm.Elements;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an SSE instruction that has bytecode of its own does with the halves of its registers.
 *
 * <p>Halves are bits: {@link #LOW}, {@link #HIGH}. What is read and written of the first operand, and what is read of the
 * second, counts only as far as they are XMM registers.
 *
 * @param kind who emits it
 * @param read halves of the first operand that are read
 * @param written halves of the first operand that are written
 * @param source halves of the second operand that are read
 * @param type as what the first operand is worked on
 * @param sourceType as what the second is
 */
record XmmForm(Kind kind, int read, int written, int source, Type type, Type sourceType) {
  static final int LOW = 1;
  static final int HIGH = 2;
  static final int BOTH = LOW | HIGH;

  /** As what a half is worked on. */
  enum Type {
    LONG,
    DOUBLE,
    /** It is only moved. */
    ANY
  }

  /** Ways to emit an instruction. */
  enum Kind {
    /** Sixteen bytes are moved. */
    WHOLE,
    /** Up to eight bytes are moved from or to the low half. */
    SCALAR,
    /** Each half of the result is a half of an operand: {@link HalfSelection}. */
    SELECT,
    /** A method of two longs for each half. */
    LANES,
    /** Likewise, with the low half of the second operand for both. */
    COUNT,
    /** PMOVMSKB. */
    MASK,
    /** A semantic method on registers in the state: {@link XmmCall}. */
    CALL,
    /** {@link FloatForm}. */
    FLOAT,
    /** COMISD and its like. */
    ORDER,
    /** CMPPD and its like. */
    COMPARE,
    FROM_INTEGER,
    TO_INTEGER,
    /** CVTSS2SD. */
    WIDEN,
    /** CVTSD2SS. */
    NARROW
  }

  private static final Map<Op, Kind> KINDS = kinds();

  private static Map<Op, Kind> kinds() {
    Map<Op, Kind> kinds = new EnumMap<>(Op.class);
    put(kinds, Kind.WHOLE, MOVAPS, MOVUPS, MOVAPD, MOVUPD, MOVDQA, MOVDQU, LDDQU, MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTDQA);
    put(kinds, Kind.SCALAR, MOVD, MOVQ, MOVSS, MOVSS_LOAD, MOVSS_STORE, MOVSD, MOVSD_LOAD, MOVSD_STORE, MOVLPS, MOVLPD,
        MOVLPS_STORE, MOVLPD_STORE);
    put(kinds, Kind.SELECT, MOVHPS, MOVHPD, MOVHPS_STORE, MOVHPD_STORE, MOVLHPS, MOVHLPS, MOVDDUP, UNPCKLPD, UNPCKHPD,
        PUNPCKLQDQ, PUNPCKHQDQ, SHUFPD, BLENDPD);
    put(kinds, Kind.COUNT, PSLLW, PSLLD, PSLLQ, PSRLW, PSRLD, PSRLQ, PSRAW, PSRAD);
    put(kinds, Kind.MASK, PMOVMSKB);
    put(kinds, Kind.ORDER, COMISD, UCOMISD, COMISS, UCOMISS);
    put(kinds, Kind.COMPARE, CMPSD, CMPPD, CMPSS, CMPPS);
    put(kinds, Kind.FROM_INTEGER, CVTSI2SD, CVTSI2SS);
    put(kinds, Kind.TO_INTEGER, CVTSD2SI, CVTTSD2SI, CVTSS2SI, CVTTSS2SI);
    put(kinds, Kind.WIDEN, CVTSS2SD);
    put(kinds, Kind.NARROW, CVTSD2SS);
    for (Op op : Op.values()) {
      if (FloatForm.of(op) != null) {
        kinds.put(op, Kind.FLOAT);
      } else if (!kinds.containsKey(op) && XmmCall.isHalfwise(op)) {
        kinds.put(op, Kind.LANES);
      } else if (!kinds.containsKey(op) && XmmCall.canEmit(op)) {
        kinds.put(op, Kind.CALL);
      }
    }
    return kinds;
  }

  private static void put(Map<Op, Kind> kinds, Kind kind, Op... ops) {
    for (Op op : ops) {
      kinds.put(op, kind);
    }
  }

  /** The form of an instruction, or null if it has no bytecode of its own. */
  static @Nullable XmmForm of(Instruction instruction) {
    Op op = instruction.op();
    Kind kind = KINDS.get(op);
    if (kind == null || !isKnown(instruction)) {
      return null;
    }
    return switch (kind) {
      case WHOLE -> moves(kind, 0, BOTH, BOTH);
      case SCALAR -> scalar(instruction);
      case SELECT -> HalfSelection.of(instruction).form();
      case LANES -> onLongs(kind, HalfwiseEmitter.isConstant(instruction) ? 0 : BOTH,
          HalfwiseEmitter.isConstant(instruction) ? 0 : BOTH);
      case COUNT -> instruction.operand(1) instanceof Operand.Immediate ? onLongs(Kind.LANES, BOTH, 0)
          : onLongs(kind, BOTH, LOW);
      case MASK -> new XmmForm(kind, 0, 0, BOTH, Type.LONG, Type.LONG);
      case CALL -> XmmCall.form(instruction);
      case FLOAT -> onElements(Objects.requireNonNull(FloatForm.of(op)));
      case ORDER -> {
        Type type = elements(op).areDoubles() ? Type.DOUBLE : Type.LONG;
        yield new XmmForm(kind, LOW, 0, LOW, type, type);
      }
      case COMPARE -> {
        int halves = elements(op).halves();
        yield new XmmForm(kind, halves, halves, halves, Type.LONG, elements(op).areDoubles() ? Type.DOUBLE : Type.LONG);
      }
      case FROM_INTEGER -> elements(op).areDoubles() ? new XmmForm(kind, 0, LOW, 0, Type.DOUBLE, Type.ANY)
          : new XmmForm(kind, LOW, LOW, 0, Type.LONG, Type.ANY);
      case TO_INTEGER -> new XmmForm(kind, 0, 0, LOW, Type.ANY, elements(op).areDoubles() ? Type.DOUBLE : Type.LONG);
      case WIDEN -> new XmmForm(kind, 0, LOW, LOW, Type.DOUBLE, Type.LONG);
      case NARROW -> new XmmForm(kind, LOW, LOW, LOW, Type.LONG, Type.DOUBLE);
    };
  }

  private static XmmForm scalar(Instruction instruction) {
    boolean clears = instruction.operand(0) instanceof Operand.Xmm xmm && xmm.zeroUpper();
    boolean keeps = !clears && instruction.operand(0).size() < 8;
    XmmForm form = moves(Kind.SCALAR, keeps ? LOW : 0, clears ? BOTH : LOW, LOW);
    return instruction.operand(1).size() < 8
        ? new XmmForm(form.kind, form.read, form.written, LOW, Type.LONG, Type.LONG) : form;
  }

  static XmmForm moves(Kind kind, int read, int written, int source) {
    return new XmmForm(kind, read, written, source, Type.ANY, Type.ANY);
  }

  private static XmmForm onLongs(Kind kind, int read, int source) {
    boolean constant = read == 0;
    return new XmmForm(kind, read, BOTH, source, constant ? Type.ANY : Type.LONG, constant ? Type.ANY : Type.LONG);
  }

  private static XmmForm onElements(FloatForm form) {
    int halves = form.elements().halves();
    Type type = form.elements().areDoubles() ? Type.DOUBLE : Type.LONG;
    return new XmmForm(Kind.FLOAT, form.readsFirst() ? halves : 0, halves, halves, type, type);
  }

  /** The elements of an operation of {@link Kind#ORDER}, {@link Kind#COMPARE} or a conversion to or from integers. */
  static Elements elements(Op op) {
    return switch (op) {
      case COMISD, UCOMISD, CMPSD, CVTSI2SD, CVTSD2SI, CVTTSD2SI -> Elements.DOUBLE;
      case CMPPD -> Elements.DOUBLES;
      case CMPPS -> Elements.SINGLES;
      default -> Elements.SINGLE;
    };
  }

  /** Whether an XMM register takes part, no register of another unit, and memory only where a unit finds it. */
  private static boolean isKnown(Instruction instruction) {
    boolean found = false;
    for (Operand operand : instruction.operands()) {
      if (operand instanceof Operand.Xmm) {
        found = true;
      } else if (operand instanceof Operand.Memory memory) {
        if (!OperandEmitter.isReachable(memory, instruction.codeSize())) {
          return false;
        }
      } else if (!(operand instanceof Operand.Register || operand instanceof Operand.Immediate)) {
        return false;
      }
    }
    return found;
  }

  /** Whether it depends on MXCSR. */
  boolean computes() {
    return switch (kind) {
      case FLOAT, ORDER, COMPARE, FROM_INTEGER, TO_INTEGER, WIDEN, NARROW -> true;
      default -> false;
    };
  }
}
