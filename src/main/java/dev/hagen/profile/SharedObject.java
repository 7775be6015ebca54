package dev.hagen.profile;

import dev.hagen.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the shared object that Linux brings along for all programs (vDSO): an ELF file within the kernel, which begins at a page
 * and names its functions. They tell the time, or enter the kernel.
 */
final class SharedObject {
  private static final String NAME = "vdso";
  private static final int MAGIC = 0x464C_457F;
  private static final int TYPE = 16;
  private static final int SHARED = 3;
  /** Two pages of code and tables, in most versions; more in some. */
  private static final int LARGEST = 4 * CodePage.SIZE;

  private SharedObject() {}

  /**
   * The shared objects in memory, one for each kind of process.
   *
   * @param from guest-physical address of the page to begin at
   * @param to where to end at the latest
   */
  static Programs find(PhysicalMemory memory, long from, long to) {
    List<Program> found = new ArrayList<>();
    for (long at = from; at < Math.min(to, memory.lowRamSize()); at += CodePage.SIZE) {
      if ((int) memory.read(at, 4) == MAGIC && memory.read(at + TYPE, 2) == SHARED) {
        byte[] bytes = new byte[LARGEST];
        memory.copyOut(at, bytes, 0, LARGEST);
        Program program = Program.read(NAME, bytes);
        if (program != null && isKernels(program)) {
          found.add(program);
        }
      }
    }
    return Programs.of(found);
  }

  private static boolean isKernels(Program program) {
    return program.symbols().names().anyMatch(name -> name.startsWith("__vdso_") || name.equals("__kernel_vsyscall"));
  }
}
