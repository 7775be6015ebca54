package dev.hagen.machine;

import dev.hagen.boot.AcpiTables;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.Feature;
import dev.hagen.cpu.Pending;
import dev.hagen.cpu.VmmCalls;
import dev.hagen.device.IrqLine;
import dev.hagen.device.PortMap;
import dev.hagen.device.input.I8042;
import dev.hagen.device.irq.ApicBus;
import dev.hagen.device.irq.IoApic;
import dev.hagen.device.irq.IsaLines;
import dev.hagen.device.irq.LocalApic;
import dev.hagen.device.irq.Pic;
import dev.hagen.device.irq.ProcessorLines;
import dev.hagen.device.legacy.DebugConsole;
import dev.hagen.device.legacy.DebugExit;
import dev.hagen.device.legacy.DmaController;
import dev.hagen.device.legacy.DmaPages;
import dev.hagen.device.legacy.PanicDevice;
import dev.hagen.device.legacy.Port92;
import dev.hagen.device.legacy.PostCode;
import dev.hagen.device.legacy.ResetControl;
import dev.hagen.device.pci.HostBridge;
import dev.hagen.device.pci.IsaBridge;
import dev.hagen.device.pci.PciBus;
import dev.hagen.device.pci.PciSpaces;
import dev.hagen.device.serial.Uart16550;
import dev.hagen.device.timer.AcpiPm;
import dev.hagen.device.timer.Hpet;
import dev.hagen.device.timer.Pit;
import dev.hagen.device.timer.Rtc;
import dev.hagen.device.timer.SpeakerPort;
import dev.hagen.memory.MmioRegion;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.vmm.ApicPort;
import dev.hagen.vmm.Hypercalls;
import dev.hagen.vmm.InterruptController;
import dev.hagen.vmm.MachineClock;
import dev.hagen.vmm.MsrFile;
import dev.hagen.vmm.ParavirtualMsrs;
import dev.hagen.vmm.StopReason;
import dev.hagen.vmm.Vmm;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The devices of a machine and the wires between them. */
final class Board {
  /** The guest's time-stamp counter runs at 1 GHz: one tick a nanosecond. */
  static final long TSC_HERTZ = 1_000_000_000;
  private static final int[] SERIAL_PORTS = {0x3F8, 0x2F8};
  private static final int[] SERIAL_IRQS = {4, 3};
  private static final long DETERMINISTIC_SEED = 1;

  private final PortMap ports = new PortMap();
  private final PhysicalMemory memory;
  private final CpuState cpu;
  private final Consumer<StopReason> stop;
  private final LocalApic localApic;
  private final MmioRegion apicPage;
  private final IoApic ioApic;
  private final Pic pic;
  private final Pit pit;
  private final SpeakerPort speaker;
  private final Hpet hpet;
  private final I8042 keyboard;
  private final Rtc rtc;
  private final AcpiPm pm;
  private final PciBus pci;
  private final IsaBridge isaBridge;
  private final ResetControl resetControl;
  private final Port92 port92;
  private final DmaController[] dma = {new DmaController(1), new DmaController(2)};
  private final MsrFile msrs;
  private final Hypercalls hypercalls;
  private final List<Uart16550> serial = new ArrayList<>();
  private final List<SerialInput> serialInput = new ArrayList<>();
  private int debugExitCode;

