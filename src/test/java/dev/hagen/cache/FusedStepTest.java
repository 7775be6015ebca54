package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.ProgramMachine.State;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instructions that the interpreter executes together do what they do one by one, wherever a fault, a write or a limit parts them. */
final class FusedStepTest {
  private static final SemanticMethods METHODS = new SemanticMethods(MethodClass::bind);
  private static final Tunables INTERPRETED = Tunables.standard().with(Tunable.THRESHOLD, 0);
  private static final long INSTRUCTIONS = 70;

  /** The state at each exception, and at the end if the machine stops after every {@code stride} instructions. */
  private static List<State> run(FixedProgram program, long stride) {
    try (ProgramMachine machine = new ProgramMachine(program, INTERPRETED, METHODS)) {
      long[] stops = LongStream.rangeClosed(1, INSTRUCTIONS).filter(stop -> stop % stride == 0 || stop == INSTRUCTIONS).toArray();
      List<State> states = machine.run(stops);
      return states.stream()
          .filter(state -> !state.cause().equals("stopped") || state.retired() == INSTRUCTIONS).toList();
    }
  }

  @ParameterizedTest
  @CsvSource({
      // mov esp, two words above the first page of the stack; pushes of rax, rbx, rcx, r9, rsi; jmp to the start
      "64, bc 10 00 03 00 50 53 51 41 51 56 eb f3",
      "32, bc 08 00 03 00 50 53 51 52 56 eb f4",
      // mov esp, two words before the last page's end; pops to rcx, rdx, r9, rbx, rsi; jmp to the start
      "64, bc f0 1f 03 00 59 5a 41 59 5b 5e eb f3",
      "32, bc f8 1f 03 00 59 5a 5f 5b 5e eb f4",
      // mov esp, one and a half words above a page within the stack; inc ecx; pushes; pops; jmp to the start
      "64, bc 0c 10 03 00 ff c1 51 53 51 56 58 5f 5a 5b eb ef",
      "32, bc 06 10 03 00 ff c1 51 53 51 56 58 5f 5a 5b eb ef",
      // xor esp, esp, or mov esp, -4, where no stack is; pushes; pops; jmp to the start
      "64, 31 e4 50 53 51 58 5b eb f7",
      "32, 31 e4 50 53 51 58 5b eb f7",
      "32, bc fc ff ff ff 58 5b 50 53 eb f5",
      // mov esp, the stack; push rax, rsp, rcx; pop rdx, rsp, rbx; jmp to the start
      "64, bc 00 18 03 00 50 54 51 5a 5c 5b eb f3",
      // mov rax, inc ecx; inc ecx; inc ecx; nop; nop as bytes; lea rsp, 16 bytes behind the first push; six pushes of rax, of
      // which the second writes the others; nops; jmp to the start
      "64, 48 b8 ff c1 ff c1 ff c1 90 90 48 8d 25 10 00 00 00 50 50 50 50 50 50 90 90 90 90 90 90 90 90 90 90 eb dd",
      // inc ecx; mov eax, ecx; mov rdx, rax; cmp edx, 5; jl +2; inc esi; test cl, 3; jz +2; inc edi; cmp cx, di; jbe +2; xor
      // edi, edi; mov ebx, edi; mov ebp, ebx; mov r8, rbp; test ecx, eax; jp to the start; jmp to the start
      "64, ff c1 89 c8 48 89 c2 83 fa 05 7c 02 ff c6 f6 c1 03 74 02 ff c7 66 39 f9 76 02 31 ff 89 fb 89 dd 49 89 e8 85 c1 7a d9 eb d7",
      "32, ff c1 89 c8 89 c2 83 fa 05 7c 02 ff c6 f6 c1 03 74 02 ff c7 66 39 f9 76 02 31 ff 89 fb 89 dd 85 c1 7a dd eb db",
      // mov rax, the comparison below, in the last page of the lower half; jmp rax; cmp rcx, rcx; je where no address is
      "64, 48 b8 0c c0 ff ff ff 7f 00 00 ff e0 48 39 c9 0f 84 00 00 00 10",
  })
  void states_areThoseOfSingleSteps(int bits, String code) {
    FixedProgram program = bits == 64 ? FixedProgram.of(code) : FixedProgram.of32(code);
    List<State> singly = run(program, 1);
    assertThat(singly.getLast().retired()).isGreaterThan(INSTRUCTIONS / 2);
    assertThat(run(program, INSTRUCTIONS)).hasToString(singly.toString());
    assertThat(run(program, 2)).hasToString(singly.toString());
    assertThat(run(program, 3)).hasToString(singly.toString());
    assertThat(run(program, 7)).hasToString(singly.toString());
  }
}
