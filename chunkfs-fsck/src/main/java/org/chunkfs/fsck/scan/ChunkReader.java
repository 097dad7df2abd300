package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.MemberMissingException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.journal.RingIo;
import org.chunkfs.core.volume.ImageLayout;

/** Reads one chunk's blocks from the device. */
public final class ChunkReader {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final BlockDevice device;
  private final ImageLayout layout;
  private final int chunk;
  private final ChunkGeometry geometry;
  private final long base;

  public ChunkReader(BlockDevice device, ImageLayout layout, int chunk) {
    this.device = device;
    this.layout = layout;
    this.chunk = chunk;
    this.geometry = layout.geometry(chunk);
    this.base = layout.base(chunk);
  }

  public int chunk() {
    return chunk;
  }

  public ImageLayout layout() {
    return layout;
  }

  public BlockDevice device() {
    return device;
  }

  public ChunkGeometry geometry() {
    return geometry;
  }

  /** Whether the member that the chunk lies on is there, and long enough for the chunk. */
  public boolean present() {
    List<BlockDevice.Member> members = device.members();
    int member = layout.memberOf(chunk);
    if (member < members.size() && !members.get(member).present()) {
      return false;
    }
    try {
      read(geometry.blocks() - 1, 1);
      return true;
    } catch (MemberMissingException e) {
      return false;
    } catch (IOException e) {
      return true; // a place that cannot be read is damage
    }
  }

  /** Byte position of a block on the device. */
  public long position(int block) {
    return base + (long) block * BLOCK;
  }

  /** Blocks from {@code block} on. */
  public byte[] read(int block, int count) throws IOException {
    byte[] bytes = new byte[count * BLOCK];
    device.read(position(block), ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** {@code count} blocks from {@code block} on, into the beginning of {@code to}. */
  void read(int block, int count, byte[] to) throws IOException {
    device.read(position(block), ByteBuffer.wrap(to, 0, count * BLOCK));
  }

  /** The chunk's ring, for reading. */
  RingIo ring() {
    long start = position(geometry.ringStart());
    return new RingIo() {
      @Override
      public void write(int offset, ByteBuffer src) throws IOException {
        throw new IOException("a check never writes");
      }

      @Override
      public void read(int offset, ByteBuffer dst) throws IOException {
        device.read(start + offset, dst);
      }
    };
  }
}
