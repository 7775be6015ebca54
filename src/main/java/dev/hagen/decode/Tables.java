package dev.hagen.decode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The opcode tables indexed for lookup under one set of extensions.
 *
 * <p>Every opcode has an {@link Entry}. Its rows are spread over an array indexed by mode and mandatory prefix and, only
 * where a row's choice depends on it, by what ModRM selects: 64 register forms and 8 memory forms. It is made when it is first asked
 * for: a boot of Linux uses few of the opcodes. Threads that ask for one at once may make two, which are alike and immutable.
 */
final class Tables {
  static final int MAP_ONE_BYTE = 0;
  static final int MAP_0F = 1;
  static final int MAP_0F38 = 2;
  static final int MAP_0F3A = 3;

  private static final int PREFIXES = 4;
  private static final int MODRM_FORMS = 72;

  /** What one opcode may mean. */
  static final class Entry {
    /** A ModRM byte follows the opcode. */
    final boolean hasModRm;
    private final boolean selectedByModRm;
    private final @Nullable Row[] rows;

    private Entry(List<Row> candidates) {
      hasModRm = candidates.stream().anyMatch(Row::hasModRm);
      selectedByModRm = candidates.stream().anyMatch(Row::isSelectedByModRm);
      int forms = selectedByModRm ? MODRM_FORMS : 1;
      rows = new Row[2 * PREFIXES * forms];
      for (int form = 0; form < forms; form++) {
        int modRm = form < 64 ? 0xC0 | form : form - 64 << 3;
        for (int prefix = 0; prefix < PREFIXES; prefix++) {
          rows[index(false, prefix, form)] = best(candidates, false, prefix, selectedByModRm, modRm);
          rows[index(true, prefix, form)] = best(candidates, true, prefix, selectedByModRm, modRm);
        }
      }
    }

    /**
     * The row for a mode, a mandatory prefix ({@link Row#NONE} to {@link Row#PF2}) and a ModRM byte; null if there is
     * no such instruction.
     */
    @Nullable Row row(boolean mode64, int prefix, int modRm) {
      return rows[index(mode64, prefix, selectedByModRm ? modRmForm(modRm) : 0)];
    }

    private int index(boolean mode64, int prefix, int form) {
      return (form * PREFIXES + prefix) * 2 + (mode64 ? 1 : 0);
    }

    private static int modRmForm(int modRm) {
      return modRm >= 0xC0 ? modRm & 0x3F : 64 + (modRm >> 3 & 7);
    }
  }

  private final Map<Integer, List<Row>> rows = new HashMap<>();
  private final @Nullable Entry[] entries = new Entry[4 * 256];

  Tables(Set<Extension> extensions) {
    add(MAP_ONE_BYTE, extensions, OneByteTable.ROWS, X87Table.ROWS);
    add(MAP_0F, extensions, TwoByteTable.ROWS, VectorTable.ROWS);
    add(MAP_0F38, extensions, Table0F38.ROWS);
    add(MAP_0F3A, extensions, Table0F3A.ROWS);
  }

  private void add(int map, Set<Extension> extensions, Row[]... tables) {
    for (Row[] table : tables) {
      for (Row row : table) {
        if (row.extension == null || extensions.contains(row.extension)) {
          for (int opcode = row.opcode; opcode <= row.lastOpcode; opcode++) {
            rows.computeIfAbsent(map << 8 | opcode, key -> new ArrayList<>()).add(row);
          }
        }
      }
    }
  }

  /** The entry of an opcode; null if no row has it. */
  @Nullable Entry entry(int map, int opcode) {
    int index = map << 8 | opcode;
    Entry entry = entries[index];
    return entry != null ? entry : make(index);
  }

  private @Nullable Entry make(int index) {
    List<Row> candidates = rows.get(index);
    if (candidates == null) {
      return null;
    }
    Entry entry = new Entry(candidates);
    entries[index] = entry;
    return entry;
  }

  /** The row that fits; one with a mandatory prefix before one without, then the more special one in ModRM. */
  private static @Nullable Row best(List<Row> rows, boolean mode64, int prefix, boolean byModRm, int modRm) {
    Row best = null;
    for (Row row : rows) {
      if (fits(row, mode64, prefix, byModRm, modRm) && (best == null || weight(row) > weight(best))) {
        best = row;
      }
    }
    return best;
  }

  private static boolean fits(Row row, boolean mode64, int prefix, boolean byModRm, int modRm) {
    boolean register = modRm >= 0xC0;
    return !(mode64 ? row.not64 : row.only64)
        && (row.prefix == Row.ANY ? !(row.noRepeat && prefix >= Row.PF3) : row.prefix == prefix)
        && (!byModRm
            || (row.reg < 0 || row.reg == (modRm >> 3 & 7))
            && (row.rm < 0 || row.rm == (modRm & 7))
            && !(register ? row.memoryOnly : row.registerOnly));
  }

  private static int weight(Row row) {
    return (row.prefix != Row.ANY ? 4 : 0) + (row.reg >= 0 ? 1 : 0) + (row.memoryOnly || row.registerOnly ? 1 : 0);
  }
}
