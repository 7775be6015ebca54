package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.x86.Reg;
import java.util.BitSet;

/** Which general registers and segment bases the instructions of a region name. */
final class RegisterUse {
  private final BitSet used = new BitSet();
  private final BitSet written = new BitSet();
  private boolean fs;
  private boolean gs;

  private RegisterUse() {}

  static RegisterUse of(Region region) {
    RegisterUse use = new RegisterUse();
    for (RegionBlock block : region.blocks()) {
      for (Instruction instruction : block.instructions()) {
        use.add(instruction);
      }
    }
    return use;
  }

  private void add(Instruction instruction) {
    Operand[] operands = instruction.operands();
    for (int i = 0; i < operands.length; i++) {
      switch (operands[i]) {
        case Operand.Register register -> {
          used.set(register.index());
          if (i == 0 && instruction.op().access() != Op.Access.READ || instruction.op() == Op.XCHG
              || instruction.op() == Op.XADD) {
            written.set(register.index());
          }
        }
        case Operand.Memory memory -> {
          use(memory.base());
          use(memory.index());
          fs |= memory.segment() == Reg.FS;
          gs |= memory.segment() == Reg.GS;
        }
        default -> {
        }
      }
    }
    addImplied(instruction.op());
  }

  private void addImplied(Op op) {
    switch (op) {
      case PUSH, POP, CALL, RET, LEAVE -> {
        change(Reg.RSP);
        if (op == Op.LEAVE) {
          change(Reg.RBP);
        }
      }
      case CBW -> change(Reg.RAX);
      case CWD -> {
        use(Reg.RAX);
        change(Reg.RDX);
      }
      case MUL, IMUL1, DIV, IDIV -> {
        change(Reg.RAX);
        change(Reg.RDX);
      }
      default -> {
      }
    }
  }

  private void use(int register) {
    if (register != Reg.NONE) {
      used.set(register);
    }
  }

  private void change(int register) {
    used.set(register);
    written.set(register);
  }

  boolean isUsed(int register) {
    return used.get(register);
  }

  boolean isWritten(int register) {
    return written.get(register);
  }

  boolean usesFs() {
    return fs;
  }

  boolean usesGs() {
    return gs;
  }
}
