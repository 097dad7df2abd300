package org.chunkfs.core.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.Errand;
import org.chunkfs.core.error.ChunkIoException;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.DeviceFullException;
import org.chunkfs.core.error.MemberMissingException;
import org.chunkfs.core.format.BlockHeader;

/**
 * One incarnation's handle on the device: reads and writes of its own blocks only, until it is
 * fenced.
 *
 * <p>Fencing is one volatile write. A write counts itself, tests the fence, writes, uncounts; so
 * once the fence is up and the count is zero, nothing more of this incarnation reaches the device.
 *
 * <p>A device that has been slow is not trusted for a while: its operations are done by threads of
 * their own, so that a request is answered when the chunk is fenced, and not when the device
 * returns. A device that hangs out of the blue keeps the threads that are inside it.
 */
public final class ChunkIo {
  /** An operation slower than this may be the last that comes back. */
  private static final long SLOW_NANOS = 100_000_000;

  private static final int WARY_OPERATIONS = 256;

  private final BlockDevice device;
  private final int chunk;
  private final long base;
  private final int blocks;
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile long progress;
  private volatile boolean fenced;

  /** So many operations more are not trusted to come back: one was slow not long ago. */
  private volatile int wary;

  /**
   * @param base byte position of the chunk's first block on the device
   */
  public ChunkIo(BlockDevice device, int chunk, long base, int blocks) {
    this.device = device;
    this.chunk = chunk;
    this.base = base;
    this.blocks = blocks;
  }

  public int chunk() {
    return chunk;
  }

  /** Reads {@code dst.remaining()} bytes from the start of {@code block} on. */
  public void read(int block, ByteBuffer dst) throws IOException {
    readAt((long) block * BlockHeader.BLOCK, dst);
  }

  /** Reads from a byte offset in the chunk; what fails is asked for once more, from the medium. */
  public void readAt(long offset, ByteBuffer dst) throws IOException {
    check(offset, dst.remaining());
    if (wary > 0 && !fenced) {
      ByteBuffer own = ByteBuffer.allocate(dst.remaining());
      send(() -> readNow(offset, own));
      dst.put(own.flip());
    } else {
      readNow(offset, dst);
    }
  }

  private void readNow(long offset, ByteBuffer dst) throws IOException {
    long from = begin();
    int start = dst.position();
    try {
      device.read(base + offset, dst);
    } catch (MemberMissingException e) {
      throw new ChunkUnavailableException(chunk, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      again(offset, dst.position(start), e);
    } finally {
      end(from);
    }
  }

  private void again(long offset, ByteBuffer dst, IOException first) throws IOException {
    try {
      device.readMedia(base + offset, dst);
    } catch (IOException e) {
      throw failed("read", offset, first);
    }
  }

  /** Reads past every cache of the host, to tell a damaged medium from a damaged page. */
  public void readMedia(int block, ByteBuffer dst) throws IOException {
    readMediaAt((long) block * BlockHeader.BLOCK, dst);
  }

  /** The same from a byte offset in the chunk. */
  void readMediaAt(long offset, ByteBuffer dst) throws IOException {
    check(offset, dst.remaining());
    long from = begin();
    try {
      device.readMedia(base + offset, dst);
    } catch (IOException e) {
      throw failed("read", offset, e);
    } finally {
      end(from);
    }
  }

  public void write(int block, ByteBuffer src) throws IOException {
    writeAt((long) block * BlockHeader.BLOCK, src);
  }

  /** Writes at a byte offset in the chunk; refused once fenced. */
  public void writeAt(long offset, ByteBuffer src) throws IOException {
    check(offset, src.remaining());
    if (wary > 0 && !fenced) {
      ByteBuffer own = ByteBuffer.allocate(src.remaining()).put(src).flip();
      send(() -> writeNow(offset, own));
    } else {
      writeNow(offset, src);
    }
  }

  private void writeNow(long offset, ByteBuffer src) throws IOException {
    writes.incrementAndGet();
    long from = begin();
    try {
      if (fenced) {
        throw revoked();
      }
      device.write(base + offset, src);
    } catch (ChunkUnavailableException | DeviceFullException e) {
      throw e;
    } catch (MemberMissingException e) {
      throw new ChunkUnavailableException(chunk, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw failed("written", offset, e);
    } finally {
      end(from);
      writes.decrementAndGet();
    }
  }

  /** Has a thread of its own do it: whoever asked is answered when it is done, or at the fence. */
  private void send(Errand.Step step) throws IOException {
    if (!Errand.run("chunkfs-wary-" + chunk, step, () -> fenced)) {
      throw revoked();
    }
  }

  private ChunkUnavailableException revoked() {
    return new ChunkUnavailableException(
        chunk, "chunk " + chunk + " was taken out of service during the request; try again");
  }

  /** Revokes this handle for writing, at once and for good. */
  public void fence() {
    fenced = true;
  }

  public boolean fenced() {
    return fenced;
  }

  /** Writes that have been let through and have not returned. */
  public int writesInFlight() {
    return writes.get();
  }

  private long begin() {
    long now = System.nanoTime();
    if (inFlight.getAndIncrement() == 0) {
      progress = now;
    }
    return now;
  }

  private void end(long from) {
    long now = System.nanoTime();
    progress = now;
    inFlight.decrementAndGet();
    if (now - from > SLOW_NANOS) {
      wary = WARY_OPERATIONS;
    } else if (wary > 0) {
      wary--; // may be lost among threads: it is a rough count
    }
  }

  /** For how long operations have been in flight without any of them coming back, nanoseconds. */
  public long stuckFor() {
    long since = progress;
    return inFlight.get() == 0 ? 0 : System.nanoTime() - since;
  }

  private void check(long offset, int length) {
    if (offset < 0 || offset + length > (long) blocks * BlockHeader.BLOCK) {
      throw new IllegalArgumentException(
          "chunk "
              + chunk
              + ": "
              + length
              + " bytes at "
              + offset
              + " are outside its "
              + blocks
              + " blocks");
    }
  }

  /** What fails in an incarnation that is over says nothing about the next one. */
  private IOException failed(String verb, long offset, IOException cause) {
    if (fenced) {
      return revoked();
    }
    return new ChunkIoException(
        chunk,
        "chunk %d block %d cannot be %s: %s"
            .formatted(chunk, offset / BlockHeader.BLOCK, verb, cause.getMessage()),
        cause);
  }
}
