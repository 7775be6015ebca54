package dev.hagen.cpu;

import static dev.hagen.cpu.Feature.*;

import dev.hagen.x86.Control;
import dev.hagen.x86.Mxcsr;
import dev.hagen.x86.PageEntry;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What CPUID tells of a processor: a named row of the table below with features added or taken away. The vendor also
 * decides what vendors disagree about (SYSENTER and SYSCALL outside 64-bit mode, far pointers with 64-bit offsets).
 */
public final class CpuModel {
  /** Who made the processor. */
  public enum Vendor {
    AMD("AuthenticAMD"),
    INTEL("GenuineIntel");

    private final String text;
    private final int[] words = new int[3];

    Vendor(String text) {
      this.text = text;
      for (int i = 0; i < text.length(); i++) {
        words[i / 4] |= text.charAt(i) << 8 * (i % 4);
      }
    }

    /** The twelve characters of CPUID leaf 0. */
    public String text() {
      return text;
    }

    /** Four of them from the one numbered {@code 4 * index} on, the first in the low byte. */
    int word(int index) {
      return words[index];
    }
  }

  /** The model that a machine gets if none is asked for. */
  public static final String DEFAULT = "hagen";

  private static final int[] NOTHING = new int[4];

  private static final Set<Feature> PARAVIRTUAL = EnumSet.of(HYPERVISOR, KVMCLOCK_LEGACY, KVM_NOPIODELAY, KVMCLOCK,
      KVM_PV_EOI, KVM_PV_UNHALT, KVMCLOCK_STABLE_BIT);
  private static final Set<Feature> PENTIUM3 = with(PARAVIRTUAL, FPU, VME, DE, PSE, TSC, MSR, PAE, MCE, CX8, APIC, SEP,
      MTRR, PGE, MCA, CMOV, PAT, PSE36, MMX, FXSR, SSE);
  private static final Set<Feature> V2 = with(PENTIUM3, CLFLUSH, SSE2, SSE3, SSSE3, SSE4_1, SSE4_2, CX16, POPCNT,
      TSC_DEADLINE, ARAT, TSC_ADJUST, LAHF_LM, SYSCALL, NX, RDTSCP, LM, INVTSC);
  private static final Set<Feature> FAMILY_19H = with(V2, PCID, X2APIC, MOVBE, XSAVE, RDRAND, FSGSBASE, SMEP, ERMS,
      INVPCID, RDSEED, CLFLUSHOPT, UMIP, RDPID, FSRM, XSAVEOPT, XSAVEC, XGETBV1, CR8_LEGACY, ABM, MISALIGNSSE,
      PREFETCHW, TOPOEXT, MMXEXT, PDPE1GB, SSB_NO, BTC_NO, NO_NESTED_DATA_BP, LFENCE_RDTSC, NULL_SEL_CLR_BASE,
      AUTO_IBRS, SRSO_NO, SRSO_USER_KERNEL_NO, TSA_SQ_NO, TSA_L1_NO);

  private static final Map<String, CpuModel> MODELS = new TreeMap<>();

  private static void row(String name, Vendor vendor, int family, int model, int stepping, int maximumLeaf,
      int maximumExtendedLeaf, Set<Feature> features) {
    MODELS.put(name, new CpuModel(name, vendor, signature(family, model, stepping), maximumLeaf, maximumExtendedLeaf,
        features));
  }

  static {
    // @formatter:off
    //  name        vendor        family model step. leaf  extended     features
    row("hagen",    Vendor.AMD,   0x19,  1,    1,    0xD,  0x8000_0021, FAMILY_19H);
    row("max",      Vendor.AMD,   0x19,  1,    1,    0xD,  0x8000_0021, with(FAMILY_19H, SMAP, CLWB));
    row("max-intel",Vendor.INTEL, 6,     0x1A, 5,    0xD,  0x8000_0021, with(FAMILY_19H, SMAP, CLWB));
    row("intel-v2", Vendor.INTEL, 6,     0x1A, 5,    0xD,  0x8000_0008, with(V2, ERMS, FSRM, ARCH_CAPABILITIES));
    row("pentium3", Vendor.INTEL, 6,     8,    6,    2,     0x8000_0004, PENTIUM3);
    // @formatter:on
  }

