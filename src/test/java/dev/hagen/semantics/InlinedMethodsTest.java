package dev.hagen.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the launcher tells HotSpot to inline whatever it has learned: what the arithmetic of units consists of. */
final class InlinedMethodsTest {
  private static final String COMMAND = "-XX:CompileCommand=inline,";
  private static final ClassFileImporter IMPORTER = new ClassFileImporter();

  private static List<String> commands() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("src/main/launcher/jvm.options"))) {
      return lines.filter(line -> line.startsWith(COMMAND)).map(line -> line.substring(COMMAND.length())).toList();
    }
  }

  /** Whether a command, {@code Class::method} or the beginning of that with a * behind it, is for a method. */
  private static boolean isFor(String command, String method) {
    return command.endsWith("*") ? method.startsWith(command.substring(0, command.length() - 1)) : method.equals(command);
  }

  private static String name(JavaClass owner, String method) {
    return owner.getName() + "::" + method;
  }

  /** The methods that those of a class call, but for what is careful and therefore not short. */
  private static Stream<String> called(Class<?> type, Predicate<JavaCodeUnit> isShort) {
    return IMPORTER.importClasses(type).get(type).getMethodCallsFromSelf().stream()
        .filter(call -> isShort.test(call.getOrigin())).map(JavaMethodCall::getTarget)
        .filter(target -> target.getOwner().getPackageName().equals(type.getPackageName()))
        .filter(target -> !target.getName().endsWith("Carefully")).map(InlinedMethodsTest::name).distinct();
  }

  private static String name(AccessTarget.MethodCallTarget target) {
    return name(target.getOwner(), target.getName());
  }

  @Test
  void commands_nameMethodsThatExist() throws IOException {
    List<String> methods = IMPORTER.importPackages("dev.hagen").stream()
        .flatMap(type -> type.getMethods().stream().map(method -> name(type, method.getName()))).toList();
    assertThat(commands()).isNotEmpty()
        .allSatisfy(command -> assertThat(methods).anyMatch(method -> isFor(command, method)));
  }

  @Test
  void whatSseArithmeticConsistsOf_isInlined() throws IOException {
    List<String> commands = commands();
    assertThat(called(InlineFloat.class, method -> true)).isNotEmpty()
        .allSatisfy(method -> assertThat(commands).anyMatch(command -> isFor(command, method)));
  }

  @Test
  void whatSumsAndProductsOfTheX87ConsistOf_isInlined() throws IOException {
    List<String> commands = commands();
    assertThat(called(InlineExtended.class, method -> List.of("add", "multiply", "round").contains(method.getName()))).isNotEmpty()
        .allSatisfy(method -> assertThat(commands).anyMatch(command -> isFor(command, method)));
  }
}
