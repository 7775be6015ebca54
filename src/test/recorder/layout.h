/*
 * Where everything lies that a recorded instruction can see, and the default state it starts
 * from. The Java reader holds the same numbers in MemoryLayout and Registers.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdint.h>

/* One window of 64 KiB, so that 16-bit segments with base WINDOW reach all of it. */
#define WINDOW 0x20000u
#define CODE 0x21000u      /* readable, executable; int3 (CCh) everywhere but in the instruction */
#define CODE_SIZE 0x2000u
#define SCRATCH 0x24000u   /* readable, writable */
#define SCRATCH_SIZE 0x4000u
#define READ_ONLY 0x28000u /* readable; follows SCRATCH directly */
#define READ_ONLY_SIZE 0x1000u
#define STACK 0x2A000u     /* readable, writable; unmapped pages before and behind it */
#define STACK_SIZE 0x2000u
#define LOW 0x7000u        /* readable, writable; for 16-bit addresses in flat segments */
#define LOW_SIZE 0x1000u

#define START (CODE + 0x800)          /* default RIP (linear) */
#define STACK_POINTER (STACK + 0x1000) /* default RSP (linear) */

/* Segment bases that are not zero. */
#define FS_BASE_64 0x20000ull
#define GS_BASE_64 0x123456789000ull
#define FS_BASE_32 0x20000ull
#define GS_BASE_32 0xFFF00000ull
#define FS_BASE_16 0x24000ull
#define GS_BASE_16 0x1C000ull

/* Selectors. The first three are those of the host kernel's GDT, the rest are ours in the LDT. */
#define CODE32_SELECTOR 0x23
#define DATA_SELECTOR 0x2B
#define CODE64_SELECTOR 0x33
#define FS32_SELECTOR 0x07
#define GS32_SELECTOR 0x0F
#define CODE16_SELECTOR 0x17
#define DATA16_SELECTOR 0x1F
#define FS16_SELECTOR 0x27
#define GS16_SELECTOR 0x2F

/* Flags that a case can hold: CF PF AF ZF SF TF IF DF OF IOPL NT AC ID and bit 1. */
#define FLAGS_RECORDED 0x247FD7u
#define FLAGS_DEFAULT 0x202u
#define FLAGS_ARITHMETIC 0x8D5u
#define DF 0x400u
#define AC 0x40000u

#define MXCSR_DEFAULT 0x1F80u
#define FCW_DEFAULT 0x37Fu

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 };
enum { ES, CS, SS, DS, FS, GS };

/* The finalizer of SplitMix64: all that is random in a file comes from it. */
static inline uint64_t mix64(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

/* The word with which memory at the 8-byte aligned address is filled before each case. */
static inline uint64_t background(uint32_t address) { return mix64(address); }

/* The default of one 64-bit part of the state: slots 0-15 GPRs, 16 flags, 32-63 XMM. */
static inline uint64_t slot(uint64_t seed, int slot) {
  return mix64(seed * 0x9E3779B97F4A7C15ull + (uint64_t) slot * 0xD1B54A32D192ED03ull);
}

#endif
