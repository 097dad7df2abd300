package org.chunkfs.core.device;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one file past the host's page cache (Linux: {@code O_DIRECT}), through aligned buffers
 * of its own. The host writes dirty pages of the range back first, so nothing written is missed.
 *
 * <p>The reading is done on threads that nobody can interrupt: an interrupt would close the
 * channel, and that would drop the process's lock on the file ({@link HostFile}).
 */
final class MediaReader implements AutoCloseable {
  private static final int MAX_TRANSFER = 1 << 20;
  private static final int SPARE_BUFFERS = 4;

  private final FileChannel channel;
  private final int alignment;
  private final ArrayBlockingQueue<ByteBuffer> spares = new ArrayBlockingQueue<>(SPARE_BUFFERS);

  private MediaReader(FileChannel channel, int alignment) {
    this.channel = channel;
    this.alignment = alignment;
  }

  /** A reader for a file, or null where the host has no way past its cache (tmpfs, for one). */
  static @Nullable MediaReader open(Path path) {
    try {
      long blockSize = Math.max(BlockDevice.BLOCK, Files.getFileStore(path).getBlockSize());
      if (MAX_TRANSFER % blockSize != 0) {
        return null;
      }
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
      return new MediaReader(channel, (int) blockSize);
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /**
   * Fills a buffer. Answers false, with the buffer as it was, if the host refuses this kind of
   * reading after all.
   */
  boolean read(long position, ByteBuffer dst) throws IOException {
    int start = dst.position();
    ByteBuffer bounce = borrow();
    try {
      while (dst.hasRemaining()) {
        long from = position + (dst.position() - start);
        int skip = (int) (from % alignment);
        int wanted = Math.min(dst.remaining(), MAX_TRANSFER - skip);
        fill(from - skip, bounce, skip + wanted);
        dst.put(dst.position(), bounce, skip, wanted);
        dst.position(dst.position() + wanted);
      }
      return true;
    } catch (IOException e) {
      if (refuses(e)) {
        dst.position(start);
        return false;
      }
      throw e;
    } finally {
      spares.offer(bounce);
    }
  }

  private ByteBuffer borrow() {
    ByteBuffer spare = spares.poll();
    return spare != null
        ? spare
        : ByteBuffer.allocateDirect(MAX_TRANSFER + alignment).alignedSlice(alignment);
  }

  /** Reads at least {@code wanted} bytes to the start of an aligned buffer. */
  private void fill(long position, ByteBuffer bounce, int wanted) throws IOException {
    int whole = (wanted + alignment - 1) / alignment * alignment;
    Tasks.runAll(
        List.of(() -> {
          bounce.clear().limit(whole);
          int got = 0;
          while (got < wanted) {
            // after a short read, the block it ended in is read again
            int again = got / alignment * alignment;
            channel.read(bounce.position(again), position + again);
            if (bounce.position() <= got) {
              throw new EOFException("the file has been cut short: it ends at " + (position + got));
            }
            got = bounce.position();
          }
        }));
  }

  /** EINVAL: some hosts open a file for direct reading and then cannot do it. */
  private static boolean refuses(IOException e) {
    String message = e.getMessage();
    return message != null && message.contains("Invalid argument");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
