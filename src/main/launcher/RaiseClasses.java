import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Gives class files of Java 5, which picocli and ASM consist of, the version of Java 8 and the frames that it asks for: the JVM
 * takes only such into the AOT cache. What they do stays the same. Maven runs this on the jar before it trains the cache.
 */
public final class RaiseClasses {
  private static final int VERSION = Opcodes.V1_8;

  private RaiseClasses() {}

  /** Rewrites the jar that the one argument names. */
  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path raised = Path.of(arguments[0] + ".new");
    URL[] place = {jar.toUri().toURL()};
    try (ZipFile from = new ZipFile(jar.toFile());
        URLClassLoader classes = new URLClassLoader(place, ClassLoader.getPlatformClassLoader());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(raised))) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        byte[] content = from.getInputStream(entry).readAllBytes();
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        to.putNextEntry(copy);
        to.write(isOld(entry, content) ? raise(content, classes) : content);
        to.closeEntry();
      }
    }
    Files.move(raised, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean isOld(ZipEntry entry, byte[] content) {
    return entry.getName().endsWith(".class") && new ClassReader(content).readUnsignedShort(6) < Opcodes.V1_6;
  }

  private static byte[] raise(byte[] content, ClassLoader classes) {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
      @Override
      protected ClassLoader getClassLoader() {
        return classes;
      }
    };
    new ClassReader(content).accept(new ClassVisitor(Opcodes.ASM9, writer) {
      @Override
      public void visit(int version, int access, String name, String signature, String superName, String[] interfaces) {
        super.visit(VERSION, access, name, signature, superName, interfaces);
      }
    }, ClassReader.SKIP_FRAMES);
    return writer.toByteArray();
  }
}
