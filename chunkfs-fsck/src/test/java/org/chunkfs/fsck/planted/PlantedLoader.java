package org.chunkfs.fsck.planted;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The whole project once more, with some of its methods edited: a class loader that takes no class
 * of the project from its parent, so that what runs within it knows only the edited ones.
 */
final class PlantedLoader extends ClassLoader {
  private static final String PROJECT = "org.chunkfs.";

  private final ClassLoader files;
  private final List<Edit> edits;

  PlantedLoader(List<Edit> edits) {
    super(PlantedLoader.class.getClassLoader());
    this.files = PlantedLoader.class.getClassLoader();
    this.edits = edits;
  }

  /** A class file of the project as it was compiled. */
  static byte[] compiled(ClassLoader files, String name) throws IOException {
    try (InputStream in = files.getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new IOException("there is no class " + name);
      }
      return in.readAllBytes();
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(PROJECT)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes;
    try {
      bytes = compiled(files, name);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    for (Edit edit : edits) {
      if (name.equals(edit.className())) {
        bytes = edit.apply(bytes).bytes();
      }
    }
    return defineClass(name, bytes, 0, bytes.length);
  }
}
