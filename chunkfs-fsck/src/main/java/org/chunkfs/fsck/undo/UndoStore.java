package org.chunkfs.fsck.undo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The storage of an undo file: a file, or something else that can be written and made durable. */
public interface UndoStore extends AutoCloseable {
  /** Bytes there are. */
  long size() throws IOException;

  /** Fills {@code dst}, or throws {@link java.io.EOFException}. */
  void read(long position, ByteBuffer dst) throws IOException;

  /** Writes all of {@code src}; what lies before it and was never written reads as zeros. */
  void write(long position, ByteBuffer src) throws IOException;

  /** Makes everything written durable. */
  void force() throws IOException;

  @Override
  void close() throws IOException;

  /**
   * A new file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one: it may be needed yet
   */
  static UndoStore create(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    UndoStore store = new FileStore(path, channel);
    store.force();
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      FileStore.forceDirectory(directory);
    }
    return store;
  }

  /** A file that is there, to be read. */
  static UndoStore open(Path path) throws IOException {
    return new FileStore(path, FileChannel.open(path, StandardOpenOption.READ));
  }

  /** A store in a file. */
  final class FileStore implements UndoStore {
    private final Path path;
    private final FileChannel channel;

    private FileStore(Path path, FileChannel channel) {
      this.path = path;
      this.channel = channel;
    }

    /** The file's name must survive too; where directories cannot be opened the host sees to it. */
    private static void forceDirectory(Path directory) {
      try (FileChannel of = FileChannel.open(directory, StandardOpenOption.READ)) {
        of.force(true);
      } catch (IOException e) {
        // Not every system can open a directory; those that cannot keep names by themselves.
      }
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void read(long position, ByteBuffer dst) throws IOException {
      long at = position;
      while (dst.hasRemaining()) {
        int n = channel.read(dst, at);
        if (n < 0) {
          throw new java.io.EOFException(path + ": ends at " + channel.size());
        }
        at += n;
      }
    }

    @Override
    public void write(long position, ByteBuffer src) throws IOException {
      long at = position;
      try {
        while (src.hasRemaining()) {
          at += channel.write(src, at);
        }
      } catch (IOException e) {
        throw failed(e);
      }
    }

    @Override
    public void force() throws IOException {
      try {
        channel.force(true);
      } catch (IOException e) {
        throw failed(e);
      }
    }

    private FileSystemException failed(IOException e) {
      FileSystemException failed =
          new FileSystemException(
              path.toString(),
              null,
              "the undo file cannot be written (%s); nothing that it does not hold was overwritten"
                  .formatted(e.getMessage()));
      failed.initCause(e);
      return failed;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }
}
