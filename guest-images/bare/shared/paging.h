/* What the paging guests of both widths share: a page of data, and reports on an entry's bits. */
#include "runtime/runtime.h"

#define P 1ull
#define W 2ull
#define U 4ull
#define PWT 8ull
#define PCD 16ull
#define A 32ull
#define D 64ull
#define LARGE 128ull
#define G 256ull
#define XD (1ull << 63)

static volatile uint8_t frame_a[4096] ALIGNED(4096), frame_b[4096] ALIGNED(4096);

static inline void invalidate(word linear) {
  asm volatile("invlpg (%0)" : : "r"(linear) : "memory");
}

#define LOAD "movb (%%" WIDE_AX "), %%cl"
#define STORE "movb %%cl, (%%" WIDE_AX ")"
#define RMW "addb $0, (%%" WIDE_AX ")"
#ifdef __x86_64__
#define WIDE_AX "rax"
#else
#define WIDE_AX "eax"
#endif

#define TRY_LOAD(linear) ATTEMPT(LOAD, : "a"((word) (linear)) : "ecx", "memory")
#define TRY_STORE(linear) ATTEMPT(STORE, : "a"((word) (linear)), "c"(0) : "memory")
#define TRY_USER_LOAD(linear) ATTEMPT_RING3(LOAD, "a"((word) (linear)))
#define TRY_USER_STORE(linear) ATTEMPT_RING3(STORE, "a"((word) (linear)), "c"(0))
#define TRY_EXECUTE(linear) ATTEMPT("movw $" STRING(RETURN_CODE) ", %[place]\n jmp *%%" WIDE_AX, \
    : [place] "m"(*(volatile uint16_t *) frame_a), "a"((word) (linear)) : "memory")
#define TRY_USER_EXECUTE(linear) ATTEMPT_RING3("jmp *%%" WIDE_AX, "a"((word) (linear)))
#define RETURN_CODE 0x30cd /* INT 30h */