  Board(MachineConfig config, CpuState cpu, MachineClock clock, Consumer<StopReason> stop) {
    this.cpu = cpu;
    this.memory = cpu.memory;
    this.stop = stop;

    ApicBus bus = new ApicBus();
    ioApic = new IoApic(bus, 0);
    bus.onEndOfInterrupt(ioApic::endOfInterrupt);
    ParavirtualMsrs paravirtual = new ParavirtualMsrs(config.model(), memory, clock.epochSeconds());
    msrs = new MsrFile(config.model(), new ApicRegisters(), clock::now, paravirtual);
    localApic = new LocalApic(0, true, config.model().has(Feature.X2APIC), config.model().physicalBits(), bus,
        new Wires(), clock, msrs::timestamp, TSC_HERTZ);
    localApic.setEndOfInterruptFlag(paravirtual);
    hypercalls = new Hypercalls(localApic::id);
    pic = new Pic(localApic.lint0());
    IsaLines isa = new IsaLines(pic, ioApic);
    memory.map(IoApic.DEFAULT_BASE, IoApic.LENGTH, counted(ioApic));
    apicPage = counted(localApic);
    memory.map(LocalApic.DEFAULT_BASE, LocalApic.LENGTH, apicPage);
    localApic.enableVirtualWire();
    msrs.setMemoryTypesLikeFirmware();
    ports.map(0x20, 2, 1, pic.masterPorts());
    ports.map(0xA0, 2, 1, pic.slavePorts());
    ports.map(0x4D0, 2, 1, pic.edgeLevelPorts());

    hpet = new Hpet(clock, isa.line(0), isa.line(8), ioApic::pin);
    memory.map(Hpet.DEFAULT_BASE, Hpet.LENGTH, counted(hpet));
    rtc = new Rtc(clock, hpet.rtcLine());
    rtc.setMemorySize(memory.lowRamSize(), memory.ramSize() - memory.lowRamSize());
    ports.map(0x70, Rtc.PORTS, 1, rtc);
    pm = new AcpiPm(clock, isa.line(AcpiTables.SCI), true, () -> stop.accept(StopReason.POWER_OFF));
    ports.map(AcpiPm.BASE, AcpiPm.PORTS, 4, pm);
    isaBridge = new IsaBridge(isa::line, ioApic::pin);
    pci = new PciBus(PciSpaces.of(memory, ports), isaBridge.pirqs());
    HostBridge hostBridge = new HostBridge((base, size, reads, writes) -> {});
    pci.attach(0, 0, hostBridge.function());
    pci.attach(1, 0, isaBridge.function());
    routePci();
    ports.map(PciBus.BASE, PciBus.PORTS, 4, pci);
    resetControl = new ResetControl(this::requestReset);
    ports.map(ResetControl.PORT, 1, 1, resetControl);
    keyboard = new I8042(isa.line(1), isa.line(12), IrqLine.UNCONNECTED, this::requestReset);
    ports.map(I8042.DATA_PORT, 1, 1, keyboard.dataPort());
    ports.map(I8042.COMMAND_PORT, 1, 1, keyboard.commandPort());
    port92 = new Port92(IrqLine.UNCONNECTED, this::requestReset);
    ports.map(0x92, 1, 1, port92);
    mapLegacy(config);

    pit = new Pit(clock, hpet.pitLine());
    ports.map(0x40, Pit.PORTS, 1, pit);
    speaker = new SpeakerPort(clock, pit);
    ports.map(0x61, 1, 1, speaker);

    for (int i = 0; i < config.serial().size(); i++) {
      Uart16550 uart = new Uart16550(clock, isa.line(SERIAL_IRQS[i]), config.serial().get(i));
      ports.map(SERIAL_PORTS[i], Uart16550.PORTS, 1, uart);
      serial.add(uart);
      serialInput.add(new SerialInput(uart));
    }

    cpu.vmm = new Vmm(ports, msrs, new TaskPriority(), entropy(config.deterministic()), hypercalls,
        () -> isa.line(13).pulse(), cpu.counters);
  }

  private void mapLegacy(MachineConfig config) {
    for (DmaController controller : dma) {
      ports.map(controller == dma[0] ? 0x00 : 0xC0, controller.ports(), 1, controller);
    }
    ports.map(DmaPages.BASE, DmaPages.PORTS, 1, new DmaPages());
    ports.map(PostCode.PORT, 1, 1, new PostCode());
    ports.map(AcpiTables.PANIC_PORT, 1, 1, new PanicDevice(() -> stop.accept(StopReason.GUEST_PANIC)));
    ports.map(DebugConsole.PORT, 1, 1, new DebugConsole(config.debugConsole()));
    if (config.debugExitPort() >= 0) {
      ports.map(config.debugExitPort(), DebugExit.PORTS, 4, new DebugExit(code -> {
        debugExitCode = code;
        stop.accept(StopReason.DEBUG_EXIT);
      }));
    }
  }

  /** Steers the PCI interrupt lines to ISA interrupts, as firmware does. */
  private void routePci() {
    for (int i = 0; i < PciBus.LINES; i++) {
      isaBridge.route(i, AcpiTables.PCI_IRQS[i]);
    }
  }

  private void requestReset() {
    stop.accept(StopReason.RESET);
  }

