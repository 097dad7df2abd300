package org.chunkfs.fsck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One chunk is repaired while the others serve, and they tell what it has lost. */
final class OnlineFsckTest {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final int DIRECTORIES = 12;

  /** Files by their names, in directories that lie in all chunks. */
  private static MemoryDevice image(long seed) throws IOException {
    MemoryDevice device = SampleImages.empty(seed);
    try (Volume volume = SampleImages.open(device)) {
      List<Long> files = new ArrayList<>();
      for (int d = 0; d < DIRECTORIES; d++) {
        long dir = volume.mkdir(volume.root(), name("dir", d), FILE).id();
        for (int f = 0; f < 3; f++) {
          long file = volume.create(dir, name("file", f), FILE).id();
          volume.write(file, 0, ByteBuffer.wrap(name("content", f)));
          files.add(file);
        }
        volume.link(files.get(d * 5 % files.size()), dir, name("link", d));
        volume.mkdir(dir, name("below", d), FILE);
      }
    }
    MemoryDevice settled = device.snapshot();
    SampleImages.open(settled).close();
    return settled.snapshot();
  }

  private static byte[] name(String text, int number) {
    return (text + number).getBytes(UTF_8);
  }

  private static Map<String, Long> tree(Volume volume) throws IOException {
    Map<String, Long> tree = new TreeMap<>();
    walk(volume, volume.root(), "", tree);
    return tree;
  }

  private static void walk(Volume volume, long dir, String path, Map<String, Long> to)
      throws IOException {
    List<Vfs.Dirent> entries = new ArrayList<>();
    volume.readdir(dir, 0, entries::add);
    for (Vfs.Dirent entry : entries) {
      String name = path + "/" + new String(entry.name(), UTF_8);
      to.put(name, entry.id());
      assertThat(volume.getattr(entry.id()).nlink()).as(name).isPositive();
      if (entry.type() == Vfs.S_IFDIR >> 12) {
        walk(volume, entry.id(), name, to);
      }
    }
  }

  /** Takes a chunk out of service with an empty journal, so that what is in place counts. */
  private static void takeOut(Volume volume, int chunk) throws IOException {
    for (int i = 0; i < 2; i++) {
      volume.offline(chunk);
      volume.online(chunk);
    }
    volume.offline(chunk);
  }

  /** Takes an inode's items: names, back pointers, extents. */
  private static void loseItems(BlockDevice device, Volume volume, long id) throws IOException {
    long ino = Ino.ofId(id);
    long position =
        volume.layout().base(Ino.chunk(ino))
            + (long) Ino.block(ino) * BlockHeader.BLOCK
            + InodeRecord.offset(Ino.slot(ino))
            + InodeRecord.INLINE;
    device.write(position, ByteBuffer.wrap(new byte[InodeRecord.INLINE_MAX]));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void directoriesFindTheirNamesInOtherChunks(int seed) throws IOException {
    MemoryDevice device = image(seed);
    Volume volume = SampleImages.open(device);
    Map<String, Long> before = tree(volume);
    List<Long> inChunk =
        before.entrySet().stream()
            .filter(e -> e.getKey().matches("/dir\\d+"))
            .map(Map.Entry::getValue)
            .filter(id -> Ino.chunk(id) == seed)
            .toList();
    assertThat(inChunk).isNotEmpty();
    takeOut(volume, seed);
    for (long id : inChunk) {
      loseItems(device, volume, id);
    }
    FsckReport report = OnlineFsck.run(volume, seed, true, true, 5_000);
    assertThat(report.errors()).isPositive();
    assertThat(report.clean()).as("%s", report.remaining()).isTrue();
    volume.online(seed);
    assertThat(tree(volume)).isEqualTo(before);
    volume.close();
    assertClean(device.snapshot());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void oneOfflineRepairSettlesWhatAnOnlineOneLeft(int chunk) throws IOException {
    MemoryDevice device = image(chunk);
    Volume volume = SampleImages.open(device);
    Map<String, Long> before = tree(volume);
    takeOut(volume, chunk);
    for (Map.Entry<String, Long> e : before.entrySet()) {
      if (Ino.chunk(e.getValue()) == chunk && e.getKey().hashCode() % 2 == 0) {
        wipe(device, volume, e.getValue());
      }
    }
    FsckReport report = OnlineFsck.run(volume, chunk, true, true, 5_000);
    assertThat(report.errors()).isPositive();
    assertThat(report.clean()).as("%s", report.remaining()).isTrue();
    volume.close();
    MemoryDevice after = device.snapshot();
    FsckReport offline =
        Fsck.repair(
            Image.of(after),
            FsckOptions.repair(6_000).withBootId(SampleImages.bootId()),
            Progress.NONE);
    assertThat(offline.clean()).as("%s", offline.remaining()).isTrue();
    assertClean(after);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void whatNobodyKnowsIsInLostFoundAfterOneOfflineRepair(int chunk) throws IOException {
    MemoryDevice device = image(chunk);
    Volume volume = SampleImages.open(device);
    String found = "lost+found." + chunk;
    if (chunk % 2 == 0) { // somebody has that name already
      volume.mkdir(volume.root(), found.getBytes(UTF_8), FILE);
      found += "-1";
    }
    String path = "/" + found + "/";
    Map<String, Long> before = tree(volume);
    takeOut(volume, chunk);
    for (long id : before.values()) {
      if (Ino.chunk(id) == chunk) {
        loseItems(device, volume, id);
      }
    }
    FsckReport report = OnlineFsck.run(volume, chunk, true, true, 5_000);
    assertThat(report.errors()).isPositive();
    assertThat(report.clean()).as("%s", report.remaining()).isTrue();
    assertThat(report.repaired()).isTrue();
    assertThat(tree(volume).keySet()).anyMatch(p -> p.startsWith(path));
    volume.close();
    MemoryDevice after = device.snapshot();
    FsckReport offline =
        Fsck.repair(
            Image.of(after),
            FsckOptions.repair(6_000).withBootId(SampleImages.bootId()),
            Progress.NONE);
    assertThat(offline.clean()).as("%s", offline.remaining()).isTrue();
    assertClean(after);
    try (Volume again = SampleImages.open(after)) {
      assertThat(tree(again).keySet()).anyMatch(p -> p.startsWith(path));
    }
    assertClean(after.snapshot());
  }

  /** Overwrites an inode with junk that no one takes for one. */
  private static void wipe(BlockDevice device, Volume volume, long id) throws IOException {
    long ino = Ino.ofId(id);
    long position =
        volume.layout().base(Ino.chunk(ino))
            + (long) Ino.block(ino) * BlockHeader.BLOCK
            + InodeRecord.offset(Ino.slot(ino));
    byte[] junk = new byte[InodeRecord.SIZE];
    java.util.Arrays.fill(junk, (byte) 0xFF);
    device.write(position, ByteBuffer.wrap(junk));
  }

  private static void assertClean(MemoryDevice device) throws IOException {
    FsckReport report =
        Fsck.check(
            Image.of(device), FsckOptions.check().withBootId(SampleImages.bootId()), Progress.NONE);
    assertThat(report.findings())
        .filteredOn(f -> f.problem().severity() != Severity.NOTE)
        .isEmpty();
  }
}
