package dev.hagen.interpret;

import dev.hagen.cpu.Counter;

/** What is known of an instruction that units leave for. */
final class LeaveRecord {
  /** How often a unit has left for it, which it could not execute, since it last got a record. */
  int misses;
  /** See {@link Interpreter#record}. */
  private int record;
  /** What a unit last left for it for. */
  Counter cause = Counter.LEAVE_INSTRUCTION;

  /** See {@link Interpreter#record}. */
  int record() {
    return record;
  }

  /**
   * Makes the record worse, or keeps it while a unit that knows of it is under way; says whether it has changed.
   *
   * @param known whether the unit that has left knows of the record
   * @param page {@link Interpreter#CODE_PAGE} if units leave for that reason, else 0
   */
  boolean worsen(boolean known, int page) {
    int before = record;
    if (before == 0 || (page & ~before) != 0) {
      record = before | Interpreter.BAD_RECORD | page;
    } else if (known) {
      record = before & Interpreter.CODE_PAGE | Interpreter.WORST_RECORD;
    }
    return record != before;
  }
}
