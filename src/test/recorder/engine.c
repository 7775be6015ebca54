/*
 * The engine. A case is entered and left through signals: an int3 of our own raises a SIGTRAP,
 * whose handler replaces the saved context by the case's; sigreturn loads it. Everything but the
 * instruction is int3, so the second signal is either the int3 behind it (or at the target of a
 * branch) or the fault of the instruction. Its handler keeps the context as the outcome and puts
 * back the first one.
 */
#define _GNU_SOURCE
#include "engine.h"
#include <asm/ldt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define STRICT_SS 6 /* UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS: load SS as the context says */
#define LEGACY_SIZE 416 /* of the FXSAVE image, up to and including XMM15 */

static const int gregOf[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                               REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

static const struct { uint32_t address, size; } writable[] = {
    {SCRATCH, SCRATCH_SIZE}, {STACK, STACK_SIZE}, {LOW, LOW_SIZE}};

static uint8_t *codeAlias;  /* a second, writable mapping of the code pages */
static uint8_t *image[3];   /* what the writable regions hold between cases */
static uint64_t ourFsBase;

static volatile int inside;
static const struct Case *current;
static struct Outcome *result;
static greg_t ourRegisters[NGREG];
static uint8_t ourFpu[LEGACY_SIZE];

static void put16(uint8_t *p, uint16_t v) { memcpy(p, &v, 2); }
static void put32(uint8_t *p, uint32_t v) { memcpy(p, &v, 4); }
static void put64(uint8_t *p, uint64_t v) { memcpy(p, &v, 8); }
static uint16_t get16(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return v; }
static uint32_t get32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }
static uint64_t get64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }

/* Clears AC, NT and ID: the kernel leaves them set in handlers, and sigreturn keeps NT and ID. */
static inline void clearStickyFlags(void) {
  asm volatile("lea -128(%%rsp), %%rsp; pushfq; andl $~0x244000, (%%rsp); popfq; lea 128(%%rsp), %%rsp" ::: "memory", "cc");
}

static inline uint64_t rdfsbase(void) { uint64_t v; asm volatile("rdfsbase %0" : "=r"(v)); return v; }
static inline uint64_t rdgsbase(void) { uint64_t v; asm volatile("rdgsbase %0" : "=r"(v)); return v; }
static inline void wrfsbase(uint64_t v) { asm volatile("wrfsbase %0" ::"r"(v)); }
static inline void wrgsbase(uint64_t v) { asm volatile("wrgsbase %0" ::"r"(v)); }

uint32_t codeBase(int mode) { return mode == 16 ? WINDOW : 0; }

static void loadFpu(uint8_t *f, const struct State *s) {
  int top = s->fsw >> 11 & 7;
  memset(f, 0, 24);
  put16(f, s->fcw);
  put16(f + 2, s->fsw);
  f[4] = (uint8_t) s->ftw;
  put16(f + 6, s->fop);
  put64(f + 8, s->fip);
  put64(f + 16, s->fdp);
  put32(f + 24, s->mxcsr);
  for (int i = 0; i < 8; i++) {
    const struct St *st = &s->x87[(top + i) & 7];
    put64(f + 32 + 16 * i, st->mantissa);
    put64(f + 40 + 16 * i, st->exponent);
  }
  memcpy(f + 160, s->xmm, sizeof s->xmm);
  put64(f + 512, get64(f + 512) | 3); /* XSTATE_BV: neither x87 nor SSE is in its initial state */
}

static void storeFpu(const uint8_t *f, struct State *s) {
  s->fcw = get16(f);
  s->fsw = get16(f + 2);
  s->ftw = f[4];
  s->fop = get16(f + 6);
  s->fip = get64(f + 8);
  s->fdp = get64(f + 16);
  s->mxcsr = get32(f + 24);
  int top = s->fsw >> 11 & 7;
  for (int i = 0; i < 8; i++) {
    struct St *st = &s->x87[(top + i) & 7];
    st->mantissa = get64(f + 32 + 16 * i);
    st->exponent = get16(f + 40 + 16 * i);
  }
  memcpy(s->xmm, f + 160, sizeof s->xmm);
}

