package dev.hagen.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bytes are no instruction, against what a real processor said, recorded by {@code src/test/decoder/undefined.c}. */
class UndefinedOpcodeTest {
  private static final Set<Op> ALWAYS_UNDEFINED = EnumSet.of(Op.INVALID, Op.UD0, Op.UD1, Op.UD2);
  /** Undefined in user mode, or, for SYSENTER, in long mode on AMD's processors: the operation's affair. */
  private static final Set<Op> UNDEFINED_IN_USER_MODE =
      EnumSet.of(Op.RSM, Op.CLAC, Op.STAC, Op.MONITOR, Op.MWAIT, Op.SYSENTER);

  private record Answer(ObjdumpCase instruction, boolean undefined) {
    boolean isOurs() {
      Op op = instruction.ours().op();
      return ALWAYS_UNDEFINED.contains(op) == undefined || undefined && UNDEFINED_IN_USER_MODE.contains(op);
    }

    /** The processor has extensions that the model lacks. */
    boolean isInTheModel() {
      return !ObjdumpDifference.NOT_IN_THE_MODEL.explains(instruction);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64})
  void randomBytes_undefinedOnAProcessor_areInvalid(int mode) throws IOException {
    Iterator<String> undefined = Recording.lines("undefined", mode).iterator();
    List<Answer> answers = Recording.lines("random", mode).stream()
        .map(line -> new Answer(ObjdumpCase.parse(line, mode), undefined.next().equals("u"))).toList();

    assertThat(answers).hasSizeGreaterThan(100_000);
    assertThat(answers.stream().filter(it -> it.isInTheModel() && !it.isOurs())).isEmpty();
  }
}
