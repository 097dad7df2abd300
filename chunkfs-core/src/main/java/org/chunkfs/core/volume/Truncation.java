package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.error.DeviceFullException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.InodeLeases.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a file's length, and holes: blocks of which a part goes are written anew with zeros
 * there, whole blocks are freed. One commit does it all if it is little; else it enters the rest in
 * the trim index.
 */
final class Truncation {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Engine engine;
  private final Edge.Maker edges;
  private final Trimming trimming;

  Truncation(Engine engine, Edge.Maker edges, Trimming trimming) {
    this.engine = engine;
    this.edges = edges;
    this.trimming = trimming;
  }

  /** What else the commit does that changes the length or makes the hole. */
  @FunctionalInterface
  private interface Also {
    void run(Tx tx) throws IOException;
  }

  /**
   * Makes a file {@code size} bytes long; what is new reads as zeros. All of {@code change} happens
   * in that one commit.
   */
  Vfs.Attr truncate(Lease lease, long size, Vfs.AttrChange change, long deadline)
      throws IOException {
    if (size < 0 || size > Vfs.FILE_MAX) {
      throw new FsException(
          size < 0 ? FsException.Reason.INVALID : FsException.Reason.FILE_TOO_BIG,
          "a file cannot have %d bytes, at most %d".formatted(size, Vfs.FILE_MAX));
    }
    long now = size(lease.id, deadline);
    if (size >= now) {
      return engine.update(
          deadline,
          false,
          tx -> {
            lease.require();
            ChunkTx head = tx.of(lease.id);
            int at = FileMap.requireFile(head, lease.id);
            Installation.touch(tx, Inodes.edit(head, Ino.ofId(lease.id)), at, size, size > now);
            return Attributes.change(tx, lease.id, change);
          },
          Ino.chunk(lease.id));
    }
    Vfs.@Nullable Attr[] changed = new Vfs.Attr[1];
    int kept = (int) (size % BLOCK);
    cut(
        lease,
        new Cut(
            (size + BLOCK - 1) / BLOCK,
            Continuations.END,
            kept == 0 ? List.of() : List.of(new Part(size / BLOCK, kept, BLOCK)),
            size),
        tx -> changed[0] = Attributes.change(tx, lease.id, change),
        deadline);
    return Objects.requireNonNull(changed[0]);
  }

  /** Makes a hole; the file's length stays. */
  void punch(Lease lease, long offset, long length, long deadline) throws IOException {
    long size = size(lease.id, deadline);
    long end = length > Vfs.FILE_MAX - offset ? Vfs.FILE_MAX : offset + length;
    // Past the end of the file there are zeros only, perhaps in preallocated blocks.
    long stop = end >= size ? (Math.max(end, size) + BLOCK - 1) / BLOCK * BLOCK : end;
    long from = (offset + BLOCK - 1) / BLOCK;
    long to = stop / BLOCK;
    List<Part> parts = new ArrayList<>(2);
    if (offset / BLOCK == stop / BLOCK) {
      parts.add(new Part(offset / BLOCK, (int) (offset % BLOCK), (int) (stop % BLOCK)));
    } else {
      if (offset % BLOCK != 0) {
        parts.add(new Part(offset / BLOCK, (int) (offset % BLOCK), BLOCK));
      }
      if (stop % BLOCK != 0) {
        parts.add(new Part(to, 0, (int) (stop % BLOCK)));
      }
    }
    cut(lease, new Cut(from, to, parts, -1), _ -> {}, deadline);
  }

  long size(long id, long deadline) throws IOException {
    return engine.read(
        Ino.chunk(id),
        deadline,
        c -> {
          int at = FileMap.requireFile(c, id);
          return InodeRecord.SIZE_BYTES.get(Inodes.bytes(c, Ino.ofId(id)), at);
        });
  }

  /** Bytes of one block. */
  private record Part(long fileBlock, int low, int high) {}

  /**
   * What goes: whole blocks, and parts of some.
   *
   * @param size the new length, or -1
   */
  private record Cut(long from, long to, List<Part> parts, long size) {}

  private void cut(Lease lease, Cut cut, Also also, long deadline) throws IOException {
    while (true) {
      List<Edge> made = new ArrayList<>(2);
      Long left = null;
      try {
        for (Part part : cut.parts) {
          Edge edge = edges.make(lease, part.fileBlock, part.low, part.high, deadline);
          if (edge != null) {
            made.add(edge);
          }
        }
        left =
            engine.<@Nullable Long>update(
                deadline, true, tx -> first(tx, lease, cut, made, also), chunks(lease.id, made));
      } catch (DeviceFullException e) {
        throw Engine.hostFull(e);
      } catch (IOException e) {
        engine.answer(e, deadline);
      } finally {
        if (left == null) {
          made.forEach(Edge::giveBack);
        }
      }
      if (left != null) {
        if (left > cut.from) {
          finish(lease, cut, deadline);
        }
        return;
      }
      FileWriter.requireTime(deadline, lease.id);
    }
  }

  /** Frees what one commit could not. A file that is shorter is so whatever comes of that. */
  private void finish(Lease lease, Cut cut, long deadline) throws IOException {
    try {
      trimming.finish(lease, cut.from, cut.to, deadline);
    } catch (IOException e) {
      if (cut.size < 0) {
        throw e;
      }
      // The rest stays in the index; the next change of the file, or opening, frees it.
    }
  }

  private static int[] chunks(long id, List<Edge> edges) {
    int[] ids = new int[edges.size() + 1];
    ids[0] = Ino.chunk(id);
    for (int i = 0; i < edges.size(); i++) {
      ids[i + 1] = edges.get(i).chunk();
    }
    return ids;
  }

  /**
   * The commit that counts: returns the end of what is still to be freed, at most {@code from} if
   * all is done; null if something has changed and nothing was done.
   */
  private @Nullable Long first(Tx tx, Lease lease, Cut cut, List<Edge> made, Also also)
      throws IOException {
    lease.require();
    long id = lease.id;
    ChunkTx head = tx.of(id);
    int at = FileMap.requireFile(head, id);
    for (Edge edge : made) {
      if (!edge.current(tx, id)) {
        return null;
      }
    }
    for (Edge edge : made) {
      edge.install(tx, id);
    }
    byte[] bytes = Inodes.edit(head, Ino.ofId(id));
    if (cut.size >= 0) {
      InodeRecord.SIZE_BYTES.set(bytes, at, cut.size);
    }
    InodeRecord.MTIME.set(bytes, at, tx.now());
    InodeRecord.CTIME.set(bytes, at, tx.now());
    long left =
        cut.from < cut.to
            ? Trimming.step(tx, id, cut.from, cut.to, cut.to == Continuations.END)
            : cut.from;
    if (left > cut.from) {
      TrimIndex.put(head, id, cut.from, cut.to);
    }
    also.run(tx);
    return left;
  }
}
