package dev.hagen.cpu;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a processor may announce through CPUID, and where (SDM vol. 2A CPUID, APM vol. 3 appendix E; for KVM's interface
 * Linux Documentation/virt/kvm/x86/cpuid.rst). Only features all of which is there are listed. The name on the command line is the constant's, in lower case with dashes.
 */
public enum Feature {
  // @formatter:off
  FPU             (1, 0, Word.EDX, 0),
  VME             (1, 0, Word.EDX, 1),
  DE              (1, 0, Word.EDX, 2),
  PSE             (1, 0, Word.EDX, 3),
  TSC             (1, 0, Word.EDX, 4),
  MSR             (1, 0, Word.EDX, 5),
  PAE             (1, 0, Word.EDX, 6),
  MCE             (1, 0, Word.EDX, 7),
  CX8             (1, 0, Word.EDX, 8),
  APIC            (1, 0, Word.EDX, 9),
  SEP             (1, 0, Word.EDX, 11),
  MTRR            (1, 0, Word.EDX, 12),
  PGE             (1, 0, Word.EDX, 13),
  MCA             (1, 0, Word.EDX, 14),
  CMOV            (1, 0, Word.EDX, 15),
  PAT             (1, 0, Word.EDX, 16),
  PSE36           (1, 0, Word.EDX, 17),
  CLFLUSH         (1, 0, Word.EDX, 19),
  MMX             (1, 0, Word.EDX, 23),
  FXSR            (1, 0, Word.EDX, 24),
  SSE             (1, 0, Word.EDX, 25),
  SSE2            (1, 0, Word.EDX, 26),
  SSE3            (1, 0, Word.ECX, 0),
  SSSE3           (1, 0, Word.ECX, 9),
  CX16            (1, 0, Word.ECX, 13),
  PCID            (1, 0, Word.ECX, 17),
  SSE4_1          (1, 0, Word.ECX, 19),
  SSE4_2          (1, 0, Word.ECX, 20),
  X2APIC          (1, 0, Word.ECX, 21),
  MOVBE           (1, 0, Word.ECX, 22),
  POPCNT          (1, 0, Word.ECX, 23),
  TSC_DEADLINE    (1, 0, Word.ECX, 24),
  XSAVE           (1, 0, Word.ECX, 26),
  RDRAND          (1, 0, Word.ECX, 30),
  HYPERVISOR      (1, 0, Word.ECX, 31),

  ARAT            (6, 0, Word.EAX, 2),

  FSGSBASE        (7, 0, Word.EBX, 0),
  TSC_ADJUST      (7, 0, Word.EBX, 1),
  SMEP            (7, 0, Word.EBX, 7),
  ERMS            (7, 0, Word.EBX, 9),
  INVPCID         (7, 0, Word.EBX, 10),
  RDSEED          (7, 0, Word.EBX, 18),
  SMAP            (7, 0, Word.EBX, 20),
  CLFLUSHOPT      (7, 0, Word.EBX, 23),
  CLWB            (7, 0, Word.EBX, 24),
  UMIP            (7, 0, Word.ECX, 2),
  RDPID           (7, 0, Word.ECX, 22),
  FSRM            (7, 0, Word.EDX, 4),
  ARCH_CAPABILITIES(7, 0, Word.EDX, 29),

  XSAVEOPT        (0xD, 1, Word.EAX, 0),
  XSAVEC          (0xD, 1, Word.EAX, 1),
  XGETBV1         (0xD, 1, Word.EAX, 2),

  /** The clock of KVM's interface through MSRs 11h and 12h. */
  KVMCLOCK_LEGACY (0x4000_0001, 0, Word.EAX, 0),
  /** Ports answer at once: nobody needs to wait behind an access. */
  KVM_NOPIODELAY  (0x4000_0001, 0, Word.EAX, 1),
  /** The clock of KVM's interface through MSRs 4B56_4D00h and 4B56_4D01h. */
  KVMCLOCK        (0x4000_0001, 0, Word.EAX, 3),
  /** A bit in memory by which an interrupt ends, enabled through MSR 4B56_4D04h. */
  KVM_PV_EOI      (0x4000_0001, 0, Word.EAX, 6),
  /** The hypercall that wakes a processor which halts. */
  KVM_PV_UNHALT   (0x4000_0001, 0, Word.EAX, 7),
  /** The clock of KVM's interface never goes back, whichever processor reads it. */
  KVMCLOCK_STABLE_BIT(0x4000_0001, 0, Word.EAX, 24),

  LAHF_LM         (0x8000_0001, 0, Word.ECX, 0),
  /** LOCK MOV CR0 is MOV CR8. */
  CR8_LEGACY      (0x8000_0001, 0, Word.ECX, 4),
  ABM             (0x8000_0001, 0, Word.ECX, 5),
  /** MXCSR.MM exists. */
  MISALIGNSSE     (0x8000_0001, 0, Word.ECX, 7),
  PREFETCHW       (0x8000_0001, 0, Word.ECX, 8),
  TOPOEXT         (0x8000_0001, 0, Word.ECX, 22),
  SYSCALL         (0x8000_0001, 0, Word.EDX, 11),
  NX              (0x8000_0001, 0, Word.EDX, 20),
  MMXEXT          (0x8000_0001, 0, Word.EDX, 22),
  PDPE1GB         (0x8000_0001, 0, Word.EDX, 26),
  RDTSCP          (0x8000_0001, 0, Word.EDX, 27),
  LM              (0x8000_0001, 0, Word.EDX, 29),

  INVTSC          (0x8000_0007, 0, Word.EDX, 8),

  /** Speculative store bypass cannot happen. */
  SSB_NO          (0x8000_0008, 0, Word.EBX, 26),
  /** Branch type confusion cannot happen. */
  BTC_NO          (0x8000_0008, 0, Word.EBX, 29),

  NO_NESTED_DATA_BP(0x8000_0021, 0, Word.EAX, 0),
  LFENCE_RDTSC    (0x8000_0021, 0, Word.EAX, 2),
  NULL_SEL_CLR_BASE(0x8000_0021, 0, Word.EAX, 6),
  AUTO_IBRS       (0x8000_0021, 0, Word.EAX, 8),
  /** Speculative return stack overflow cannot happen. */
  SRSO_NO         (0x8000_0021, 0, Word.EAX, 29),
  SRSO_USER_KERNEL_NO(0x8000_0021, 0, Word.EAX, 30),
  /** Transient scheduler attacks on the store queue and on the L1 cache cannot happen. */
  TSA_SQ_NO       (0x8000_0021, 0, Word.ECX, 1),
  TSA_L1_NO       (0x8000_0021, 0, Word.ECX, 2);
  // @formatter:on

  /** Numbers of the four result registers of CPUID. */
  static final class Word {
    static final int EAX = 0;
    static final int EBX = 1;
    static final int ECX = 2;
    static final int EDX = 3;

    private Word() {}
  }

  /** The leaf that tells what of KVM's interface there is. */
  static final int PARAVIRTUAL_LEAF = 0x4000_0001;

  final int leaf;
  final int subleaf;
  final int word;
  final int bit;

  Feature(int leaf, int subleaf, int word, int bit) {
    this.leaf = leaf;
    this.subleaf = subleaf;
    this.word = word;
    this.bit = bit;
  }

  /** The name on the command line. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The feature with a spelling, dots and underscores taken for dashes; null if there is none. */
  static @Nullable Feature find(String spelling) {
    String wanted = spelling.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
    for (Feature feature : values()) {
      if (feature.spelling().equals(wanted)) {
        return feature;
      }
    }
    return null;
  }
}
