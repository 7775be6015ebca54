package dev.hagen.cpu;

import static dev.hagen.cpu.Feature.Word.EAX;
import static dev.hagen.cpu.Feature.Word.EBX;
import static dev.hagen.cpu.Feature.Word.ECX;
import static dev.hagen.cpu.Feature.Word.EDX;

import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.nio.charset.StandardCharsets;

/** The leaves of CPUID (SDM vol. 2A CPUID, APM vol. 3 appendix E). A machine has one thread in one core. */
public final class Cpuid {
  private static final String BRAND = "Hagen Virtual Processor";
  /** What a hypervisor with KVM's interface calls itself (Linux Documentation/virt/kvm/x86/cpuid.rst). */
  private static final String HYPERVISOR = "KVMKVMKVM\0\0\0";
  private static final int FEATURES = 1;
  private static final int EXTENDED_FEATURES = 0x8000_0001;
  private static final int HYPERVISOR_LEAF = 0x4000_0000;
  private static final int OSXSAVE = 1 << 27;
  /** Bits of leaf 1 EDX that AMD repeats in leaf 8000_0001h EDX. */
  private static final int REPEATED = 0x0183_F3FF;
  private static final int LINE = 64;

  private Cpuid() {}

  /** Answers in EAX, EBX, ECX and EDX what EAX and ECX ask for. */
  public static void answer(CpuState cpu) {
    int leaf = (int) cpu.gpr[Reg.RAX];
    int[] words = cpu.model.cpuid().of(leaf, (int) cpu.gpr[Reg.RCX]);
    cpu.gpr[Reg.RAX] = Integer.toUnsignedLong(words[EAX]);
    cpu.gpr[Reg.RBX] = Integer.toUnsignedLong(words[EBX]);
    cpu.gpr[Reg.RCX] = Integer.toUnsignedLong(words[ECX]);
    cpu.gpr[Reg.RDX] = Integer.toUnsignedLong(words[EDX]);
    if (leaf == FEATURES) {
      followState(cpu);
    } else if (leaf == EXTENDED_FEATURES && !isAmd(cpu.model) && !cpu.is64Bit()) {
      cpu.gpr[Reg.RDX] &= ~(1L << Feature.SYSCALL.bit);
    }
  }

  /** The bits of leaf 1 that depend on more than the model. */
  private static void followState(CpuState cpu) {
    if ((cpu.cr4 & Control.CR4_OSXSAVE) != 0) {
      cpu.gpr[Reg.RCX] |= OSXSAVE;
    }
    if (cpu.model.has(Feature.APIC) && !cpu.vmm.isApicEnabled()) {
      cpu.gpr[Reg.RDX] &= ~(1L << Feature.APIC.bit);
    }
  }

  private static boolean isAmd(CpuModel model) {
    return model.vendor() == CpuModel.Vendor.AMD;
  }

  /** What a model answers in EAX, EBX, ECX and EDX, whatever state the processor is in. */
  static int[] leaf(CpuModel model, int leaf, int subleaf) {
    int[] result = new int[4];
    if (model.has(Feature.HYPERVISOR) && (leaf == HYPERVISOR_LEAF || leaf == Feature.PARAVIRTUAL_LEAF)) {
      hypervisor(model, leaf, result);
    } else if (leaf < 0 ? Integer.compareUnsigned(leaf, model.maximumExtendedLeaf) <= 0 : leaf <= model.maximumLeaf) {
      announce(model, leaf, subleaf, result);
      fill(model, leaf, subleaf, result);
    } else if (!isAmd(model)) {
      // Intel answers leaves that do not exist as the highest basic one.
      announce(model, model.maximumLeaf, subleaf, result);
      fill(model, model.maximumLeaf, subleaf, result);
    }
    return result;
  }

  private static void announce(CpuModel model, int leaf, int subleaf, int[] result) {
    System.arraycopy(model.announced(leaf, subleaf), 0, result, 0, result.length);
  }

