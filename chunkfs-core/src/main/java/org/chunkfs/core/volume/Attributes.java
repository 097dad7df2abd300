package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.Vfs.Attr;

/** Reads and changes of the fixed fields of inodes. */
final class Attributes {
  private static final int SECTORS_PER_BLOCK = 8;
  private static final int PERMISSIONS = 0xFFF;

  private Attributes() {}

  /**
   * Offset of an inode that users may name: not the chunk's own, no continuation.
   *
   * @throws FsException STALE
   */
  static int find(BlockReader r, long id) throws IOException {
    int at = Inodes.find(r, id);
    int hidden = InodeRecord.FLAG_INDEX | InodeRecord.FLAG_CONTINUATION;
    if ((InodeRecord.FLAGS.get(Inodes.bytes(r, Ino.ofId(id)), at) & hidden) != 0) {
      throw new FsException(
          Reason.STALE, "inode " + Ino.show(Ino.ofId(id)) + " is not one that has a name");
    }
    return at;
  }

  /** The inode's attributes; STALE if it is gone. */
  static Attr read(BlockReader r, long id) throws IOException {
    int at = find(r, id);
    long ino = Ino.ofId(id);
    byte[] b = Inodes.bytes(r, ino);
    int mode = InodeRecord.MODE.get(b, at);
    boolean directory = (mode & Vfs.S_IFMT) == Vfs.S_IFDIR;
    return new Attr(
        id,
        ino,
        InodeRecord.GENERATION.get(b, at),
        mode,
        InodeRecord.NLINK.get(b, at),
        InodeRecord.UID.get(b, at),
        InodeRecord.GID.get(b, at),
        InodeRecord.RDEV.get(b, at),
        directory ? 4096 : InodeRecord.SIZE_BYTES.get(b, at),
        (InodeRecord.BLOCKS.get(b, at) + InodeRecord.REMOTE_BLOCKS.get(b, at)) * SECTORS_PER_BLOCK,
        InodeRecord.ATIME.get(b, at),
        InodeRecord.MTIME.get(b, at),
        InodeRecord.CTIME.get(b, at),
        InodeRecord.BTIME.get(b, at),
        InodeRecord.PROJECT.get(b, at));
  }

  static int mode(BlockReader r, long id) throws IOException {
    int at = find(r, id);
    return InodeRecord.MODE.get(Inodes.bytes(r, Ino.ofId(id)), at);
  }

  static boolean isDirectory(int mode) {
    return (mode & Vfs.S_IFMT) == Vfs.S_IFDIR;
  }

  /** Offset of a directory's inode; NOT_DIRECTORY, STALE. */
  static int requireDirectory(BlockReader r, long id) throws IOException {
    int at = find(r, id);
    if (!isDirectory(InodeRecord.MODE.get(Inodes.bytes(r, Ino.ofId(id)), at))) {
      throw new FsException(
          Reason.NOT_DIRECTORY, "inode " + Ino.show(Ino.ofId(id)) + " is not a directory");
    }
    return at;
  }

  /** Changes everything but the size; returns what the attributes then are. */
  static Attr change(Tx tx, long id, Vfs.AttrChange change) throws IOException {
    ChunkTx home = tx.of(id);
    change(home, id, change, tx.now());
    return read(home, id);
  }

  private static void change(ChunkTx tx, long id, Vfs.AttrChange change, long now)
      throws IOException {
    int at = find(tx, id);
    byte[] b = Inodes.edit(tx, Ino.ofId(id));
    Integer mode = change.mode();
    if (mode != null) {
      InodeRecord.MODE.set(b, at, InodeRecord.MODE.get(b, at) & ~PERMISSIONS | mode & PERMISSIONS);
    }
    Integer uid = change.uid();
    if (uid != null) {
      InodeRecord.UID.set(b, at, uid);
    }
    Integer gid = change.gid();
    if (gid != null) {
      InodeRecord.GID.set(b, at, gid);
    }
    Integer project = change.projectId();
    if (project != null) {
      InodeRecord.PROJECT.set(b, at, project);
    }
    Long atime = change.atime();
    if (atime != null) {
      InodeRecord.ATIME.set(b, at, atime);
    }
    Long mtime = change.mtime();
    if (mtime != null) {
      InodeRecord.MTIME.set(b, at, mtime);
    }
    Long ctime = change.ctime();
    InodeRecord.CTIME.set(b, at, ctime != null ? ctime : now);
  }

  /** Sets ctime. */
  static void touch(ChunkTx tx, long id, long now) throws IOException {
    long ino = Ino.ofId(id);
    InodeRecord.CTIME.set(Inodes.edit(tx, ino), Inodes.at(ino), now);
  }

  /** A directory's entries changed. */
  static void touchDirectory(ChunkTx tx, long id, long now) throws IOException {
    long ino = Ino.ofId(id);
    byte[] b = Inodes.edit(tx, ino);
    int at = Inodes.at(ino);
    InodeRecord.MTIME.set(b, at, now);
    InodeRecord.CTIME.set(b, at, now);
  }

  static int nlink(BlockReader r, long id) throws IOException {
    long ino = Ino.ofId(id);
    return InodeRecord.NLINK.get(Inodes.bytes(r, ino), Inodes.at(ino));
  }

  /** Fills in a new inode whose slot is zero but for the generation; returns its node id. */
  static long init(ChunkTx tx, long ino, int mode, int uid, int gid, int rdev, long now)
      throws IOException {
    byte[] b = Inodes.edit(tx, ino);
    int at = Inodes.at(ino);
    InodeRecord.MODE.set(b, at, mode);
    InodeRecord.UID.set(b, at, uid);
    InodeRecord.GID.set(b, at, gid);
    InodeRecord.RDEV.set(b, at, rdev);
    InodeRecord.ATIME.set(b, at, now);
    InodeRecord.MTIME.set(b, at, now);
    InodeRecord.CTIME.set(b, at, now);
    InodeRecord.BTIME.set(b, at, now);
    return Ino.id(ino, InodeRecord.GENERATION.get(b, at));
  }
}
