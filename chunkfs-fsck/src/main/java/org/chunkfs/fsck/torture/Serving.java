package org.chunkfs.fsck.torture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.ChunkStatus;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.check.ImageCheck;

/**
 * Whether an image that fsck calls sound can be used: a copy is opened, every directory read, a
 * file made, written, made durable, read and removed in every chunk that has a directory. Then all
 * chunks are in service, and the image is sound again.
 */
final class Serving {
  private static final byte[] NAME = "made-to-see-that-this-chunk-serves".getBytes(UTF_8);
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final int DIRECTORY = Vfs.S_IFDIR >> 12;
  private static final int BYTES = 5_000;

  private Serving() {}

  /**
   * Uses a copy of an image.
   *
   * @param of the image that it was made of
   * @return what does not work, or the empty string
   */
  static String broken(Specimen of, ScratchDevice spoiled) throws IOException {
    ScratchDevice device = spoiled.copy();
    Volume volume = SampleImages.open(device);
    try {
      for (Map.Entry<Integer, Long> dir : directories(volume).entrySet()) {
        use(volume, dir.getValue());
      }
      for (ChunkStatus chunk : volume.chunks()) {
        boolean serves = chunk.state() == ChunkState.ONLINE || chunk.state() == ChunkState.SUSPECT;
        if (!serves && !chunk.reason().startsWith(VolumeState.Reason.OFFLINE.text())) {
          return "chunk %d is %s: %s".formatted(chunk.id(), chunk.state(), chunk.reason());
        }
      }
    } finally {
      volume.close();
    }
    ImageCheck.Result after = of.check(device.copy());
    return after.findings().anyWrong()
        ? "fsck then finds " + after.findings().list().stream().limit(4).toList()
        : "";
  }

  /** A directory in each chunk that has one. */
  private static Map<Integer, Long> directories(Volume volume) throws IOException {
    Map<Integer, Long> byChunk = new TreeMap<>();
    byChunk.put(Ino.chunk(volume.layout().root()), volume.root());
    Deque<Long> left = new ArrayDeque<>(List.of(volume.root()));
    while (!left.isEmpty()) {
      volume.readdir(
          left.remove(),
          0,
          entry -> {
            if (entry.type() == DIRECTORY && !isDot(entry.name())) {
              left.add(entry.id());
              byChunk.putIfAbsent(Ino.chunk(entry.ino()), entry.id());
            }
            return true;
          });
    }
    return byChunk;
  }

  private static boolean isDot(byte[] name) {
    return name[0] == '.' && (name.length == 1 || name.length == 2 && name[1] == '.');
  }

  private static void use(Volume volume, long dir) throws IOException {
    try {
      long id = volume.create(dir, NAME, FILE).id();
      byte[] bytes = new byte[BYTES];
      Arrays.fill(bytes, (byte) id);
      volume.writeFully(id, 0, ByteBuffer.wrap(bytes));
      volume.fsync(id, false);
      ByteBuffer back = ByteBuffer.allocate(BYTES);
      volume.read(id, 0, back);
      if (!Arrays.equals(back.array(), bytes)) {
        throw new IOException(
            "a file in directory %x does not hold what was written".formatted(dir));
      }
      volume.unlink(dir, NAME);
    } catch (FsException e) {
      if (!Set.of(FsException.Reason.NO_SPACE, FsException.Reason.EXISTS).contains(e.reason())) {
        throw e;
      }
    }
  }
}
