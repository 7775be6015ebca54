package dev.hagen.device.timer;

import java.time.LocalDate;

/**
 * The time and date registers of an MC146818 as bytes of its memory, in the format that register B selects: binary or
 * BCD, 12 or 24 hours (MC146818 data sheet, table 3).
 */
final class CalendarRegisters {
  static final int SECONDS = 0;
  static final int MINUTES = 2;
  static final int HOURS = 4;
  static final int WEEKDAY = 6;
  static final int DAY = 7;
  static final int MONTH = 8;
  static final int YEAR = 9;
  static final int CENTURY = 0x32;

  private static final int SECONDS_OF_DAY = 86_400;
  private static final int BINARY = 4;
  private static final int HOURS_24 = 2;
  private static final int AFTERNOON = 0x80;
  /** An alarm byte with both top bits set matches everything. */
  private static final int ANY = 0xC0;

  private final byte[] memory;
  private int format;
  /** How far the guest's idea of the weekday is from the calendar's. */
  private int weekdayShift;

  CalendarRegisters(byte[] memory) {
    this.memory = memory;
  }

  /** Takes the format from register B. */
  void format(int registerB) {
    format = registerB;
  }

  /** Whether {@code register} belongs to the time or date. */
  static boolean contains(int register) {
    return register == CENTURY || register <= YEAR && register != 1 && register != 3 && register != 5;
  }

  /** Writes the time {@code seconds} after 1970-01-01 into the registers. */
  void store(long seconds) {
    long day = Math.floorDiv(seconds, SECONDS_OF_DAY);
    int second = Math.floorMod(seconds, SECONDS_OF_DAY);
    LocalDate date = LocalDate.ofEpochDay(day);
    int year = Math.floorMod(date.getYear(), 10_000);
    put(SECONDS, encode(second % 60));
    put(MINUTES, encode(second / 60 % 60));
    put(HOURS, encodeHour(second / 3600));
    put(WEEKDAY, encode(Math.floorMod(day + 4 + weekdayShift, 7) + 1)); // 1970-01-01 was a Thursday; Sunday is 1
    put(DAY, encode(date.getDayOfMonth()));
    put(MONTH, encode(date.getMonthValue()));
    put(YEAR, encode(year % 100));
    put(CENTURY, encode(year / 100));
  }

  /** Reads the registers: seconds after 1970-01-01. Dates that do not exist run over into the next month or year. */
  long load() {
    int year = decode(CENTURY) * 100 + decode(YEAR);
    LocalDate date = LocalDate.of(year, 1, 1).plusMonths(decode(MONTH) - 1).plusDays(decode(DAY) - 1);
    long day = date.toEpochDay();
    weekdayShift = Math.floorMod(decode(WEEKDAY) - 1 - (day + 4), 7);
    return day * SECONDS_OF_DAY + decodeHour() * 3600L + decode(MINUTES) * 60L + decode(SECONDS);
  }

  /** The first second after {@code seconds} at which the alarm registers match, or {@link Long#MAX_VALUE}. */
  long nextAlarm(long seconds) {
    long candidate = seconds + 1;
    long end = candidate + SECONDS_OF_DAY;
    while (candidate < end) {
      int second = Math.floorMod(candidate, SECONDS_OF_DAY);
      if (!alarmMatches(HOURS + 1, encodeHour(second / 3600))) {
        candidate += 3600 - second % 3600;
      } else if (!alarmMatches(MINUTES + 1, encode(second / 60 % 60))) {
        candidate += 60 - second % 60;
      } else if (!alarmMatches(SECONDS + 1, encode(second % 60))) {
        candidate++;
      } else {
        return candidate;
      }
    }
    return Long.MAX_VALUE;
  }

  private boolean alarmMatches(int register, int value) {
    int alarm = memory[register] & 0xFF;
    return (alarm & ANY) == ANY || alarm == value;
  }

  private void put(int register, int value) {
    memory[register] = (byte) value;
  }

  private int encode(int value) {
    return (format & BINARY) != 0 ? value : value / 10 << 4 | value % 10;
  }

  private int encodeHour(int hour) {
    if ((format & HOURS_24) != 0) {
      return encode(hour);
    }
    return encode((hour + 11) % 12 + 1) | (hour >= 12 ? AFTERNOON : 0);
  }

  private int decode(int register) {
    return decodeValue(memory[register] & 0xFF);
  }

  private int decodeValue(int value) {
    return (format & BINARY) != 0 ? value : (value >> 4) * 10 + (value & 15);
  }

  private int decodeHour() {
    int value = memory[HOURS] & 0xFF;
    if ((format & HOURS_24) != 0) {
      return decodeValue(value);
    }
    return decodeValue(value & ~AFTERNOON) % 12 + ((value & AFTERNOON) != 0 ? 12 : 0);
  }
}
