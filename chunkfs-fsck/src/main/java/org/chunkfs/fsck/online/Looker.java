package org.chunkfs.fsck.online;

import java.io.IOException;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.RingMap;
import org.chunkfs.core.volume.Upkeep;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Keep;
import org.jspecify.annotations.Nullable;

/**
 * Checks one chunk that serves, as it stands at one moment, while it goes on serving.
 *
 * <p>What seems wrong is looked at again, on the medium. If the chunk has so little room that the
 * moment does not last, its writers wait for the last look.
 */
public final class Looker {
  /** Looks, the first one included, before writers wait for one. */
  private static final int TRIES = 3;

  private final Volume volume;
  private final Upkeep upkeep;
  private final ImageLayout layout;
  private final IntFunction<BlockDevice> first;
  private final IntFunction<BlockDevice> again;

  /** Whether the first look counts already. */
  private final boolean surely;

  /**
   * What was seen.
   *
   * @param findings confirmed
   */
  public record Look(Findings findings, ChunkFacts facts) {}

  public Looker(Volume volume) {
    this(volume, _ -> volume.image().device(), _ -> new MediaView(volume.image().device()), false);
  }

  /**
   * Who looks at the medium at once, and believes it: for a chunk that is thought to be damaged.
   */
  public static Looker surely(Volume volume) {
    IntFunction<BlockDevice> media = _ -> new MediaView(volume.image().device());
    return new Looker(volume, media, media, true);
  }

  /** Who reads from the medium only, each chunk through a device of its own above it. */
  public static Looker ofMedia(Volume volume, BiFunction<Integer, BlockDevice, BlockDevice> above) {
    IntFunction<BlockDevice> media =
        chunk -> above.apply(chunk, new MediaView(volume.image().device()));
    return new Looker(volume, media, media, false);
  }

  private Looker(
      Volume volume,
      IntFunction<BlockDevice> first,
      IntFunction<BlockDevice> again,
      boolean surely) {
    this.surely = surely;
    this.volume = volume;
    this.upkeep = volume.upkeep();
    this.layout = volume.layout();
    this.first = first;
    this.again = again;
  }

  /**
   * Looks at the chunk that {@code crossings} are of.
   *
   * @param data whether file data is compared with its checksums
   * @param crossings takes what crosses the chunk's border
   * @throws org.chunkfs.core.error.ChunkUnavailableException if it does not serve, or no longer
   */
  public Look look(boolean data, Crossings crossings) throws IOException {
    int chunk = crossings.chunk();
    for (int i = 0; i < TRIES; i++) {
      BlockDevice device = i == 0 ? first.apply(chunk) : again.apply(chunk);
      boolean doubted = i > 0;
      boolean sure = doubted || surely;
      Upkeep.MomentWork<@Nullable Look> work =
          moment -> {
            Look look = at(moment, device, data, crossings, doubted);
            boolean counts = sure && moment.intact().getAsBoolean();
            return counts || !look.findings.anyWrong() ? look : null;
          };
      Look seen = upkeep.<@Nullable Look>whileServing(Set.of(chunk), work);
      if (seen != null) {
        return seen;
      }
    }
    BlockDevice device = new MediaView(volume.image().device());
    return upkeep.whileStill(Set.of(chunk), moment -> at(moment, device, data, crossings, true));
  }

  private Look at(
      Upkeep.Moment moment,
      BlockDevice device,
      boolean data,
      Crossings crossings,
      boolean doubted) {
    int chunk = crossings.chunk();
    Findings findings = new Findings(chunk);
    Keep keep = new ServedKeep(volume.state(), moment);
    ChunkScan scan = ChunkScan.open(new ChunkReader(device, layout, chunk), keep, findings);
    ChunkFacts facts =
        doubted ? ChunkCheck.closely(scan, data, crossings) : ChunkCheck.run(scan, data, crossings);
    if (scan.kept() != null
        && !scan.kept().records().isEmpty()
        && !RingMap.read(device, layout).get(chunk)) {
      findings.add(Problem.RING_MAP_BIT);
    }
    return new Look(findings, facts);
  }

  /** What was seen of several chunks at one moment, for who compares what they say. */
  interface Together<T extends @Nullable Object> {
    /**
     * @param media the device to read them from
     * @param keep which parts of their journals count
     */
    T run(BlockDevice media, Keep keep) throws IOException;
  }

  /** Looks at several chunks at one moment; writers wait only if else it does not last. */
  <T extends @Nullable Object> T together(Set<Integer> chunks, Together<T> work)
      throws IOException {
    for (int i = 0; i < TRIES; i++) {
      BlockDevice media = new MediaView(volume.image().device());
      boolean[] lasted = new boolean[1];
      T result =
          upkeep.whileServing(
              chunks,
              moment -> {
                T found = work.run(media, new ServedKeep(volume.state(), moment));
                lasted[0] = moment.intact().getAsBoolean();
                return found;
              });
      if (lasted[0]) {
        return result;
      }
    }
    BlockDevice media = new MediaView(volume.image().device());
    return upkeep.whileStill(
        chunks, moment -> work.run(media, new ServedKeep(volume.state(), moment)));
  }
}
