package dev.hagen.vmm;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.Feature;
import dev.hagen.cpu.GuestException;
import dev.hagen.mmu.Paging;
import dev.hagen.util.Bits;
import dev.hagen.x86.Control;
import dev.hagen.x86.Msr;
import dev.hagen.x86.Reg;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * The model-specific registers of one processor, and its time-stamp counter, which is the machine's counter plus an
 * offset of its own.
 *
 * <p>Registers that instructions consult live in {@link CpuState}. A register that does not exist raises #GP(0) and is
 * counted.
 */
public final class MsrFile {
  private static final long AMD_MICROCODE = 0x0A00_11D5;
  private static final long INTEL_MICROCODE = 0x1DL << 32;
  /** HWCR: the time-stamp counter runs at the frequency of P-state 0. */
  private static final long HWCR_TSC_P0 = 1 << 24;
  /** DE_CFG: LFENCE waits for all earlier instructions. */
  private static final long LFENCE_SERIALIZES = 1 << 1;
  /** Fast strings on; branch trace store and precise sampling not there. */
  private static final long INTEL_MISC_ENABLE = 1 | 1 << 11 | 1 << 12;
  /** RDCL, SSB, MDS, PSCHANGE, TAA, SBDR, FBSDP, PSDP, BHI, PBRSB, GDS, RFDS and ITS cannot happen; no L1D flush. */
  private static final long ARCH_CAPABILITIES = 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 13 | 1 << 14
      | 1 << 15 | 1 << 20 | 1 << 24 | 1 << 26 | 1 << 27 | 1L << 62;

  /** So many different numbers of registers that do not exist are counted; a guest can try four billion. */
  private static final int MOST_UNKNOWN = 256;

  private final CpuModel model;
  private final ApicPort apic;
  private final LongSupplier counter;
  private final MemoryTypes memoryTypes;
  private final ParavirtualMsrs paravirtual;
  private final Map<Integer, Long> unknown = new TreeMap<>(Integer::compareUnsigned);
  private long timestampOffset;
  private long timestampAdjust;
  private long systemConfiguration;
  private long hardwareConfiguration;
  private long northbridgeConfiguration;
  private long decodeConfiguration;

  /**
   * Registers after reset.
   *
   * @param counter the machine's time-stamp counter, which never stops: nanoseconds since power-on
   * @param paravirtual those of KVM's interface
   */
  public MsrFile(CpuModel model, ApicPort apic, LongSupplier counter, ParavirtualMsrs paravirtual) {
    this.model = model;
    this.paravirtual = paravirtual;
    this.apic = apic;
    this.counter = counter;
    this.memoryTypes = new MemoryTypes(model.physicalBits());
    reset();
  }

  /** What RESET# does. The time-stamp counter goes on. */
  public void reset() {
    memoryTypes.reset();
    systemConfiguration = 0;
    hardwareConfiguration = HWCR_TSC_P0;
    northbridgeConfiguration = 0;
    decodeConfiguration = LFENCE_SERIALIZES;
    paravirtual.reset();
  }

  /** Sets the MTRRs as firmware does before it boots a system. */
  public void setMemoryTypesLikeFirmware() {
    memoryTypes.setLikeFirmware();
  }

  /** The guest's time-stamp counter. */
  public long timestamp() {
    return counter.getAsLong() + timestampOffset;
  }

  /** Accesses to registers that do not exist, by their number; the first {@value #MOST_UNKNOWN} numbers. */
  public Map<Integer, Long> unknownAccesses() {
    return Collections.unmodifiableMap(unknown);
  }

  private boolean isAmd() {
    return model.vendor() == CpuModel.Vendor.AMD;
  }

  private GuestException unknown(CpuState cpu, int index) {
    if (unknown.size() < MOST_UNKNOWN || unknown.containsKey(index)) {
      unknown.merge(index, 1L, Long::sum);
    }
    return cpu.generalProtection(0);
  }

