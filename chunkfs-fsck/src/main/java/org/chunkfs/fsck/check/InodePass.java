package org.chunkfs.fsck.check;

import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.Crc;
import org.chunkfs.fsck.scan.TreeReader;
import org.jspecify.annotations.Nullable;

/**
 * All inodes of a chunk and their items.
 *
 * <p>Tests: every metadata block by itself, used or not, in the order in which they lie; each inode
 * block's slots against the table's bitmap; free slots are zero; each inode's checksum and fields;
 * its items by {@link ItemPass}. Collects inodes, names, references and used blocks. Relies on the
 * table pass only for where inode blocks are.
 */
final class InodePass {
  private final ChunkContext c;

  InodePass(ChunkContext context) {
    this.c = context;
  }

  void run() {
    c.blocks.forEach(this::block);
    for (int slot = ChunkGeometry.ORPHANS; slot <= ChunkGeometry.XREFS_IN; slot++) {
      InodeFact index = c.inodes.get(Ino.of(c.chunk(), c.geometry.indexBlock(), slot));
      if (index == null || !index.index()) {
        c.findings.add(Problem.INDEX_INODE, slot, "it is missing");
      }
    }
    if (Ino.chunk(c.root) == c.chunk()) {
      InodeFact root = c.inodes.get(c.root);
      if (root == null || !root.directory()) {
        c.findings.inode(c.root, Problem.NO_ROOT, root == null ? "no inode" : "no directory");
      }
    }
  }

  private void block(int block, byte[] bytes, int from) {
    if (c.table.kind(block) != BlockKind.INODES.code()) {
      return;
    }
    long used = 0;
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      int at = from + InodeRecord.offset(slot);
      if (InodeRecord.inUse(bytes, at)) {
        used |= 1L << slot;
      } else if (!Bytes.zero(bytes, at, at + InodeRecord.SIZE)) {
        c.findings.block(block, Problem.FREE_SLOT, slot);
      }
    }
    if (used != c.table.logical(block)) {
      c.findings.block(
          block,
          Problem.SLOT_BITMAP,
          Long.toHexString(c.table.logical(block)),
          Long.toHexString(used));
    }
    if (used == 0) {
      c.findings.block(block, Problem.EMPTY_INODE_BLOCK);
    }
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      if ((used & 1L << slot) != 0) {
        inode(Ino.of(c.chunk(), block, slot), bytes, from + InodeRecord.offset(slot));
      }
    }
  }

  private void inode(long ino, byte[] bytes, int at) {
    InodeFact inode = new InodeFact(ino, bytes, at);
    c.inodes.put(inode);
    int crc = InodeRecord.crc(bytes, at, ino);
    if (crc == InodeRecord.CRC.get(bytes, at)) {
      // Junk in an inode's place says nothing about the generations that were given.
      if (Integer.compareUnsigned(inode.generation, c.maxGeneration) > 0) {
        c.maxGeneration = inode.generation;
      }
    } else {
      inode.damaged = true;
      c.findings.inode(
          ino, Problem.INODE_CRC, Crc.show(InodeRecord.CRC.get(bytes, at)), Crc.show(crc));
    }
    fields(inode, bytes, at);
    ItemPass items = new ItemPass(c, inode);
    boolean whole =
        new TreeReader(c.scan, c.table, c.blocks, c.findings, ino, items).read(bytes, at);
    inode.damaged |= !whole;
    items.end();
    if (!inode.index()) {
      c.facts.inodeCount++;
    }
    counts(inode);
  }

  private void fields(InodeFact inode, byte[] bytes, int at) {
    int slot = Ino.slot(inode.ino);
    boolean own = Ino.block(inode.ino) == c.geometry.indexBlock() && slot <= ChunkGeometry.XREFS_IN;
    if (own != inode.index()) {
      field(inode, "flags", inode.flags, own ? "an index inode" : "no index inode");
    }
    if (inode.index() ? inode.mode != 0 : !possibleType(inode.type())) {
      field(inode, "mode", "0" + Integer.toOctalString(inode.mode), "a file type");
    }
    String flags = flagProblem(inode);
    if (flags != null) {
      field(inode, "flags", inode.flags, flags);
    }
    if (inode.ino == c.root && inode.generation != ChunkFs.ROOT_GENERATION) {
      field(inode, "generation", inode.generation, ChunkFs.ROOT_GENERATION);
    }
    if (inode.size < 0
        || inode.size > Vfs.FILE_MAX
        || inode.size != 0 && (inode.directory() || inode.index() || inode.continuation())) {
      field(inode, "size", inode.size, inode.directory() ? "0" : "0 to " + Vfs.FILE_MAX);
    }
    if (InodeRecord.RESERVED.get(bytes, at) != 0 || InodeRecord.RESERVED2.get(bytes, at) != 0) {
      field(inode, "reserved", "not zero", "zero");
    }
    boolean device = inode.type() == Vfs.S_IFBLK >> 12 || inode.type() == Vfs.S_IFCHR >> 12;
    if (InodeRecord.RDEV.get(bytes, at) != 0 && !device) {
      field(inode, "rdev", InodeRecord.RDEV.show(bytes, at), "0");
    }
    if (inode.continuation() ? inode.head == 0 : inode.head != 0 || inode.headGeneration != 0) {
      field(inode, "head", Ino.show(inode.head), inode.continuation() ? "an inode" : "0");
    }
    if (inode.remoteBlocks != 0 && !inode.spread()) {
      field(inode, "remote_blocks", inode.remoteBlocks, "0");
    }
  }

  private static @Nullable String flagProblem(InodeFact inode) {
    int known = InodeRecord.FLAG_INDEX | InodeRecord.FLAG_CONTINUATION | InodeRecord.FLAG_SPREAD;
    if ((inode.flags & ~known) != 0 || Integer.bitCount(inode.flags) > 1) {
      return "at most one of 1, 2 and 4";
    }
    boolean mayLieApart = inode.regular() || inode.directory();
    return (inode.continuation() || inode.spread()) && !mayLieApart
        ? "0, as it is neither file nor directory"
        : null;
  }

  static boolean possibleType(int type) {
    return switch (type << 12) {
      case Vfs.S_IFREG,
          Vfs.S_IFDIR,
          Vfs.S_IFLNK,
          Vfs.S_IFBLK,
          Vfs.S_IFCHR,
          Vfs.S_IFIFO,
          Vfs.S_IFSOCK ->
          true;
      default -> false;
    };
  }

  private void field(InodeFact inode, String name, Object found, Object expected) {
    inode.damaged = true;
    c.findings.inode(inode.ino, Problem.INODE_FIELD, name, found, expected);
  }

  private void counts(InodeFact inode) {
    if (inode.blocks != inode.countedBlocks) {
      c.findings.inode(inode.ino, Problem.BLOCKS, inode.blocks, inode.countedBlocks);
    }
    if (inode.entries != inode.countedEntries) {
      c.findings.inode(inode.ino, Problem.ENTRIES, inode.entries, inode.countedEntries);
    }
    int names = inode.continuation() || inode.index() ? 0 : inode.backs;
    int nlink = inode.ino == c.root ? 1 : names;
    if (inode.nlink != nlink) {
      c.findings.inode(inode.ino, Problem.NLINK, Integer.toUnsignedString(inode.nlink), nlink);
    }
    if (inode.ino == c.root && inode.backs > 0) {
      c.findings.inode(inode.ino, Problem.ROOT_NAME);
    } else if (inode.directory() && inode.backs > 1) {
      c.findings.inode(inode.ino, Problem.DIRECTORY_NAMES, inode.backs);
    }
  }
}
