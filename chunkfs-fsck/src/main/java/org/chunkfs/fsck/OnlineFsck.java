package org.chunkfs.fsck;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Recovery;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.repair.LostFound;
import org.chunkfs.fsck.repair.SingleChunk;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.scan.Keep;
import org.jspecify.annotations.Nullable;

/**
 * Checks and repairs one chunk of a volume that is in use, while the others go on serving.
 *
 * <p>The chunk is taken out of service for it. What it says about other chunks is not judged here,
 * but a repair asks them for what they know of it. After one it comes back with an empty journal.
 */
public final class OnlineFsck {
  private OnlineFsck() {}

  /**
   * Runs.
   *
   * @param repair whether damage is repaired; a chunk that is left damaged stays out of service
   * @param now goes into what is made, nanoseconds since 1970
   * @throws IOException if the chunk cannot be taken out, or cannot be written
   */
  public static FsckReport run(Volume volume, int chunk, boolean data, boolean repair, long now)
      throws IOException {
    ChunkState before = volume.chunks().get(chunk).state();
    boolean served = before == ChunkState.ONLINE || before == ChunkState.SUSPECT;
    if (served) {
      volume.offline(chunk);
    }
    Image image = volume.image();
    VolumeState state = volume.state();
    SingleChunk single = new SingleChunk(image, chunk, new Decided(state), data);
    SingleChunk.Checked first = volume.whileOut(chunk, ChunkState.CHECKING, single::check);
    SingleChunk.Checked last = first;
    List<String> log = new ArrayList<>();
    AtomicReference<@Nullable LostFound> lost = new AtomicReference<>();
    boolean repaired = repair && (first.findings().anyWrong() || !served);
    if (repaired) {
      last =
          volume.whileOut(
              chunk,
              ChunkState.REPAIRING,
              () -> {
                lost.set(single.repair(now, log));
                return single.check();
              });
    }
    if (!last.findings().anyWrong() && (served || repaired)) {
      volume.online(chunk);
      LostFound made = lost.get();
      if (made != null) {
        enter(volume, made, log);
      }
    }
    Map<Integer, ChunkFacts> facts = new TreeMap<>(Map.of(chunk, first.facts()));
    List<Finding> remaining = repaired ? last.findings().list() : List.of();
    return Fsck.report(image, first.findings(), facts, log, repaired, remaining);
  }

  private static void enter(Volume volume, LostFound made, List<String> log) {
    try {
      volume.enterLostFound(made.id(), made.name());
    } catch (IOException e) {
      // The chunk serves; what is in there waits for a check of the whole image.
      log.add("lost+found could not be entered in the root directory: " + e.getMessage());
    }
  }

  /** What was decided on earlier epochs; of the one that is open everything counts. */
  private record Decided(VolumeState state) implements Keep {
    @Override
    public RingScanner.Scan keep(int chunk, byte[] header, RingScanner.Scan scan) {
      return Recovery.keep(scan, header, state, chunk);
    }

    @Override
    public RingScanner.@Nullable Damage damage(int chunk, RingScanner.Scan scan) {
      return Recovery.damage(scan, state, chunk);
    }
  }
}
