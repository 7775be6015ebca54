package dev.hagen.cli;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One way to run a guest, which {@code hagen compare} compares with others.
 *
 * @param name how the user calls it
 * @param what it is, for people
 * @param command a program and its arguments, to which those of the guest are added in QEMU's spelling
 */
record Contender(String name, String what, List<String> command) {
  /** What QEMU's contenders are measured with. */
  private static final String QEMU = "qemu-system-x86_64";
  private static final Path KVM = Path.of("/dev/kvm");

  Contender {
    command = List.copyOf(command);
  }

  /** Those that this host has: Hagen's own, and QEMU's where it is installed. */
  static List<Contender> all() {
    List<Contender> all = new ArrayList<>();
    all.add(hagen("interpreter", "every instruction interpreted", "--pv=off", "--tunable", "threshold=0"));
    all.add(hagen("simple", "units of twelve instructions at most, none made anew; a write of CR3 empties the TLB",
        "--pv=off", "--unit=block12", "--no-adaptive", "--mmu=flush"));
    all.add(hagen("adaptive", "whole loops and functions, made anew where they are left often", "--pv=off"));
    all.add(hagen("shadow", "adaptive, and page tables are traced", "--pv=off", "--mmu=shadow"));
    all.add(hagen("paravirtual", "adaptive, and the guest knows KVM's interface", "--pv=on"));
    program(QEMU).ifPresent(path -> {
      all.add(qemu(path, "qemu-tcg", "QEMU's translator", "tcg,thread=single"));
      if (Files.isReadable(KVM) && Files.isWritable(KVM)) {
        all.add(qemu(path, "qemu-kvm", "QEMU with the host's hardware", "kvm"));
      }
    });
    return all;
  }

  private static Contender hagen(String name, String what, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    String classes = System.getProperty("java.class.path");
    command.addAll(classes.endsWith(".jar") && !classes.contains(File.pathSeparator)
        ? List.of("-jar", classes) : List.of("-cp", classes, Main.class.getName()));
    command.add("run");
    command.addAll(List.of(options));
    return new Contender(name, what, command);
  }

  private static Contender qemu(Path program, String name, String what, String accelerator) {
    return new Contender(name, what, List.of(program.toString(), "-accel", accelerator, "-display", "none", "-monitor",
        "none", "-net", "none"));
  }

  private static Optional<Path> program(String name) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(directory -> Path.of(directory, name)).filter(Files::isExecutable).findFirst();
  }
}
