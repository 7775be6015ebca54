package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LSHL;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Reg;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;

/**
 * Emits accesses in several rounds of a small loop that have been found to lie in pages that are remembered: {@link RoundWindow}.
 * What is then in a local is where the window begins in host memory, and the accesses are at constant distances from there.
 */
final class RoundGuard {
  private final Code code;
  private final MemoryEmitter memory;
  private final int codeSize;
  private final Map<RoundWindow.Address, Known> known = new HashMap<>();

  /** A window, and how far its address has moved since the check. */
  private static final class Known {
    final RoundWindow window;
    final int local;
    long position;

    Known(RoundWindow window, int local) {
      this.window = window;
      this.local = local;
    }
  }

  RoundGuard(Code code, MemoryEmitter memory, int codeSize) {
    this.code = code;
    this.memory = memory;
    this.codeSize = codeSize;
  }

  /** Jumps unless all windows are in pages that are remembered; from here on they are known to be. */
  void begin(List<RoundWindow> windows, Label failed) {
    for (RoundWindow window : windows) {
      int local = Locals.roundWindow(known.size());
      pushStart(window);
      code.lstore(Locals.RAW);
      memory.pushDistance(window.group(), Locals.RAW);
      code.lstore(Locals.DISTANCE);
      code.lload(Locals.DISTANCE);
      code.jumpIfAbove(PagePlan.PAGE_SIZE - window.size(), failed);
      code.lload(Locals.place(window.group().number()));
      code.lload(Locals.DISTANCE, LADD);
      code.lstore(local);
      known.put(window.address(), new Known(window, local));
    }
  }

  private void pushStart(RoundWindow window) {
    RoundWindow.Address address = window.address();
    code.constant(window.low());
    if (address.base() != Reg.NONE) {
      code.lload(Locals.register(address.base()));
      code.op(LADD);
    }
    if (address.index() != Reg.NONE) {
      code.lload(Locals.register(address.index()));
      code.constant(address.scale());
      code.op(LSHL);
      code.op(LADD);
    }
    if (codeSize == 4) {
      code.zeroExtend(4);
    }
  }

  /** Puts the place of an operand that lies in a window into {@link Locals#OFFSET}; otherwise emits nothing. */
  boolean locate(Operand.Memory operand, int size) {
    RoundWindow.Address address = RoundWindow.Address.of(operand, codeSize);
    Known found = address == null ? null : known.get(address);
    if (found == null || !found.window.contains(found.position + operand.displacement(), size)) {
      return false;
    }
    memory.locateBehind(found.local, found.position + operand.displacement() - found.window.low());
    return true;
  }

  /** An instruction has been emitted, which writes some registers: addresses move along. */
  void pass(Instruction instruction, long written) {
    known.values().forEach(window -> {
      @Nullable Long movement = window.window.address().movement(instruction, written, codeSize);
      window.position += movement == null ? 0 : movement;
    });
  }

  /** Nothing is known any more. */
  void end() {
    known.clear();
  }
}
