package dev.hagen.profile;

import dev.hagen.cpu.CpuState;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds on the guest's stack what may be return addresses: words that point behind a call. Neither frame pointers nor unwind
 * tables are needed; {@link CallChain} chooses among them when the functions are known. Has no effect on the guest.
 */
final class StackScan {
  /** Bytes of the stack that are looked at, and words that are kept. */
  private static final int DEPTH = 2048;
  private static final int MOST = 48;
  private static final int PAGE = 0x1000;

  private final CpuState cpu;

  StackScan(CpuState cpu) {
    this.cpu = cpu;
  }

  /** The words, the innermost first; those only that lie in the same half of the address space as {@code rip}. */
  List<Profile.Call> calls(long rip) {
    boolean wide = cpu.is64Bit();
    int word = wide ? 8 : 4;
    long stack = cpu.gpr[Reg.RSP] & -word;
    if (!wide) {
      stack = cpu.segment[Reg.SS].base + stack & 0xFFFF_FFFFL;
    }
    List<Profile.Call> calls = new ArrayList<>();
    long page = PhysicalMemory.NO_RAM;
    for (int at = 0; at < DEPTH && calls.size() < MOST; at += word) {
      long linear = stack + at;
      if (at == 0 || (linear & PAGE - 1) == 0) {
        page = LinearView.physical(cpu, linear & -PAGE);
        if (page == PhysicalMemory.NO_RAM) {
          break;
        }
      }
      long back = cpu.memory.read(page | linear & PAGE - 1, word);
      if (back >>> 31 == rip >>> 31) {
        add(calls, back, wide);
      }
    }
    return List.copyOf(calls);
  }

  private void add(List<Profile.Call> calls, long back, boolean wide) {
    // The longest call looked for has seven bytes, and not more than one page is looked at.
    if ((back & PAGE - 1) < 8) {
      return;
    }
    long physical = LinearView.physical(cpu, back);
    if (physical == PhysicalMemory.NO_RAM) {
      return;
    }
    if (cpu.memory.read(physical - 5, 1) == 0xE8) {
      int distance = (int) (cpu.memory.read(physical - 4, 1) | cpu.memory.read(physical - 3, 1) << 8
          | cpu.memory.read(physical - 2, 1) << 16 | cpu.memory.read(physical - 1, 1) << 24);
      calls.add(new Profile.Call(back, wide ? back + distance : back + distance & 0xFFFF_FFFFL));
    } else if (isIndirect(physical)) {
      calls.add(new Profile.Call(back, 0));
    }
  }

  /** FF /2 with a register, or memory with no, a short or a long displacement. */
  private boolean isIndirect(long physical) {
    return isCall(physical, 2, 0xC0) || isCall(physical, 2, 0) || isCall(physical, 3, 0x40) || isCall(physical, 6, 0x80)
        || isCall(physical, 6, 0);
  }

  private boolean isCall(long physical, int length, int mode) {
    return cpu.memory.read(physical - length, 1) == 0xFF && (cpu.memory.read(physical - length + 1, 1) & 0xF8) == (mode | 0x10);
  }
}
