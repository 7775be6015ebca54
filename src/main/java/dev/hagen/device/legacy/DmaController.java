package dev.hagen.device.legacy;

import dev.hagen.device.PortDevice;

/**
 * One of the two 8237A DMA controllers of a PC, its registers only: no device of this machine asks for a transfer
 * (Intel 8237A data sheet). The second one's registers are two ports apart.
 */
public final class DmaController implements PortDevice {
  /** The number of registers. */
  public static final int REGISTERS = 16;

  private static final int CHANNELS = 4;
  private static final int STATUS_OR_COMMAND = 8;
  private static final int REQUEST = 9;
  private static final int MASK_ONE = 10;
  private static final int MODE = 11;
  private static final int CLEAR_FLIP_FLOP = 12;
  private static final int TEMPORARY_OR_CLEAR = 13;
  private static final int CLEAR_MASKS = 14;

  private final int stride;
  private final int[] base = new int[2 * CHANNELS];
  private final int[] current = new int[2 * CHANNELS];
  private final int[] mode = new int[CHANNELS];
  private int requests;
  private int masks = 0xF;
  private boolean highByte;

  /** A controller whose registers lie {@code stride} ports (1 or 2) apart. */
  public DmaController(int stride) {
    this.stride = stride;
  }

  /** The number of ports that it takes. */
  public int ports() {
    return REGISTERS * stride;
  }

  /** As after power-on: every channel masked. */
  public void reset() {
    requests = 0;
    masks = 0xF;
    highByte = false;
  }

  @Override
  public long readPort(int offset, int size) {
    int register = offset / stride & 15;
    if (register < STATUS_OR_COMMAND) {
      int value = current[register] >> (highByte ? 8 : 0) & 0xFF;
      highByte = !highByte;
      return value;
    }
    return switch (register) {
      case STATUS_OR_COMMAND -> requests << 4; // no channel has reached its terminal count
      case 15 -> 0xF0 | masks;
      case TEMPORARY_OR_CLEAR -> 0;
      default -> 0xFF;
    };
  }

  @Override
  public void writePort(int offset, long written, int size) {
    int register = offset / stride & 15;
    int value = (int) written & 0xFF;
    if (register < STATUS_OR_COMMAND) {
      int kept = highByte ? base[register] & 0xFF : base[register] & 0xFF00;
      base[register] = kept | value << (highByte ? 8 : 0);
      current[register] = base[register];
      highByte = !highByte;
      return;
    }
    int channel = value & 3;
    boolean set = (value & 4) != 0;
    switch (register) {
      case STATUS_OR_COMMAND -> {
        // What the command register selects is wiring that a PC does not have.
      }
      case REQUEST -> requests = set ? requests | 1 << channel : requests & ~(1 << channel);
      case MASK_ONE -> masks = set ? masks | 1 << channel : masks & ~(1 << channel);
      case MODE -> mode[channel] = value;
      case CLEAR_FLIP_FLOP -> highByte = false;
      case TEMPORARY_OR_CLEAR -> reset();
      case CLEAR_MASKS -> masks = 0;
      default -> masks = value & 0xF;
    }
  }
}