static void enter(ucontext_t *uc) {
  const struct State *s = &current->before;
  greg_t *g = uc->uc_mcontext.gregs;
  memcpy(ourRegisters, g, sizeof ourRegisters);
  memcpy(ourFpu, uc->uc_mcontext.fpregs, sizeof ourFpu);
  for (int i = 0; i < 16; i++) g[gregOf[i]] = (greg_t) s->gpr[i];
  g[REG_RIP] = (greg_t) s->rip;
  g[REG_EFL] = s->flags;
  g[REG_CSGSFS] = (greg_t) ((uint64_t) s->selector[CS] | (uint64_t) s->selector[SS] << 48);
  uc->uc_flags |= STRICT_SS;
  loadFpu((uint8_t *) uc->uc_mcontext.fpregs, s);
  asm volatile("mov %0, %%ds" ::"r"((uint32_t) s->selector[DS]));
  asm volatile("mov %0, %%es" ::"r"((uint32_t) s->selector[ES]));
  asm volatile("mov %0, %%gs" ::"r"((uint32_t) s->selector[GS]));
  asm volatile("mov %0, %%fs" ::"r"((uint32_t) s->selector[FS]));
  if (current->mode == 64) {
    wrgsbase(s->gsBase);
    wrfsbase(s->fsBase);
  }
}

static void leave(ucontext_t *uc, const uint16_t *selectors, uint64_t fsBase, uint64_t gsBase) {
  struct State *s = &result->after;
  greg_t *g = uc->uc_mcontext.gregs;
  memcpy(s->selector, selectors, sizeof s->selector);
  s->selector[CS] = (uint16_t) g[REG_CSGSFS];
  s->selector[SS] = (uint16_t) (g[REG_CSGSFS] >> 48);
  s->fsBase = fsBase;
  s->gsBase = gsBase;
  uint64_t mask = current->mode == 64 ? ~0ull : 0xFFFFFFFFull;
  for (int i = 0; i < 16; i++) s->gpr[i] = current->mode == 64 || i < 8 ? (uint64_t) g[gregOf[i]] & mask : 0;
  s->rip = (uint64_t) g[REG_RIP] & mask;
  s->flags = (uint32_t) g[REG_EFL] & FLAGS_RECORDED;
  storeFpu((uint8_t *) uc->uc_mcontext.fpregs, s);
  if (!(s->fsw & 0x80)) { /* AMD saves these pointers only while an exception is pending */
    s->fop = current->before.fop;
    s->fip = current->before.fip;
    s->fdp = current->before.fdp;
  }
  result->vector = (int) g[REG_TRAPNO];
  result->error = (uint32_t) g[REG_ERR];
  result->cr2 = (uint64_t) g[REG_CR2];
  memcpy(g, ourRegisters, sizeof ourRegisters);
  memcpy(uc->uc_mcontext.fpregs, ourFpu, sizeof ourFpu);
  uc->uc_flags |= STRICT_SS;
}

/* FS holds the case's base here: nothing may touch thread-local storage before it is put back. */
static void onSignal(int signal, siginfo_t *info, void *context) {
  clearStickyFlags();
  (void) info;
  uint16_t selectors[6] = {0};
  uint64_t fsBase = rdfsbase(), gsBase = rdgsbase();
  asm volatile("mov %%es, %0" : "=r"(selectors[ES]));
  asm volatile("mov %%ds, %0" : "=r"(selectors[DS]));
  asm volatile("mov %%fs, %0" : "=r"(selectors[FS]));
  asm volatile("mov %%gs, %0" : "=r"(selectors[GS]));
  if (!inside) {
    if (signal != SIGTRAP) { /* a bug of the recorder: let it die visibly */
      struct sigaction standard = {.sa_handler = SIG_DFL};
      sigaction(signal, &standard, NULL);
      return;
    }
    inside = 1;
    enter(context);
  } else {
    asm volatile("mov %0, %%fs" ::"r"(0));
    wrfsbase(ourFsBase);
    inside = 0;
    leave(context, selectors, fsBase, gsBase);
  }
}

static void onAlarm(int signal) {
  clearStickyFlags();
  (void) signal;
  static int seconds;
  static const struct Case *seen;
  static uint64_t seed;
  if (seen == current && seed == current->seed && inside && ++seconds > 2) {
    wrfsbase(ourFsBase);
    fprintf(stderr, "hangs:");
    for (int i = 0; i < current->length; i++) fprintf(stderr, " %02X", current->code[i]);
    fprintf(stderr, "\n");
    _exit(1);
  }
  seen = current;
  seed = current ? current->seed : 0;
}