  private final String name;
  private final Vendor vendor;
  private final int signature;
  final int maximumLeaf;
  final int maximumExtendedLeaf;
  private final EnumSet<Feature> features;
  private final Announcement[] announcements;
  private final CpuidAnswers cpuid = new CpuidAnswers(this);

  private CpuModel(String name, Vendor vendor, int signature, int maximumLeaf,
      int maximumExtendedLeaf, Set<Feature> features) {
    this.name = name;
    this.vendor = vendor;
    this.signature = signature;
    this.maximumLeaf = maximumLeaf;
    this.maximumExtendedLeaf = maximumExtendedLeaf;
    this.features = EnumSet.copyOf(features);
    if (!this.features.contains(HYPERVISOR)) {
      this.features.removeIf(feature -> feature.leaf == Feature.PARAVIRTUAL_LEAF);
    }
    this.announcements = announcements(this.features);
  }

  private static int signature(int family, int model, int stepping) {
    int baseFamily = Math.min(family, 0xF);
    return stepping | (model & 0xF) << 4 | baseFamily << 8 | model >> 4 << 16 | (family - baseFamily) << 20;
  }

  private static Set<Feature> with(Set<Feature> some, Feature... more) {
    EnumSet<Feature> all = EnumSet.copyOf(some);
    all.addAll(List.of(more));
    return all;
  }

  /** The default model. */
  public static CpuModel standard() {
    return named(DEFAULT);
  }

  /** The names of all models. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(MODELS.keySet());
  }

  /**
   * The model that {@code -cpu} asks for: a name, then features with a sign, all separated by commas:
   * {@code hagen,+smap,-rdrand}; {@code smap=on} and {@code rdrand=off} mean the same.
   *
   * @throws IllegalArgumentException with a sentence for the user if a name is unknown
   */
  public static CpuModel named(String specification) {
    String[] parts = specification.split(",", -1);
    CpuModel base = MODELS.get(parts[0]);
    if (base == null) {
      throw new IllegalArgumentException("There is no processor model '" + parts[0] + "' (-cpu); choose one of "
          + String.join(", ", MODELS.keySet()) + ".");
    }
    EnumSet<Feature> features = EnumSet.copyOf(base.features);
    for (int i = 1; i < parts.length; i++) {
      change(features, parts[i]);
    }
    return new CpuModel(base.name, base.vendor, base.signature, base.maximumLeaf,
        base.maximumExtendedLeaf, features);
  }

  private static void change(EnumSet<Feature> features, String part) {
    String spelling = part;
    boolean on = true;
    if (part.startsWith("+") || part.startsWith("-")) {
      on = part.startsWith("+");
      spelling = part.substring(1);
    } else if (part.endsWith("=on")) {
      spelling = part.substring(0, part.length() - 3);
    } else if (part.endsWith("=off")) {
      on = false;
      spelling = part.substring(0, part.length() - 4);
    } else {
      throw new IllegalArgumentException(
          "'" + part + "' (-cpu) is no change of a feature; write +" + part + " or -" + part + ".");
    }
    Feature feature = Feature.find(spelling);
    if (feature == null) {
      throw new IllegalArgumentException("This machine has no processor feature '" + spelling + "' (-cpu).");
    }
    if (on) {
      features.add(feature);
    } else {
      features.remove(feature);
    }
  }

