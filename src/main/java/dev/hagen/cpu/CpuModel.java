package dev.hagen.cpu;

/** What CPUID tells of a processor. */
public interface CpuModel {
  /** Family, model and stepping as CPUID leaf 1 returns them in EAX and RESET in EDX. */
  int signature();
}
