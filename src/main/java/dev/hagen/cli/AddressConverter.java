package dev.hagen.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads addresses: decimal, or hexadecimal with 0x in front. */
final class AddressConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    try {
      return text.startsWith("0x") || text.startsWith("0X") ? Long.parseUnsignedLong(text.substring(2), 16)
          : Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is no address; write for example 0x7c00.");
    }
  }
}
