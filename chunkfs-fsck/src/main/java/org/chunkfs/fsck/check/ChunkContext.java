package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.MetaBlocks;

/** What the passes over one chunk share: the scan, and what they have collected so far. */
final class ChunkContext {
  final ChunkScan scan;
  final BlockTable table;
  final MetaBlocks blocks;
  final ChunkGeometry geometry;
  final Findings findings;
  final NameHash hash;
  final long root;
  final Claims claims;
  final ChunkFacts facts;
  final InodeTable inodes;
  final List<Fact.Dirent> dirents = new ArrayList<>();
  final List<Fact.Orphan> orphans = new ArrayList<>();
  int maxGeneration;

  ChunkContext(ChunkScan scan, BlockTable table, MetaBlocks blocks, Findings findings) {
    this(scan, table, blocks, findings, Crossings.all(scan.chunk()));
  }

  /**
   * @param crossings takes what crosses the chunk's border
   */
  ChunkContext(
      ChunkScan scan, BlockTable table, MetaBlocks blocks, Findings findings, Crossings crossings) {
    this.scan = scan;
    this.table = table;
    this.blocks = blocks;
    this.geometry = scan.geometry();
    this.findings = findings;
    this.hash = new NameHash(scan.reader().layout().hashKey());
    this.root = scan.reader().layout().root();
    this.claims = new Claims(this);
    this.facts = ChunkFacts.of(scan.chunk(), crossings);
    this.inodes = new InodeTable(scan.chunk(), geometry);
  }

  int chunk() {
    return scan.chunk();
  }

  /** True if the entry's chunk and the inode's chunk are both this one. */
  boolean local(long ino) {
    return org.chunkfs.core.format.Ino.chunk(ino) == chunk();
  }
}
