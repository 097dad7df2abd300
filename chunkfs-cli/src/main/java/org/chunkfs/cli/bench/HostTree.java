package org.chunkfs.cli.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Random;

/**
 * A tree of files on the host, as a home directory has it: about fifty names to a directory, nine
 * files in ten under 2 KB, one in a hundred a symbolic link. The same seed gives the same tree.
 */
final class HostTree {
  private static final int NAMES = 50;
  private static final int BELOW = 6;
  private static final int LARGEST = 64 << 10;

  private final Path root;
  private final Random random;
  private final byte[] content = new byte[LARGEST];
  private int files;
  private int directories = 1;
  private long bytes;

  /**
   * @param root an empty directory
   */
  HostTree(Path root, long seed) {
    this.root = root;
    this.random = new Random(seed);
    random.nextBytes(content);
  }

  /** Makes so many files, and the directories they need. */
  void make(int count) throws IOException {
    ArrayDeque<Path> open = new ArrayDeque<>();
    open.add(root);
    while (files < count) {
      Path directory = open.isEmpty() ? root : open.removeFirst();
      int names = NAMES / 2 + random.nextInt(NAMES);
      int below = directories < count / NAMES ? 1 + random.nextInt(2 * BELOW - 1) : 0;
      for (int i = 0; i < below; i++) {
        Path sub = directory.resolve("directory-%02d".formatted(i));
        Files.createDirectory(sub);
        open.add(sub);
        directories++;
      }
      for (int i = below; i < names && files < count; i++) {
        entry(directory.resolve("file-%02d-%06d.txt".formatted(i, random.nextInt(1_000_000))));
      }
    }
  }

  private void entry(Path file) throws IOException {
    files++;
    if (random.nextInt(100) == 0) {
      Files.createSymbolicLink(file, Path.of("../somewhere/else-" + files));
      return;
    }
    int size = size();
    int from = random.nextInt(LARGEST - size + 1);
    try (var out = Files.newOutputStream(file)) {
      out.write(content, from, size);
    }
    bytes += size;
  }

  private int size() {
    int kind = random.nextInt(100);
    if (kind < 90) {
      return 1 + random.nextInt(2047);
    }
    return kind < 99 ? 2048 + random.nextInt(14 << 10) : 16_384 + random.nextInt(LARGEST - 16_384);
  }

  /** Directories made, the root among them. */
  int directories() {
    return directories;
  }

  /** Bytes in all files. */
  long bytes() {
    return bytes;
  }

  /** Removes a tree. */
  static void delete(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attrs)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
