package dev.hagen.interpret;

import dev.hagen.cpu.Counter;

/** What is known of an instruction that units leave for. */
final class LeaveRecord {
  /** How often a unit has left for it, which it could not execute, since it last got a record. */
  int misses;
  /** See {@link Interpreter#record}. */
  private int record;
  /** How many instructions had retired when it got that. */
  private long recorded;
  /** What a unit last left for it for. */
  Counter cause = Counter.LEAVE_INSTRUCTION;

  /** See {@link Interpreter#record}. */
  int record() {
    return record;
  }

  /**
   * Makes the record worse, or keeps it while a unit that knows of it may be under way; says whether it has changed.
   *
   * @param retired instructions retired so far
   * @param page {@link Interpreter#CODE_PAGE} if units leave for that reason, else 0
   */
  boolean worsen(long retired, int page) {
    int before = record;
    if (before == 0 || (page & ~before) != 0) {
      record = before | Interpreter.BAD_RECORD | page;
      recorded = retired;
    } else if (retired - recorded >= Interpreter.SETTLING) {
      record = before & Interpreter.CODE_PAGE | Interpreter.WORST_RECORD;
    }
    return record != before;
  }
}
