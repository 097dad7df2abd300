package org.chunkfs.cli.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Other programs of the host. */
final class Programs {
  private Programs() {}

  /** Whether there is one of that name. */
  static boolean there(String name) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, name))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Makes the host forget what it keeps of a file's content in memory, after writing it out; false
   * if that is not possible here.
   */
  static boolean dropCache(Path file) throws IOException {
    if (!there("dd")) {
      return false;
    }
    List<String> drop =
        List.of("dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0");
    return ChildRun.of(drop).exit() == 0;
  }
}