static void map(uint32_t address, uint32_t size, int protection, int fd, off_t offset) {
  int flags = MAP_FIXED_NOREPLACE | MAP_POPULATE | (fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
  if (mmap((void *) (uintptr_t) address, size, protection, flags, fd, offset) == MAP_FAILED) {
    perror("mmap");
    exit(1);
  }
}

static void fill(uint8_t *to, uint32_t address, uint32_t size) {
  for (uint32_t i = 0; i < size; i += 8) put64(to + i, background(address + i));
}

static void segment(unsigned selector, uint32_t base, uint32_t limit, bool pages, bool code, bool wide) {
  struct user_desc d = {.entry_number = selector >> 3, .base_addr = base, .limit = limit, .seg_32bit = wide,
                        .contents = code ? MODIFY_LDT_CONTENTS_CODE : MODIFY_LDT_CONTENTS_DATA,
                        .limit_in_pages = pages, .useable = 1};
  if (syscall(SYS_modify_ldt, 0x11, &d, sizeof d)) {
    perror("modify_ldt");
    exit(1);
  }
}

static void catchSignals(void) {
  stack_t stack = {.ss_size = 1 << 17};
  stack.ss_sp = mmap((void *) 0x700000000000, stack.ss_size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE, -1, 0);
  if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL)) {
    perror("sigaltstack");
    exit(1);
  }
  int signals[] = {SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE};
  struct sigaction action = {.sa_sigaction = onSignal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int i = 0; i < 5; i++) sigaction(signals[i], &action, NULL);
}

