package org.chunkfs.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** The image as the kernel shows it under a mount point. */
final class MountShare implements Share {
  private final Path root;

  MountShare(Path root) {
    this.root = root;
  }

  @Override
  public byte[] read(String path) throws IOException {
    return Files.readAllBytes(root.resolve(path));
  }

  @Override
  public void create(String path, byte[] content) throws IOException {
    Files.write(
        root.resolve(path), content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public void append(String path, long at, byte[] more) throws IOException {
    Files.write(root.resolve(path), more, StandardOpenOption.APPEND);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(root.resolve(from), root.resolve(to));
  }

  @Override
  public void delete(String path) throws IOException {
    Files.delete(root.resolve(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    try {
      Files.readAttributes(root.resolve(path), BasicFileAttributes.class);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
