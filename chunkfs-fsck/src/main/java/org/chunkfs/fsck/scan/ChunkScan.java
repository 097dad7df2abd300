package org.chunkfs.fsck.scan;

import java.util.List;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.fsck.problem.Findings;
import org.jspecify.annotations.Nullable;

/**
 * One chunk, opened for checking: headers, journal, table and a way to its metadata blocks, all as
 * recovery would leave them.
 */
public final class ChunkScan {
  private final ChunkReader reader;
  private final Findings findings;
  private final HeaderPair headers;
  private final @Nullable RingView ring;
  private final RingScanner.@Nullable Scan kept;
  private final Overlay overlay;
  private final @Nullable BlockTable table;
  private final @Nullable MetaBlocks blocks;

  private ChunkScan(
      ChunkReader reader,
      Findings findings,
      HeaderPair headers,
      @Nullable RingView ring,
      RingScanner.@Nullable Scan kept,
      Overlay overlay,
      @Nullable BlockTable table) {
    this.reader = reader;
    this.findings = findings;
    this.headers = headers;
    this.ring = ring;
    this.kept = kept;
    this.overlay = overlay;
    this.table = table;
    this.blocks = table == null ? null : new MetaBlocks(reader, table, overlay, findings);
  }

  /** Reads headers, journal and table; what is wrong with them goes to {@code findings}. */
  public static ChunkScan open(ChunkReader reader, Keep keep, Findings findings) {
    return open(reader, keep, ChunkMemory.NONE, findings);
  }

  /** The same, with what is known of the chunk's journal. */
  public static ChunkScan open(
      ChunkReader reader, Keep keep, ChunkMemory memory, Findings findings) {
    HeaderPair headers = HeaderPair.read(reader, findings);
    byte[] header = headers.header();
    if (header == null || !headers.initialized()) {
      return new ChunkScan(
          reader, findings, headers, null, null, Overlay.empty(reader.geometry()), null);
    }
    RingView ring = ring(reader, header, keep, memory);
    ring.judge(keep.damage(reader.chunk(), ring.scan()), keep.goesOn(reader.chunk()), findings);
    RingScanner.Scan kept = keep.keep(reader.chunk(), header, ring.scan());
    Overlay overlay = Overlay.of(kept.records(), reader.geometry(), findings);
    BlockTable table = BlockTable.read(reader, headers, overlay, findings);
    return new ChunkScan(reader, findings, headers, ring, kept, overlay, table);
  }

  private static RingView ring(ChunkReader reader, byte[] header, Keep keep, ChunkMemory memory) {
    RingView known = memory == ChunkMemory.NONE ? null : Journal.of(reader, memory).ring();
    return known == null ? RingView.read(reader, header, keep) : known;
  }

  /**
   * Opens a chunk for repair: as {@link #open}, and where headers or journal are damaged with what
   * can be guessed and found of them.
   */
  public static ChunkScan salvage(ChunkReader reader, Keep keep, ChunkMemory memory) {
    Findings findings = new Findings(reader.chunk());
    HeaderPair headers = HeaderPair.read(reader, findings);
    byte[] header = headers.header();
    boolean rootless =
        !headers.initialized() && Ino.chunk(reader.layout().root()) == reader.chunk();
    if (header == null || rootless) {
      int epoch = RingSalvage.epoch(reader);
      headers = HeaderPair.salvage(reader, epoch);
      header = headers.header();
    }
    if (header == null || !headers.initialized()) {
      return new ChunkScan(
          reader, findings, headers, null, null, Overlay.empty(reader.geometry()), null);
    }
    RingView ring =
        headers.real() ? ring(reader, header, keep, memory) : RingView.read(reader, header);
    RingScanner.Scan kept = keep.keep(reader.chunk(), header, ring.scan());
    Overlay overlay = Overlay.of(kept.records(), reader.geometry(), findings);
    long end = ring.scan().end();
    RingScanner.Damage damage = keep.damage(reader.chunk(), ring.scan());
    if (damage != null) {
      List<RingRecord> after = RingSalvage.after(reader, header, end);
      RingScanner.Scan counts =
          keep.keep(
              reader.chunk(),
              header,
              new RingScanner.Scan(after, end, ring.scan().lastG(), ring.scan().stableG(), null));
      overlay.addAfterGap(counts.records(), reader);
    }
    BlockTable table = BlockTable.read(reader, headers, overlay, findings);
    return new ChunkScan(reader, findings, headers, ring, kept, overlay, table);
  }

  public int chunk() {
    return reader.chunk();
  }

  public ChunkGeometry geometry() {
    return reader.geometry();
  }

  public ChunkReader reader() {
    return reader;
  }

  public Findings findings() {
    return findings;
  }

  public HeaderPair headers() {
    return headers;
  }

  /** The journal; null in a chunk that was never used, or without a header. */
  public @Nullable RingView ring() {
    return ring;
  }

  /** The part of the journal that counts; null as the table is. */
  public RingScanner.@Nullable Scan kept() {
    return kept;
  }

  public Overlay overlay() {
    return overlay;
  }

  /** The block table; null in a chunk that was never used, or without a header. */
  public @Nullable BlockTable table() {
    return table;
  }

  /** The metadata blocks; null as the table is. */
  public @Nullable MetaBlocks blocks() {
    return blocks;
  }
}
