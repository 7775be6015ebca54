package dev.hagen.device.irq;

import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;

/**
 * The two cascaded 8259A interrupt controllers of a PC and their edge/level control registers (Intel 8259A data sheet;
 * 82371SB data sheet 3.9 for the ELCR).
 *
 * <p>IRQ 0 to 7 enter the master, 8 to 15 the slave, whose output is the master's input 2. A rising edge is latched
 * until it is acknowledged, also while its line is masked and after the line has fallen again; a level-triggered
 * request lives and dies with its line. A processor that acknowledges when no request is left gets the vector of IRQ 7
 * (or 15, then with the cascade in service in the master) and finds no bit in service: a spurious interrupt.
 */
public final class Pic {
  /** Inputs of both controllers. */
  public static final int LINES = 16;

  private static final int CASCADE = 2;
  /** IRQ 0, 1, 2, 8 and 13 are edge-triggered whatever the guest asks for. */
  private static final int LEVEL_CAPABLE = 0xDEF8;

  private final IrqLine interrupt;
  private final Chip master = new Chip(true);
  private final Chip slave = new Chip(false);

  /** Both controllers after power-on: every IRQ masked, edge-triggered. {@code interrupt} is the INTR output. */
  public Pic(IrqLine interrupt) {
    this.interrupt = interrupt;
  }

  /** The input {@code irq}, 0 to 15; input 2 is the cascade and goes nowhere. */
  public IrqLine line(int irq) {
    if (irq < 0 || irq >= LINES) {
      throw new IllegalArgumentException("no such IRQ: " + irq);
    }
    if (irq == CASCADE) {
      return IrqLine.UNCONNECTED;
    }
    Chip chip = irq < 8 ? master : slave;
    int bit = 1 << (irq & 7);
    return level -> {
      chip.input(bit, level);
      update();
    };
  }

  /** The master's command and data port, 20h and 21h. */
  public PortDevice masterPorts() {
    return new ChipPorts(master);
  }

  /** The slave's command and data port, A0h and A1h. */
  public PortDevice slavePorts() {
    return new ChipPorts(slave);
  }

  /** The edge/level control registers, 4D0h and 4D1h. */
  public PortDevice edgeLevelPorts() {
    return new EdgeLevelPorts();
  }

  /** Whether INTR is asserted. */
  public boolean hasInterrupt() {
    return master.request() >= 0;
  }

  /** The processor's interrupt acknowledge cycles: the vector of the interrupt that is now in service. */
  public int acknowledge() {
    int irq = master.request();
    int vector;
    if (irq < 0) {
      vector = master.vector(7);
    } else {
      master.serve(irq);
      vector = irq == CASCADE ? acknowledgeSlave() : master.vector(irq);
    }
    update();
    return vector;
  }

  private int acknowledgeSlave() {
    int irq = slave.request();
    if (irq < 0) {
      return slave.vector(7);
    }
    slave.serve(irq);
    return slave.vector(irq);
  }

  /** Both controllers as after power-on; the levels of the inputs stay. */
  public void reset() {
    master.reset();
    slave.reset();
    update();
  }

  /** Passes the slave's output to the master and the master's to the processor. */
  private void update() {
    master.input(1 << CASCADE, slave.request() >= 0);
    interrupt.set(master.request() >= 0);
  }

  /** One 8259A. Bit n of each register belongs to input n. */
  private static final class Chip {
    private static final int ICW1_IC4 = 1;
    private static final int ICW1_SINGLE = 2;
    private static final int ICW4_AUTO_EOI = 2;
    private static final int ICW4_FULLY_NESTED = 0x10;

    private final boolean isMaster;
    private int lines;
    private int requests;
    private int service;
    private int mask = 0xFF;
    private int levelTriggered;
    private int base;
    private int command1;
    private int command4;
    /** The initialization word expected next (2 to 4), or 0. */
    private int expected;
    /** The input with the lowest priority; the one after it has the highest. */
    private int lowest = 7;
    private boolean readService;
    private boolean poll;
    private boolean specialMask;
    private boolean rotateOnAutoEoi;

    Chip(boolean isMaster) {
      this.isMaster = isMaster;
    }

    void reset() {
      requests = lines & levelTriggered;
      service = 0;
      mask = 0xFF;
      base = 0;
      command1 = 0;
      command4 = 0;
      expected = 0;
      lowest = 7;
      readService = false;
      poll = false;
      specialMask = false;
      rotateOnAutoEoi = false;
    }

    void input(int bit, boolean level) {
      boolean isLevel = (levelTriggered & bit) != 0 || isMaster && bit == 1 << CASCADE; // the cascade follows the slave
      if (level && (isLevel || (lines & bit) == 0)) {
        requests |= bit;
      } else if (!level && isLevel) {
        requests &= ~bit;
      }
      lines = level ? lines | bit : lines & ~bit;
    }

