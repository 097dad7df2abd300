package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockHeader;
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

  /** The live bytes that a position is among, or null. */
  LiveBytes.@org.jspecify.annotations.Nullable Range live(long position) {
    Map.Entry<Long, LiveBytes.Range> floor = ranges.floorEntry(position);
    return floor != null && position < floor.getKey() + floor.getValue().length()
        ? floor.getValue()
        : null;
  }
}
