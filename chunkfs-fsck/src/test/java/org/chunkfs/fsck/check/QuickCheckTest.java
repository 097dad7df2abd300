package org.chunkfs.fsck.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import java.util.stream.LongStream;
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
  void chunksWithPartsOfFilesAreProvedAtOnce() throws IOException {
    BlockDevice device = SampleImages.spread(3, true);
    ImageLayout layout = Image.of(device).layout();
    int heads = 0;
    int parts = 0;
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkScan scan =
          ChunkScan.open(
              new ChunkReader(device, layout, chunk), (_, _, kept) -> kept, new Findings(chunk));
      ChunkFacts facts = ChunkCheck.closely(scan, false, Crossings.all(chunk));
      boolean spreadDirectory =
          LongStream.concat(
                  facts.heads.stream().mapToLong(Fact.Head::mode),
                  facts.parts.stream().mapToLong(Fact.Part::mode))
              .anyMatch(mode -> (mode & Vfs.S_IFMT) == Vfs.S_IFDIR);
      if (scan.table() != null && !spreadDirectory) {
        ChunkFacts proved =
            QuickCheck.run(
                scan,
                Objects.requireNonNull(scan.table()),
                Objects.requireNonNull(scan.blocks()),
                Crossings.all(chunk));
        assertThat(proved).as("chunk %d", chunk).isNotNull();
        heads += facts.heads.size();
        parts += facts.parts.size();
      }
    }
    assertThat(heads + parts).as("heads %d, parts %d", heads, parts).isPositive();
  }
}
