package org.chunkfs.core.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A run of bytes of fixed size that can be read and written anywhere: the storage of an image.
 *
 * <p><b>Places.</b> Positions are bytes from the start, from 0 up to {@link #size()}. Callers keep
 * positions and lengths to multiples of 512, and nearly always to whole {@linkplain #BLOCK blocks}.
 * The unit in which a power loss keeps or loses what was not flushed is the 512-byte sector. The
 * implementations of this package take any position; others may refuse one that is not aligned.
 *
 * <p><b>Threads.</b> Every method may be called by any number of threads at once. Reads and writes
 * that overlap are not ordered, nor atomic beyond a sector. An interrupt never fails an operation,
 * neither the interrupted thread's nor another's: the thread finds its interrupt status still set
 * when the operation returns.
 *
 * <p><b>Buffers.</b> An operation transfers all bytes between the buffer's position and its limit,
 * and leaves the position at the limit. When it throws, the buffer's position is anywhere between
 * where it was and the limit, and what was transferred is not known; the limit is as it was. Direct
 * buffers are the fast kind.
 *
 * <p><b>Errors.</b> What the library can tell apart is an exception of {@link
 * org.chunkfs.core.error}; every message names the file or device and the place. A negative
 * position is an {@link IllegalArgumentException}, a range that goes beyond the end an {@link
 * EOFException}; neither transfers anything. Writing to a {@linkplain #readOnly() read-only}
 * device, and anything but {@link #close()}, {@link #size()}, {@link #readOnly()} and {@link
 * #members()} on a closed one, is a {@link org.chunkfs.core.error.DeviceException}.
 *
 * <p>Closing is not flushing: crash-only software relies on no orderly end. What must be durable
 * needs a {@link #flush()}.
 */
public interface BlockDevice extends AutoCloseable {

  /** The size of a block, in bytes: the unit that the filesystem reads and writes. */
  int BLOCK = 4096;

  /** The size in bytes, a multiple of {@link #BLOCK}. It never changes while the device is open. */
  long size();

  /**
   * Fills the rest of {@code dst} with the bytes from {@code position} on. What was never written
   * reads as zeros.
   *
   * @throws EOFException if the range goes beyond the end, or if the file below was cut short
   * @throws IOException if the bytes cannot be read
   */
  void read(long position, ByteBuffer dst) throws IOException;

  /**
   * Writes the rest of {@code src} from {@code position} on. On return the bytes have been handed
   * to the operating system: they are what every later read answers, and they survive the death of
   * this process, but not yet a loss of power.
   *
   * @throws EOFException if the range goes beyond the end; a device does not grow
   * @throws org.chunkfs.core.error.DeviceFullException if the host has no room for a block that was
   *     never written before
   * @throws IOException if the bytes cannot be written
   */
  void write(long position, ByteBuffer src) throws IOException;

  /**
   * Makes everything durable that any thread wrote before the call. Writes made during the call may
   * or may not be included.
   *
   * <p>After a flush that failed it is not known which of those bytes are durable, and a later
   * flush that succeeds says nothing about them: hosts report a lost write once and then forget it.
   * Who goes on must compare with {@link #readMedia} and write again what differs.
   *
   * @throws IOException if any of it may not be durable
   */
  void flush() throws IOException;

  /**
   * Like {@link #read}, but from the medium itself, past the host's page cache, where the host can
   * (Linux, {@code O_DIRECT}); elsewhere a plain read. Slower: it is for confirming that a bad read
   * is really bad. It sees everything written before, flushed or not.
   *
   * @throws EOFException as {@link #read}
   * @throws IOException if the bytes cannot be read
   */
  void readMedia(long position, ByteBuffer dst) throws IOException;

  /** Whether every write is refused. */
  boolean readOnly();

  /** The files or devices this one consists of, in order: at least one, without gaps. */
  List<Member> members();

  /** Whether every operation is certain to return soon: there is nothing below that could hang. */
  default boolean prompt() {
    return false;
  }

  /**
   * Gives back files, locks and memory; writes and flushes nothing. Closing twice is harmless. It
   * may wait for operations in progress, for ever if the host hangs.
   */
  @Override
  void close() throws IOException;

  /**
   * One file or device of an image.
   *
   * @param name what to call it towards people: the path as it was given
   * @param start where its first byte stands in the device, in bytes
   * @param size how many bytes of the device it holds
   * @param present whether it is there; if not, every access to it throws {@link
   *     org.chunkfs.core.error.MemberMissingException}
   */
  record Member(String name, long start, long size, boolean present) {

    /** Checks that the member is a range of bytes. */
    public Member {
      if (start < 0 || size < 0 || start + size < 0) {
        throw new IllegalArgumentException(
            "member " + name + ": start " + start + ", size " + size);
      }
    }

    /** Where the member ends: the position of the first byte after it. */
    public long end() {
      return start + size;
    }
  }
}
