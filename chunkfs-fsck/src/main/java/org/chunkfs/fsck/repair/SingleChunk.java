package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.ChunkMemory;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Keep;
import org.jspecify.annotations.Nullable;

/** One chunk that is out of service, checked and repaired while the others serve. */
public final class SingleChunk {
  private final Image image;
  private final int chunk;
  private final Keep keep;
  private final boolean data;

  /** What a check found. */
  public record Checked(Findings findings, ChunkFacts facts) {}

  /**
   * @param keep which of its commits count
   * @param data whether file data is compared with its checksums
   */
  public SingleChunk(Image image, int chunk, Keep keep, boolean data) {
    this.image = image;
    this.chunk = chunk;
    this.keep = keep;
    this.data = data;
  }

  private ChunkReader reader() {
    return new ChunkReader(image.device(), image.layout(), chunk);
  }

  /** Checks it; writes nothing. */
  public Checked check() {
    Findings findings = new Findings(chunk);
    return new Checked(findings, ChunkCheck.run(ChunkScan.open(reader(), keep, findings), data));
  }

  /**
   * Repairs it, also by what other chunks say of it, and leaves its journal empty; durable on
   * return.
   *
   * @param lastCommit no commit at or below it will be missed in this chunk
   * @return its directory for lost inodes, if there is one that has to be entered in the root
   *     directory of another chunk
   */
  public @Nullable LostFound repair(long lastCommit, long now, List<String> log)
      throws IOException {
    Surroundings around = Surroundings.of(image, chunk, keep, check().facts());
    ChunkRepair repair = new ChunkRepair(reader(), keep, ChunkMemory.NONE, log);
    repair.local(around.facts, now);
    ChunkModel model = repair.model();
    if (model != null) {
      Set<Integer> frozen = Set.copyOf(around.models.keySet());
      around.models.put(chunk, model);
      new CrossRepair(around.models, around.unknown, frozen, image.layout().hashKey(), log).run();
      repair.local(around.facts, now);
    }
    repair.write(
        data,
        true,
        Math.max(lastCommit, around.lastNaming()),
        now,
        new RepairHistory(image.device(), 0));
    return model == null ? null : LostFound.of(model);
  }
}
