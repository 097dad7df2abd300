package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.error.DeviceFullException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.InodeLeases.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Writes file data, in pieces of at most 1 MiB: reserves blocks, writes them with no lock, commits.
 * What exists is never overwritten, but for preallocated blocks, whose first content goes in place.
 *
 * <p>On the device, bytes of a file's last block past its end are zeros.
 */
final class FileWriter {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final int PIECE_BLOCKS = 256;

  private final Engine engine;
  private final FileMap files;
  private final BlockCheck check;
  private final BufferPool buffers;

  FileWriter(Engine engine, FileMap files, BlockCheck check, BufferPool buffers) {
    this.engine = engine;
    this.files = files;
    this.check = check;
    this.buffers = buffers;
  }

  /** Writes all of {@code src}; a failure part way tells what was written before. */
  int write(Lease lease, long offset, ByteBuffer src, long deadline) throws IOException {
    if (offset < 0) {
      throw new FsException(FsException.Reason.INVALID, "a negative offset in a file");
    }
    if (src.hasRemaining() && offset >= Vfs.FILE_MAX) {
      throw new FsException(
          FsException.Reason.FILE_TOO_BIG, "a file has at most " + Vfs.FILE_MAX + " bytes");
    }
    int total = 0;
    int all = (int) Math.min(src.remaining(), Vfs.FILE_MAX - offset);
    while (total < all) {
      try {
        total += piece(lease, offset + total, all - total, src, deadline);
      } catch (IOException e) {
        if (total == 0) {
          throw e;
        }
        break;
      }
    }
    return total;
  }

  private int piece(Lease lease, long offset, int length, ByteBuffer src, long deadline)
      throws IOException {
    long from = offset / BLOCK;
    int most = Math.min(length, PIECE_BLOCKS * BLOCK - (int) (offset % BLOCK));
    long to = (offset + most + BLOCK - 1) / BLOCK;
    Crowded crowded = new Crowded();
    while (true) {
      boolean odd = offset % BLOCK != 0 || (offset + most) % BLOCK != 0;
      try {
        Mapping m = files.look(lease.id, from, to, odd, deadline);
        Run first = m.run(from);
        int n =
            first != null && first.unwritten()
                ? inPlace(lease, m, first, offset, most, src, deadline)
                : elsewhere(lease, m, offset, most, src, crowded, deadline);
        if (n > 0) {
          src.position(src.position() + n);
          engine.wroteData(n);
          return n;
        }
      } catch (DeviceFullException e) {
        throw new FsException(
            FsException.Reason.NO_SPACE, "the host has no room for the image: " + e.getMessage());
      } catch (IOException e) {
        engine.answer(e, deadline);
      }
      requireTime(deadline, lease.id);
    }
  }

  static void requireTime(long deadline, long id) throws DeadlineException {
    if (System.nanoTime() > deadline) {
      throw new DeadlineException(
          "a request on inode %s took too long; try again".formatted(Ino.show(Ino.ofId(id))));
    }
  }

  /** Into new blocks; 0: look again. */
  private int elsewhere(
      Lease lease, Mapping m, long offset, int most, ByteBuffer src, Crowded crowded, long deadline)
      throws IOException {
    long to = m.to();
    for (Run run : m.runs()) {
      if (run.unwritten()) {
        to = run.logical();
        break;
      }
    }
    Reservation r = Placement.reserve(engine, m, (int) (to - m.from()), crowded, deadline);
    if (r == null) {
      return 0;
    }
    boolean done = false;
    try {
      long end = Math.min(offset + most, (m.from() + r.total()) * BLOCK);
      int length = (int) (end - offset);
      int[] crcs = store(lease, m, r, offset, length, src, deadline);
      if (crcs == null) {
        return 0;
      }
      Installation commit =
          new Installation(lease, lease.id, m.partId(), m.from(), r, crcs, end, true);
      done = commit.commit(engine, deadline);
      return done ? length : 0;
    } catch (FsException e) {
      crowded.afterFailure(e, r.chunk().id());
      return 0;
    } finally {
      if (!done) {
        r.giveBack();
      }
    }
  }

  /** Writes the blocks; returns their checksums, or null: look again. */
  private int @Nullable [] store(
      Lease lease, Mapping m, Reservation r, long offset, int length, ByteBuffer src, long deadline)
      throws IOException {
    if (src.isDirect() && offset % BLOCK == 0 && length % BLOCK == 0) {
      int[] crcs = BlockCheck.crcs(src, length / BLOCK);
      writeRuns(r, src.duplicate());
      return crcs;
    }
    ByteBuffer ours = buffers.take();
    int blocks = r.total();
    boolean current = compose(lease, m, offset, length, src, ours, blocks, deadline);
    int[] crcs = null;
    if (current) {
      crcs = BlockCheck.crcs(ours, blocks);
      writeRuns(r, ours);
    }
    buffers.give(ours);
    return crcs;
  }

