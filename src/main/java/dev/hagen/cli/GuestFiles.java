package dev.hagen.cli;

import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.machine.Machine;
import dev.hagen.profile.GuestCode;
import dev.hagen.profile.Programs;
import dev.hagen.profile.RamDiskFiles;
import dev.hagen.profile.SymbolFile;
import dev.hagen.profile.SymbolTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files that name what a guest runs: those of {@code --symbols}, the image, and the programs in the initial RAM disk. */
final class GuestFiles {
  private final DebugFiles debugFiles = new DebugFiles();
  private SymbolTable symbols = SymbolTable.EMPTY;
  private Programs programs = Programs.NONE;
  /** The image that is booted, as long as nobody has asked for its functions. */
  private @Nullable ImageFile image;
  private List<GuestImage.Stage> stages = List.of();
  private List<GuestImage.Module> modules = List.of();
  private boolean isLinux;
  private boolean notUnpacked;

  /**
   * Takes files of {@code --symbols}, and directories with the symbols of stripped programs.
   *
   * @throws UserError if one cannot be read or names nothing
   */
  void addSymbols(List<Path> files) {
    for (Path path : files) {
      if (Files.isDirectory(path)) {
        debugFiles.add(path);
        continue;
      }
      byte[] bytes = Main.readFile(path);
      try {
        symbols = symbols.with(SymbolFile.read(bytes));
      } catch (IllegalArgumentException e) {
        throw new UserError("--symbols: " + path + " " + e.getMessage() + ".");
      }
      programs = programs.with(path.toString(), bytes);
    }
  }

  /** Takes the image that is booted, which may name functions: if it is an ELF file that has not been stripped. */
  void addImage(ImageFile file) {
    image = file;
  }

  /** Takes what is booted. */
  void boot(GuestImage image, List<GuestImage.Module> beside) {
    stages = image.stages();
    isLinux = image.format().equals("Linux");
    modules = beside;
  }

  /** Whether the initial RAM disk holds more than could be read when code was named. */
  boolean isIncomplete() {
    return notUnpacked;
  }

  /** Functions at the addresses in their files. */
  SymbolTable symbols() {
    if (image != null && SymbolFile.isElf(image.bytes())) {
      try {
        symbols = symbols.with(SymbolFile.read(image.bytes()));
      } catch (IllegalArgumentException e) {
        // Most images name nothing.
      }
    }
    image = null;
    return symbols;
  }

  /** What names the code of the machine, which has run. Unpacks the initial RAM disk. */
  GuestCode name(Machine machine) {
    Programs all = programs;
    for (GuestImage.Module module : modules) {
      RamDiskFiles.Found found = RamDiskFiles.read(module.file().bytes());
      all = all.with(found.programs());
      notUnpacked |= isLinux && !found.isComplete();
    }
    return GuestCode.of(machine.cpu(), symbols(), debugFiles.complete(all), stages);
  }
}
