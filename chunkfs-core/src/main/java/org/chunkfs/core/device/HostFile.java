package org.chunkfs.core.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.chunkfs.core.error.DeviceBusyException;
import org.chunkfs.core.error.DeviceException;
import org.jspecify.annotations.Nullable;

/**
 * One host file as this process has it open: a channel, shared by all {@link FileDevice}s on that
 * file, and the lock of the one among them that writes.
 *
 * <p>Two habits of the platform make this class what it is:
 *
 * <ul>
 *   <li><b>POSIX locks belong to the process.</b> All locks on a file vanish when the process
 *       closes <em>any</em> descriptor of that file. So there is one {@code HostFile} per file
 *       (hence the one static map of this module), everybody shares its channels, and they are
 *       closed when the last user leaves. (Code outside this package that opens and closes an image
 *       in the same process still drops the lock.)
 *   <li><b>File channels die of interrupts.</b> Interrupting a thread inside a {@link FileChannel}
 *       closes it under everybody. A thread's interrupt status is therefore put aside during an
 *       operation; an interrupt that comes in the middle makes the threads it hit open the channel
 *       again, take the lock again, and repeat what was cut off. If the lock cannot be had again,
 *       the writer is done for: another process may be writing.
 * </ul>
 *
 * <p>Invariants: at most one writer; the writer holds {@code lock}, or {@code lost} says why not; a
 * lock is taken only when no channel of this file that could still be closed is left over; {@code
 * dead} is set, and the entry in the map gone, before anybody can open the file anew. Monitor of
 * {@code this} guards everything that is not volatile or final.
 */
final class HostFile {

  /** What an operation does to a channel. Implementations capture nothing, so none is allocated. */
  @FunctionalInterface
  private interface Work {
    /**
     * Does it.
     *
     * @param base what to add to the buffer's position to get the position in the file
     */
    void run(FileChannel channel, long base, ByteBuffer buffer) throws IOException;
  }

  /** Heap buffers are copied by the platform, into memory it keeps: at most this much at a time. */
  private static final int HEAP_SLICE = 1 << 20;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private static final ConcurrentHashMap<Object, HostFile> OPEN = new ConcurrentHashMap<>();

  private final Path path;
  private final Object key;

  private int users;
  private boolean dead;
  private boolean writer;
  private boolean channelWrites;
  private @Nullable FileLock lock;
  private @Nullable MediaReader media;
  private boolean mediaTried;

  private volatile @Nullable FileChannel channel;
  private volatile @Nullable String lost;

  private HostFile(Path path, Object key) {
    this.path = path;
    this.key = key;
  }

  /**
   * Opens a file, or joins those who have it open.
   *
   * @throws DeviceBusyException if it is to be written and somebody else writes it
   */
  static HostFile open(Path path, Mode mode) throws IOException {
    Path real = path.toRealPath();
    Object key = keyOf(real);
    for (; ; ) {
      HostFile file = OPEN.computeIfAbsent(key, k -> new HostFile(real, k));
      if (file.join(mode)) {
        return file;
      }
    }
  }

  /** What tells a file from all others: device and inode, or the path where the host has none. */
  static Object keyOf(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key != null ? key : path.toRealPath();
  }

  /** Adds a user. Answers false if the last one has just left: then look for the file again. */
  private synchronized boolean join(Mode mode) throws IOException {
    if (dead) {
      return false;
    }
    try {
      boolean write = mode == Mode.READ_WRITE;
      if (write && writer) {
        throw new DeviceBusyException(
            path + " is in use by this very process, which has it open for writing already");
      }
      FileChannel current = channel;
      if (current == null || (write && !channelWrites)) {
        channel = openChannel(write);
        channelWrites = write;
        if (current != null) {
          current.close(); // before the lock is taken, which this would drop
        }
      }
      if (write) {
        lock = takeLock();
        lost = null;
        writer = true;
      }
      users++;
      return true;
    } finally {
      if (users == 0) {
        closeAll();
      }
    }
  }

  /** Takes one user away; the last one closes everything. Waits for operations in progress. */
  synchronized void leave(Mode mode) throws IOException {
    if (mode == Mode.READ_WRITE) {
      writer = false;
      lost = null;
      FileLock held = lock;
      lock = null;
      if (held != null && held.isValid()) {
        try {
          held.release();
        } catch (ClosedChannelException e) {
          // an interrupt closed the channel: the lock went with it
        }
      }
    }
    if (--users == 0) {
      closeAll();
    }
  }

  private synchronized void closeAll() throws IOException {
    dead = true;
    FileChannel current = channel;
    channel = null;
    try (FileChannel c = current;
        MediaReader m = media) {
      media = null;
    } finally {
      OPEN.remove(key, this); // last: who opens the file anew must not lose a lock to our closing
    }
  }

