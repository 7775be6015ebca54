package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.profile.UnwindTable.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class UnwindTableTest {
  private static final long ADDRESS = 0x5000;
  private static final byte RELATIVE_SIGNED = 0x1B;

  private final ByteBuffer table = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

  /** A common entry of 28 bytes. */
  private void common(String augmentation, byte... data) {
    int start = table.position();
    table.putInt(24).putInt(0).put((byte) 1).put((augmentation + "\0").getBytes(StandardCharsets.US_ASCII));
    table.put((byte) 1).put((byte) 0x78).put((byte) 16).put((byte) data.length).put(data).position(start + 28);
  }

  private ByteBuffer ended() {
    return table.putInt(0).flip();
  }

  @Test
  void relativeAddresses_countFromWhereTheyAre() {
    common("zR", RELATIVE_SIGNED);
    table.putInt(12).putInt(32).putInt(-0x1000).putInt(0x40);
    assertThat(UnwindTable.read(ended(), ADDRESS, true)).containsExactly(new Range(ADDRESS + 36 - 0x1000, 0x40));
  }

  @Test
  void encoding_behindAPersonalityRoutine_isFound() {
    common("zPLR", (byte) 3, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 3, RELATIVE_SIGNED);
    table.putInt(12).putInt(32).putInt(0x100).putInt(8);
    assertThat(UnwindTable.read(ended(), ADDRESS, true)).containsExactly(new Range(ADDRESS + 36 + 0x100, 8));
  }

  @Test
  void addresses_withoutEncoding_haveTheFilesWidth() {
    common("");
    table.putInt(20).putInt(32).putLong(0x40_1000).putLong(0x20);
    assertThat(UnwindTable.read(ended(), ADDRESS, true)).containsExactly(new Range(0x40_1000, 0x20));
    table.clear();
    common("");
    table.putInt(12).putInt(32).putInt(0x804_9000).putInt(0x20);
    assertThat(UnwindTable.read(ended(), ADDRESS, false)).containsExactly(new Range(0x804_9000, 0x20));
  }

  @Test
  void entries_ofUnknownKind_areLeftOut() {
    common("eh");
    table.putInt(12).putInt(32).putInt(0x100).putInt(8);
    assertThat(UnwindTable.read(ended(), ADDRESS, true)).isEmpty();
  }

  @Test
  void length_beyondTheEnd_endsTheTable() {
    common("zR", RELATIVE_SIGNED);
    table.putInt(1000).putInt(32);
    assertThat(UnwindTable.read(table.flip(), ADDRESS, true)).isEmpty();
  }
}
