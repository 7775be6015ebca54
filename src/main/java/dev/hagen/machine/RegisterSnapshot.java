package dev.hagen.machine;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All registers of a processor at one moment, as a row of numbers. Taking and comparing one costs some 100 ns. */
final class RegisterSnapshot {
  private static final String[] GENERAL = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10",
      "R11", "R12", "R13", "R14", "R15"};
  private static final String[] SEGMENTS = {"ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR"};
  private static final int XMM_WORDS = 32;
  private static final List<String> NAMES = names();
  /** Those of the first registers that a report shows whatever they hold: general registers, RIP and RFLAGS. */
  static final int ALWAYS_SHOWN = 18;

  private final long[] values = new long[NAMES.size()];
  private int at;

  /** What the numbers are called, in their order; {@link #take} follows it. */
  private static List<String> names() {
    List<String> names = new ArrayList<>(List.of(GENERAL));
    names.addAll(List.of("RIP", "RFLAGS", "CPL", "shadows and halt", "CR0", "CR2", "CR3", "CR4", "EFER", "XCR0"));
    for (String segment : SEGMENTS) {
      names.addAll(List.of(segment, segment + ".base", segment + ".limit", segment + ".attributes"));
    }
    names.addAll(List.of("GDTR.base", "GDTR.limit", "IDTR.base", "IDTR.limit", "STAR", "LSTAR", "CSTAR", "SFMASK",
        "KERNEL_GS_BASE", "SYSENTER_CS", "SYSENTER_ESP", "SYSENTER_EIP", "TSC_AUX", "MXCSR", "FCW", "FSW", "TOP", "FTW",
        "FOP", "FIP", "FCS", "FDP", "FDS"));
    addNumbered(names, "PDPTE", 4, "");
    addNumbered(names, "DR", 8, "");
    addNumbered(names, "R", 8, ".significand");
    addNumbered(names, "R", 8, ".exponent");
    for (int i = 0; i < XMM_WORDS; i++) {
      names.add("XMM" + i / 2 + (i % 2 == 0 ? ".low" : ".high"));
    }
    names.addAll(List.of("time", "instructions"));
    return List.copyOf(names);
  }

  private static void addNumbered(List<String> names, String prefix, int count, String suffix) {
    for (int i = 0; i < count; i++) {
      names.add(prefix + i + suffix);
    }
  }

  /** Takes the registers as they are now; {@code now} is the guest's time. */
  void take(CpuState cpu, long now) {
    at = 0;
    // Outside 64-bit mode nobody sees the upper halves, and units do not keep them.
    long mask = cpu.is64Bit() ? -1 : 0xFFFF_FFFFL;
    for (int i = 0; i < GENERAL.length; i++) {
      add(cpu.gpr[i] & mask);
    }
    add(cpu.rip);
    add(cpu.flags());
    add(cpu.cpl);
    add((cpu.interruptShadow ? 1 : 0) | (cpu.debugShadow ? 2 : 0) | (cpu.nmiBlocked ? 4 : 0) | (cpu.halted ? 8 : 0));
    add(cpu.cr0);
    add(cpu.cr2);
    add(cpu.cr3);
    add(cpu.cr4);
    add(cpu.efer);
    add(cpu.xcr0);
    for (SegmentRegister register : cpu.segment) {
      add(register);
    }
    add(cpu.ldtr);
    add(cpu.tr);
    takeSystem(cpu);
    takeFloating(cpu);
    addAll(cpu.pdpte, 4);
    addAll(cpu.dr, 8);
    addAll(cpu.stSignificand, 8);
    for (int value : Arrays.copyOf(cpu.stSignExponent, 8)) {
      add(value);
    }
    addAll(cpu.xmm, XMM_WORDS);
    add(now);
    add(cpu.retired);
  }

  private void takeSystem(CpuState cpu) {
    add(cpu.gdtrBase);
    add(cpu.gdtrLimit);
    add(cpu.idtrBase);
    add(cpu.idtrLimit);
    add(cpu.star);
    add(cpu.lstar);
    add(cpu.cstar);
    add(cpu.sfmask);
    add(cpu.kernelGsBase);
    add(cpu.sysenterCs);
    add(cpu.sysenterEsp);
    add(cpu.sysenterEip);
    add(cpu.tscAux);
  }

  private void takeFloating(CpuState cpu) {
    add(cpu.mxcsr);
    add(cpu.fcw);
    add(cpu.fsw);
    add(cpu.ftop);
    add(cpu.ftw);
    add(cpu.fop);
    add(cpu.fip);
    add(cpu.fcs);
    add(cpu.fdp);
    add(cpu.fds);
  }

  private void add(long value) {
    values[at++] = value;
  }

  private void add(SegmentRegister register) {
    add(register.selector);
    add(register.base);
    add(register.limit);
    add(register.attributes);
  }

  private void addAll(long[] source, int count) {
    System.arraycopy(source, 0, values, at, count);
    at += count;
  }

  void copyFrom(RegisterSnapshot other) {
    System.arraycopy(other.values, 0, values, 0, values.length);
  }

  boolean sameAs(RegisterSnapshot other) {
    return Arrays.equals(values, other.values);
  }

  /** Instructions retired since reset. */
  long retired() {
    return values[values.length - 1];
  }

  /** The guest's time. */
  long time() {
    return values[values.length - 2];
  }

  /** How many numbers there are. */
  static int size() {
    return NAMES.size();
  }

  static String name(int index) {
    return NAMES.get(index);
  }

  long value(int index) {
    return values[index];
  }
}
