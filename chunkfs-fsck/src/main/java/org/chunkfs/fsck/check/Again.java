package org.chunkfs.fsck.check;

import java.util.function.IntPredicate;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Keep;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.chunkfs.fsck.scan.TreeReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads single inodes again, of any chunk of an image, so that not all need be remembered. Only
 * damaged images need it.
 */
public final class Again implements ChunkFacts.Again {
  private final BlockDevice device;
  private final ImageLayout layout;
  private final Keep keep;
  private @Nullable ChunkScan last;

  /**
   * @param keep which part of each chunk's journal counts
   */
  public Again(BlockDevice device, ImageLayout layout, Keep keep) {
    this.device = device;
    this.layout = layout;
    this.keep = keep;
  }

  @Override
  public synchronized ChunkFacts.@Nullable Ident inode(long ino) {
    InodeFact inode = read(ino);
    return inode == null || inode.index()
        ? null
        : new ChunkFacts.Ident(inode.generation, inode.type());
  }

  @Override
  public synchronized ChunkFacts.@Nullable Parent parent(long ino) {
    InodeFact inode = read(ino);
    Fact.Back name = inode == null || !inode.directory() ? null : inode.name;
    return name == null ? null : ChunkFacts.Parent.of(name);
  }

  @Override
  public Crossings crossings(int chunk, IntPredicate targets) {
    ChunkReader reader = new ChunkReader(device, layout, chunk);
    Crossings crossings = Crossings.to(chunk, targets);
    ChunkCheck.run(ChunkScan.open(reader, keep, new Findings(chunk)), false, crossings);
    return crossings;
  }

  @Override
  public synchronized void forget() {
    last = null;
  }

  private @Nullable InodeFact read(long ino) {
    ChunkScan scan = last;
    if (scan == null || scan.chunk() != Ino.chunk(ino)) {
      ChunkReader reader = new ChunkReader(device, layout, Ino.chunk(ino));
      scan = ChunkScan.open(reader, keep, new Findings(Ino.chunk(ino)));
      last = scan;
    }
    BlockTable table = scan.table();
    MetaBlocks blocks = scan.blocks();
    int block = Ino.block(ino);
    if (table == null
        || blocks == null
        || Ino.slot(ino) >= InodeRecord.PER_BLOCK
        || !scan.geometry().inBody(block)
        || table.kind(block) != BlockKind.INODES.code()) {
      return null;
    }
    byte[] bytes = blocks.get(block);
    int at = InodeRecord.offset(Ino.slot(ino));
    if (bytes == null || !InodeRecord.inUse(bytes, at)) {
      return null;
    }
    ChunkContext context = new ChunkContext(scan, table, blocks, new Findings(scan.chunk()));
    InodeFact inode = new InodeFact(ino, bytes, at);
    ItemPass items = new ItemPass(context, inode);
    new TreeReader(scan, table, blocks, context.findings, ino, items).read(bytes, at);
    return inode;
  }
}
