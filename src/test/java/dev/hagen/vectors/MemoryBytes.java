package dev.hagen.vectors;

import java.util.Arrays;
import java.util.HexFormat;

/** Bytes at a linear address. */
public record MemoryBytes(int address, byte[] bytes) {
  @Override
  public boolean equals(Object other) {
    return other instanceof MemoryBytes o && address == o.address && Arrays.equals(bytes, o.bytes);
  }

  @Override
  public int hashCode() {
    return address * 31 + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "[%X] = %s".formatted(address, HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes));
  }
}
