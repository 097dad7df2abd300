package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.problem.Finding;
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
    return check(Crossings.all(chunk));
  }

  /**
   * The same.
   *
   * @param crossings takes what crosses the chunk's border
   */
  public Checked check(Crossings crossings) {
    Findings findings = new Findings(chunk);
    ChunkScan scan = ChunkScan.open(reader(), keep, findings);
    return new Checked(findings, ChunkCheck.run(scan, data, crossings));
  }

  /** What a repair did. */
  public static final class Repaired {
    private final Inventory before;
    private final @Nullable ChunkModel model;
    private final Map<Integer, ChunkFacts> places;

    private Repaired(
        Inventory before, @Nullable ChunkModel model, Map<Integer, ChunkFacts> places) {
      this.before = before;
      this.model = model;
      this.places = places;
    }

    /**
     * Its directory for lost inodes, if there is one that has to be entered in the root directory
     * of another chunk.
     */
    public @Nullable LostFound lostFound() {
      return model == null ? null : LostFound.of(model);
    }

    /** What was in it. */
    public Inventory before() {
      before.hang(places); // other chunks have not changed
      return before;
    }

    /** What the repair has left in it. */
    public Inventory after() {
      return model == null ? before : Inventory.repaired(model, before, places);
    }
  }

  /**
   * Repairs it, also by what other chunks say of it, and leaves its journal empty; durable on
   * return.
   *
   * @param seen what a check found in it, if nothing was changed since
   * @param lastCommit no commit at or below it will be missed in this chunk
   * @param lastNumber the last commit number that the volume has given
   * @param places what is known of all chunks, for the places of directories
   * @param wrong what was found; circles of directories are cut that have their entry here
   */
  public Repaired repair(
      @Nullable ChunkFacts seen,
      long lastCommit,
      long lastNumber,
      Map<Integer, ChunkFacts> places,
      List<Finding> wrong,
      long now,
      List<String> log)
      throws IOException {
    ChunkRepair repair = new ChunkRepair(reader(), keep, ChunkMemory.NONE, log);
    ChunkModel model = repair.model();
    ChunkFacts own = seen != null ? seen : check().facts();
    Surroundings around =
        Surroundings.of(image, chunk, keep, own, model == null ? null : model.referenced());
    Inventory before = model == null ? Inventory.empty(chunk) : Inventory.of(model);
    if (model != null) {
      TreeMap<Integer, ChunkModel> alone = new TreeMap<>(Map.of(chunk, model));
      new CycleCut(alone, true, image.layout().hashKey(), log).run(wrong);
    }
    repair.local(around.facts, now);
    if (model != null) {
      Set<Integer> frozen = Set.copyOf(around.models.keySet());
      around.models.put(chunk, model);
      long version = model.version();
      new CrossRepair(around.models, around.unknown, frozen, image.layout().hashKey(), log).run();
      if (model.version() != version) {
        repair.local(around.facts, now);
      }
    }
    repair.write(
        data,
        true,
        Math.max(lastCommit, around.lastNaming()),
        now,
        RepairHistory.upTo(image.device(), lastNumber));
    return new Repaired(before, model, places);
  }
}
