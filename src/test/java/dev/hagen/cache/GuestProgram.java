package dev.hagen.cache;

/** A program for {@link ProgramMachine}. */
interface GuestProgram {
  boolean is64Bit();

  /** RAX to R15 at the start. */
  long[] registers();

  /** What lies at {@link ProgramMachine#DATA}. */
  byte[] data();

  /** What lies at {@link ProgramMachine#CODE}, where the program starts. */
  byte[] code();

  /** Where the program goes on after it has lost its way. */
  int nextRound();

  /** The address of the instruction at which the program is done: one that faults. */
  int end();
}
