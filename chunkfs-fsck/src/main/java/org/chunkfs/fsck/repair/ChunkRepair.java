package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkMemory;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Keep;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.chunkfs.fsck.scan.RingView;
import org.jspecify.annotations.Nullable;

/** Stages the repair of one chunk, and writes it: through the journal, or as a new start. */
final class ChunkRepair {
  /** How much larger than the last known one a journal's epoch is made where one may be unknown. */
  private static final int EPOCH_STEP = 16;

  private static final int EPOCH_BASE = 0x4000_0000;

  /** A position that no ring has come to, and one that none may pass. */
  private static final long FAR = 1L << 50, MOST = 1L << 60;

  private final ChunkReader reader;
  private final Keep keep;
  private final ChunkScan scan;
  private final @Nullable ChunkModel model;
  private final List<String> log;

  /**
   * Reads what can be saved.
   *
   * @param memory what is known of its journal
   * @param log gets what is done, and given up
   */
  ChunkRepair(ChunkReader reader, Keep keep, ChunkMemory memory, List<String> log) {
    this.reader = reader;
    this.keep = keep;
    this.log = log;
    this.scan = ChunkScan.salvage(reader, keep, memory);
    BlockTable table = scan.table();
    MetaBlocks blocks = scan.blocks();
    this.model = table == null || blocks == null ? null : ChunkModel.load(scan, table, blocks, log);
  }

  /** Whether it was made ready for use, and never used. */
  boolean blank() {
    BlockTable table = scan.table();
    return table == null || table.blank();
  }

  /** The chunk's model; null if it was never used. */
  @Nullable ChunkModel model() {
    return model;
  }

  /** Repairs the model by the rules for one chunk. */
  void local(Map<Integer, ChunkFacts> facts, long now) {
    if (model != null) {
      new LocalRepair(model, facts, ChunkFs.ROOT_GENERATION, now, log).run(true);
    }
  }

  /** The same after {@link CrossRepair}: of entries in other chunks the facts are out of date. */
  void aligned(Map<Integer, ChunkFacts> facts, long now) {
    if (model != null) {
      new LocalRepair(model, facts, ChunkFs.ROOT_GENERATION, now, log).run(false);
    }
  }

  /**
   * Makes blocks of the model and writes those that changed.
   *
   * @param checkData whether data is compared with its checksums
   * @param restart whether the journal must be left empty under a new epoch, whatever is in it
   * @param baseG no commit at or below it will be missed in this chunk
   */
  void write(boolean checkData, boolean restart, long baseG, long now, RepairHistory history)
      throws IOException {
    write(checkData, restart, true, baseG, now, history);
  }

  /** The same for a chunk that is in order by itself: without changes it is left alone. */
  void writeChanges(long baseG, long now, RepairHistory history) throws IOException {
    write(false, false, false, baseG, now, history);
  }

  private void write(
      boolean checkData,
      boolean restart,
      boolean always,
      long baseG,
      long now,
      RepairHistory history)
      throws IOException {
    if (model == null) {
      log.add("rewrite the headers of chunk " + reader.chunk() + ", which was never used");
      byte[] good = scan.headers().header();
      Restart.blankHeaders(reader, good != null && scan.headers().real() ? good : new byte[0]);
      return;
    }
    TreeMap<Integer, SpaceRepair.Data> data = new SpaceRepair(model, checkData, log).run();
    LocalRepair.counts(model, reader.layout().root());
    ChunkImage image;
    try {
      image = ChunkImage.of(model, data);
    } catch (TreeBuilder.NoRoomException e) {
      throw new IOException(
          "chunk %d has no free blocks left for its repaired trees: free some space, and try again"
              .formatted(reader.chunk()));
    }
    Map<Integer, byte[]> changes = image.changes();
    if (changes.isEmpty() && !always) {
      return;
    }
    log.addAll(ChunkImage.show(reader.chunk(), changes));
    RingScanner.Scan kept = scan.kept();
    boolean direct =
        restart
            || unusable()
            || kept == null
            || history.isBehind(kept.lastG())
            || !JournalWriter.agrees(reader, scan.headers().header());
    if (direct) {
      log.add("start the journal of chunk " + reader.chunk() + " anew");
    }
    if (direct || kept == null) {
      Restart.write(reader, image, start(baseG, now, history));
    } else {
      JournalWriter.write(reader, kept, model.table, changes, history);
    }
  }

  /** Whether the engine could not recover the chunk. */
  private boolean unusable() {
    BlockTable table = scan.table();
    RingView ring = scan.ring();
    return !scan.headers().real()
        || !scan.headers().rootGood(scan.headers().current())
        || ring == null
        || keep.damage(reader.chunk(), ring.scan()) != null
        || table == null
        || !table.allGood()
        || scan.overlay().anyLost()
        || scan.findings().count(Problem.JOURNAL_ENTRY) > 0;
  }

  private Restart.Start start(long baseG, long now, RepairHistory history) {
    long sequence = 0;
    int epoch = 0;
    int good = 0;
    for (int copy = 0; copy < 2; copy++) {
      byte[] header = scan.headers().header(copy);
      if (header != null) {
        sequence = Math.max(sequence, ChunkHeader.SEQUENCE.get(header, 0));
        epoch = Math.max(epoch, ChunkHeader.RING_EPOCH.get(header, 0));
        good += scan.headers().real() ? 1 : 0;
      }
    }
    int next = good == 2 ? epoch + 1 : epoch + EPOCH_STEP;
    if (epoch == 0) {
      next = EPOCH_BASE + (int) (now / 1_000_000_000L & 0x3FFF_FFFF);
    }
    int first = scan.headers().real() ? 1 - scan.headers().current() : 0;
    byte[] header = scan.headers().header();
    long base = header == null ? 0 : ChunkHeader.BASE_G.get(header, 0);
    RingScanner.Scan kept = scan.kept();
    long last = kept == null ? 0 : kept.lastG();
    long known = Math.max(history.possible(base), history.possible(last));
    return new Restart.Start(first, sequence + 1, next, Math.max(baseG, known), tail());
  }

  /** A lap past anything that the ring can hold. */
  private long tail() {
    long ringBytes = (long) reader.geometry().ringBlocks() * BlockHeader.BLOCK;
    RingView ring = scan.ring();
    long known = ring == null || !scan.headers().real() ? FAR : Math.max(ring.tail(), 0);
    return (Math.min(known, MOST) / ringBytes + 3) * ringBytes;
  }
}
