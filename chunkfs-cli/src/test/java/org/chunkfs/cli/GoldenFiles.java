package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.chunkfs.cli.output.Progress;
import org.chunkfs.cli.tree.Archives;
import org.chunkfs.cli.tree.HostSink;
import org.chunkfs.cli.tree.Notes;
import org.chunkfs.cli.tree.TreeCopy;
import org.chunkfs.cli.tree.TreeSink;
import org.chunkfs.cli.tree.TreeSource;

/** Images packed with their holes; {@code tar -xf} unpacks them as well. */
final class GoldenFiles {
  static final Path TESTDATA = Path.of("..", "testdata");
  static final Path FORMAT = TESTDATA.resolve("format-1");

  private GoldenFiles() {}

  /** Packs all files of a directory. */
  static void pack(Path directory, Path archive) throws IOException {
    for (Path file : members(directory)) {
      Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    }
    Files.setLastModifiedTime(directory, FileTime.fromMillis(0));
    Notes notes = new Notes(_ -> {});
    try (TreeSource source = Archives.source(directory, notes, 0, 0);
        TreeSink sink = Archives.sink(archive, Archives.Format.TAR_XZ, true, notes)) {
      TreeCopy.run(source, sink, Progress.none());
    }
  }

  /** Unpacks into a directory; returns the files in order. */
  static List<Path> unpack(Path archive, Path directory) throws IOException {
    Notes notes = new Notes(_ -> {});
    try (TreeSource source = Archives.source(archive, notes, 0, 0);
        TreeSink sink = new HostSink(directory, notes)) {
      TreeCopy.run(source, sink, Progress.none());
    }
    return members(directory);
  }

  static List<Path> members(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return new ArrayList<>(files.sorted().toList());
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
