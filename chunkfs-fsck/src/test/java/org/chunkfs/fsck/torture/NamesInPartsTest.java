package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Fact;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.repair.Consent;
import org.chunkfs.fsck.repair.Repairer;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.junit.jupiter.api.Test;

/**
 * Inodes that appear in a chunk which has nothing to do with a directory in several others, with
 * names in that directory: its parts must be asked too, to know that the names are not theirs.
 */
final class NamesInPartsTest {
  private final Specimen specimen = EmptyJournals.of(SampleImages.spread(3, true));
  private final Fact.Head directory = directory(specimen);

  NamesInPartsTest() throws IOException {}

  @Test
  void anOfflineRepairAsksThePartsOfADirectory() throws IOException {
    for (ScratchDevice damaged : damaged()) {
      converges(damaged);
    }
  }

  @Test
  void entriesOfAPartWhoseHeadIsGoneGiveNoNames() throws IOException {
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
    converges(scratch);
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
        assertThat(check(scratch).findings().list()).as("%s", generation.place()).isNotEmpty();
        converges(scratch);
        tried++;
      }
    }
    assertThat(tried).isPositive();
  }

  private Target part(List<Target> inodes) {
    long part = directory.map().getLast().part();
    return inodes.stream()
        .filter(t -> t.chunk() == Ino.chunk(part) && t.block() == Ino.block(part))
        .findFirst()
        .orElseThrow();
  }

  private ImageCheck.Result check(ScratchDevice device) throws IOException {
    Image image = Image.of(device);
    return ImageCheck.run(image, specimen.options(device, image), Progress.NONE);
  }

  private void converges(ScratchDevice damaged) throws IOException {
    Image image = Image.of(damaged);
    Repairer.Result done =
        new Repairer(image, specimen.options(damaged, image), Progress.NONE, Consent.ALL, 1_000)
            .run(check(damaged));
    assertThat(done.last().findings().anyWrong()).as("%s", done.last().findings().list()).isFalse();
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

  private static Fact.Head directory(Specimen of) {
    for (int chunk = 0; chunk < of.layout.chunks(); chunk++) {
      ChunkReader reader = new ChunkReader(of.device, of.layout, chunk);
      ChunkScan scan = ChunkScan.open(reader, (_, _, kept) -> kept, new Findings(chunk));
      ChunkFacts facts = ChunkCheck.run(scan, false);
      for (Fact.Head head : facts.heads()) {
        if ((head.mode() & Vfs.S_IFMT) == Vfs.S_IFDIR) {
          return head;
        }
      }
    }
    throw new IllegalStateException("no directory in several chunks");
  }
}
