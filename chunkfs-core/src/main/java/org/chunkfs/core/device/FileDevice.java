package org.chunkfs.core.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chunkfs.core.error.ChunkFsException;
import org.chunkfs.core.error.DeviceBusyException;
import org.chunkfs.core.error.DeviceException;

/**
 * A regular file or a raw block device of the host.
 *
 * <p>Who opens it for writing holds an exclusive lock until {@link #close()}; a second writer, in
 * this process or another, gets a {@link DeviceBusyException}. The lock is advisory and the
 * process's: it is lost if other code in the same process opens and closes the file by itself.
 *
 * <p>Direct buffers are passed to the host as they are; reading and writing allocates nothing.
 */
public final class FileDevice implements BlockDevice {
  private static final int TYPE_MASK = 0170000; // S_IFMT and S_IFBLK of inode(7)
  private static final int BLOCK_SPECIAL = 0060000;

  private final Path path;
  private final Mode mode;
  private final HostFile file;
  private final long size;
  private final AtomicBoolean closed = new AtomicBoolean();

  private FileDevice(Path path, Mode mode, HostFile file, long size) {
    this.path = path;
    this.mode = mode;
    this.file = file;
    this.size = size;
  }

  /**
   * Opens a file or block device. A tail of the file that is no whole block is out of reach.
   *
   * @throws DeviceBusyException if it is to be written and somebody else has it open for writing
   * @throws DeviceException if it does not exist, is of another kind, or may not be opened
   */
  public static FileDevice open(Path path, Mode mode) throws IOException {
    HostFile file;
    try {
      checkKind(path);
      file = HostFile.open(path, mode);
    } catch (IOException e) {
      throw HostErrors.opening(path, mode, e);
    }
    try {
      long bytes = file.size(mode);
      return new FileDevice(path, mode, file, bytes - bytes % BLOCK);
    } catch (IOException e) {
      file.leave(mode);
      throw HostErrors.opening(path, mode, e);
    }
  }

  /**
   * Makes a sparse file and opens it for writing. It is durable, with its name, on return.
   *
   * @param size its size in bytes, a multiple of {@link #BLOCK}
   * @param overwrite whether a file that exists is emptied first; else that is an error
   * @throws DeviceBusyException if the file exists and somebody has it open for writing
   * @throws org.chunkfs.core.error.DeviceFullException if the host has no room
   * @throws DeviceException if the file exists, is no regular file, or cannot be made
   */
  public static FileDevice create(Path path, long size, boolean overwrite) throws IOException {
    Bounds.wholeBlocks(size);
    boolean made = make(path, overwrite);
    try {
      if (!Files.isRegularFile(path)) {
        throw new DeviceException(path + ": not a regular file, cannot be made anew");
      }
      HostFile file = openEmpty(path, size);
      syncDirectory(path);
      return new FileDevice(path, Mode.READ_WRITE, file, size);
    } catch (IOException e) {
      if (made) {
        Files.deleteIfExists(path);
      }
      throw e;
    }
  }

  /** Makes a file. Answers whether it is new. */
  private static boolean make(Path path, boolean overwrite) throws ChunkFsException {
    try {
      Files.createFile(path);
      return true;
    } catch (FileAlreadyExistsException e) {
      if (!overwrite) {
        throw new DeviceException(path + ": exists already", e);
      }
      return false;
    } catch (IOException e) {
      throw HostErrors.failed(path + ": cannot be made", e);
    }
  }

  private static HostFile openEmpty(Path path, long size) throws ChunkFsException {
    try {
      HostFile file = HostFile.open(path, Mode.READ_WRITE);
      try {
        file.clear(size);
        return file;
      } catch (IOException e) {
        file.leave(Mode.READ_WRITE);
        throw e;
      }
    } catch (IOException e) {
      throw HostErrors.failed("%s: cannot be made %d bytes long".formatted(path, size), e);
    }
  }

  /** Makes a file's name durable, on hosts where a directory can be opened. */
  private static void syncDirectory(Path path) {
    Path directory = path.toAbsolutePath().getParent();
    boolean interrupted = Thread.interrupted();
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // a host that cannot, or may not, open directories: nothing more can be done
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void checkKind(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return;
    }
    if (Files.isDirectory(path)) {
      throw new DeviceException(path + ": is a directory, not an image");
    }
    if (Files.exists(path) && !isBlockSpecial(path)) {
      throw new DeviceException(path + ": neither a regular file nor a block device");
    }
  }

  private static boolean isBlockSpecial(Path path) throws IOException {
    try {
      return ((int) Files.getAttribute(path, "unix:mode") & TYPE_MASK) == BLOCK_SPECIAL;
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return false; // no Unix: no block devices with names
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    int length = dst.remaining();
    check("read", position, length);
    try {
      file.read(mode, position, dst);
    } catch (IOException e) {
      throw failure("read", position, length, e);
    }
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    int length = dst.remaining();
    check("read", position, length);
    try {
      file.readMedia(mode, position, dst);
    } catch (IOException e) {
      throw failure("read", position, length, e);
    }
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    int length = src.remaining();
    check("write", position, length);
    if (readOnly()) {
      throw new DeviceException(path + ": is open for reading only");
    }
    try {
      file.write(position, src);
    } catch (IOException e) {
      throw failure("write", position, length, e);
    }
  }

  @Override
  public void flush() throws IOException {
    checkOpen();
    if (readOnly()) {
      return;
    }
    try {
      file.flush();
    } catch (IOException e) {
      throw HostErrors.failed(path + ": flush failed", e);
    }
  }

  private void check(String operation, long position, int length) throws IOException {
    checkOpen();
    Bounds.check(path, size, operation, position, length);
  }

  private void checkOpen() throws DeviceException {
    if (closed.get()) {
      throw new DeviceException(path + " has been closed");
    }
  }

  private IOException failure(String operation, long position, int length, IOException e) {
    String what = "%s: %s of %d bytes at %d failed".formatted(path, operation, length, position);
    return e instanceof EOFException
        ? (IOException) new EOFException(what + ": " + e.getMessage()).initCause(e)
        : HostErrors.failed(what, e);
  }

  @Override
  public boolean readOnly() {
    return mode == Mode.READ_ONLY;
  }

  @Override
  public List<Member> members() {
    return List.of(new Member(path.toString(), 0, size, true));
  }

  @Override
  public void close() throws IOException {
    if (!closed.getAndSet(true)) {
      file.leave(mode);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
