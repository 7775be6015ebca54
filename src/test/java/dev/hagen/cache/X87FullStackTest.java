package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.x86.Reg;
import org.junit.jupiter.api.Test;

/** A push to a full x87 stack overflows in a unit as in the interpreter. */
class X87FullStackTest {
  /** fninit; fld1 eight times; jmp to the next: fld st(7); fnstsw ax; add ebx, eax; fstp st(0); jmp to the start. */
  private static final String PUSH_TO_WHAT_IS_READ =
      "db e3 d9 e8 d9 e8 d9 e8 d9 e8 d9 e8 d9 e8 d9 e8 d9 e8 eb 00 d9 c7 df e0 01 c3 dd d8 eb e2";
  private static final int INSTRUCTIONS_PER_ROUND = 15;
  private static final long ROUNDS = 1000;
  /** TOP is 7; C1, stack fault and invalid operation. */
  private static final long OVERFLOW = 7 << 11 | 0x241;
  private static final Tunables AT_ONCE = Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 2)
      .with(Tunable.TIERS, 0);

  @Test
  void fld_ofTheRegisterThatItPushesTo_overflows() {
    try (ProgramMachine machine = new ProgramMachine(FixedProgram.of(PUSH_TO_WHAT_IS_READ), AT_ONCE,
        new SemanticMethods(MethodClass::bind))) {
      long sum = machine.run(new long[] {ROUNDS * INSTRUCTIONS_PER_ROUND}).getLast().gpr()[Reg.RBX];
      assertThat(machine.counters().of(Counter.UNITS_TRANSLATED)).isPositive();
      assertThat(sum).isEqualTo(ROUNDS * OVERFLOW);
    }
  }
}
