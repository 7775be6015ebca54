package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.semantics.Arithmetic;
import dev.hagen.semantics.Logic;
import dev.hagen.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * Steps for the most frequent arithmetic of all, on general registers: a class for each operation, which therefore has no branch in it.
 * Code that runs for the first times is new to the host's branch prediction, too: there each branch is worth several instructions.
 */
final class RegisterSteps {
  private RegisterSteps() {}

  /** A register, and another. */
  private abstract static class Registers extends Step {
    private final byte first;
    private final byte second;
    final byte size;
    private final long mask;

    Registers(int first, int second, int size) {
      this.first = (byte) first;
      this.second = (byte) second;
      this.size = (byte) size;
      this.mask = Bits.mask(size);
    }

    final long a(CpuState cpu) {
      return cpu.gpr[first] & mask;
    }

    final long b(CpuState cpu) {
      return cpu.gpr[second] & mask;
    }

    final void set(CpuState cpu, long result) {
      cpu.gpr[first] = result & mask;
    }
  }

  /** A register, and a constant. */
  private abstract static class Constant extends Step {
    private final byte first;
    final byte size;
    final long b;
    private final long mask;

    Constant(int first, long constant, int size) {
      this.first = (byte) first;
      this.size = (byte) size;
      this.mask = Bits.mask(size);
      this.b = constant & mask;
    }

    final long a(CpuState cpu) {
      return cpu.gpr[first] & mask;
    }

    final void set(CpuState cpu, long result) {
      cpu.gpr[first] = result & mask;
    }
  }

  /** Memory, and a constant. */
  private abstract static class MemoryConstant extends Step {
    private final Address address;
    final byte size;
    final long b;

    MemoryConstant(Address address, long constant, int size) {
      this.address = address;
      this.size = (byte) size;
      this.b = constant & Bits.mask(size);
    }

    final long a(CpuState cpu) {
      return LinearMemory.load(cpu, address.forLoad(cpu, size), size);
    }
  }

  /** The first register, of four or eight bytes, becomes a function of both; null if there is no step of its own for it. */
  static @Nullable Step modify(Op op, int first, int second, int size) {
    return switch (op) {
      case ADD -> new Registers(first, second, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Arithmetic.add(cpu, a(cpu), b(cpu), size));
        }
      };
      case SUB -> new Registers(first, second, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Arithmetic.sub(cpu, a(cpu), b(cpu), size));
        }
      };
      case AND -> new Registers(first, second, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Logic.and(cpu, a(cpu), b(cpu), size));
        }
      };
      case OR -> new Registers(first, second, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Logic.or(cpu, a(cpu), b(cpu), size));
        }
      };
      case XOR -> new Registers(first, second, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Logic.xor(cpu, a(cpu), b(cpu), size));
        }
      };
      default -> null;
    };
  }

  /** The register, of four or eight bytes, becomes a function of itself and the constant; null likewise. */
  static @Nullable Step modify(Op op, int first, long constant, int size) {
    return switch (op) {
      case ADD -> new Constant(first, constant, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Arithmetic.add(cpu, a(cpu), b, size));
        }
      };
      case SUB -> new Constant(first, constant, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Arithmetic.sub(cpu, a(cpu), b, size));
        }
      };
      case AND -> new Constant(first, constant, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Logic.and(cpu, a(cpu), b, size));
        }
      };
      case OR -> new Constant(first, constant, size) {
        @Override
        public void run(CpuState cpu) {
          set(cpu, Logic.or(cpu, a(cpu), b, size));
        }
      };
      default -> null;
    };
  }

  /** Both registers, which may be of any size, are only read; null likewise. */
  static @Nullable Step compare(Op op, int first, int second, int size) {
    return switch (op) {
      case CMP -> new Registers(first, second, size) {
        @Override
        public void run(CpuState cpu) {
          Arithmetic.cmp(cpu, a(cpu), b(cpu), size);
        }
      };
      case TEST -> new Registers(first, second, size) {
        @Override
        public void run(CpuState cpu) {
          Logic.test(cpu, a(cpu), b(cpu), size);
        }
      };
      default -> null;
    };
  }

  /** The register, which may be of any size, is only read; null likewise. */
  static @Nullable Step compare(Op op, int first, long constant, int size) {
    return switch (op) {
      case CMP -> new Constant(first, constant, size) {
        @Override
        public void run(CpuState cpu) {
          Arithmetic.cmp(cpu, a(cpu), b, size);
        }
      };
      case TEST -> new Constant(first, constant, size) {
        @Override
        public void run(CpuState cpu) {
          Logic.test(cpu, a(cpu), b, size);
        }
      };
      default -> null;
    };
  }

  /** Memory and a constant that are only read; null likewise. */
  static @Nullable Step compare(Op op, Address address, long constant, int size) {
    return switch (op) {
      case CMP -> new MemoryConstant(address, constant, size) {
        @Override
        public void run(CpuState cpu) {
          Arithmetic.cmp(cpu, a(cpu), b, size);
        }
      };
      case TEST -> new MemoryConstant(address, constant, size) {
        @Override
        public void run(CpuState cpu) {
          Logic.test(cpu, a(cpu), b, size);
        }
      };
      default -> null;
    };
  }
}
