package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.Fact;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;

/** The directories of an image that lie in several chunks. */
public final class SpreadDirectories {
  private SpreadDirectories() {}

  /** The heads of them all. */
  public static List<Fact.Head> of(BlockDevice device) throws IOException {
    ImageLayout layout = Image.of(device).layout();
    List<Fact.Head> heads = new ArrayList<>();
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      ChunkScan scan = ChunkScan.open(reader, (_, _, kept) -> kept, new Findings(chunk));
      for (Fact.Head head : ChunkCheck.run(scan, false).heads()) {
        if ((head.mode() & Vfs.S_IFMT) == Vfs.S_IFDIR) {
          heads.add(head);
        }
      }
    }
    return heads;
  }
}
