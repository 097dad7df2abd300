import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Makes the program: a shell preamble, and right behind it a jar, in one executable file. Run at
 * build time, from this source: {@code java Pack.java PREAMBLE JAR PROGRAM}.
 *
 * <p>Class files that are too old for an AOT cache (it takes none from before Java 6) get a later
 * version, with the stack maps that it asks for; nothing else in them changes.
 */
final class Pack {
  private static final int OLDEST = ClassFile.JAVA_6_VERSION;
  private static final int GIVEN = ClassFile.JAVA_8_VERSION;

  private Pack() {}

  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[1]);
    Path program = Path.of(args[2]);
    Path made = program.resolveSibling(program.getFileName() + ".new");
    StringBuilder changed =
        new StringBuilder("Of these files of libraries the format's version was raised:\n");
    try (JarFile from = new JarFile(jar.toFile());
        URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(made))) {
      Files.copy(Path.of(args[0]), out);
      JarOutputStream to = new JarOutputStream(out);
      ClassFile rules =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (Enumeration<JarEntry> all = from.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        to.putNextEntry(copy);
        try (InputStream in = from.getInputStream(entry)) {
          byte[] bytes = in.readAllBytes();
          boolean old = entry.getName().endsWith(".class") && version(bytes) < OLDEST;
          to.write(old ? later(rules, bytes) : bytes);
          if (old) {
            changed.append(entry.getName()).append('\n');
          }
        }
      }
      JarEntry note = new JarEntry("META-INF/changed-class-files");
      note.setTime(from.getEntry("META-INF/MANIFEST.MF").getTime());
      to.putNextEntry(note);
      to.write(changed.toString().getBytes(StandardCharsets.UTF_8));
      to.finish();
    }
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.move(made, program, StandardCopyOption.REPLACE_EXISTING);
  }

  private static int version(byte[] bytes) {
    return (bytes[6] & 0xFF) << 8 | bytes[7] & 0xFF;
  }

  private static byte[] later(ClassFile rules, byte[] bytes) {
    ClassModel model = rules.parse(bytes);
    ClassTransform version =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(GIVEN, 0);
          } else {
            builder.with(element);
          }
        };
    return rules.transformClass(
        model, version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
  }
}
