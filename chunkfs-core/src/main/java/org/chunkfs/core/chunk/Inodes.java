package org.chunkfs.core.chunk;

import java.io.IOException;
import java.util.Arrays;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Generation;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.TableEntry;

/** Finding, making and freeing inodes of one chunk. */
public final class Inodes {
  private static final int ALL_SLOTS = (1 << InodeRecord.PER_BLOCK) - 1;

  /** With fewer free blocks than this, slots are taken where they are. */
  private static final int PLENTY = 64;

  private Inodes() {}

  /** Number of one of the chunk's own inodes. */
  public static long index(BlockReader r, int slot) {
    return Ino.of(r.chunk(), r.geometry().indexBlock(), slot);
  }

  /**
   * Offset of a live inode in its block.
   *
   * @param id node id: number and low bits of the generation
   * @throws FsException STALE if it is gone
   */
  public static int find(BlockReader r, long id) throws IOException {
    long ino = Ino.ofId(id);
    int block = Ino.block(ino);
    int slot = Ino.slot(ino);
    if (!r.geometry().inBody(block)
        || slot >= InodeRecord.PER_BLOCK
        || TableOps.kind(r, block) != BlockKind.INODES.code()) {
      throw stale(ino);
    }
    int at = InodeRecord.offset(slot);
    byte[] bytes = r.get(block);
    int generation = InodeRecord.GENERATION.get(bytes, at);
    if (generation == 0 || (generation & 0xFFFF) != Ino.generationBits(id)) {
      throw stale(ino);
    }
    return at;
  }

  private static FsException stale(long ino) {
    return new FsException(
        FsException.Reason.STALE, "inode " + Ino.show(ino) + " is no longer there");
  }

  /** The block that holds an inode, checked by {@link #find} before. */
  public static byte[] bytes(BlockReader r, long ino) throws IOException {
    return r.get(Ino.block(ino));
  }

  public static byte[] edit(BlockWriter w, long ino) throws IOException {
    return w.edit(Ino.block(ino));
  }

  public static int at(long ino) {
    return InodeRecord.offset(Ino.slot(ino));
  }

  /**
   * Takes a free inode; its slot is zero but for its generation. As long as there is space it is in
   * another block than its directory, so that no block holds both ends of a name.
   *
   * @param directory the inode number of the one that will name it, or 0
   * @return the inode number
   */
  public static long allocate(ChunkTx tx, long directory) throws IOException {
    InodeSpace hints = tx.target().inodeSpace();
    SpaceMap space = tx.target().space();
    InodeSpace.Room room =
        block ->
            TableOps.kind(tx, block) == BlockKind.INODES.code()
                && TableOps.logical(tx, block) != ALL_SLOTS;
    int avoided = directory != 0 && Ino.chunk(directory) == tx.chunk() ? Ino.block(directory) : -1;
    int block = hints.find(avoided, room);
    if (block < 0 && avoided >= 0 && !space.couldTake(SpaceMap.Use.METADATA, PLENTY)) {
      block = hints.find(-1, room);
    }
    if (block < 0) {
      block = tx.allocate(BlockKind.INODES, 0, 0, 0);
      hints.hasRoom(block);
    }
    byte[] table = tx.edit(tx.geometry().tableBlock(block));
    int entry = TableEntry.offset(block);
    long used = TableEntry.LOGICAL.get(table, entry);
    int slot = Long.numberOfTrailingZeros(~used);
    TableEntry.LOGICAL.set(table, entry, used | 1L << slot);
    byte[] bytes = tx.edit(block);
    int at = InodeRecord.offset(slot);
    if (InodeRecord.inUse(bytes, at)) {
      throw new CorruptException(
          tx.chunk(),
          block,
          "chunk %d block %d: slot %d is in use, but the block table calls it free"
              .formatted(tx.chunk(), block, slot));
    }
    InodeRecord.GENERATION.set(bytes, at, nextGeneration(tx));
    tx.inodeCount(1);
    return Ino.of(tx.chunk(), block, slot);
  }

  /** Makes the inode of a fixed slot of the index block (root directory, lost+found). */
  public static long allocateReserved(ChunkTx tx, int slot) throws IOException {
    int block = tx.geometry().indexBlock();
    byte[] table = tx.edit(tx.geometry().tableBlock(block));
    int entry = TableEntry.offset(block);
    TableEntry.LOGICAL.set(table, entry, TableEntry.LOGICAL.get(table, entry) | 1L << slot);
    InodeRecord.GENERATION.set(tx.edit(block), InodeRecord.offset(slot), nextGeneration(tx));
    tx.inodeCount(1);
    return Ino.of(tx.chunk(), block, slot);
  }

  private static int nextGeneration(ChunkTx tx) throws IOException {
    byte[] state = tx.edit(tx.geometry().stateBlock());
    int last = ChunkStateBlock.GENERATION.get(state, 0);
    int generation = Generation.next(last);
    if (Integer.compareUnsigned(generation, last) < 0) {
      ChunkStateBlock.GENERATION_LAPS.set(
          state, 0, ChunkStateBlock.GENERATION_LAPS.get(state, 0) + 1);
    }
    ChunkStateBlock.GENERATION.set(state, 0, generation);
    return generation;
  }

  /** Frees an inode whose items and blocks are gone. */
  public static void free(ChunkTx tx, long ino) throws IOException {
    ChunkGeometry geometry = tx.geometry();
    int block = Ino.block(ino);
    byte[] table = tx.edit(geometry.tableBlock(block));
    int entry = TableEntry.offset(block);
    long used = TableEntry.LOGICAL.get(table, entry) & ~(1L << Ino.slot(ino));
    tx.inodeCount(-1);
    if (used == 0 && block != geometry.indexBlock()) {
      tx.free(block);
      return;
    }
    TableEntry.LOGICAL.set(table, entry, used);
    int at = at(ino);
    Arrays.fill(tx.edit(block), at, at + InodeRecord.SIZE, (byte) 0);
    if (block != geometry.indexBlock()) { // its places are for inodes that a chunk may need
      tx.target().inodeSpace().hasRoom(block);
    }
  }
}
