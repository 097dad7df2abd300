package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs commands as users do, in one JVM and on an image of its own, for what the JVM then keeps in
 * an AOT cache. The launcher starts it when it is asked to make one.
 */
final class Rehearsal {
  private Rehearsal() {}

  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory("chunkfs-rehearsal");
    String image = directory.resolve("image").toString();
    int failed = 0;
    for (List<String> words :
        List.of(
            List.of("mkfs", "-q", "--size", "64M", image),
            List.of("mkdir", image + ":/directory"),
            List.of("ls", "-l", image + ":/"),
            List.of("stat", image + ":/directory"),
            List.of("find", image + ":/"),
            List.of("fsck", "-f", "-n", image),
            List.of("fsck", "-f", "-y", image),
            List.of("rm", "-r", image + ":/directory"),
            List.of("torture", "--kind", "fields", "--count", "200"))) {
      String[] command = words.toArray(String[]::new);
      failed += Main.commandLine(command).execute(command) == 0 ? 0 : 1;
    }
    Files.delete(Path.of(image));
    Files.delete(directory);
    System.exit(failed == 0 ? 0 : 1);
  }
}