  /**
   * Reads a register.
   *
   * @throws GuestException #GP(0) if there is none with this number
   */
  public long read(CpuState cpu, int index) {
    if (!exists(index)) {
      throw unknown(cpu, index);
    }
    if (index >= Msr.X2APIC_FIRST && index <= Msr.X2APIC_LAST) {
      return readX2(cpu, index);
    }
    if (paravirtual.has(index)) {
      return paravirtual.read(index);
    }
    return MemoryTypes.has(index) ? memoryTypes.read(index) : switch (index) {
      case Msr.TSC -> timestamp();
      case Msr.APIC_BASE -> apic.apicBase();
      case Msr.TSC_ADJUST -> timestampAdjust;
      case Msr.MICROCODE_REVISION -> isAmd() ? AMD_MICROCODE : INTEL_MICROCODE;
      case Msr.MTRR_CAPABILITY -> MemoryTypes.CAPABILITY;
      case Msr.ARCH_CAPABILITIES -> ARCH_CAPABILITIES;
      case Msr.SYSENTER_CS -> cpu.sysenterCs;
      case Msr.SYSENTER_ESP -> cpu.sysenterEsp;
      case Msr.SYSENTER_EIP -> cpu.sysenterEip;
      case Msr.MISC_ENABLE -> INTEL_MISC_ENABLE;
      case Msr.TSC_DEADLINE -> apic.tscDeadline();
      case Msr.EFER -> cpu.efer;
      case Msr.STAR -> cpu.star;
      case Msr.LSTAR -> cpu.lstar;
      case Msr.CSTAR -> cpu.cstar;
      case Msr.SFMASK -> cpu.sfmask;
      case Msr.FS_BASE -> cpu.segment[Reg.FS].base;
      case Msr.GS_BASE -> cpu.segment[Reg.GS].base;
      case Msr.KERNEL_GS_BASE -> cpu.kernelGsBase;
      case Msr.TSC_AUX -> cpu.tscAux;
      case Msr.AMD_SYSTEM_CONFIGURATION -> systemConfiguration;
      case Msr.AMD_HARDWARE_CONFIGURATION -> hardwareConfiguration;
      case Msr.AMD_NORTHBRIDGE_CONFIGURATION -> northbridgeConfiguration;
      case Msr.AMD_DECODE_CONFIGURATION -> decodeConfiguration;
      // No machine check banks, counters that stand still.
      default -> 0;
    };
  }

  /**
   * Writes a register.
   *
   * @throws GuestException #GP(0) if there is none with this number or it refuses the value; nothing has changed then
   */
  public void write(CpuState cpu, int index, long value) {
    if (!exists(index)) {
      throw unknown(cpu, index);
    }
    if (MemoryTypes.has(index)) {
      require(cpu, memoryTypes.write(index, value));
      return;
    }
    if (index >= Msr.X2APIC_FIRST && index <= Msr.X2APIC_LAST) {
      boolean on = (apic.apicBase() & Msr.APIC_BASE_X2) != 0;
      require(cpu, on && apic.writeX2(index - Msr.X2APIC_FIRST, value));
      return;
    }
    if (paravirtual.has(index)) {
      writeParavirtual(cpu, index, value);
      return;
    }
    switch (index) {
      case Msr.TSC -> moveTimestamp(value - timestamp());
      case Msr.TSC_ADJUST -> moveTimestamp(value - timestampAdjust);
      case Msr.APIC_BASE -> writeApicBase(cpu, value);
      case Msr.TSC_DEADLINE -> apic.setTscDeadline(value);
      case Msr.SYSENTER_CS -> cpu.sysenterCs = value & 0xFFFF_FFFFL;
      case Msr.SYSENTER_ESP -> cpu.sysenterEsp = canonical(cpu, value);
      case Msr.SYSENTER_EIP -> cpu.sysenterEip = canonical(cpu, value);
      case Msr.EFER -> writeEfer(cpu, value);
      case Msr.STAR -> cpu.star = value;
      case Msr.LSTAR -> cpu.lstar = canonical(cpu, value);
      case Msr.CSTAR -> cpu.cstar = canonical(cpu, value);
      case Msr.SFMASK -> cpu.sfmask = low(cpu, value);
      case Msr.FS_BASE -> cpu.segment[Reg.FS].base = canonical(cpu, value);
      case Msr.GS_BASE -> cpu.segment[Reg.GS].base = canonical(cpu, value);
      case Msr.KERNEL_GS_BASE -> cpu.kernelGsBase = canonical(cpu, value);
      case Msr.TSC_AUX -> cpu.tscAux = low(cpu, value);
      case Msr.AMD_SYSTEM_CONFIGURATION -> systemConfiguration = low(cpu, value);
      case Msr.AMD_HARDWARE_CONFIGURATION -> hardwareConfiguration = low(cpu, value) | HWCR_TSC_P0;
      case Msr.AMD_NORTHBRIDGE_CONFIGURATION -> northbridgeConfiguration = value;
      case Msr.AMD_DECODE_CONFIGURATION -> decodeConfiguration = value | LFENCE_SERIALIZES;
      case Msr.MTRR_CAPABILITY, Msr.ARCH_CAPABILITIES, Msr.MACHINE_CHECK_CAPABILITY ->
          throw cpu.generalProtection(0);
      // Microcode stays what it is, and there is nothing to count or to check.
      default -> { }
    }
  }

