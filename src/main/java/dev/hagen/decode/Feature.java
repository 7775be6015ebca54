package dev.hagen.decode;

/**
 * Extensions of the instruction set that decide what bytes mean. Without one, its instructions do not exist; LZCNT and
 * TZCNT then decode as BSR and BSF, as on processors that ignore their prefix.
 */
public enum Feature {
  SSE3,
  SSSE3,
  SSE4_1,
  SSE4_2,
  POPCNT,
  LZCNT,
  /** TZCNT, the one instruction of BMI1 without a VEX prefix. */
  BMI1,
  MOVBE,
  RDRAND,
  RDSEED,
  RDPID,
  RDTSCP,
  INVPCID,
  FSGSBASE,
  CLFLUSHOPT,
  CLWB,
  MONITOR,
  SMAP,
  SVM,
  XSAVE,
  XSAVEOPT,
  XSAVEC,
  XSAVES,
  /** LOCK before MOV CR0 means CR8 (AMD's AltMovCr8): the task priority outside 64-bit mode. */
  ALT_MOV_CR8
}