  private FileChannel openChannel(boolean write) throws IOException {
    FileChannel fresh =
        FileChannel.open(
            path,
            write
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
                : Set.of(StandardOpenOption.READ));
    if (!keyOf(path).equals(key)) {
      fresh.close();
      throw new DeviceException(path + ": another file has taken its place");
    }
    return fresh;
  }

  private FileLock takeLock() throws IOException {
    FileChannel current = channel;
    if (current == null) {
      throw closed();
    }
    try {
      FileLock taken = current.tryLock();
      if (taken != null) {
        return taken;
      }
    } catch (OverlappingFileLockException e) {
      throw new DeviceBusyException(path + " is in use by another part of this process", e);
    }
    OptionalLong owner = LockOwner.find(path);
    throw new DeviceBusyException(
        "%s is in use by another chunkfs process%s; unmount it, or wait until that process has ended"
            .formatted(path, owner.isPresent() ? " (pid " + owner.getAsLong() + ")" : ""));
  }

  /** The size in bytes now, of a block device too. */
  long size(Mode mode) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(Long.BYTES);
    operate(mode, (c, _, buffer) -> buffer.putLong(0, c.size()), 0, answer);
    return answer.getLong(0);
  }

  /** Makes the file all holes, of a size, and durable. One block at the end is really allocated. */
  void clear(long size) throws IOException {
    operate(
        Mode.READ_WRITE,
        (c, base, last) -> {
          c.truncate(0);
          last.rewind();
          writeFully(c, base, last);
          c.force(true);
        },
        size - BlockDevice.BLOCK,
        ByteBuffer.allocateDirect(BlockDevice.BLOCK));
  }

  void read(Mode mode, long position, ByteBuffer dst) throws IOException {
    operate(mode, HostFile::readFully, position - dst.position(), dst);
  }

  void write(long position, ByteBuffer src) throws IOException {
    operate(Mode.READ_WRITE, HostFile::writeFully, position - src.position(), src);
  }

  void flush() throws IOException {
    operate(Mode.READ_WRITE, (c, _, _) -> c.force(false), 0, NOTHING);
  }

  /** Reads past the page cache where the host can, else plainly. */
  void readMedia(Mode mode, long position, ByteBuffer dst) throws IOException {
    usable(mode);
    MediaReader reader = media();
    if (reader == null || !reader.read(position, dst)) {
      read(mode, position, dst);
    }
  }

  private synchronized @Nullable MediaReader media() throws IOException {
    if (dead) {
      throw closed();
    }
    if (!mediaTried) {
      mediaTried = true;
      media = MediaReader.open(path);
    }
    return media;
  }

  /** Does some work on the channel, again and again until no interrupt cuts it off. */
  private void operate(Mode mode, Work work, long base, ByteBuffer buffer) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      for (; ; ) {
        FileChannel current = usable(mode);
        try {
          work.run(current, base, buffer);
          return;
        } catch (ClosedChannelException e) {
          interrupted |= Thread.interrupted();
          revive(current);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FileChannel usable(Mode mode) throws IOException {
    FileChannel current = channel;
    if (current == null) {
      throw closed();
    }
    if (mode == Mode.READ_WRITE && lost != null) {
      throw new DeviceBusyException("%s is no longer ours: %s".formatted(path, lost));
    }
    return current;
  }

  private DeviceException closed() {
    return new DeviceException(path + " has been closed");
  }

  /** Replaces a channel that an interrupt closed, unless another thread did, or we are closed. */
  private synchronized void revive(FileChannel cut) throws IOException {
    if (channel != cut) {
      return;
    }
    cut.close(); // waits until it is closed entirely: from then on it drops no lock
    try {
      channel = openChannel(channelWrites);
      if (writer && lost == null) {
        lock = takeLock();
      }
    } catch (IOException e) {
      if (writer && lost == null) {
        lost = "after an interrupt the lock could not be taken again (" + e.getMessage() + ")";
      }
      if (channel == cut) {
        throw e; // not even open: readers fail, and try again next time
      }
    }
  }

  private static void readFully(FileChannel channel, long base, ByteBuffer dst) throws IOException {
    int limit = dst.limit();
    try {
      while (dst.position() < limit) {
        dst.limit(slice(dst, limit));
        if (channel.read(dst, base + dst.position()) < 0) {
          throw new EOFException(
              "the file has been cut short: it ends before " + (base + dst.position()));
        }
      }
    } finally {
      dst.limit(limit);
    }
  }

  private static void writeFully(FileChannel channel, long base, ByteBuffer src)
      throws IOException {
    int limit = src.limit();
    try {
      while (src.position() < limit) {
        src.limit(slice(src, limit));
        if (channel.write(src, base + src.position()) <= 0) {
          throw new IOException("the host took none of the bytes");
        }
      }
    } finally {
      src.limit(limit);
    }
  }

  private static int slice(ByteBuffer buffer, int limit) {
    return buffer.isDirect() ? limit : Math.min(limit, buffer.position() + HEAP_SLICE);
  }
}
