package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.profile.SymbolTable.Function;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CallChainTest {
  private static final int SIZE = 0x100;
  private static final SymbolTable SYMBOLS = new SymbolTable(List.of(new Function(0x1000, SIZE, "outer"),
      new Function(0x2000, SIZE, "inner"), new Function(0x3000, SIZE, "other"),
      new Function(0x4000, SIZE, "__x86_indirect_thunk_eax")));
  private static final GuestCode.Where WHERE = new GuestCode.Where(SYMBOLS, null, 0, "", Naming.NOTHING);

  /** The names of the chain that is found at a place in {@code inner}. */
  private static List<String> chain(Profile.Call... calls) {
    return CallChain.of(new Profile.Place(0x2010, 0, Tier.INTERPRETER, null, List.of(calls)), WHERE).stream()
        .map(Function::name).toList();
  }

  @Test
  void caller_isWhoCallsTheFunction_notWhatLiesBefore() {
    assertThat(chain(new Profile.Call(0x3020, 0x1000), new Profile.Call(0x1020, 0x2000))).containsExactly("inner", "outer");
  }

  @Test
  void caller_isWhoCallsThroughRegister_ifNobodyCallsTheFunction() {
    assertThat(chain(new Profile.Call(0x3020, 0x1000), new Profile.Call(0x1020, 0))).containsExactly("inner", "outer");
  }

  @Test
  void callOfThunk_isCallThroughRegister() {
    assertThat(chain(new Profile.Call(0x3020, 0x1000), new Profile.Call(0x1020, 0x4000))).containsExactly("inner", "outer");
  }

  @Test
  void nobody_callsTheFunction() {
    assertThat(chain(new Profile.Call(0x3020, 0x1000))).containsExactly("inner");
  }
}
