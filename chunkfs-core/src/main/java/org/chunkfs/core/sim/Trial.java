package org.chunkfs.core.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkIoException;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.DataCorruptException;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.ChunkStatus;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/** A kind of experiment: runs a script and says what the filesystem did that it must not do. */
abstract class Trial {
  static final long MIB = 1 << 20;
  static final long CHUNK = 4 * MIB;

  /** How many steps were done, and how many states were opened. */
  long steps;

  long states;

  /** The image in which the last broken promise showed; null if it showed in none. */
  @Nullable MemoryDevice evidence;

  /**
   * Runs a script on a new image.
   *
   * @return the promise that was broken, or null
   */
  abstract @Nullable String run(List<Op> script, long seed) throws IOException;

  /** As {@link #run}; an exception is a broken promise too. */
  final @Nullable String verdict(List<Op> script, long seed) {
    evidence = null;
    try {
      return run(script, seed);
    } catch (IOException | RuntimeException | AssertionError e) {
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text, true));
      return text.toString();
    }
  }

  /** A new image of chunks of 4 MiB. */
  static MemoryDevice image(int chunks) throws IOException {
    MemoryDevice device = new MemoryDevice(MIB + chunks * CHUNK);
    ChunkFs.format(device, FormatOptions.seeded(1, 1_000).withChunkBytes(CHUNK));
    return device;
  }

  /** The bytes of a chunk on such an image. */
  static long chunkStart(int chunk) {
    return MIB + chunk * CHUNK;
  }

  /** A clock that ticks when it is looked at. */
  static InstantSource clock() {
    AtomicLong seconds = new AtomicLong(1_000_000);
    return () -> Instant.ofEpochSecond(seconds.getAndIncrement());
  }

  /** Nothing in the background but what the ring's fill calls for. */
  static VolumeOptions options() {
    return VolumeOptions.defaults()
        .withDeadline(Duration.ofSeconds(20))
        .withFenced(VolumeOptions.FencedPolicy.FAIL)
        .withFlush(Duration.ofHours(1), Long.MAX_VALUE)
        .withClock(clock());
  }

  static byte[] boot(int number) {
    byte[] id = new byte[16];
    id[0] = 1;
    id[1] = (byte) number;
    id[2] = (byte) (number >>> 8);
    return id;
  }

  static Volume open(BlockDevice device, VolumeOptions options, int boot) throws IOException {
    return Volume.open(Image.of(device), options, boot(boot));
  }

  /** The chunk that an inode lives in. */
  static int chunkOf(long id) {
    return Ino.chunk(id);
  }

  /** The chunk that a request failed for; -1: it failed for another reason. */
  static int chunkOf(IOException e) {
    return switch (e) {
      case ChunkUnavailableException c -> c.chunk();
      case ChunkIoException c -> c.chunk();
      case CorruptException c -> c.chunk();
      case DataCorruptException c -> c.chunk();
      default -> -1;
    };
  }

  /**
   * Does on the model what a call has done though it failed: of an open file its holder lets go in
   * any case, only what that frees waits until the chunk is back.
   */
  static void missed(Op op, Actor model) throws IOException {
    if (op.kind() == Op.Kind.RELEASE) {
      model.act(op);
    }
  }

  /** A chunk that is not in service, in words; null if all are. */
  static @Nullable String fenced(Volume volume) {
    for (ChunkStatus c : volume.chunks()) {
      if (c.state() != ChunkState.ONLINE && c.state() != ChunkState.SUSPECT) {
        return "chunk " + c.id() + " is " + c.state() + ": " + c.reason();
      }
    }
    return null;
  }
}