static void startWatchdog(void) {
  struct sigaction action = {.sa_handler = onAlarm, .sa_flags = SA_ONSTACK | SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
  timer_t timer;
  timer_create(0, &event, &timer);
  struct itimerspec every = {{1, 0}, {1, 0}};
  timer_settime(timer, 0, &every, NULL);
}

void engineStart(void) {
  ourFsBase = rdfsbase();
  int fd = memfd_create("code", 0);
  if (fd < 0 || ftruncate(fd, CODE_SIZE + READ_ONLY_SIZE)) exit(1);
  codeAlias = mmap(NULL, CODE_SIZE + READ_ONLY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  memset(codeAlias, 0xCC, CODE_SIZE);
  fill(codeAlias + CODE_SIZE, READ_ONLY, READ_ONLY_SIZE);
  map(CODE, CODE_SIZE, PROT_READ | PROT_EXEC, fd, 0);
  map(READ_ONLY, READ_ONLY_SIZE, PROT_READ, fd, CODE_SIZE);
  for (int i = 0; i < 3; i++) {
    map(writable[i].address, writable[i].size, PROT_READ | PROT_WRITE, -1, 0);
    image[i] = malloc(writable[i].size);
    fill(image[i], writable[i].address, writable[i].size);
    memcpy((void *) (uintptr_t) writable[i].address, image[i], writable[i].size);
  }
  segment(FS32_SELECTOR, FS_BASE_32, 0xFFFFF, true, false, true);
  segment(GS32_SELECTOR, GS_BASE_32, 0xFFFFF, true, false, true);
  segment(CODE16_SELECTOR, WINDOW, 0xFFFF, false, true, false);
  segment(DATA16_SELECTOR, WINDOW, 0xFFFF, false, false, false);
  segment(FS16_SELECTOR, FS_BASE_16, 0xFFFF, false, false, false);
  segment(GS16_SELECTOR, GS_BASE_16, 0xFFFF, false, false, false);
  catchSignals();
  startWatchdog();
}

void engineDefaults(struct State *s, int mode, uint64_t seed) {
  static const uint16_t selectors[3][6] = {
      {DATA_SELECTOR, CODE64_SELECTOR, DATA_SELECTOR, DATA_SELECTOR, 0, 0},
      {DATA_SELECTOR, CODE32_SELECTOR, DATA_SELECTOR, DATA_SELECTOR, FS32_SELECTOR, GS32_SELECTOR},
      {DATA16_SELECTOR, CODE16_SELECTOR, DATA16_SELECTOR, DATA16_SELECTOR, FS16_SELECTOR, GS16_SELECTOR}};
  static const uint64_t bases[3][2] = {
      {FS_BASE_64, GS_BASE_64}, {FS_BASE_32, GS_BASE_32}, {FS_BASE_16, GS_BASE_16}};
  int m = mode == 64 ? 0 : mode == 32 ? 1 : 2;
  memset(s, 0, sizeof *s);
  for (int i = 0; i < (mode == 64 ? 16 : 8); i++) s->gpr[i] = mode == 64 ? slot(seed, i) : (uint32_t) slot(seed, i);
  for (int i = 0; i < 32; i++) s->xmm[i / 2][i % 2] = mode == 64 || i < 16 ? slot(seed, 32 + i) : 0;
  s->gpr[RSP] = STACK_POINTER - codeBase(mode);
  s->rip = START - codeBase(mode);
  s->flags = FLAGS_DEFAULT | (uint32_t) (slot(seed, 16) & FLAGS_ARITHMETIC);
  s->mxcsr = MXCSR_DEFAULT;
  s->fcw = FCW_DEFAULT;
  memcpy(s->selector, selectors[m], sizeof s->selector);
  s->fsBase = bases[m][0];
  s->gsBase = bases[m][1];
}

static uint8_t *at(uint32_t address) { return (uint8_t *) (uintptr_t) address; }

static bool isWritable(const struct Patch *p) {
  for (int i = 0; i < 3; i++)
    if (p->address >= writable[i].address && p->address + p->length <= writable[i].address + writable[i].size)
      return true;
  return false;
}

/* Puts the case's memory in place, in the regions and in their images. */
static void patchMemory(const struct Case *c) {
  for (int n = 0; n < c->patches; n++) {
    const struct Patch *p = &c->patch[n];
    if (!isWritable(p)) {
      fprintf(stderr, "patch outside writable memory: %x\n", p->address);
      exit(1);
    }
    memcpy(at(p->address), p->bytes, p->length);
    for (int i = 0; i < 3; i++)
      if (p->address >= writable[i].address && p->address < writable[i].address + writable[i].size)
        memcpy(image[i] + (p->address - writable[i].address), p->bytes, p->length);
  }
}

static void restoreMemory(const struct Case *c) {
  for (int n = 0; n < c->patches; n++) {
    const struct Patch *p = &c->patch[n];
    for (uint32_t a = p->address & ~7u; a < p->address + p->length; a += 8)
      for (int i = 0; i < 3; i++)
        if (a >= writable[i].address && a < writable[i].address + writable[i].size) {
          put64(image[i] + (a - writable[i].address), background(a));
          put64(at(a), background(a));
        }
  }
}

/* Changed bytes at most 8 apart share a patch. */
static void addChange(struct Outcome *o, uint32_t address, uint8_t byte, const uint8_t *now) {
  struct Patch *last = o->patches ? &o->patch[o->patches - 1] : NULL;
  if (last && address - (last->address + last->length) < 8 && address - last->address < PATCH_SIZE) {
    while (last->address + last->length < address) {
      last->bytes[last->length] = now[(int) (last->address + last->length) - (int) address];
      last->length++;
    }
    last->bytes[last->length++] = byte;
  } else if (o->patches == PATCHES) {
    o->usable = false;
  } else {
    o->patch[o->patches++] = (struct Patch) {.address = address, .length = 1, .bytes = {byte}};
  }
}

static void collectChanges(struct Outcome *o) {
  o->patches = 0;
  for (int i = 0; i < 3; i++) {
    uint8_t *now = at(writable[i].address);
    for (uint32_t page = 0; page < writable[i].size; page += 256) {
      if (!memcmp(now + page, image[i] + page, 256)) continue;
      for (uint32_t a = page; a < page + 256; a++)
        if (now[a] != image[i][a]) {
          addChange(o, writable[i].address + a, now[a], now + a);
        }
      memcpy(now + page, image[i] + page, 256);
    }
  }
}

/* A stop at an int3 or at the fetch of what follows is a completed instruction. */
static void classify(const struct Case *c, struct Outcome *o) {
  uint64_t start = c->before.rip, base = codeBase(c->mode);
  bool moved = o->after.rip != start;
  if (o->vector == 3 && !(c->length == 1 && c->code[0] == 0xCC)) {
    o->after.rip--;
    o->vector = -1;
  } else if (o->vector == 14 && moved && (o->error & 0x10) && o->cr2 == o->after.rip + base) {
    o->vector = -1;
  }
  if (o->vector == -1) o->error = 0;
  if (o->vector != 14) o->cr2 = 0;
  else if (o->cr2 >= 0x7FFFFFFFF000ull) o->usable = false; /* the kernel rewrites these error codes */
}

void engineRun(const struct Case *c, struct Outcome *o) {
  uint32_t offset = (uint32_t) c->before.rip + codeBase(c->mode) - CODE;
  int length = offset + (uint32_t) c->length > CODE_SIZE ? (int) (CODE_SIZE - offset) : c->length;
  patchMemory(c);
  memcpy(codeAlias + offset, c->code, (size_t) length);
  memset(o, 0, sizeof *o);
  o->usable = true;
  current = c;
  result = o;
  asm volatile("int3" ::: "memory");
  memset(codeAlias + offset, 0xCC, (size_t) length);
  collectChanges(o);
  restoreMemory(c);
  classify(c, o);
}
