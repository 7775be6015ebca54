package dev.hagen.emit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.decode.Instruction;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import dev.hagen.util.HotSpot;
import dev.hagen.util.Tunables;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The unit that is made for C2 in place of a draft may be larger than that, but not by so much that a draft which fits
 * ({@link HotSpot#LARGEST_DRAFT}) would have to run for ever.
 */
final class LargestDraftTest {
  private static final String JNE = "0f8500100000";
  /** Units of so many blocks stay below HotSpot's own limit. */
  private static final int BLOCKS = 12;
  /** {@link HotSpot#LARGEST_METHOD} for each byte of {@link HotSpot#LARGEST_DRAFT}, under the launcher. */
  private static final int TIMES = 2;

  @ParameterizedTest
  @ValueSource(strings = {
      "0fb60431 3a0439", "488b0431 4889442438 483b0439", "4801c8 4811d1 4829c6 4819d7", "48ffc0 48ffc1 48ffc2 48ffc3 48ffc6 48ffc7",
      "8b04b3 4139c0", "f20f10040e 660f2ec1", "dd0431 dfe9", "4883c001 8814065f"})
  void emit_regionWithManyWaysOut_isLessThanTwiceItsDraft(String code) {
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", "") + JNE);
    for (int blocks = 1; blocks <= BLOCKS; blocks++) {
      Region region = region(bytes, blocks);
      UnitEmitter.Emitted draft = Objects.requireNonNull(new UnitEmitter(region, Tunables.standard(), true).emit());
      UnitEmitter.Emitted unit = Objects.requireNonNull(new UnitEmitter(region, Tunables.standard(), false).emit());
      assertThat(unit.methodSize()).as("%d blocks", blocks).isLessThan(TIMES * draft.methodSize());
    }
  }

  /** A loop of blocks; two of three have a way out of the region, the third is a loop of its own. */
  private static Region region(byte[] code, int count) {
    List<Instruction> instructions = GoldenBytecodeTest.instructions(code, 8);
    long length = code.length;
    List<RegionBlock> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long next = i + 1 < count ? (i + 1) * length : 0;
      blocks.add(new RegionBlock(i * length, instructions, new Terminal.Branch(i % 3 == 2 ? i * length : 0x1000, next)));
    }
    return new Region(0x1000, GoldenBytecodeTest.LONG, blocks, List.of(), Map.of(), 0, Map.of());
  }
}
