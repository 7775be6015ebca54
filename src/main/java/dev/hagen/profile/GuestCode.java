package dev.hagen.profile;

import dev.hagen.boot.GuestImage;
import dev.hagen.cpu.CpuState;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.profile.SymbolTable.Function;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names what a guest has run, after it has run. Kernel code is named by the kernel's tables and its modules', user code by the
 * program of which the page is, both by files that the user gives, and what is left by the stages of the image that was booted.
 * Names in brackets are no functions.
 */
public final class GuestCode {
  private static final String USER = "[user]";
  private static final String KERNEL = "[kernel]";
  private static final String BEFORE = "[before the kernel]";
  /** Linux' own code, as long as it runs where it lies in physical memory, reaches no further than that. */
  private static final long LARGEST_KERNEL = 1 << 28;

  /**
   * Where code is.
   *
   * @param symbols the table that has it
   * @param program the program that it is of, or null if that is not known or it is none's
   * @param distance by which it is higher than in the table
   * @param fallback its name if the table has no function there
   * @param naming what {@code fallback} is
   */
  record Where(SymbolTable symbols, @Nullable Program program, long distance, String fallback, Naming naming) {
    /** The function there, or null; one of a stripped program may have no name but its address. */
    @Nullable Function function(long linear) {
      Function named = symbols.find(linear - distance);
      return named != null || program == null ? named : program.nameless().find(linear - distance);
    }

    /** What a place is named by. */
    Naming naming(long linear) {
      return symbols.find(linear - distance) != null ? Naming.FUNCTION : naming;
    }
  }

  /** A place in code, the same for all processes that run the program. */
  record Location(@Nullable Program program, long address) {}

  private final SymbolTable kernel;
  private final Programs programs;
  private final List<GuestImage.Stage> stages;
  private final long lowest;
  private final long highest;
  /** How much higher the kernel's addresses are than those of physical memory where it lies; 0 if not known. */
  private final long offset;

  private GuestCode(SymbolTable all, SymbolTable kernel, long offset, Programs programs, List<GuestImage.Stage> stages) {
    this.kernel = all;
    this.lowest = kernel.lowest();
    this.highest = kernel.highest();
    this.offset = offset;
    this.programs = programs;
    this.stages = stages;
  }

  /**
   * What names code of a machine that has run.
   *
   * @param files functions from files, which count wherever nothing better is known; they are moved if they are those of a
   *     kernel that has moved itself
   * @param programs that the guest may have run
   * @param stages of the image that was booted
   */
  public static GuestCode of(CpuState cpu, SymbolTable files, Programs programs, List<GuestImage.Stage> stages) {
    SymbolTable functions = KernelSymbols.find(cpu);
    long physical = functions.size() == 0 ? PhysicalMemory.NO_RAM : LinearView.ofKernel(cpu, functions.lowest());
    long offset = physical == PhysicalMemory.NO_RAM ? 0 : functions.lowest() - physical;
    // The shared objects are in the kernel, whose names are what tells where it is.
    long from = offset == 0 ? 0 : physical & -CodePage.SIZE;
    Programs objects = SharedObject.find(cpu.memory, from, offset == 0 ? Long.MAX_VALUE : from + LARGEST_KERNEL);
    SymbolTable modules = offset == 0 ? SymbolTable.EMPTY : KernelModules.find(cpu, functions.lowest(), offset);
    return of(files, functions, modules, offset, programs.with(objects), stages);
  }

  /** The same for parts that are known. */
  static GuestCode of(SymbolTable files, SymbolTable kernel, SymbolTable modules, long offset, Programs programs,
      List<GuestImage.Stage> stages) {
    SymbolTable all = files.moved(files.distanceTo(kernel)).with(kernel).with(modules);
    return new GuestCode(all, kernel, offset, programs, stages);
  }

  /**
   * Where code is.
   *
   * @param page of user code, by {@link CodePage}
   */
  Where where(long linear, long page) {
    if (page != CodePage.NONE) {
      Programs.Page found = programs.find(page);
      return found == null ? new Where(kernel, null, 0, USER, Naming.NOTHING) : new Where(found.program().symbols(),
          found.program(), (linear & -CodePage.SIZE) - found.address(), "[" + found.program().name() + "]", Naming.PROGRAM);
    }
    if (kernel.find(linear) == null && offset != 0 && isKernel(linear + offset)) {
      return new Where(kernel, null, -offset, KERNEL, Naming.NOTHING);
    }
    for (GuestImage.Stage stage : stages) {
      if (Long.compareUnsigned(linear - stage.start(), stage.size()) < 0) {
        return new Where(kernel, null, 0, "[" + stage.name() + "]", Naming.STAGE);
      }
    }
    return new Where(kernel, null, 0, Long.compareUnsigned(linear, lowest) < 0 ? BEFORE : KERNEL, Naming.NOTHING);
  }

  private boolean isKernel(long linear) {
    return Long.compareUnsigned(linear, lowest) >= 0 && Long.compareUnsigned(linear, highest) <= 0
        && highest - lowest <= LARGEST_KERNEL;
  }

  /** The place in the program's file, or the address itself. */
  Location location(long linear, long page) {
    Where where = where(linear, page);
    return new Location(where.program(), linear - where.distance());
  }

  /** A function with the distance from its start; without one, the program and the address in its file, or the address. */
  String name(long linear, long page) {
    return name(linear, where(linear, page));
  }

  /** The same for code of which the table is known. */
  String name(long linear, Where where) {
    Function function = where.function(linear);
    if (function != null) {
      return function.at(linear - where.distance());
    }
    return where.naming() == Naming.NOTHING ? "0x%x".formatted(linear)
        : "%s+0x%x".formatted(where.fallback(), linear - where.distance());
  }

  /** The function, or what stands for it. */
  String function(long linear, long page) {
    Where where = where(linear, page);
    Function function = where.function(linear);
    return function == null ? where.fallback() : function.name();
  }
}
