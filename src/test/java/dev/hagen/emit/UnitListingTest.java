package dev.hagen.emit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Extension;
import dev.hagen.decode.Instruction;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import dev.hagen.util.Tunables;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class UnitListingTest {
  private static final int LONG_USER = 2 | 2 << 2 | 3 << ExecutionContext.CPL_SHIFT | ExecutionContext.FLAT;
  private static final Decoder DECODER = new Decoder(Extension.of(CpuModel.standard()));

  /** The loop is emitted several times in a row; each time its bytecode belongs to the same instructions. */
  @Test
  void listing_ofLoopEmittedInRounds_hasAllOfThemAtItsInstructions() {
    RegionBlock loop = new RegionBlock(0, instructions("4883c708", "4839d7", "75f7"), new Terminal.Branch(0, 9), 0.999);
    RegionBlock end = new RegionBlock(9, instructions("c3"), new Terminal.Return(List.of()));
    Region region = new Region(0x1000, LONG_USER, List.of(loop, end), List.of(), Map.of(), 0, Map.of());
    int rounds = new LoopPlan(region, Tunables.standard()).roundsTogether(loop);
    assertThat(rounds).isGreaterThan(1);

    String listing = listing(region);

    assertThat(listing.lines().filter(line -> line.matches("  [0-9a-f]+  .*"))).containsExactly("  1000  add rdi,0x8",
        "  1004  cmp rdi,rdx", "  1007  jne 0x1000", "  1009  ret");
    String addition = listing.substring(listing.indexOf("add rdi"), listing.indexOf("cmp rdi"));
    assertThat(addition.lines().filter(line -> line.endsWith("LADD"))).hasSize(rounds);
    assertThat(listing.substring(listing.indexOf("  1009  ret"), listing.indexOf("(exits)"))).contains("Unsafe.getLong");
  }

  private static String listing(Region region) {
    UnitEmitter emitter = new UnitEmitter(region, Tunables.standard()).withLines();
    return UnitListing.of(region, Objects.requireNonNull(emitter.emit()));
  }

  private static List<Instruction> instructions(String... code) {
    return Stream.of(code).map(HexFormat.of()::parseHex)
        .map(bytes -> Objects.requireNonNull(DECODER.decode(bytes, 0, bytes.length, 8))).toList();
  }
}
