package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.List;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.Items.Orphan;

/** Removing names, and with the last one the inode, unless somebody holds it. */
final class Removing {
  private final Engine engine;
  private final Directories directories;
  private final OpenFiles open;
  private final Reaper reaper;

  Removing(Engine engine, Directories directories, OpenFiles open, Reaper reaper) {
    this.engine = engine;
    this.directories = directories;
    this.open = open;
    this.reaper = reaper;
  }

  void unlink(long dir, byte[] name, long deadline) throws IOException {
    Names.checkNew(name);
    long orphan =
        engine.update(
            deadline,
            true,
            tx -> {
              DirEntry entry = directories.find(tx, dir, name);
              if (entry == null) {
                throw Names.notFound(name);
              }
              if (entry.isDirectory()) {
                throw new FsException(
                    Reason.IS_DIRECTORY, "'" + Names.show(name) + "' is a directory");
              }
              return remove(tx, dir, entry);
            },
            Ino.chunk(dir));
    reaper.enqueue(orphan);
  }

  /**
   * Removes an entry and, if it was the last name, frees the inode or enters it among the orphans.
   *
   * @return node id of an inode that waits to be freed, or 0
   */
  long remove(Tx tx, long dir, DirEntry entry) throws IOException {
    directories.remove(tx, dir, entry);
    ChunkTx to = tx.of(entry.ino());
    if (Attributes.nlink(to, entry.id()) > 0) {
      return 0;
    }
    if (open.isHeld(entry.id()) || !reaper.freeSmall(tx, entry.id())) {
      OrphanIndex.put(to, entry.id(), Orphan.UNLINKED, 0, 0);
      return open.isHeld(entry.id()) ? 0 : entry.id();
    }
    return 0;
  }

  void rmdir(long dir, byte[] name, long deadline) throws IOException {
    if (Names.isDot(name)) {
      throw new FsException(Reason.INVALID, "'.' cannot be removed");
    }
    if (Names.isDotDot(name)) {
      throw new FsException(Reason.NOT_EMPTY, "'..' is not empty");
    }
    Names.check(name);
    while (true) {
      long spread =
          engine.update(
              deadline,
              true,
              tx -> {
                DirEntry entry = directories.find(tx, dir, name);
                if (entry == null) {
                  throw Names.notFound(name);
                }
                if (!entry.isDirectory()) {
                  throw new FsException(
                      Reason.NOT_DIRECTORY, "'" + Names.show(name) + "' is not a directory");
                }
                if (isSpread(tx.of(entry.ino()), entry.id())) {
                  return entry.id();
                }
                requireEmpty(tx.of(entry.ino()), entry.id(), name);
                remove(tx, dir, entry);
                return 0L;
              },
              Ino.chunk(dir));
      if (spread == 0) {
        return;
      }
      dropEmptyParts(spread, name, deadline);
    }
  }

  static boolean isSpread(BlockReader r, long id) throws IOException {
    int at = Attributes.requireDirectory(r, id);
    return (InodeRecord.FLAGS.get(Inodes.bytes(r, Ino.ofId(id)), at) & InodeRecord.FLAG_SPREAD)
        != 0;
  }

  static void requireEmpty(BlockReader r, long id, byte[] name) throws IOException {
    if (Directories.entries(r, Ino.ofId(id)) != 0) {
      throw notEmpty(name);
    }
  }

  private static FsException notEmpty(byte[] name) {
    return new FsException(
        Reason.NOT_EMPTY, "the directory '" + Names.show(name) + "' is not empty");
  }

  /** Drops the parts of a spread directory, one commit each; NOT_EMPTY if one has entries. */
  void dropEmptyParts(long id, byte[] name, long deadline) throws IOException {
    List<Long> parts =
        engine.read(
            Ino.chunk(id),
            deadline,
            c -> {
              Attributes.requireDirectory(c, id);
              return Continuations.parts(c, id);
            });
    for (long part : parts) {
      engine.update(
          deadline,
          true,
          tx -> {
            Attributes.requireDirectory(tx.of(id), id);
            if (!Continuations.mapped(tx.of(id), id, part)) {
              return null;
            }
            ChunkTx at = tx.of(part);
            Inodes.find(at, part);
            if (Directories.entries(at, Ino.ofId(part)) != 0) {
              throw notEmpty(name);
            }
            Continuations.drop(tx, id, part);
            return null;
          },
          Ino.chunk(id),
          Ino.chunk(part));
    }
  }
}
