package dev.hagen.emit;

import static dev.hagen.decode.Op.*;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.semantics.Shapes;
import java.util.EnumMap;
import java.util.Map;
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
 */
record XmmForm(Kind kind, int read, int written, int source) {
  static final int LOW = 1;
  static final int HIGH = 2;
  static final int BOTH = LOW | HIGH;

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
    /** Arithmetic on the low double. */
    DOUBLE
  }

  private static final SemanticMethods METHODS = new SemanticMethods();
  private static final Map<Op, Kind> KINDS = kinds();

  private static Map<Op, Kind> kinds() {
    Map<Op, Kind> kinds = new EnumMap<>(Op.class);
    put(kinds, Kind.WHOLE, MOVAPS, MOVUPS, MOVAPD, MOVUPD, MOVDQA, MOVDQU, LDDQU, MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTDQA);
    put(kinds, Kind.SCALAR, MOVD, MOVQ, MOVSS, MOVSS_LOAD, MOVSS_STORE, MOVSD, MOVSD_LOAD, MOVSD_STORE, MOVLPS, MOVLPD,
        MOVLPS_STORE, MOVLPD_STORE);
    put(kinds, Kind.SELECT, MOVHPS, MOVHPD, MOVHPS_STORE, MOVHPD_STORE, MOVLHPS, MOVHLPS, MOVDDUP, UNPCKLPD, UNPCKHPD,
        PUNPCKLQDQ, PUNPCKHQDQ, SHUFPD, BLENDPD);
    put(kinds, Kind.COUNT, PSLLW, PSLLD, PSLLQ, PSRLW, PSRLD, PSRLQ, PSRAW, PSRAD);
    put(kinds, Kind.DOUBLE, ADDSD, SUBSD, MULSD, DIVSD, SQRTSD);
    for (Op op : Op.values()) {
      if (!kinds.containsKey(op) && METHODS.method(op, Shapes.Lanes.class) != null
          && METHODS.method(op, Shapes.Slots.class) == null && METHODS.method(op, Shapes.SlotsImmediate.class) == null
          && METHODS.method(op, Shapes.SlotFromValue.class) == null) {
        kinds.put(op, Kind.LANES);
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
    Kind kind = KINDS.get(instruction.op());
    if (kind == null || !isKnown(instruction)) {
      return null;
    }
    return switch (kind) {
      case WHOLE -> new XmmForm(kind, 0, BOTH, BOTH);
      case SCALAR -> scalar(instruction);
      case SELECT -> HalfSelection.of(instruction).form();
      case LANES -> new XmmForm(kind, HalfwiseEmitter.isConstant(instruction) ? 0 : BOTH, BOTH, BOTH);
      case COUNT -> instruction.operand(1) instanceof Operand.Immediate ? new XmmForm(Kind.LANES, BOTH, BOTH, 0)
          : new XmmForm(kind, BOTH, BOTH, LOW);
      case DOUBLE -> new XmmForm(kind, instruction.op() == SQRTSD ? 0 : LOW, LOW, LOW);
    };
  }

  private static XmmForm scalar(Instruction instruction) {
    boolean clears = instruction.operand(0) instanceof Operand.Xmm xmm && xmm.zeroUpper();
    boolean keeps = !clears && instruction.operand(0).size() < 8;
    return new XmmForm(Kind.SCALAR, keeps ? LOW : 0, clears ? BOTH : LOW, LOW);
  }

  /** Whether an XMM register takes part, no register of another unit, and memory only where a unit finds it. */
  private static boolean isKnown(Instruction instruction) {
    boolean found = false;
    for (Operand operand : instruction.operands()) {
      switch (operand) {
        case Operand.Xmm xmm -> found = true;
        case Operand.Register register -> {
        }
        case Operand.Memory memory -> {
          if (!InstructionEmitter.isReachable(memory, instruction.codeSize())) {
            return false;
          }
        }
        case Operand.Immediate immediate -> {
        }
        default -> {
          return false;
        }
      }
    }
    return found;
  }

  /** Whether the halves that take part are doubles. */
  boolean isOnDoubles() {
    return kind == Kind.DOUBLE;
  }

  /** Whether it depends on MXCSR. */
  boolean computes() {
    return kind == Kind.DOUBLE;
  }

  /** Whether the halves that take part are worked on as {@code long}. */
  boolean isOnLongs() {
    return kind == Kind.LANES || kind == Kind.COUNT;
  }
}
