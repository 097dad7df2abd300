package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.InodeLeases.Lease;

/** Gives files blocks before they are written: they read as zeros until then. */
final class Preallocation {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** Most blocks that one commit allocates. */
  private static final int STEP = 1024;

  private final Engine engine;
  private final FileMap files;
  private final Truncation truncation;

  Preallocation(Engine engine, FileMap files, Truncation truncation) {
    this.engine = engine;
    this.files = files;
    this.truncation = truncation;
  }

  void fallocate(Lease lease, Vfs.FallocateMode mode, long offset, long length, long deadline)
      throws IOException {
    if (offset < 0 || length <= 0) {
      throw new FsException(FsException.Reason.INVALID, "an empty or negative range of a file");
    }
    if (mode == Vfs.FallocateMode.PUNCH_HOLE) {
      if (offset < Vfs.FILE_MAX) {
        truncation.punch(lease, offset, length, deadline);
      }
      return;
    }
    if (offset > Vfs.FILE_MAX || length > Vfs.FILE_MAX - offset) {
      throw new FsException(
          FsException.Reason.FILE_TOO_BIG, "a file has at most " + Vfs.FILE_MAX + " bytes");
    }
    boolean grow = mode == Vfs.FallocateMode.ALLOCATE || mode == Vfs.FallocateMode.ZERO_RANGE;
    if (mode == Vfs.FallocateMode.ZERO_RANGE || mode == Vfs.FallocateMode.ZERO_RANGE_KEEP_SIZE) {
      truncation.punch(lease, offset, length, deadline);
    }
    allocate(lease, offset, length, grow, deadline);
  }

  /** Fills the holes of a range; the length follows at the end. */
  private void allocate(Lease lease, long offset, long length, boolean grow, long deadline)
      throws IOException {
    long at = offset / BLOCK;
    long to = (offset + length + BLOCK - 1) / BLOCK;
    requireRoom(lease.id, to - at, deadline);
    while (at < to) {
      at = step(lease, at, to, deadline);
    }
    long size = grow ? offset + length : 0;
    engine.update(
        deadline,
        false,
        tx -> {
          lease.require();
          ChunkTx head = tx.of(lease.id);
          int inode = FileMap.requireFile(head, lease.id);
          Installation.touch(tx, Inodes.edit(head, Ino.ofId(lease.id)), inode, size, grow);
          return null;
        },
        Ino.chunk(lease.id));
  }

  /** Refuses at once what cannot be: more than the image has free and the file has already. */
  private void requireRoom(long id, long blocks, long deadline) throws IOException {
    long held =
        engine.read(
            Ino.chunk(id),
            deadline,
            c -> {
              FileMap.requireFile(c, id);
              return FileData.blocks(c, id) / 8;
            });
    if (blocks > held + Placement.room(engine)) {
      throw new FsException(FsException.Reason.NO_SPACE, "the image has not that many free blocks");
    }
  }

  /** Allocates the next hole, or the start of it; returns the block after what is now mapped. */
  private long step(Lease lease, long at, long to, long deadline) throws IOException {
    Crowded crowded = new Crowded();
    while (true) {
      try {
        Mapping m = files.look(lease.id, at, to, false, deadline);
        long from = at;
        long end = m.to();
        for (Run run : m.runs()) {
          if (run.logical() > from) {
            end = run.logical();
            break;
          }
          from = run.end();
        }
        if (from >= end) {
          return end;
        }
        long done = allocate(lease, m, from, (int) Math.min(STEP, end - from), crowded, deadline);
        if (done > 0) {
          return from + done;
        }
      } catch (IOException e) {
        engine.answer(e, deadline);
      }
      FileWriter.requireTime(deadline, lease.id);
    }
  }

  private int allocate(Lease lease, Mapping m, long from, int want, Crowded crowded, long deadline)
      throws IOException {
    Reservation r = Placement.reserve(engine, m, want, crowded, deadline);
    if (r == null) {
      return 0;
    }
    boolean done = false;
    try {
      int n = r.total();
      done =
          new Installation(lease, lease.id, m.partId(), from, r, null, 0, false)
              .commit(engine, deadline);
      return done ? n : 0;
    } catch (FsException e) {
      crowded.afterFailure(e, r.chunk().id());
      return 0;
    } finally {
      if (!done) {
        r.giveBack();
      }
    }
  }
}
