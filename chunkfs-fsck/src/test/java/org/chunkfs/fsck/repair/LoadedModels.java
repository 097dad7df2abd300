package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.MetaBlocks;

/** The chunks of a sound image, as a repair has them in memory. */
final class LoadedModels {
  private LoadedModels() {}

  /** Those that are in use. */
  static TreeMap<Integer, ChunkModel> of(BlockDevice device) throws IOException {
    ImageLayout layout = Image.of(device).layout();
    TreeMap<Integer, ChunkModel> loaded = new TreeMap<>();
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      ChunkScan scan = ChunkScan.open(reader, (_, _, kept) -> kept, new Findings(chunk));
      BlockTable table = scan.table();
      MetaBlocks blocks = scan.blocks();
      if (table != null && blocks != null && !table.blank()) {
        loaded.put(chunk, ChunkModel.load(scan, table, blocks, new ArrayList<>()));
      }
    }
    return loaded;
  }

  /** The head of a file that lies in several chunks. */
  static InodeModel spreadFile(TreeMap<Integer, ChunkModel> models) {
    return models.values().stream()
        .flatMap(model -> model.inodes.values().stream())
        .filter(inode -> inode.spread() && inode.regular())
        .findFirst()
        .orElseThrow();
  }
}
