package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.check.CheckOptions;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.HistoryScan;

/** A sound image, taken apart: what cases damage copies of, and what they are compared with. */
final class Specimen {
  final String name;
  final BlockDevice device;

  /** The same image, earlier. */
  final BlockDevice earlier;

  final ImageLayout layout;
  final List<ChunkScan> scans = new ArrayList<>();
  final LiveBytes live;
  final TargetMap targets;
  final Census census;

  /** The largest commit that is known to be durable. */
  private final long stable;

  /** The chunks that each chunk has references to or from. */
  final Map<Integer, Set<Integer>> neighbours = new TreeMap<>();

  private final ConcurrentHashMap<Object, Object> memory = new ConcurrentHashMap<>();

  private final TreeMap<Long, LiveBytes.Range> ranges = new TreeMap<>();

  /**
   * Takes an image apart.
   *
   * @throws IllegalStateException if it is not sound
   */
  Specimen(SampleImages.Sample sample) throws IOException {
    this.name = sample.name();
    this.device = sample.device();
    this.earlier = sample.earlier();
    Image image = Image.of(device);
    this.layout = image.layout();
    ImageCheck.Result sound = ImageCheck.run(image, options(scratch()), Progress.NONE);
    HistoryScan history = sound.history();
    if (sound.findings().anyWrong() || history == null) {
      throw new IllegalStateException(
          "the image %s is not sound to begin with: %s".formatted(name, sound.findings().list()));
    }
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      scans.add(
          ChunkScan.open(new ChunkReader(device, layout, chunk), history, new Findings(chunk)));
    }
    sound.facts().forEach((chunk, facts) -> neighbours.put(chunk, facts.neighbours()));
    this.live = LiveBytes.of(device, layout, scans);
    this.targets = TargetMap.of(layout, scans);
    for (LiveBytes.Kind kind : live.kinds()) {
      live.of(kind).forEach(range -> ranges.put(range.position(), range));
    }
    this.stable = history.decision().stable();
    this.census = Census.of(scratch(), layout, history);
  }

  /** A copy to spoil. */
  ScratchDevice scratch() {
    return new ScratchDevice(SampleImages.copy(device), layout, memory);
  }

  /** How such a copy is checked. */
  static CheckOptions options(ScratchDevice scratch) {
    return new CheckOptions(true, Set.of(), SampleImages.bootId(), 1, scratch);
  }

  /** The same, if perhaps another superblock counts: then nothing is known of any chunk. */
  CheckOptions options(ScratchDevice scratch, Image image) {
    return same(image)
        ? options(scratch)
        : new CheckOptions(true, Set.of(), SampleImages.bootId(), 1);
  }

  /** Checks such a copy. */
  ImageCheck.Result check(ScratchDevice scratch) throws IOException {
    return check(Image.of(scratch), scratch);
  }

  /**
   * The same.
   *
   * @param image on the copy
   */
  ImageCheck.Result check(Image image, ScratchDevice scratch) throws IOException {
    return ImageCheck.run(image, options(scratch, image), Progress.NONE);
  }

  /** Whether the superblock that counts says the same of the image. */
  boolean same(Image image) {
    return Arrays.equals(image.layout().superblock(0), layout.superblock(0));
  }

  /** Whether something has a second copy, of which the newer one counts. */
  boolean copied(LiveBytes.Range range) {
    return switch (range.kind()) {
      case HEADER, TABLE_ROOT, RING_MAP, VOLUME_RECORD -> true;
      default -> false;
    };
  }

  /** Whether a block of a journal holds nothing that is known to be durable. */
  boolean unstable(int chunk, long position) {
    return journal(chunk, position, record -> Long.compareUnsigned(record.g(), stable) > 0);
  }

  /** Whether a commit is known to be durable. */
  boolean durable(long g) {
    return Long.compareUnsigned(g, stable) <= 0;
  }

  /** Whether a block of a journal holds stamps alone: the journal is the same without them. */
  boolean marksOnly(int chunk, long position) {
    return journal(chunk, position, record -> record.type() == JournalRecord.STAMP);
  }

  /**
   * Whether a block of a journal holds nothing that a stamp follows in the same journal.
   *
   * @param damage stamps that it changed do not count
   */
  boolean openEnd(int chunk, long position, Damage damage) throws IOException {
    RingScanner.Scan kept = chunk < 0 ? null : scans.get(chunk).kept();
    long last = -1;
    for (RingRecord record : kept == null ? List.<RingRecord>of() : kept.records()) {
      if (record.type() == JournalRecord.STAMP
          && !damage.changed(inRing(chunk, record), record.length())) {
        last = record.end();
      }
    }
    long open = last;
    return journal(chunk, position, record -> record.position() >= open);
  }

  /** Where in the image a record of a journal is. */
  private long inRing(int chunk, RingRecord record) {
    int ringBytes = layout.geometry(chunk).ringBlocks() * BlockHeader.BLOCK;
    long ring = scans.get(chunk).reader().position(layout.geometry(chunk).ringStart());
    return ring + record.position() % ringBytes;
  }

  private boolean journal(int chunk, long position, Predicate<RingRecord> all) {
    RingScanner.Scan kept = chunk < 0 ? null : scans.get(chunk).kept();
    if (kept == null) {
      return false;
    }
    int ringBytes = layout.geometry(chunk).ringBlocks() * BlockHeader.BLOCK;
    long ring = scans.get(chunk).reader().position(layout.geometry(chunk).ringStart());
    for (RingRecord record : kept.records()) {
      long start = inRing(chunk, record);
      boolean overlaps = start < position + BlockHeader.BLOCK && start + record.length() > position;
      if (overlaps && !all.test(record)) {
        return false;
      }
    }
    return position >= ring && position < ring + ringBytes;
  }

  /** The inode that a block of data belongs to. */
  long ownerOf(int chunk, long position) {
    BlockTable table = scans.get(chunk).table();
    int block = (int) ((position - layout.base(chunk)) / BlockHeader.BLOCK);
    return table == null ? 0 : headOf(table.owner(block));
  }

  /** The head of a file's part. */
  private long headOf(long ino) {
    ChunkCensus.Node node = census.node(ino);
    return node != null && node.continuation() ? node.head : ino;
  }

  /** The live bytes that a block has, or null; of several the first. */
  LiveBytes.@org.jspecify.annotations.Nullable Range range(long block) {
    LiveBytes.Range at = live(block);
    Map.Entry<Long, LiveBytes.Range> next = ranges.ceilingEntry(block);
    return at != null
        ? at
        : next != null && next.getKey() < block + BlockHeader.BLOCK ? next.getValue() : null;
  }

  /** The live bytes that a position is among, or null. */
  LiveBytes.@org.jspecify.annotations.Nullable Range live(long position) {
    Map.Entry<Long, LiveBytes.Range> floor = ranges.floorEntry(position);
    return floor != null && position < floor.getKey() + floor.getValue().length()
        ? floor.getValue()
        : null;
  }
}
