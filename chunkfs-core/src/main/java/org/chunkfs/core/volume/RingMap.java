package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.Workers;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.RingMapBlock;
import org.chunkfs.core.format.Superblock;
import org.jspecify.annotations.Nullable;

/**
 * Which chunks' journal rings hold anything: one bit a chunk, in blocks at each member's start. A
 * bit is set before the first append to an empty ring and cleared after a checkpoint left it empty;
 * so an opening reads only the rings that matter, and a ring whose first record was lost is not
 * taken for an empty one. A block that cannot be read counts as {@link #full}.
 */
public final class RingMap {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** How long a mark is waited for in a volume: its caller holds the chunk's lock. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final long UNMARK_NANOS = 200_000_000L;

  private final BlockDevice device;
  private final ImageLayout layout;
  private final long patienceNanos;
  private final byte[][][] blocks;
  private final boolean[][] damaged;

  /** What is on its way to the device, at most one write for each block. */
  private final @Nullable Write[][] writing;

  /** Blocks whose last write failed. */
  private final boolean[][] uncertain;

  private RingMap(BlockDevice device, ImageLayout layout, Duration patience) {
    this.device = device;
    this.layout = layout;
    this.patienceNanos = patience.toNanos();
    int members = layout.members().size();
    this.blocks = new byte[members][][];
    this.damaged = new boolean[members][];
    this.writing = new Write[members][];
    this.uncertain = new boolean[members][];
    for (int m = 0; m < members; m++) {
      int count = count(layout, m);
      blocks[m] = new byte[count][BLOCK];
      damaged[m] = new boolean[count];
      writing[m] = new Write[count];
      uncertain[m] = new boolean[count];
    }
  }

  /** Number of map blocks on a member, from its block {@link Superblock#RING_MAP_BLOCK} on. */
  public static int count(ImageLayout layout, int member) {
    int chunks = layout.members().get(member).chunks();
    return (chunks + RingMapBlock.CHUNKS - 1) / RingMapBlock.CHUNKS;
  }

  /** Reads the map. */
  public static RingMap read(BlockDevice device, ImageLayout layout) {
    return read(device, layout, PATIENCE);
  }

  /**
   * Reads the map.
   *
   * @param patience how long a mark may take
   */
  public static RingMap read(BlockDevice device, ImageLayout layout, Duration patience) {
    RingMap map = new RingMap(device, layout, patience);
    for (int m = 0; m < map.blocks.length; m++) {
      for (int i = 0; i < map.blocks[m].length; i++) {
        byte[] block = map.blocks[m][i];
        boolean good = false;
        try {
          device.read(map.position(m, i), ByteBuffer.wrap(block));
          good = problemFree(block, layout, i);
        } catch (IOException e) {
          // counts as damaged
        }
        byte[] full = full(layout, m, i);
        if (good) {
          forgetOthers(block, full);
        } else {
          map.damaged[m][i] = true;
          map.blocks[m][i] = full;
        }
      }
    }
    return map;
  }

  /** A block of the map by which the rings of all its chunks may hold records. */
  public static byte[] full(ImageLayout layout, int member, int i) {
    byte[] block = new byte[BLOCK];
    header(block, layout, i);
    int chunks = layout.members().get(member).chunks() - i * RingMapBlock.CHUNKS;
    for (int bit = 0; bit < Math.min(chunks, RingMapBlock.CHUNKS); bit++) {
      block[RingMapBlock.BITS.offset() + (bit >>> 3)] |= (byte) (1 << (bit & 7));
    }
    BlockHeader.seal(block, BLOCK);
    return block;
  }

  /** Clears what a damaged map has set for chunks that there are not: it is not written again. */
  private static void forgetOthers(byte[] block, byte[] full) {
    for (int at = RingMapBlock.BITS.offset(); at < BLOCK; at++) {
      block[at] &= full[at];
    }
  }

  private static boolean problemFree(byte[] block, ImageLayout layout, int i) {
    return BlockHeader.problem(
                block, BlockKind.RING_MAP, layout.uuid(), -1, Superblock.RING_MAP_BLOCK + i)
            == null
        && BlockHeader.sealed(block, BLOCK);
  }

  /** Writes an empty map; the caller flushes. */
  static void create(BlockDevice device, ImageLayout layout) throws IOException {
    RingMap map = new RingMap(device, layout, PATIENCE);
    for (int m = 0; m < map.blocks.length; m++) {
      for (int i = 0; i < map.blocks[m].length; i++) {
        header(map.blocks[m][i], layout, i);
        map.write(m, i);
      }
    }
  }

  private static void header(byte[] block, ImageLayout layout, int i) {
    BlockHeader.init(
        block, BlockKind.RING_MAP, layout.uuid(), -1, Superblock.RING_MAP_BLOCK + i, 0);
  }

  private long position(int member, int i) {
    return (layout.members().get(member).start() + Superblock.RING_MAP_BLOCK + i) * BLOCK;
  }

  private void write(int member, int i) throws IOException {
    byte[] block = blocks[member][i];
    BlockHeader.seal(block, BLOCK);
    device.write(position(member, i), ByteBuffer.wrap(block));
  }

