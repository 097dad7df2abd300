package org.chunkfs.fsck.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.Test;

/** Which chunks are proved to be sound without the passes. */
final class QuickCheckTest {

  @Test
  void chunksWithPartsOfFilesAndDirectoriesAreProvedAtOnce() throws IOException {
    BlockDevice device = SampleImages.spread(3, true);
    ImageLayout layout = Image.of(device).layout();
    Set<Integer> heads = new HashSet<>();
    Set<Integer> parts = new HashSet<>();
    int namesElsewhere = 0;
    int namesInParts = 0;
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkScan scan =
          ChunkScan.open(
              new ChunkReader(device, layout, chunk), (_, _, kept) -> kept, new Findings(chunk));
      if (scan.table() == null) {
        continue;
      }
      ChunkFacts proved =
          QuickCheck.run(
              scan,
              Objects.requireNonNull(scan.table()),
              Objects.requireNonNull(scan.blocks()),
              Crossings.all(chunk));
      assertThat(proved).as("chunk %d", chunk).isNotNull();
      proved.heads.forEach(head -> heads.add(head.mode() & Vfs.S_IFMT));
      proved.parts.forEach(part -> parts.add(part.mode() & Vfs.S_IFMT));
      Set<Long> spread =
          proved.heads.stream().map(Fact.Head::inode).collect(Collectors.toUnmodifiableSet());
      namesElsewhere +=
          (int) proved.backs().stream().filter(back -> spread.contains(back.parent())).count();
      for (Fact.Part part : proved.parts) {
        if ((part.mode() & Vfs.S_IFMT) == Vfs.S_IFDIR) {
          namesInParts += part.keys().length / 2;
          namesInParts -=
              (int) proved.dirents().stream().filter(e -> e.holder() == part.inode()).count();
        }
      }
    }
    assertThat(namesInParts).as("names in parts of directories of inodes there").isPositive();
    assertThat(heads).containsExactlyInAnyOrder(Vfs.S_IFREG, Vfs.S_IFDIR);
    assertThat(parts).containsExactlyInAnyOrder(Vfs.S_IFREG, Vfs.S_IFDIR);
    assertThat(namesElsewhere)
        .as("names whose directory is in the chunk, but not their entry")
        .isPositive();
  }
}