  /** Whether this processor has a register with this number. */
  private boolean exists(int index) {
    if (MemoryTypes.has(index)) {
      return model.has(index == Msr.PAT ? Feature.PAT : Feature.MTRR);
    }
    if (index >= Msr.X2APIC_FIRST && index <= Msr.X2APIC_LAST) {
      return model.has(Feature.X2APIC);
    }
    if (index >= Msr.AMD_EVENT_SELECT0 && index <= Msr.AMD_COUNTER3) {
      return isAmd();
    }
    if (paravirtual.has(index)) {
      return true;
    }
    return switch (index) {
      case Msr.TSC -> model.has(Feature.TSC);
      case Msr.MICROCODE_REVISION -> true;
      case Msr.APIC_BASE -> model.has(Feature.APIC);
      case Msr.TSC_ADJUST -> model.has(Feature.TSC_ADJUST);
      case Msr.MTRR_CAPABILITY -> model.has(Feature.MTRR);
      case Msr.ARCH_CAPABILITIES -> model.has(Feature.ARCH_CAPABILITIES);
      case Msr.SYSENTER_CS, Msr.SYSENTER_ESP, Msr.SYSENTER_EIP -> model.has(Feature.SEP);
      case Msr.MACHINE_CHECK_CAPABILITY, Msr.MACHINE_CHECK_STATUS -> model.has(Feature.MCA);
      case Msr.MISC_ENABLE -> !isAmd();
      case Msr.TSC_DEADLINE -> model.has(Feature.TSC_DEADLINE);
      case Msr.EFER -> model.has(Feature.SYSCALL) || model.has(Feature.LM) || model.has(Feature.NX);
      case Msr.STAR -> model.has(Feature.SYSCALL);
      case Msr.LSTAR, Msr.CSTAR, Msr.SFMASK, Msr.FS_BASE, Msr.GS_BASE, Msr.KERNEL_GS_BASE -> model.has(Feature.LM);
      case Msr.TSC_AUX -> model.has(Feature.RDTSCP) || model.has(Feature.RDPID);
      case Msr.AMD_SYSTEM_CONFIGURATION, Msr.AMD_HARDWARE_CONFIGURATION, Msr.AMD_INTERRUPT_PENDING,
          Msr.AMD_NORTHBRIDGE_CONFIGURATION, Msr.AMD_DECODE_CONFIGURATION -> isAmd();
      default -> false;
    };
  }

  private static void require(CpuState cpu, boolean good) {
    if (!good) {
      throw cpu.generalProtection(0);
    }
  }

  private static long canonical(CpuState cpu, long value) {
    require(cpu, Bits.isCanonical(value));
    return value;
  }

  private static long low(CpuState cpu, long value) {
    require(cpu, value >>> 32 == 0);
    return value;
  }

  /** A write to TSC moves TSC_ADJUST with it, and the other way round (SDM vol. 3B 17.17.3). */
  private void moveTimestamp(long distance) {
    timestampOffset += distance;
    timestampAdjust += distance;
    if (distance != 0) {
      apic.timestampMoved();
      paravirtual.timestampMoved(counter.getAsLong(), timestamp());
    }
  }

  private void writeParavirtual(CpuState cpu, int index, long value) {
    if (index == Msr.KVM_END_OF_INTERRUPT) {
      apic.withdrawEndOfInterrupt();
    }
    require(cpu, paravirtual.write(index, value, counter.getAsLong(), timestamp()));
  }

  /** See {@link dev.hagen.cpu.VmmCalls#isApicEnabled}. */
  boolean isApicEnabled() {
    return (apic.apicBase() & Msr.APIC_BASE_ENABLED) != 0;
  }

  private long readX2(CpuState cpu, int index) {
    require(cpu, (apic.apicBase() & Msr.APIC_BASE_X2) != 0);
    long value = apic.readX2(index - Msr.X2APIC_FIRST);
    require(cpu, value != -1);
    return value;
  }

  private void writeApicBase(CpuState cpu, long value) {
    long modes = Msr.APIC_BASE_ENABLED | Msr.APIC_BASE_X2;
    long allowed = (1L << model.physicalBits()) - 0x1000 | Msr.APIC_BASE_BSP | Msr.APIC_BASE_ENABLED
        | (model.has(Feature.X2APIC) ? Msr.APIC_BASE_X2 : 0);
    long from = apic.apicBase() & modes;
    long to = value & modes;
    boolean allowedChange = to != Msr.APIC_BASE_X2
        && !(from == modes && to == Msr.APIC_BASE_ENABLED)
        && !(from == 0 && to == modes);
    require(cpu, (value & ~allowed) == 0 && allowedChange);
    apic.setApicBase(value);
  }

  /** EFER: LME is fixed while paging is on, LMA is the processor's own. */
  private void writeEfer(CpuState cpu, long value) {
    long bits = model.eferBits();
    long changed = value ^ cpu.efer;
    boolean paging = (cpu.cr0 & Control.CR0_PG) != 0;
    require(cpu, (value & ~(bits | Control.EFER_LMA)) == 0 && !(paging && (changed & Control.EFER_LME) != 0));
    cpu.efer = value & bits | cpu.efer & Control.EFER_LMA;
    if ((changed & Control.EFER_NXE) != 0) {
      Paging.flush(cpu);
    }
    cpu.updateContext();
    cpu.leaveBlock = true;
  }
}