  private static LongSupplier entropy(boolean deterministic) {
    if (deterministic) {
      return new SplittableRandom(DETERMINISTIC_SEED)::nextLong;
    }
    return Entropy::next;
  }

  /** Makes the source of random numbers ready, which takes a while. Any thread may ask for that, at any time. */
  static void prepare() {
    Entropy.next();
  }

  /** The host's source of random numbers, made when the first is wanted. */
  private static final class Entropy {
    private static final SecureRandom SOURCE = new SecureRandom();

    private Entropy() {}

    static long next() {
      return SOURCE.nextLong();
    }
  }

  /** Counts accesses to a device's memory. */
  private MmioRegion counted(MmioRegion region) {
    return new MmioRegion() {
      @Override
      public long read(long offset, int size) {
        cpu.counters.exit(Counter.MMIO_READS);
        return region.read(offset, size);
      }

      @Override
      public void write(long offset, long value, int size) {
        cpu.counters.exit(Counter.MMIO_WRITES);
        region.write(offset, value, size);
      }
    };
  }

  /** What the processor acknowledges: the local APIC, and the 8259A pair behind its LINT0. */
  InterruptController interrupts() {
    return () -> {
      if (!localApic.hasInterrupt()) {
        return InterruptController.NONE;
      }
      int vector = localApic.acknowledge();
      return vector == LocalApic.EXTERNAL ? pic.acknowledge() : vector;
    };
  }

  SerialInput serialInput(int line) {
    return serialInput.get(line);
  }

  /** What devices have to do on the processor's thread. */
  void runDevices() {
    serialInput.forEach(SerialInput::drain);
  }

  int debugExitCode() {
    return debugExitCode;
  }

  Map<Integer, Long> unknownMsrs() {
    return msrs.unknownAccesses();
  }

  /** What the reset line does. */
  void reset() {
    cpu.reset();
    localApic.reset();
    msrs.reset();
    msrs.setMemoryTypesLikeFirmware();
    hypercalls.reset();
    localApic.enableVirtualWire();
    ioApic.reset();
    pic.reset();
    pit.reset();
    speaker.reset();
    serial.forEach(Uart16550::reset);
    hpet.reset();
    keyboard.reset();
    rtc.reset();
    pm.reset();
    pci.reset();
    routePci();
    resetControl.reset();
    port92.reset();
    for (DmaController controller : dma) {
      controller.reset();
    }
  }

  /** The lines from the local APIC to the processor. */
  private final class Wires implements ProcessorLines {
    @Override
    public void interrupt(boolean pending) {
      if (pending) {
        post(Pending.INTERRUPT);
      } else {
        cpu.clearPending(Pending.INTERRUPT);
      }
    }

    @Override
    public void nmi() {
      post(Pending.NMI);
    }

    /** Where the instruction under way is what causes the event, it comes right behind it, in whatever tier that runs. */
    private void post(int bits) {
      cpu.post(bits);
      cpu.leaveBlock = true;
    }

    @Override
    public void init() {
      // The one processor of the machine has nobody to start it again.
      requestReset();
    }

    @Override
    public void mapped(long base, boolean visible) {
      memory.unmap(apicPage);
      if (visible) {
        memory.map(base, LocalApic.LENGTH, apicPage);
      }
    }
  }

  /** The local APIC as model-specific registers see it. */
  private final class ApicRegisters implements ApicPort {
    @Override
    public long apicBase() {
      return localApic.readBase();
    }

    @Override
    public void setApicBase(long value) {
      localApic.writeBase(value);
    }

    @Override
    public long tscDeadline() {
      return localApic.readTscDeadline();
    }

    @Override
    public void setTscDeadline(long timestamp) {
      localApic.writeTscDeadline(timestamp);
    }

    @Override
    public void timestampMoved() {
      localApic.timestampChanged();
    }

    @Override
    public void withdrawEndOfInterrupt() {
      localApic.withdrawEndOfInterrupt();
    }

    @Override
    public long readX2(int register) {
      return localApic.readX2(register);
    }

    @Override
    public boolean writeX2(int register, long value) {
      return localApic.writeX2(register, value);
    }
  }

  /** CR8. */
  private final class TaskPriority implements Vmm.TaskPriority {
    @Override
    public int get() {
      return localApic.readCr8();
    }

    @Override
    public void set(int priority) {
      localApic.writeCr8(priority);
    }
  }
}
