package dev.hagen.decode;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.Feature;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Extensions of the instruction set that decide what bytes mean. Without one, its instructions do not exist; LZCNT and
 * TZCNT then decode as BSR and BSF, as on processors that ignore their prefix.
 */
public enum Extension {
  SSE2(Feature.SSE2),
  SSE3(Feature.SSE3),
  SSSE3(Feature.SSSE3),
  SSE4_1(Feature.SSE4_1),
  SSE4_2(Feature.SSE4_2),
  POPCNT(Feature.POPCNT),
  /** LZCNT, announced with AMD's ABM. */
  LZCNT(Feature.ABM),
  /** TZCNT, the one instruction of BMI1 without a VEX prefix. */
  TZCNT(null),
  MOVBE(Feature.MOVBE),
  RDRAND(Feature.RDRAND),
  RDSEED(Feature.RDSEED),
  RDPID(Feature.RDPID),
  RDTSCP(Feature.RDTSCP),
  INVPCID(Feature.INVPCID),
  FSGSBASE(Feature.FSGSBASE),
  CLFLUSHOPT(Feature.CLFLUSHOPT),
  CLWB(Feature.CLWB),
  SMAP(Feature.SMAP),
  XSAVE(Feature.XSAVE),
  XSAVEOPT(Feature.XSAVEOPT),
  XSAVEC(Feature.XSAVEC),
  XSAVES(null),
  MONITOR(null),
  SVM(null),
  /** LOCK before MOV CR0 means CR8 (AMD's AltMovCr8): the task priority outside 64-bit mode. */
  ALTERNATE_CR8(Feature.CR8_LEGACY),
  /**
   * In 64-bit mode 66 makes a near branch one with a 16-bit target, and REX.W does not widen a far pointer in memory, as
   * on AMD's processors. Without it, as on Intel's, 66 before a near branch does nothing, and there are far pointers with
   * a 64-bit offset.
   */
  AMD_BRANCHES(null);

  private final @Nullable Feature announced;

  Extension(@Nullable Feature announced) {
    this.announced = announced;
  }

  /** The extensions of a processor: those that its CPUID announces, and its vendor's habits. */
  public static Set<Extension> of(CpuModel model) {
    Set<Extension> extensions = EnumSet.noneOf(Extension.class);
    for (Extension extension : values()) {
      if (extension.announced != null && model.has(extension.announced)) {
        extensions.add(extension);
      }
    }
    if (model.vendor() == CpuModel.Vendor.AMD) {
      extensions.add(AMD_BRANCHES);
    }
    return extensions;
  }
}