    /** The input to be served now, or -1: unmasked, and of higher priority than everything in service. */
    int request() {
      int open = requests & ~mask;
      if (open == 0) {
        return -1;
      }
      int blocking = service;
      if (specialMask) {
        blocking &= ~mask;
      }
      for (int i = 1; i <= 8; i++) {
        int irq = lowest + i & 7;
        int bit = 1 << irq;
        boolean nested = irq == CASCADE && isMaster && (command4 & ICW4_FULLY_NESTED) != 0;
        if ((blocking & bit) != 0 && !nested) {
          if (!specialMask) {
            return -1;
          }
          continue; // under special mask, only the same input is held back
        }
        if ((open & bit) != 0) {
          return irq;
        }
        if ((blocking & bit) != 0 && !specialMask) {
          return -1; // special fully nested: the slave may interrupt itself, inputs below it may not
        }
      }
      return -1;
    }

    int vector(int irq) {
      return base | irq;
    }

    void serve(int irq) {
      int bit = 1 << irq;
      if ((levelTriggered & bit) == 0 && !(isMaster && irq == CASCADE)) {
        requests &= ~bit;
      }
      if ((command4 & ICW4_AUTO_EOI) == 0) {
        service |= bit;
      } else if (rotateOnAutoEoi) {
        lowest = irq;
      }
    }

    private int highestInService() {
      for (int i = 1; i <= 8; i++) {
        int irq = lowest + i & 7;
        // under special mask, masked inputs are not seen by the unspecific end of interrupt
        if ((service & 1 << irq) != 0 && !(specialMask && (mask & 1 << irq) != 0)) {
          return irq;
        }
      }
      return -1;
    }

    void writeCommand(int value) {
      if ((value & 0x10) != 0) {
        initialize(value);
      } else if ((value & 8) != 0) {
        writeControl3(value);
      } else {
        writeControl2(value);
      }
    }

    private void initialize(int value) {
      command1 = value;
      command4 = 0;
      expected = 2;
      requests = lines & levelTriggered;
      service = 0;
      mask = 0;
      lowest = 7;
      readService = false;
      poll = false;
      specialMask = false;
      rotateOnAutoEoi = false;
    }

    private void writeControl2(int value) {
      int irq = value & 7;
      switch (value >> 5) {
        case 0 -> rotateOnAutoEoi = false;
        case 1 -> endOfInterrupt(highestInService(), false);
        case 3 -> endOfInterrupt(irq, false);
        case 4 -> rotateOnAutoEoi = true;
        case 5 -> endOfInterrupt(highestInService(), true);
        case 6 -> lowest = irq;
        case 7 -> endOfInterrupt(irq, true);
        default -> { } // 2: no operation
      }
    }

    private void endOfInterrupt(int irq, boolean rotate) {
      if (irq >= 0) {
        service &= ~(1 << irq);
        if (rotate) {
          lowest = irq;
        }
      }
    }

    private void writeControl3(int value) {
      if ((value & 0x40) != 0) {
        specialMask = (value & 0x20) != 0;
      }
      poll = (value & 4) != 0;
      if ((value & 2) != 0) {
        readService = (value & 1) != 0;
      }
    }

    void writeData(int value) {
      switch (expected) {
        case 2 -> {
          base = value & 0xF8;
          expected = (command1 & ICW1_SINGLE) == 0 ? 3 : afterCascade();
        }
        case 3 -> expected = afterCascade(); // which input the slave is on is wired
        case 4 -> {
          command4 = value;
          expected = 0;
        }
        default -> mask = value;
      }
    }

    private int afterCascade() {
      return (command1 & ICW1_IC4) != 0 ? 4 : 0;
    }

    int read(boolean dataPort) {
      if (poll) {
        poll = false;
        int irq = request();
        if (irq < 0) {
          return 0;
        }
        serve(irq);
        return 0x80 | irq;
      }
      if (dataPort) {
        return mask;
      }
      return readService ? service : requests;
    }
  }

  private final class ChipPorts implements PortDevice {
    private final Chip chip;

    ChipPorts(Chip chip) {
      this.chip = chip;
    }

    @Override
    public long readPort(int offset, int size) {
      int value = chip.read((offset & 1) != 0);
      update();
      return value;
    }

    @Override
    public void writePort(int offset, long value, int size) {
      if ((offset & 1) == 0) {
        chip.writeCommand((int) value & 0xFF);
      } else {
        chip.writeData((int) value & 0xFF);
      }
      update();
    }
  }

  private final class EdgeLevelPorts implements PortDevice {
    @Override
    public long readPort(int offset, int size) {
      return ((offset & 1) == 0 ? master : slave).levelTriggered;
    }

    @Override
    public void writePort(int offset, long value, int size) {
      boolean low = (offset & 1) == 0;
      Chip chip = low ? master : slave;
      int before = chip.levelTriggered;
      chip.levelTriggered = (int) value & (low ? LEVEL_CAPABLE : LEVEL_CAPABLE >> 8) & 0xFF;
      int nowLevel = chip.levelTriggered & ~before;
      chip.requests = chip.requests & ~nowLevel | chip.lines & nowLevel;
      update();
    }
  }
}
