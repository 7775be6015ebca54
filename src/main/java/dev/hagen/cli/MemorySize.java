package dev.hagen.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes of guest memory as QEMU does: a number of MiB, or one with a suffix K, M, G or T. */
final class MemorySize implements ITypeConverter<Long> {
  /** Enough for a boot protocol's structures. */
  static final long SMALLEST = 2L << 20;
  static final long LARGEST = 256L << 30;

  @Override
  public Long convert(String text) {
    String number = text.toUpperCase(Locale.ROOT);
    int shift = switch (number.isEmpty() ? ' ' : number.charAt(number.length() - 1)) {
      case 'K' -> 10;
      case 'M' -> 20;
      case 'G' -> 30;
      case 'T' -> 40;
      default -> -1;
    };
    if (shift >= 0) {
      number = number.substring(0, number.length() - 1);
    } else {
      shift = 20;
    }
    long value;
    try {
      value = Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is no memory size; write for example 512, 512M or 2G.");
    }
    if (value <= 0 || value > LARGEST >> shift || value << shift < SMALLEST || (value << shift & 0xFFF) != 0) {
      throw new TypeConversionException("'" + text + "' is no possible memory size: 2M to 256G in steps of 4K.");
    }
    return value << shift;
  }
}