  /** Writes reserved blocks, one after the other, from the buffer's position on. */
  static void writeRuns(Reservation r, ByteBuffer data) throws IOException {
    int at = data.position();
    for (int i = 0; i < r.count(); i++) {
      data.limit(at + r.length(i) * BLOCK).position(at);
      r.chunk().io().write(r.first(i), data);
      at += r.length(i) * BLOCK;
    }
  }

  /** Puts whole blocks together from the new bytes and, at both ends, the old ones. */
  private boolean compose(
      Lease lease,
      Mapping m,
      long offset,
      int length,
      ByteBuffer src,
      ByteBuffer ours,
      int blocks,
      long deadline)
      throws IOException {
    int head = (int) (offset % BLOCK);
    int tail = (int) ((offset + length) % BLOCK);
    long last = m.from() + blocks - 1;
    if (head != 0 && !old(lease, m, m.from(), 0, ours, 0, deadline)) {
      return false;
    }
    boolean lastLoaded = head != 0 && last == m.from();
    if (tail != 0 && !lastLoaded) {
      if (!old(lease, m, last, tail, ours, (blocks - 1) * BLOCK, deadline)) {
        return false;
      }
    }
    ours.limit(blocks * BLOCK).position(head);
    ours.put(src.duplicate().limit(src.position() + length));
    ours.position(0);
    return true;
  }

  /**
   * The present content of a block of the file, zeros past the end of the file.
   *
   * @param covered so many bytes at its start are not needed
   */
  private boolean old(
      Lease lease, Mapping m, long fileBlock, int covered, ByteBuffer ours, int at, long deadline)
      throws IOException {
    Run run = m.run(fileBlock);
    int kept = (int) Math.clamp(m.size() - fileBlock * BLOCK, 0, BLOCK);
    ours.limit(at + BLOCK).position(at);
    if (run == null || run.unwritten() || kept <= covered) {
      kept = 0;
    } else if (!check.read(lease.id, m, run, fileBlock, 1, ours, deadline)) {
      return false;
    }
    for (int i = at + kept; i < at + BLOCK; i++) {
      ours.put(i, (byte) 0);
    }
    return true;
  }

  /** Into preallocated blocks, which hold nothing yet; 0: look again. */
  private int inPlace(
      Lease lease, Mapping m, Run run, long offset, int most, ByteBuffer src, long deadline)
      throws IOException {
    Chunk chunk = engine.chunks().forWriting(Ino.chunk(m.partId()), deadline);
    if (chunk != m.chunk()) {
      return 0;
    }
    Run target = run.clip(m.from(), m.to());
    long end = Math.min(offset + most, target.end() * BLOCK);
    int length = (int) (end - offset);
    Reservation r = new Reservation(chunk);
    r.add(target.block(), target.count());
    int[] crcs;
    lease.beginInPlace(chunk.io());
    try {
      crcs = store(lease, m, r, offset, length, src, deadline);
    } finally {
      lease.endInPlace();
    }
    if (crcs == null) {
      return 0;
    }
    return engine.update(
            deadline,
            false,
            tx -> fillIn(tx, lease, m, target, crcs, end),
            Ino.chunk(lease.id),
            chunk.id())
        ? length
        : 0;
  }

  private static boolean fillIn(Tx tx, Lease lease, Mapping m, Run target, int[] crcs, long size)
      throws IOException {
    lease.require();
    long id = lease.id;
    ChunkTx head = tx.of(id);
    int at = FileMap.requireFile(head, id);
    ChunkTx chunk = tx.of(m.partId());
    if (chunk.target() != m.chunk()
        || Continuations.partFor(head, id, target.logical()) != m.partId()) {
      return false;
    }
    PartEdit part = new PartEdit(tx, id, m.partId());
    ItemCursor c = new ItemCursor(chunk, part.ino());
    if (!Extents.seek(chunk, c, target.logical())) {
      return false;
    }
    Run now = Extents.at(chunk, c);
    if (!now.unwritten()
        || !now.covers(target.logical())
        || now.end() < target.end()
        || now.blockOf(target.logical()) != target.block()) {
      return false;
    }
    Extents.cut(chunk, part.ino(), now, target.logical(), target.end());
    Extents.insert(
        chunk, part.ino(), new Run(target.logical(), target.block(), target.count(), false));
    chunk.written(target.block(), target.count(), crcs, 0);
    part.finish();
    Installation.touch(tx, Inodes.edit(head, Ino.ofId(id)), at, size, true);
    return true;
  }
}
