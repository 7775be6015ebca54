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
    long size = parse(text);
    if (size < SMALLEST || size > LARGEST || (size & 0xFFF) != 0) {
      throw new TypeConversionException("'" + text + "' is no possible memory size: 2M to 256G in steps of 4K.");
    }
    return size;
  }

  /**
   * The bytes that a text stands for.
   *
   * @throws TypeConversionException if it is no size
   */
  static long parse(String text) {
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
    try {
      long value = Long.parseLong(number);
      return value < 0 ? value : value > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : value << shift;
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is no memory size; write for example 512, 512M or 2G.");
    }
  }
}
