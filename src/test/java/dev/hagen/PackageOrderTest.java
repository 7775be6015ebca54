package dev.hagen;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The order of the packages: each may use only those before it. */
class PackageOrderTest {
  /** docs/how-it-works.md says what each is for. */
  private static final List<String> ORDER = List.of("util", "snapshot", "x86", "memory", "cpu", "mmu", "decode",
      "semantics", "interpret", "region", "emit", "cache", "device", "block", "net", "vmm", "boot", "migrate", "profile",
      "machine", "console", "cli");

  private static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.hagen");

  static Stream<String> packages() {
    return ORDER.stream().filter(name -> !CLASSES.that(resideInAPackage(tree(name))).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("packages")
  void package_usesOnlyPackagesBeforeIt(String name) {
    String[] after = ORDER.subList(ORDER.indexOf(name) + 1, ORDER.size()).stream().map(PackageOrderTest::tree)
        .toArray(String[]::new);
    noClasses().that().resideInAPackage(tree(name)).should().dependOnClassesThat().resideInAnyPackage(after)
        .allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void everyPackage_isInTheOrder() {
    String[] known = ORDER.stream().map(PackageOrderTest::tree).toArray(String[]::new);
    assertThat(CLASSES.that(not(resideInAnyPackage(known)))).isEmpty();
  }

  @Test
  void asm_isUsedByEmitOnly() {
    onlyIn("emit", "org.objectweb.asm..").check(CLASSES);
  }

  @Test
  void caffeine_isUsedByCacheOnly() {
    onlyIn("cache", "com.github.benmanes.caffeine..").check(CLASSES);
  }

  @Test
  void commandLineLibraries_areUsedByCliOnly() {
    onlyIn("cli", "picocli..", "org.jline..", "com.google.gson..").check(CLASSES);
  }

  @Test
  void internalMemoryAccess_isUsedByMemoryOnly() {
    // Generated units may use it too; dev.hagen.emit names it as text.
    onlyIn("memory", "jdk.internal.misc..").check(CLASSES);
  }

  @Test
  void standardStreams_areUsedByCliOnly() {
    noClasses().that().resideOutsideOfPackage(tree("cli")).should().accessField(System.class, "out")
        .orShould().accessField(System.class, "err").orShould().accessField(System.class, "in").check(CLASSES);
  }

  @Test
  void virtualMachine_isEndedByCliOnly() {
    noClasses().that().resideOutsideOfPackage(tree("cli")).should().callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  private static ArchRule onlyIn(String name, String... library) {
    return noClasses().that().resideOutsideOfPackage(tree(name)).should().dependOnClassesThat()
        .resideInAnyPackage(library);
  }

  private static String tree(String name) {
    return "dev.hagen." + name + "..";
  }
}