  /**
   * This model with or without KVM's paravirtual interface. {@link Feature#HYPERVISOR} stands for it as a whole: without it
   * there is nothing of it, and what a model that has it lacks it goes on to lack.
   */
  public CpuModel withParavirtualization(boolean on) {
    if (on == has(HYPERVISOR)) {
      return this;
    }
    EnumSet<Feature> changed = EnumSet.copyOf(features);
    if (on) {
      changed.addAll(PARAVIRTUAL);
    } else {
      changed.remove(HYPERVISOR);
    }
    return new CpuModel(name, vendor, signature, maximumLeaf, maximumExtendedLeaf, changed);
  }

  public String name() {
    return name;
  }

  public Vendor vendor() {
    return vendor;
  }

  /** Family, model and stepping as CPUID leaf 1 returns them in EAX and RESET in EDX. */
  public int signature() {
    return signature;
  }

  public boolean has(Feature feature) {
    return features.contains(feature);
  }

  /** Bits of a physical address (MAXPHYADDR). */
  public int physicalBits() {
    return PageEntry.PHYSICAL_BITS;
  }

  /** Bits of MXCSR that may be set: MXCSR_MASK of FXSAVE. */
  public int mxcsrBits() {
    return has(MISALIGNSSE) ? Mxcsr.COMMON | Mxcsr.MM : Mxcsr.COMMON;
  }

  /** Bits of CR4 that may be set. */
  public long cr4Bits() {
    long bits = Control.CR4_TSD;
    bits |= bits(VME, Control.CR4_VME | Control.CR4_PVI);
    bits |= bits(DE, Control.CR4_DE);
    bits |= bits(PSE, Control.CR4_PSE);
    bits |= bits(PAE, Control.CR4_PAE);
    bits |= bits(MCE, Control.CR4_MCE);
    bits |= bits(PGE, Control.CR4_PGE);
    bits |= Control.CR4_PCE;
    bits |= bits(FXSR, Control.CR4_OSFXSR);
    bits |= bits(SSE, Control.CR4_OSXMMEXCPT);
    bits |= bits(UMIP, Control.CR4_UMIP);
    bits |= bits(FSGSBASE, Control.CR4_FSGSBASE);
    bits |= bits(PCID, Control.CR4_PCIDE);
    bits |= bits(XSAVE, Control.CR4_OSXSAVE);
    bits |= bits(SMEP, Control.CR4_SMEP);
    bits |= bits(SMAP, Control.CR4_SMAP);
    return bits;
  }

  /** Bits of EFER that may be set; LMA is not among them. */
  public long eferBits() {
    return bits(SYSCALL, Control.EFER_SCE) | bits(LM, Control.EFER_LME) | bits(NX, Control.EFER_NXE)
        | bits(AUTO_IBRS, Control.EFER_AIBRSE);
  }

  /** Bits of XCR0 that may be set. */
  public long xcr0Bits() {
    return Control.XCR0_X87 | bits(SSE, Control.XCR0_SSE);
  }

  private long bits(Feature feature, long bits) {
    return features.contains(feature) ? bits : 0;
  }

  /** What CPUID answers. */
  CpuidAnswers cpuid() {
    return cpuid;
  }

  /** The announced bits of a leaf of CPUID, by the numbers of the result registers; not to be changed. */
  int[] announced(int leaf, int subleaf) {
    int considered = leaf == 7 || leaf == 0xD ? subleaf : 0;
    for (Announcement announcement : announcements) {
      if (announcement.leaf == leaf && announcement.subleaf == considered) {
        return announcement.words;
      }
    }
    return NOTHING;
  }

  /** What a subleaf of CPUID tells of features. */
  private record Announcement(int leaf, int subleaf, int[] words) {}

  private static Announcement[] announcements(Set<Feature> features) {
    Map<List<Integer>, Announcement> found = new HashMap<>();
    for (Feature feature : features) {
      found.computeIfAbsent(List.of(feature.leaf, feature.subleaf),
          leaf -> new Announcement(feature.leaf, feature.subleaf, new int[4])).words[feature.word] |= 1 << feature.bit;
    }
    return found.values().toArray(Announcement[]::new);
  }
}
