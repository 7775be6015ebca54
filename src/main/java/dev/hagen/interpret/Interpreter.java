package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Instruction;
import dev.hagen.x86.Reg;
import org.jspecify.annotations.Nullable;

/**
 * Executes guest instructions one after the other: the tier that runs everything and is always right.
 *
 * <p>It works on decoded blocks. A guest exception leaves {@link #run} with RIP at the faulting instruction and all
 * instructions before it retired.
 */
public final class Interpreter {
  private final CpuState cpu;
  private final BlockDecoder decoder;
  private final BlockCache cache;

  /** An interpreter for {@code cpu}, which hears of writes to its code through the machine's memory. */
  public Interpreter(CpuState cpu, Decoder decoder, SemanticMethods methods) {
    this.cpu = cpu;
    this.decoder = new BlockDecoder(decoder, new Binder(methods));
    this.cache = new BlockCache(cpu, this.decoder);
    cpu.memory.setCodeListener(cache);
  }

  /** The linear address of CS:RIP. */
  static long linearRip(CpuState cpu) {
    return cpu.is64Bit() ? cpu.rip : cpu.segment[Reg.CS].base + cpu.rip & 0xFFFF_FFFFL;
  }

  /**
   * Runs until an event asks for attention, an instruction has set {@link CpuState#leaveBlock}, or {@code limit}
   * instructions have retired since reset.
   *
   * @param events bits of the pending word that end the run
   * @throws GuestException a fault for the run loop to deliver
   */
  public void run(int events, long limit) {
    CpuState cpu = this.cpu;
    cpu.leaveBlock = false;
    do {
      Block block = cache.at(linearRip(cpu));
      block.heat++;
      long room = limit - cpu.retired;
      if (room < block.steps.length) {
        execute(cpu, block, (int) room);
        return;
      }
      execute(cpu, block, block.steps.length);
    } while (!cpu.leaveBlock && (cpu.pending() & events) == 0);
  }

  /**
   * Runs one instruction.
   *
   * @throws GuestException a fault for the run loop to deliver
   */
  public void step() {
    cpu.leaveBlock = false;
    execute(cpu, cache.at(linearRip(cpu)), 1);
  }

  /** The first {@code count} steps of a block. */
  private static void execute(CpuState cpu, Block block, int count) {
    Step[] steps = block.steps;
    long base = cpu.rip;
    int i = 0;
    try {
      while (i < count) {
        Step step = steps[i];
        cpu.rip = base + step.end;
        cpu.retiredInBlock = i;
        step.run(cpu);
        i++;
        if (cpu.leaveBlock) {
          break;
        }
      }
    } catch (GuestException e) {
      cpu.rip = base + steps[i].start;
      throw e;
    } finally {
      cpu.retiredInBlock = 0;
      cpu.retired += i;
    }
  }

  /** The instruction at CS:RIP, or null if it cannot be fetched; for logs and debuggers. */
  public @Nullable Instruction peek() {
    return decoder.peek(cpu);
  }

  /** Forgets all decoded blocks. */
  public void flush() {
    cache.flush();
  }
}
