package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.CHECKCAST;

import org.objectweb.asm.MethodVisitor;

/**
 * Code of a unit that has a loop for which HotSpot's registers are to be free: what is at hand throughout the method otherwise,
 * the processor, its registers and the unit itself, are constants of the class.
 */
final class ConstantCode extends Code {
  ConstantCode(MethodVisitor visitor) {
    super(visitor);
  }

  @Override
  void aload(int local) {
    switch (local) {
      case Locals.THIS -> {
        UnitClass.SELF.getStatic(visitor());
        visitor().visitTypeInsn(CHECKCAST, UnitClass.NAME);
      }
      case Locals.CPU -> UnitClass.PROCESSOR.getStatic(visitor());
      case Locals.GPR -> UnitClass.GENERAL_REGISTERS.getStatic(visitor());
      case Locals.XMM -> UnitClass.XMM_REGISTERS.getStatic(visitor());
      default -> super.aload(local);
    }
  }

  @Override
  void pushPageChanges() {
    UnitClass.PAGE_CHANGES.getStatic(visitor());
  }
}
