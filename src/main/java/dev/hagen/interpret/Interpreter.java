package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Instruction;
import dev.hagen.x86.Reg;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Executes guest instructions one after the other: the tier that runs everything and is always right.
 *
 * <p>It works on decoded blocks. A guest exception leaves {@link #run} with RIP at the faulting instruction and all
 * instructions before it retired.
 */
public final class Interpreter {
  private final CpuState cpu;
  private final Binder binder;
  private final BlockDecoder decoder;
  private final BlockCache cache;
  private HotCodeListener hot = HotCodeListener.NONE;
  private int threshold = Integer.MAX_VALUE;
  private boolean inTurns;
  private int roomOfTurn = Unit.MAX_ROOM;

  /** An interpreter for {@code cpu}, which hears of writes to its code through the machine's memory. */
  public Interpreter(CpuState cpu, Decoder decoder, SemanticMethods methods) {
    this.cpu = cpu;
    this.binder = new Binder(methods);
    this.decoder = new BlockDecoder(decoder, binder);
    this.cache = new BlockCache(cpu, this.decoder);
    cpu.memory.setCodeListener(cache);
  }

  /** A unit may retire so many instructions more than its room; no region has more on one way through it. */
  private static final int MARGIN = 4096;

  /** Reports blocks that have been entered {@code times} times. */
  public void setHotCodeListener(HotCodeListener listener, int times) {
    hot = listener;
    threshold = times;
  }

  /** From now on {@link #run} comes back after every unit, and a unit has room for {@code room} instructions at most. */
  public void setTurns(int room) {
    inTurns = true;
    roomOfTurn = room;
  }

  /** The linear address of CS:RIP. */
  public static long linearRip(CpuState cpu) {
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
      long linear = linearRip(cpu);
      Block block = cache.at(linear);
      long room = limit - cpu.retired;
      RegionCode code = block.code;
      if (code != null && room > MARGIN) {
        Unit unit = code.enter(cpu, linear);
        if (unit != null) {
          if (unit.run(cpu, (int) Math.min(room - MARGIN, roomOfTurn)) == Unit.INTERPRET && !cpu.leaveBlock) {
            step();
          }
          if (inTurns) {
            return;
          }
          continue;
        }
      } else if (++block.heat == threshold) {
        hot.hot(linear);
      }
      long base = cpu.rip;
      if (room <= block.steps.length) {
        // Not even the fetch of the next instruction may be tried: an interrupt may come before its fault.
        execute(cpu, block, (int) room);
        return;
      }
      execute(cpu, block, block.steps.length);
      if (cpu.rip != base + block.length) {
        block.taken++;
      }
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

  /** What the interpreter knows of the block that begins at guest-physical {@code physical}: entered, left by a jump. */
  public BlockProfile profile(long physical) {
    Block block = cache.decoded(physical);
    return block == null ? BlockProfile.NEVER_RUN : new BlockProfile(block.heat, block.taken);
  }

  /**
   * Decodes the block at {@code linear} and pretends that it has run and gone either way; for listings of code that does
   * not run.
   */
  public void pretend(long linear) {
    Block block = cache.at(linear);
    block.heat = 2;
    block.taken = 1;
  }

  /** Binds instructions of this processor to steps. */
  public Step bind(Instruction instruction, int context) {
    return binder.bind(instruction, context);
  }

  /**
   * Attaches a region to the block at {@code linear}: it is retired when its code is written.
   *
   * @return null if there is no such block
   */
  public @Nullable RegionCode attach(long linear, List<RegionCode.Page> pages) {
    Block head = cache.at(linear);
    if (head.secondPage != Block.ONE_PAGE || head.code != null) {
      return null;
    }
    RegionCode region = new RegionCode(head, pages);
    cache.add(region);
    head.code = region;
    return region;
  }

  /** Lets a unit run instead of the blocks of its region, unless their code has changed since. */
  public void publish(RegionCode region, Unit unit) {
    if (!region.isRetired()) {
      region.setUnit(unit);
    }
  }

  /** Takes a region's unit away for want of room: the interpreter goes on with blocks, and they may become hot again. */
  public void evict(RegionCode region) {
    cache.evict(region);
  }

  /** Shows every region whose unit may run; slow, for tests. */
  public void forEachPublished(Consumer<RegionCode> action) {
    cache.forEachPublished(action);
  }

  /**
   * Checks the invariants of the cache of decoded and translated code; slow, for tests.
   *
   * @throws AssertionError if one does not hold
   */
  public void assertConsistent() {
    cache.assertConsistent();
  }

  /** Forgets all decoded blocks. */
  public void flush() {
    cache.flush();
  }
}