  private static void fill(CpuModel model, int leaf, int subleaf, int[] result) {
    boolean amd = isAmd(model);
    switch (leaf) {
      case 0 -> vendor(model, model.maximumLeaf, result);
      case FEATURES -> basic(model, result);
      case 2 -> {
        if (!amd && model.maximumLeaf >= 4) {
          // One query is enough; leaf 4 describes the caches.
          set(result, 0x0000_0001, 0, 0, 0x0000_00FF);
        } else if (!amd) {
          // 16 KiB of L1 data and code, 256 KiB of L2; TLBs of 32 and 64 entries.
          set(result, 0x0302_0101, 0, 0, 0x0C04_0882);
        }
      }
      case 4 -> {
        if (!amd) {
          caches(subleaf, result, 0);
        }
      }
      case 0xB -> topology(subleaf, result);
      case 0xD -> extendedState(model, subleaf, result);
      case 0x8000_0000 -> vendor(model, model.maximumExtendedLeaf, result);
      case EXTENDED_FEATURES -> {
        if (amd) {
          result[EAX] = model.signature();
          result[EDX] |= model.announced(FEATURES, 0)[EDX] & REPEATED;
        }
      }
      case 0x8000_0002, 0x8000_0003, 0x8000_0004 -> brand(leaf - 0x8000_0002, result);
      case 0x8000_0005 -> {
        if (amd) {
          // TLBs of 64 entries, fully associative; 32 KiB of L1 data and code, eight ways.
          set(result, 0xFF40_FF40, 0xFF40_FF40, 0x2008_0140, 0x2008_0140);
        }
      }
      // 512 KiB of L2, eight ways; 32 MiB of L3, sixteen ways (AMD).
      case 0x8000_0006 -> set(result, 0, amd ? 0x4200_4200 : 0, 0x0200_6140, amd ? 0x0100_8140 : 0);
      case 0x8000_0008 -> result[EAX] = model.physicalBits() | (model.has(Feature.LM) ? 48 : 32) << 8;
      case 0x8000_001D -> caches(subleaf, result, amd ? 1 : 0);
      default -> { }
    }
  }

  private static void hypervisor(CpuModel model, int leaf, int[] result) {
    if (leaf == HYPERVISOR_LEAF) {
      byte[] text = HYPERVISOR.getBytes(StandardCharsets.US_ASCII);
      set(result, Feature.PARAVIRTUAL_LEAF, word(text, 0), word(text, 4), word(text, 8));
    } else {
      announce(model, leaf, 0, result);
    }
  }

  private static void set(int[] result, int eax, int ebx, int ecx, int edx) {
    result[EAX] = eax;
    result[EBX] = ebx;
    result[ECX] = ecx;
    result[EDX] = edx;
  }

  private static void vendor(CpuModel model, int maximum, int[] result) {
    CpuModel.Vendor name = model.vendor();
    boolean extended = maximum < 0;
    if (extended && !isAmd(model)) {
      set(result, maximum, 0, 0, 0);
    } else {
      set(result, maximum, name.word(0), name.word(2), name.word(1));
    }
  }

  private static int word(byte[] text, int index) {
    return text[index] & 0xFF | (text[index + 1] & 0xFF) << 8 | (text[index + 2] & 0xFF) << 16 | text[index + 3] << 24;
  }

  private static void basic(CpuModel model, int[] result) {
    result[EAX] = model.signature();
    result[EBX] = (model.has(Feature.CLFLUSH) ? LINE / 8 << 8 : 0) | 1 << 16;
  }

  /** Leaf 4 and, with {@code amd} 1, leaf 8000_001Dh: same words but for the shares in EAX. */
  private static void caches(int subleaf, int[] result, int amd) {
    switch (subleaf) {
      case 0 -> cache(result, 1, 1, 8, 64, amd);
      case 1 -> cache(result, 2, 1, 8, 64, amd);
      case 2 -> cache(result, 3, 2, 8, 1024, amd);
      case 3 -> cache(result, 3, 3, 16, 32768, amd);
      default -> { }
    }
  }

  private static void cache(int[] result, int type, int level, int ways, int sets, int amd) {
    int selfInitializing = 1 << 8;
    // EDX bit 1: the last level includes the others.
    set(result, type | level << 5 | selfInitializing, LINE - 1 | (ways - 1) << 22, sets - 1,
        level == 3 && amd == 0 ? 2 : 0);
  }

  private static void topology(int subleaf, int[] result) {
    int thread = 1;
    int core = 2;
    switch (subleaf) {
      case 0 -> set(result, 0, 1, thread << 8, 0);
      case 1 -> set(result, 0, 1, core << 8 | 1, 0);
      default -> set(result, 0, 0, subleaf & 0xFF, 0);
    }
  }

  private static void extendedState(CpuModel model, int subleaf, int[] result) {
    if (!model.has(Feature.XSAVE)) {
      set(result, 0, 0, 0, 0);
      return;
    }
    // The legacy region of 512 bytes and the header; x87 and SSE state need no more.
    int size = 512 + 64;
    switch (subleaf) {
      case 0 -> set(result, (int) model.xcr0Bits(), size, size, 0);
      case 1 -> result[EBX] = size;
      default -> { }
    }
  }

  private static void brand(int part, int[] result) {
    byte[] text = new byte[48];
    byte[] name = BRAND.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, text, 0, name.length);
    int at = part * 16;
    set(result, word(text, at), word(text, at + 4), word(text, at + 8), word(text, at + 12));
  }
}
