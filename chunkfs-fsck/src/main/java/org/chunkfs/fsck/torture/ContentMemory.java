package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.sim.Contents;
import org.chunkfs.core.sim.ImageChecker;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.check.CheckOptions;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.scan.ChunkMemory;
import org.jspecify.annotations.Nullable;

/**
 * The check of {@link SoundImage} for many images in memory that differ little from each other, as
 * snapshots of one do: what was read of a chunk is known when a chunk of the same content comes up
 * again. Not for several threads.
 */
final class ContentMemory implements ImageChecker {
  /** Things remembered; those that came up last. */
  private static final int MOST = 600;

  private final byte[] bootId;
  private final Map<Key, Object> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Object> eldest) {
          return size() > MOST;
        }
      };

  private @Nullable Contents contents;
  private @Nullable ImageLayout layout;

  private record Key(int chunk, long content, Object key) {}

  /**
   * @param bootId as for {@link SoundImage}
   */
  ContentMemory(byte[] bootId) {
    this.bootId = bootId.clone();
  }

  /** What is known of the chunks of one image. */
  private final class Chunks implements ChunkMemory {
    private final long[] content;

    Chunks(long[] content) {
      this.content = content;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T recall(int chunk, Object key, Supplier<T> read) {
      Key whole = new Key(chunk, content[chunk], key);
      Object found = known.get(whole);
      if (found == null) {
        found = read.get();
        known.put(whole, found);
      }
      return (T) found;
    }
  }

  @Override
  public List<String> check(BlockDevice device) throws IOException {
    if (!(device instanceof MemoryDevice memory)) {
      return new SoundImage(bootId).check(device);
    }
    ImageLayout layout = this.layout == null ? Image.of(device).layout() : this.layout;
    this.layout = layout;
    Contents contents = this.contents == null ? new Contents(memory.snapshot()) : this.contents;
    this.contents = contents;
    CheckOptions options =
        new CheckOptions(true, Set.of(), bootId, 1, new Chunks(contents(memory, layout, contents)));
    return ImageCheck.run(Image.of(device), options, Progress.NONE).findings().list().stream()
        .filter(f -> f.problem().severity() != Severity.NOTE)
        .map(f -> f.problem() + ": " + f)
        .toList();
  }

  /** By chunk; the volume records in them are no part of it, nobody remembers those. */
  private static long[] contents(MemoryDevice device, ImageLayout layout, Contents contents)
      throws IOException {
    long[] sums = new long[layout.chunks()];
    for (long block : contents.differing(device)) {
      for (int chunk = 0; chunk < sums.length; chunk++) {
        ChunkGeometry geometry = layout.geometry(chunk);
        long in = block - layout.base(chunk) / BlockDevice.BLOCK;
        int records = geometry.volumeRecord(0);
        boolean record =
            in >= records && in < records + 2L * VolumeRecord.BYTES / BlockDevice.BLOCK;
        if (in >= 0 && in < geometry.blocks() && !record) {
          sums[chunk] += contents.difference(device, block);
        }
      }
    }
    return sums;
  }
}
