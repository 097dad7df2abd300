package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.Arrays;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.DataCorruptException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.TableEntry;
import org.jspecify.annotations.Nullable;

/** Looks up where the blocks of files are. */
final class FileMap {
  /** Most runs that one look tells. */
  private static final int MAX_RUNS = 1024;

  private final Engine engine;

  /** What the head says; {@code here} if it holds the range itself. */
  private record Head(long size, Continuations.Range range, @Nullable Mapping here) {}

  FileMap(Engine engine) {
    this.engine = engine;
  }

  /**
   * Looks up the blocks {@code from} to {@code to} (exclusive) of a file, or the first of them that
   * lie in one part.
   *
   * @param crcs whether the checksums are wanted
   */
  Mapping look(long id, long from, long to, boolean crcs, long deadline) throws IOException {
    Head head =
        engine.read(
            Ino.chunk(id),
            deadline,
            c -> {
              int at = requireFile(c, id);
              long size = InodeRecord.SIZE_BYTES.get(Inodes.bytes(c, Ino.ofId(id)), at);
              Continuations.Range range = Continuations.rangeFor(c, id, from);
              return new Head(
                  size,
                  range,
                  range.partId() == id
                      ? mapping(c, id, size, from, Math.min(to, range.to()), crcs)
                      : null);
            });
    Mapping here = head.here;
    if (here != null) {
      return here;
    }
    long part = head.range.partId();
    return engine.read(
        Ino.chunk(part),
        deadline,
        c -> {
          requirePart(c, id, part, from);
          return mapping(c, part, head.size, from, Math.min(to, head.range.to()), crcs);
        });
  }

  /**
   * Offset in its block of the inode of a regular file.
   *
   * @throws FsException STALE if it is gone, IS_DIRECTORY or INVALID if it is something else
   */
  static int requireFile(BlockReader r, long id) throws IOException {
    int at = Inodes.find(r, id);
    byte[] bytes = Inodes.bytes(r, Ino.ofId(id));
    int type = InodeRecord.MODE.get(bytes, at) & Vfs.S_IFMT;
    if (type == Vfs.S_IFDIR) {
      throw new FsException(
          FsException.Reason.IS_DIRECTORY, Ino.show(Ino.ofId(id)) + " is a directory");
    }
    if (type != Vfs.S_IFREG
        || (InodeRecord.FLAGS.get(bytes, at) & InodeRecord.FLAG_CONTINUATION) != 0) {
      throw new FsException(
          FsException.Reason.INVALID, Ino.show(Ino.ofId(id)) + " is not a regular file");
    }
    return at;
  }

  private static void requirePart(Chunk c, long id, long part, long from) throws IOException {
    boolean there;
    try {
      Inodes.find(c, part);
      Long head = Continuations.headOf(c, part);
      there = head != null && Ino.ofId(head) == Ino.ofId(id);
    } catch (FsException e) {
      there = false;
    }
    if (!there) {
      throw new DataCorruptException(
          Ino.ofId(id),
          from * BlockHeader.BLOCK,
          c.id(),
          Ino.block(part),
          "inode %s: its continuation %s, with the data from byte %d on, is gone; run a check"
              .formatted(
                  Ino.show(Ino.ofId(id)), Ino.show(Ino.ofId(part)), from * BlockHeader.BLOCK),
          null);
    }
  }

  private static Mapping mapping(
      Chunk c, long part, long size, long from, long asked, boolean withCrcs) throws IOException {
    long to = asked;
    long ino = Ino.ofId(part);
    ItemCursor cursor = new ItemCursor(c, ino);
    Run[] runs = Mapping.NO_RUNS;
    int n = 0;
    int goal = -1;
    boolean more;
    if (cursor.seekFloor(ItemType.EXTENT, from, 0)) {
      Run floor = Extents.at(c, cursor);
      if (floor.logical() < from) {
        goal = floor.block() + (int) (Math.min(floor.end(), from) - floor.logical());
      }
      more = floor.end() > from || cursor.next();
    } else {
      more = cursor.seek(ItemType.EXTENT, from, 0);
    }
    long covered = from;
    for (; more && cursor.at(ItemType.EXTENT); more = cursor.next()) {
      Run run = Extents.at(c, cursor);
      if (run.logical() >= to) {
        break;
      }
      if (n == MAX_RUNS) {
        to = run.logical();
        break;
      }
      if (n > 0 && run.logical() < covered) {
        throw cursor.corrupt("extents that overlap at block " + run.logical() + " of the file");
      }
      covered = run.end();
      runs = n < runs.length ? runs : Arrays.copyOf(runs, n == 0 ? 1 : n * 4);
      runs[n++] = run.clip(from, to);
    }
    runs = n == runs.length ? runs : Arrays.copyOf(runs, n);
    int[] crcs = withCrcs && n > 0 ? crcs(c, ino, from, to, runs) : Mapping.NO_CRCS;
    return new Mapping(c, part, size, from, to, runs, crcs, goal);
  }

  private static int[] crcs(Chunk c, long ino, long from, long to, Run[] runs) throws IOException {
    int[] crcs = new int[(int) (to - from)];
    for (Run run : runs) {
      if (run.unwritten()) {
        continue;
      }
      for (int i = 0; i < run.count(); i++) {
        int block = run.block() + i;
        byte[] table = c.get(c.geometry().tableBlock(block));
        int at = TableEntry.offset(block);
        if (TableEntry.KIND.get(table, at) != BlockKind.DATA.code()
            || TableEntry.OWNER.get(table, at) != ino
            || TableEntry.LOGICAL.get(table, at) != run.logical() + i
            || TableEntry.FLAGS.get(table, at) != 0) {
          throw disagreement(c, ino, run.logical() + i, block, table, at);
        }
        crcs[(int) (run.logical() - from) + i] = TableEntry.CRC.get(table, at);
      }
    }
    return crcs;
  }

  private static CorruptException disagreement(
      Chunk c, long ino, long logical, int block, byte[] table, int at) {
    return new CorruptException(
        c.id(),
        block,
        "chunk %d block %d: inode %s has it as block %d of its data, the block table as kind %d, flags %d, block %d of inode %s"
            .formatted(
                c.id(),
                block,
                Ino.show(ino),
                logical,
                TableEntry.KIND.get(table, at),
                TableEntry.FLAGS.get(table, at),
                TableEntry.LOGICAL.get(table, at),
                Ino.show(TableEntry.OWNER.get(table, at))));
  }
}
