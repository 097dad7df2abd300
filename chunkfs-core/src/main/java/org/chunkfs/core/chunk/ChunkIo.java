package org.chunkfs.core.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.chunkfs.core.device.BlockDevice;
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
 */
public final class ChunkIo {
  private final BlockDevice device;
  private final int chunk;
  private final long base;
  private final int blocks;
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile long progress;
  private volatile boolean fenced;

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
    begin();
    int start = dst.position();
    try {
      device.read(base + offset, dst);
    } catch (MemberMissingException e) {
      throw new ChunkUnavailableException(chunk, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      again(offset, dst.position(start), e);
    } finally {
      end();
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
    long offset = (long) block * BlockHeader.BLOCK;
    check(offset, dst.remaining());
    begin();
    try {
      device.readMedia(base + offset, dst);
    } catch (IOException e) {
      throw failed("read", offset, e);
    } finally {
      end();
    }
  }

  public void write(int block, ByteBuffer src) throws IOException {
    writeAt((long) block * BlockHeader.BLOCK, src);
  }

  /** Writes at a byte offset in the chunk; refused once fenced. */
  public void writeAt(long offset, ByteBuffer src) throws IOException {
    check(offset, src.remaining());
    writes.incrementAndGet();
    begin();
    try {
      if (fenced) {
        throw new ChunkUnavailableException(
            chunk, "chunk " + chunk + " was taken out of service during the request; try again");
      }
      device.write(base + offset, src);
    } catch (ChunkUnavailableException | DeviceFullException e) {
      throw e;
    } catch (MemberMissingException e) {
      throw new ChunkUnavailableException(chunk, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw failed("written", offset, e);
    } finally {
      end();
      writes.decrementAndGet();
    }
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

  private void begin() {
    if (inFlight.getAndIncrement() == 0) {
      progress = System.nanoTime();
    }
  }

  private void end() {
    progress = System.nanoTime();
    inFlight.decrementAndGet();
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

  private ChunkIoException failed(String verb, long offset, IOException cause) {
    return new ChunkIoException(
        chunk,
        "chunk %d block %d cannot be %s: %s"
            .formatted(chunk, offset / BlockHeader.BLOCK, verb, cause.getMessage()),
        cause);
  }
}
