package org.chunkfs.fsck.torture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Fact;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.repair.Consent;
import org.chunkfs.fsck.repair.Repairer;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.scan.ChunkScan;
import org.junit.jupiter.api.Test;

/**
 * Inodes that appear in a chunk which has nothing to do with a directory in several others, with
 * names in that directory: its parts must be asked too, to know that the names are not theirs.
 */
final class NamesInPartsTest {
  private static final int DIRECTORY = Vfs.S_IFDIR >> 12;

  private final Specimen specimen = EmptyJournals.of(SampleImages.spread(3, true));
  private final Fact.Head directory = SpreadDirectories.of(specimen.device).getFirst();

  NamesInPartsTest() throws IOException {}

  @Test
  void anOfflineRepairAsksThePartsOfADirectory() throws IOException {
    for (ScratchDevice damaged : damaged()) {
      converges(specimen, damaged);
    }
  }

  @Test
  void entriesOfAPartWhoseHeadIsGoneGiveNoNames() throws IOException {
    converges(specimen, headOverwritten());
  }

  /** The places in its block are for what a chunk may need: a repair would take it back. */
  @Test
  void noFileGetsThePlaceOfARemovedLostFound() throws IOException {
    ScratchDevice scratch = headOverwritten();
    converges(specimen, scratch);
    try (Volume volume = SampleImages.open(scratch)) {
      Vfs.Dirent lost = null;
      for (Vfs.Dirent entry : entries(volume, volume.root())) {
        boolean named = new String(entry.name(), UTF_8).startsWith("lost+found");
        if (named && entries(volume, entry.id()).stream().allMatch(e -> e.type() != DIRECTORY)) {
          lost = entry;
        }
      }
      for (Vfs.Dirent entry : entries(volume, Objects.requireNonNull(lost).id())) {
        volume.unlink(lost.id(), entry.name());
      }
      volume.rmdir(volume.root(), lost.name());
      assertThat(volume.quiesce(20_000)).isTrue();
      int chunk = Ino.chunk(lost.ino());
      int index = volume.layout().geometry(chunk).indexBlock();
      int there = 0;
      for (int i = 0; i < 72; i++) {
        byte[] name = ("new" + i).getBytes(UTF_8);
        long dir = volume.mkdir(volume.root(), name, new Vfs.Creation(0x1ED, 0, 0, 0)).id();
        long file = volume.create(dir, name, new Vfs.Creation(0x1A4, 0, 0, 0)).id();
        for (long made : new long[] {Ino.ofId(dir), Ino.ofId(file)}) {
          there += Ino.chunk(made) == chunk ? 1 : 0;
          assertThat(Ino.chunk(made) == chunk && Ino.block(made) == index).isFalse();
        }
      }
      assertThat(there).isPositive();
    }
  }

  private static List<Vfs.Dirent> entries(Volume volume, long dir) throws IOException {
    List<Vfs.Dirent> entries = new ArrayList<>();
    volume.readdir(
        dir,
        0,
        entry -> {
          if (entry.name()[0] != '.') {
            entries.add(entry);
          }
          return true;
        });
    return entries;
  }

  private ScratchDevice headOverwritten() throws IOException {
    Target part = part(specimen.targets.of("inode.mode"));
    Target head =
        specimen.targets.of("inode.mode").stream()
            .filter(t -> t.chunk() == Ino.chunk(directory.inode()))
            .filter(t -> t.block() == Ino.block(directory.inode()))
            .findFirst()
            .orElseThrow();
    ScratchDevice scratch = specimen.scratch();
    Damage damage = new Damage(specimen, scratch);
    damage.write(start(head), damage.read(start(part), BlockHeader.BLOCK));
    damage.seal(start(head));
    return scratch;
  }