  /** True if a map block of a member cannot be believed. */
  public boolean damaged(int member) {
    for (boolean d : damaged[member]) {
      if (d) {
        return true;
      }
    }
    return false;
  }

  /** Whether a chunk's ring may hold records. */
  public synchronized boolean get(int chunk) {
    int member = layout.memberOf(chunk);
    int bit = chunk - layout.members().get(member).firstChunk();
    byte[] block = blocks[member][bit / RingMapBlock.CHUNKS];
    int in = bit % RingMapBlock.CHUNKS;
    return (block[RingMapBlock.BITS.offset() + (in >>> 3)] >>> (in & 7) & 1) != 0;
  }

  /**
   * Notes that a chunk's ring may hold records; handed to the operating system on return.
   *
   * @throws IOException if it cannot be noted, or not in time: then nothing may be appended
   */
  public void mark(int chunk) throws IOException {
    int member = layout.memberOf(chunk);
    int i = bit(chunk, member) / RingMapBlock.CHUNKS;
    long until = System.nanoTime() + patienceNanos;
    while (true) {
      Write write;
      boolean mine = false;
      synchronized (this) {
        write = writing[member][i];
        if (write == null) {
          if (get(chunk) && !uncertain[member][i]) {
            return;
          }
          write = begin(member, i, chunk, true);
          mine = true;
        }
      }
      IOException failure = write.await(until);
      if (mine && failure != null) {
        throw new DeviceException(
            "%s: the ring map cannot be written: %s".formatted(device, failure.getMessage()),
            failure);
      }
    }
  }

  /**
   * Notes that a chunk's ring is empty; best effort, since a mark too many only costs a look at the
   * ring. The caller keeps others from appending.
   */
  public void unmark(int chunk) {
    int member = layout.memberOf(chunk);
    int i = bit(chunk, member) / RingMapBlock.CHUNKS;
    Write write;
    synchronized (this) {
      if (writing[member][i] != null || !get(chunk)) {
        return;
      }
      write = begin(member, i, chunk, false);
    }
    try {
      write.await(System.nanoTime() + UNMARK_NANOS);
    } catch (DeviceException e) {
      // Whoever appends next waits for it, and marks the ring again.
    }
  }

  /**
   * Writes a member's map anew, as it is in memory; handed to the operating system on return.
   *
   * @throws IOException if it cannot be written, or not in time
   */
  void renew(int member) throws IOException {
    for (int i = 0; i < blocks[member].length; i++) {
      long until = System.nanoTime() + patienceNanos;
      IOException failure;
      Write mine = null;
      do {
        Write write;
        synchronized (this) {
          write = writing[member][i];
          if (write == null) {
            mine = begin(member, i, blocks[member][i].clone());
            write = mine;
          }
        }
        failure = write.await(until);
      } while (mine == null);
      if (failure != null) {
        throw failure;
      }
      damaged[member][i] = false;
    }
  }

  private int bit(int chunk, int member) {
    return chunk - layout.members().get(member).firstChunk();
  }

  /** Starts writing a block with one bit changed; under the monitor. */
  private Write begin(int member, int i, int chunk, boolean used) {
    byte[] next = blocks[member][i].clone();
    int in = bit(chunk, member) % RingMapBlock.CHUNKS;
    int at = RingMapBlock.BITS.offset() + (in >>> 3);
    int mask = 1 << (in & 7);
    next[at] = (byte) (used ? next[at] | mask : next[at] & ~mask);
    return begin(member, i, next);
  }

  private Write begin(int member, int i, byte[] next) {
    BlockHeader.seal(next, BLOCK);
    Write write = new Write(member, i, next);
    writing[member][i] = write;
    if (device.prompt()) {
      write.run();
    } else {
      Workers.start("chunkfs-ring-map", write);
    }
    return write;
  }

  /**
   * A block on its way to the device, on a thread of its own unless nothing can hang: a device that
   * does holds up those who need this mark, and not for ever. While it is on its way, and after it
   * failed, the block on the device is not known.
   */
  private final class Write implements Runnable {
    private final int member;
    private final int i;
    private final byte[] next;
    private boolean done; // guarded by the map
    private @Nullable IOException failure; // guarded by the map

    Write(int member, int i, byte[] next) {
      this.member = member;
      this.i = i;
      this.next = next;
    }

    @Override
    public void run() {
      IOException failed = null;
      try {
        device.write(position(member, i), ByteBuffer.wrap(next));
      } catch (IOException e) {
        failed = e;
      } catch (RuntimeException e) {
        failed = new IOException(e);
      }
      synchronized (RingMap.this) {
        if (failed == null) {
          blocks[member][i] = next;
        }
        uncertain[member][i] = failed != null;
        failure = failed;
        done = true;
        writing[member][i] = null;
        RingMap.this.notifyAll();
      }
    }

    /** Waits for its end; why it failed, or null. */
    @Nullable IOException await(long until) throws DeviceException {
      synchronized (RingMap.this) {
        while (!done) {
          long left = (until - System.nanoTime()) / 1_000_000;
          if (left <= 0) {
            throw new DeviceException(
                "%s: the ring map did not take a write in time".formatted(device));
          }
          Waiting.quietly(RingMap.this, left);
        }
        return failure;
      }
    }
  }
}
