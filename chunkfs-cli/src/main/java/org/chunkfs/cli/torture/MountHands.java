package org.chunkfs.cli.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A worker's files through a mount. */
final class MountHands implements Hands {
  private final Path mount;
  private final int worker;

  MountHands(Path mount, int worker) {
    this.mount = mount;
    this.worker = worker;
  }

  private Path at(String path) {
    return mount.resolve("w" + worker + path);
  }

  @Override
  public void begin() throws IOException {
    for (String directory : List.of("a", "b")) {
      Files.createDirectories(at(directory));
    }
    Files.deleteIfExists(at(TEMPORARY));
  }

  @Override
  public void put(String path, byte[] content) throws IOException {
    Files.write(at(TEMPORARY), content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    rename(TEMPORARY, path);
  }

  @Override
  public void append(String path, int at, byte[] more) throws IOException {
    try (FileChannel channel = FileChannel.open(at(path), StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(more);
      while (rest.hasRemaining()) {
        channel.write(rest, at + rest.position());
      }
    }
  }

  @Override
  public void unlink(String path) throws IOException {
    Files.delete(at(path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(
        at(from), at(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void fsync(String path) throws IOException {
    try (FileChannel channel = FileChannel.open(at(path), StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  @Override
  public Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String directory : List.of("a", "b")) {
      if (Files.isDirectory(at(directory))) {
        try (Stream<Path> entries = Files.list(at(directory))) {
          for (Path file : entries.toList()) {
            String path = directory + "/" + file.getFileName();
            if (!path.equals(TEMPORARY)) {
              files.put(path, Files.readAllBytes(file));
            }
          }
        }
      }
    }
    return files;
  }
}