  @Test
  void namesInAPartHaveTheGenerationOfTheDirectory() throws IOException {
    int tried = 0;
    for (Target generation : specimen.targets.of("back pointer value.parent_generation")) {
      if (generation.chunk() == Ino.chunk(directory.map().getLast().part())) {
        ScratchDevice scratch = specimen.scratch();
        Damage damage = new Damage(specimen, scratch);
        byte[] bytes = damage.read(generation.position(), generation.size());
        bytes[1] ^= 1;
        damage.write(generation.position(), bytes);
        damage.seal(generation.position());
        assertThat(specimen.check(scratch).findings().list())
            .as("%s", generation.place())
            .isNotEmpty();
        converges(specimen, scratch);
        tried++;
      }
    }
    assertThat(tried).isPositive();
  }

  /** Where the head of a part is not asked, names in the part are still as the part says. */
  @Test
  void repairsOfOtherChunksLeavePartsAlone() throws IOException {
    Specimen of = new Specimen(SampleImages.sample(71, 46, SampleImages.WIDE));
    Fact.Head head = SpreadDirectories.of(of.device).getFirst();
    Set<Integer> apart = new TreeSet<>(Set.of(Ino.chunk(head.inode())));
    head.map().forEach(range -> apart.add(Ino.chunk(range.part())));
    Set<Long> blocks =
        of.targets.of("inode.mode").stream()
            .filter(t -> !apart.contains(t.chunk()))
            .map(NamesInPartsTest::start)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(blocks).hasSizeGreaterThan(3);
    for (long block : blocks) {
      ScratchDevice scratch = of.scratch();
      Damage damage = new Damage(of, scratch);
      damage.write(block, new byte[BlockHeader.BLOCK]);
      damage.seal(block);
      contained(of, damage, scratch);
    }
  }

  /** A file whose inode lies where a chunk's lost+found would. */
  @Test
  void aFileInThePlaceOfLostFoundIsNone() throws IOException {
    int home = Ino.chunk(directory.inode());
    List<Long> files =
        specimen.targets.of("inode.mode").stream()
            .filter(t -> t.chunk() == home && t.block() > Ino.block(directory.inode()))
            .map(NamesInPartsTest::start)
            .distinct()
            .toList();
    for (int chunk = 0; chunk < specimen.layout.chunks(); chunk++) {
      ChunkScan scan = Objects.requireNonNull(specimen.scans.get(chunk));
      if (chunk == home || scan.table() == null || scan.table().blank()) {
        continue;
      }
      long index = scan.reader().position(scan.geometry().indexBlock());
      ScratchDevice scratch = specimen.scratch();
      Damage damage = new Damage(specimen, scratch);
      damage.write(index, damage.read(files.get(chunk * 7), BlockHeader.BLOCK));
      damage.seal(index);
      contained(specimen, damage, scratch);
    }
  }

  private static void contained(Specimen of, Damage damage, ScratchDevice damaged)
      throws IOException {
    ScratchDevice work = damaged.copy();
    Repairer.Result done = converges(of, work);
    Census after = Census.of(work, of.layout, Trial.keep(done.last()));
    List<String> violations = new ArrayList<>();
    Containment.judge(of, damage.chunks(), done.first().facts(), work, after, violations);
    assertThat(violations).as("%s: %s", damage, done.log()).isEmpty();
  }

  private Target part(List<Target> inodes) {
    long part = directory.map().getLast().part();
    return inodes.stream()
        .filter(t -> t.chunk() == Ino.chunk(part) && t.block() == Ino.block(part))
        .findFirst()
        .orElseThrow();
  }

  /** One repair leaves nothing wrong, and the image then serves. */
  private static Repairer.Result converges(Specimen of, ScratchDevice damaged) throws IOException {
    Image image = Image.of(damaged);
    Repairer.Result done =
        new Repairer(image, of.options(damaged, image), Progress.NONE, Consent.ALL, 1_000)
            .run(of.check(damaged));
    assertThat(done.last().findings().anyWrong()).as("%s", done.last().findings().list()).isFalse();
    assertThat(Serving.broken(of, damaged)).isEmpty();
    return done;
  }

