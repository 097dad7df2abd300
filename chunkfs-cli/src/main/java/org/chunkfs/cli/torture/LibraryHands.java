package org.chunkfs.cli.torture;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Vfs;

/** A worker's files through the library. */
final class LibraryHands implements Hands {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 0, 0, 0);

  private final Vfs vfs;
  private final int worker;

  LibraryHands(Vfs vfs, int worker) {
    this.vfs = vfs;
    this.worker = worker;
  }

  private byte[] top(String directory) {
    return ("w" + worker + directory).getBytes(US_ASCII);
  }

  private long directory(String path) throws IOException {
    return vfs.lookup(vfs.root(), top(path.substring(0, path.indexOf('/')))).id();
  }

  private static byte[] name(String path) {
    return path.substring(path.indexOf('/') + 1).getBytes(US_ASCII);
  }

  @Override
  public void begin() throws IOException {
    for (String directory : List.of("a", "b")) {
      try {
        vfs.mkdir(vfs.root(), top(directory), DIRECTORY);
      } catch (FsException e) {
        if (e.reason() != FsException.Reason.EXISTS) {
          throw e;
        }
      }
    }
    try {
      unlink(TEMPORARY);
    } catch (FsException e) {
      if (e.reason() != FsException.Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  @Override
  public void put(String path, byte[] content) throws IOException {
    vfs.create(directory(TEMPORARY), name(TEMPORARY), FILE, ByteBuffer.wrap(content));
    rename(TEMPORARY, path);
  }

  @Override
  public void append(String path, int at, byte[] more) throws IOException {
    long id = vfs.lookup(directory(path), name(path)).id();
    ByteBuffer rest = ByteBuffer.wrap(more);
    while (rest.hasRemaining()) {
      vfs.write(id, at + rest.position(), rest);
    }
  }

  @Override
  public void unlink(String path) throws IOException {
    vfs.unlink(directory(path), name(path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    vfs.rename(directory(from), name(from), directory(to), name(to), Vfs.RenameMode.REPLACE);
  }

  @Override
  public void fsync(String path) throws IOException {
    vfs.fsync(vfs.lookup(directory(path), name(path)).id(), false);
  }

  @Override
  public Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String directory : List.of("a", "b")) {
      long dir;
      try {
        dir = vfs.lookup(vfs.root(), top(directory)).id();
      } catch (FsException e) {
        if (e.reason() == FsException.Reason.NOT_FOUND) {
          continue; // killed before it began
        }
        throw e;
      }
      List<Vfs.Dirent> entries = new ArrayList<>();
      vfs.readdir(dir, 0, entries::add);
      for (Vfs.Dirent entry : entries) {
        String path = directory + "/" + new String(entry.name(), US_ASCII);
        if (!path.equals(TEMPORARY)) {
          files.put(path, content(entry.id()));
        }
      }
    }
    return files;
  }

  private byte[] content(long id) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(vfs.getattr(id).size()));
    while (bytes.hasRemaining()) {
      if (vfs.read(id, bytes.position(), bytes) <= 0) {
        throw new IOException("a file ends before its size says so");
      }
    }
    return bytes.array();
  }
}
