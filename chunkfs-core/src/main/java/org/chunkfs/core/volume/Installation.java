package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.volume.InodeLeases.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The commit that makes reserved blocks a file's, in place of what was there before; in another
 * chunk than that, the range moves to the part there.
 */
final class Installation implements Engine.UpdateOp<Boolean> {
  private final Lease lease;
  private final long id;
  private final long oldPart;
  private final long from;
  private final Reservation blocks;
  private final int @Nullable [] crcs;
  private final long size;
  private final boolean touch;

  /**
   * @param oldPart the part that holds the range now
   * @param from first block in the file
   * @param crcs checksums of the blocks, or null if they are preallocated only
   * @param size the file is at least this long afterwards
   * @param touch whether the time of the last change of content is set
   */
  Installation(
      Lease lease,
      long id,
      long oldPart,
      long from,
      Reservation blocks,
      int @Nullable [] crcs,
      long size,
      boolean touch) {
    this.lease = lease;
    this.id = id;
    this.oldPart = oldPart;
    this.from = from;
    this.blocks = blocks;
    this.crcs = crcs;
    this.size = size;
    this.touch = touch;
  }

  /** Commits; false if something is not as it was any more, and nothing was done. */
  boolean commit(Engine engine, long deadline) throws IOException {
    int head = Ino.chunk(id);
    int target = blocks.chunk().id();
    int old = Ino.chunk(oldPart);
    return head == target && head == old
        ? engine.update(deadline, false, this, head)
        : engine.update(deadline, false, this, head, target, old);
  }

  @Override
  public Boolean run(Tx tx) throws IOException {
    lease.require();
    ChunkTx head = tx.of(id);
    int at = FileMap.requireFile(head, id);
    int target = blocks.chunk().id();
    long to = from + blocks.total();
    Continuations.Range range = Continuations.rangeFor(head, id, from);
    if (tx.chunk(target).target() != blocks.chunk()
        || range.partId() != oldPart
        || to > range.to()) {
      return false;
    }
    PartEdit old = new PartEdit(tx, id, oldPart);
    Extents.free(old.chunk(), old.ino(), from, to, blocks.total());
    if (Ino.chunk(oldPart) == target) {
      install(old);
      old.finish();
    } else {
      old.finish();
      move(tx, old, range, to);
    }
    byte[] bytes = Inodes.edit(head, Ino.ofId(id));
    touch(tx, bytes, at, size, touch);
    return true;
  }

  /** Sets what every change of a file's data sets. */
  static void touch(Tx tx, byte[] bytes, int at, long size, boolean content) {
    if (size > InodeRecord.SIZE_BYTES.get(bytes, at)) {
      InodeRecord.SIZE_BYTES.set(bytes, at, size);
    }
    if (content) {
      InodeRecord.MTIME.set(bytes, at, tx.now());
    }
    InodeRecord.CTIME.set(bytes, at, tx.now());
  }

  /**
   * The range, and the hole after it, becomes that of the part in the other chunk; a part that is
   * left with none goes.
   */
  private void move(Tx tx, PartEdit old, Continuations.Range range, long to) throws IOException {
    ItemCursor c = new ItemCursor(old.chunk(), old.ino());
    long end = range.to();
    if (Extents.seek(old.chunk(), c, to)) {
      end = Math.min(end, Math.max(to, Extents.at(old.chunk(), c).logical()));
    }
    long newPart = Continuations.create(tx, id, blocks.chunk().id());
    Continuations.map(tx, id, from, end, newPart);
    PartEdit part = new PartEdit(tx, id, newPart);
    install(part);
    part.finish();
    Trimming.dropUnused(tx, id, oldPart);
  }

  private void install(PartEdit part) throws IOException {
    install(part.chunk(), part.ino(), part.generation(), from, blocks, crcs);
  }

  /** Makes reserved blocks those of a part from a block of the file on. */
  static void install(
      ChunkTx chunk, long ino, int generation, long from, Reservation blocks, int @Nullable [] crcs)
      throws IOException {
    int done = 0;
    for (int i = 0; i < blocks.count(); i++) {
      int first = blocks.first(i);
      int n = blocks.length(i);
      chunk.makeLive(
          first,
          n,
          ino,
          generation,
          from + done,
          crcs,
          done,
          crcs == null ? TableEntry.UNWRITTEN : 0);
      Extents.insert(chunk, ino, new Run(from + done, first, n, crcs == null));
      done += n;
    }
    Extents.addBlocks(chunk, ino, done);
  }
}