  @Test
  void anOnlineRepairKnowsThatAPartWhichIsNotNamedHasNoneOfItsNames() throws IOException {
    for (ScratchDevice damaged : damaged()) {
      BlockDevice device = SampleImages.copy(specimen.device);
      try (Volume volume = SampleImages.open(device)) {
        assertThat(volume.quiesce(20_000)).isTrue();
        Blocks.copy(damaged, device, Blocks.differing(specimen.device, damaged));
        FsckReport report = OnlineFsck.run(volume, FsckOptions.repair(5_000), Progress.NONE);
        assertThat(report.clean()).as("%s", report.remaining()).isTrue();
      }
    }
  }

  /** The chunk's index has lost what says where the entries are, but they are there. */
  @Test
  void anOnlineRepairAsksThePartsOfDirectoriesThatNamesAreIn() throws IOException {
    int home = Ino.chunk(directory.inode());
    int part = Ino.chunk(directory.map().getLast().part());
    BlockDevice device = SampleImages.copy(specimen.device);
    Volume volume = SampleImages.open(device);
    long above = volume.lookup(volume.root(), "above".getBytes(UTF_8)).id();
    long wide = volume.lookup(above, "wide".getBytes(UTF_8)).id();
    long file = 0;
    for (int i = 0; file == 0; i++) {
      byte[] name = ("elsewhere" + i).getBytes(UTF_8);
      long dir = volume.mkdir(volume.root(), name, new Vfs.Creation(0x1ED, 0, 0, 0)).id();
      int chunk = Ino.chunk(Ino.ofId(dir));
      boolean apart = chunk == home || chunk == part || chunk == Ino.chunk(volume.layout().root());
      file = apart ? 0 : volume.create(dir, name, new Vfs.Creation(0x1A4, 0, 0, 0)).id();
    }
    int chunk = Ino.chunk(Ino.ofId(file));
    long index =
        volume.layout().base(chunk)
            + (long) volume.layout().geometry(chunk).indexBlock() * BlockHeader.BLOCK;
    volume.syncfs();
    volume.upkeep().renewAll();
    ByteBuffer older = ByteBuffer.allocate(BlockHeader.BLOCK);
    device.read(index, older);
    for (int i = 0; i < 16; i++) {
      volume.link(file, wide, ("name" + i).getBytes(UTF_8));
    }
    volume.syncfs();
    volume.upkeep().renewAll();
    device.write(index, older.flip());
    FsckReport report = OnlineFsck.run(volume, FsckOptions.repair(5_000), Progress.NONE);
    assertThat(report.clean()).as("%s", report.remaining()).isTrue();
    for (int i = 0; i < 16; i++) {
      assertThat(volume.lookup(wide, ("name" + i).getBytes(UTF_8)).ino())
          .as("%s", report.repairs())
          .isEqualTo(Ino.ofId(file));
    }
    volume.close();
  }

  /** Copies of blocks with inodes of the directory in another chunk, some blocks of each image. */
  private List<ScratchDevice> damaged() throws IOException {
    int home = Ino.chunk(directory.inode());
    List<Target> inodes =
        specimen.targets.of("inode.mode").stream().filter(t -> t.chunk() == home).toList();
    Target there =
        specimen.targets.of("inode.mode").stream()
            .filter(t -> t.chunk() != home)
            .filter(t -> directory.map().stream().noneMatch(r -> Ino.chunk(r.part()) == t.chunk()))
            .reduce((_, last) -> last)
            .orElseThrow();
    List<ScratchDevice> all = new ArrayList<>();
    for (int i = 0; i < inodes.size(); i += Math.max(1, inodes.size() / 6)) {
      ScratchDevice scratch = specimen.scratch();
      Damage damage = new Damage(specimen, scratch);
      byte[] block = damage.read(start(inodes.get(i)), BlockHeader.BLOCK);
      damage.write(start(there), block);
      damage.seal(start(there));
      all.add(scratch);
    }
    assertThat(all).isNotEmpty();
    return all;
  }

  private static long start(Target of) {
    return of.position() / BlockHeader.BLOCK * BlockHeader.BLOCK;
  }
}
