package org.chunkfs.cli.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start this program once more. */
public final class SelfProgram {
  private SelfProgram() {}

  /** The start of a command line that runs the subcommand {@code name} of this program. */
  public static List<String> command(String name) {
    List<String> command = new ArrayList<>();
    String self = System.getProperty("chunkfs.self");
    if (self == null) {
      command.addAll(java());
    } else {
      command.add(self);
    }
    // A file named mount.chunkfs is that command already.
    if (self == null || !self.endsWith(".chunkfs")) {
      command.add(name);
    }
    return command;
  }

  /** Started as classes or a jar, and not by the launcher: the same JVM, the same main class. */
  private static List<String> java() {
    String main = System.getProperty("sun.java.command", "").split(" ", 2)[0];
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    if (main.endsWith(".jar")) {
      command.addAll(List.of("-jar", main));
    } else {
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    }
    return command;
  }
}
