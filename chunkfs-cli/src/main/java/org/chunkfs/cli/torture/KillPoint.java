package org.chunkfs.cli.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.volume.ImageLayout;

/** Where in its work a process is killed. */
enum KillPoint {
  /** After a random time. */
  ANYWHERE,
  /** As soon as something was acknowledged. */
  ACKNOWLEDGED,
  /** Before or after a flush has reached the host, in the process that flushes. */
  FLUSH,
  /** Before or after the write of a table root or chunk header. */
  CHECKPOINT;

  private static final long PAUSE_NANOS = 300_000_000;

  /**
   * The device of a process that is to be killed there: it tells when it has come there, and
   * pauses.
   *
   * @param reached tells the killer
   */
  BlockDevice watched(BlockDevice device, ImageLayout layout, long seed, Runnable reached) {
    if (this != FLUSH && this != CHECKPOINT) {
      return device;
    }
    SplittableRandom random = new SplittableRandom(seed);
    boolean before = random.nextBoolean();
    return new Watched(device, this, layout, 1 + random.nextInt(12), before, reached);
  }

  /** Pauses at one of the operations that it watches. */
  private static final class Watched extends DelegatingDevice {
    private final KillPoint point;
    private final ImageLayout layout;
    private final boolean before;
    private final Runnable reached;
    private int left; // guarded by this

    Watched(
        BlockDevice delegate,
        KillPoint point,
        ImageLayout layout,
        int left,
        boolean before,
        Runnable reached) {
      super(delegate);
      this.point = point;
      this.layout = layout;
      this.left = left;
      this.before = before;
      this.reached = reached;
    }

    private synchronized boolean due() {
      return --left == 0;
    }

    private void pause() {
      reached.run();
      LockSupport.parkNanos(PAUSE_NANOS);
    }

    @Override
    public void flush() throws IOException {
      boolean due = point == FLUSH && due();
      if (due && before) {
        pause();
      }
      super.flush();
      if (due && !before) {
        pause();
      }
    }

    @Override
    public void write(long position, ByteBuffer src) throws IOException {
      boolean due = point == CHECKPOINT && switches(position) && due();
      if (due && before) {
        pause();
      }
      super.write(position, src);
      if (due && !before) {
        pause();
      }
    }

    /** Whether the write belongs to a switch from one root and header to the other. */
    private boolean switches(long position) {
      for (int chunk = layout.chunks() - 1; chunk >= 0; chunk--) {
        if (position >= layout.base(chunk)) {
          ChunkGeometry geometry = layout.geometry(chunk);
          long block = (position - layout.base(chunk)) / BLOCK;
          return block < geometry.volumeRecord(0) || block >= geometry.bodyEnd();
        }
      }
      return false;
    }
  }
}
