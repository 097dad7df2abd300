package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.Arrays;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items.BackPointer;
import org.chunkfs.core.format.Items.Dirent;
import org.chunkfs.core.format.NameHash;
import org.jspecify.annotations.Nullable;

/**
 * Names: an entry in a directory (in the part that holds its cookie), the back pointer in the inode
 * it names, and, where the two are in different chunks, the cross references on both sides. They
 * are only made and removed together.
 */
final class Directories {
  /** Keys that one hash can have. */
  static final int TIES = 128;

  private final NameHash hash;
  private final long root;

  Directories(NameHash hash, long root) {
    this.hash = hash;
    this.root = root;
  }

  long cookie(byte[] name) {
    return hash.cookie(name);
  }

  /** The part of a directory that holds a cookie; the directory is checked to be one. */
  Continuations.Range partOf(BlockReader head, long dir, long cookie) throws IOException {
    Attributes.requireDirectory(head, dir);
    return Continuations.rangeFor(head, dir, cookie);
  }

  /** Node id of the part that holds a cookie; for updates. */
  static long partFor(Tx tx, long dir, long cookie) throws IOException {
    ChunkTx head = tx.of(dir);
    Attributes.requireDirectory(head, dir);
    return Continuations.partFor(head, dir, cookie);
  }

  /** The entry of that name in a part, or null. */
  @Nullable DirEntry find(BlockReader r, long part, byte[] name) throws IOException {
    long base = hash.cookie(name);
    ItemCursor c = new ItemCursor(r, Ino.ofId(part));
    boolean more = c.seek(ItemType.DIRENT, base, 0);
    while (more && c.at(ItemType.DIRENT) && c.major() - base < TIES) {
      byte[] b = c.require(Dirent.NAME).bytes();
      int at = c.valueAt();
      int length = Dirent.NAME_LENGTH.get(b, at);
      c.require(Dirent.NAME + length);
      int from = at + Dirent.NAME;
      if (Arrays.equals(b, from, from + length, name, 0, name.length)) {
        return DirEntry.at(c);
      }
      more = c.next();
    }
    return null;
  }

  /** The entry of that name in a directory, or null; for updates. */
  @Nullable DirEntry find(Tx tx, long dir, byte[] name) throws IOException {
    long part = partFor(tx, dir, hash.cookie(name));
    return find(tx.of(Ino.ofId(part)), part, name);
  }

  /**
   * Makes a name. The caller has seen that it is not there.
   *
   * @param target node id of the inode that gets it
   * @param type its file type, mode >> 12
   */
  void add(Tx tx, long dir, byte[] name, long target, int type) throws IOException {
    ChunkTx head = tx.of(dir);
    long base = hash.cookie(name);
    long part = partFor(tx, dir, base);
    long partIno = Ino.ofId(part);
    long targetIno = Ino.ofId(target);
    ChunkTx from = tx.of(partIno);
    ChunkTx to = tx.of(targetIno);
    int generation = generation(to, targetIno);

    long cookie = freeKey(from, partIno, ItemType.DIRENT, base, "names");
    DirEntry entry = new DirEntry(name, targetIno, generation, type, cookie, 0);
    ItemMap.put(from, partIno, ItemType.DIRENT, cookie, 0, entry.value());
    from.onCommit(
        g -> ItemMap.patch(from, partIno, ItemType.DIRENT, cookie, 0, Dirent.G.offset(), g));
    count(from, partIno, 1);
    Attributes.touchDirectory(head, dir, tx.now());

    long headIno = Ino.ofId(dir);
    int headGeneration = generation(head, headIno);
    long backBase = hash.backKey(headIno, name);
    long backKey = freeKey(to, targetIno, ItemType.BACK_POINTER, backBase, "back pointers");
    byte[] value = new byte[BackPointer.NAME + name.length];
    BackPointer.PARENT.set(value, 0, headIno);
    BackPointer.PARENT_GENERATION.set(value, 0, headGeneration);
    BackPointer.NAME_LENGTH.set(value, 0, name.length);
    System.arraycopy(name, 0, value, BackPointer.NAME, name.length);
    ItemMap.put(to, targetIno, ItemType.BACK_POINTER, backKey, 0, value);
    to.onCommit(g ->
        ItemMap.patch(to, targetIno, ItemType.BACK_POINTER, backKey, 0, BackPointer.G.offset(), g));

    byte[] b = Inodes.edit(to, targetIno);
    int at = Inodes.at(targetIno);
    InodeRecord.NLINK.set(b, at, InodeRecord.NLINK.get(b, at) + 1);
    InodeRecord.CTIME.set(b, at, tx.now());

    if (from.chunk() != to.chunk()) {
      CrossRefs.add(
          from,
          to,
          new CrossRefs.Link(
              targetIno,
              generation,
              headIno,
              headGeneration,
              cookie,
              backKey,
              CrossRefs.Link.UNDER_WAY));
    }
  }

  /** Removes a name. A non-directory's link count falls by one, a directory's to nothing. */
  void remove(Tx tx, long dir, DirEntry entry) throws IOException {
    ChunkTx head = tx.of(dir);
    long part = partFor(tx, dir, entry.cookie());
    long partIno = Ino.ofId(part);
    ChunkTx from = tx.of(partIno);
    ChunkTx to = tx.of(entry.ino());
    long backKey = backKey(to, entry.id(), Ino.ofId(dir), entry.name());
    if (!ItemMap.remove(from, partIno, ItemType.DIRENT, entry.cookie(), 0)) {
      throw new IllegalStateException("no entry " + Names.show(entry.name()));
    }
    count(from, partIno, -1);
    Attributes.touchDirectory(head, dir, tx.now());
    ItemMap.remove(to, entry.ino(), ItemType.BACK_POINTER, backKey, 0);
    byte[] b = Inodes.edit(to, entry.ino());
    int at = Inodes.at(entry.ino());
    InodeRecord.NLINK.set(b, at, InodeRecord.NLINK.get(b, at) - 1);
    InodeRecord.CTIME.set(b, at, tx.now());
    if (from.chunk() != to.chunk()) {
      CrossRefs.remove(from, to, entry.ino(), backKey, Ino.ofId(dir), entry.cookie());
    }
    if (part != dir && entries(from, partIno) == 0) {
      Continuations.drop(tx, dir, part);
    }
  }

  /** The key of the back pointer that an inode has for a name. */
  long backKey(BlockReader r, long target, long parentIno, byte[] name) throws IOException {
    Inodes.find(r, target);
    long ino = Ino.ofId(target);
    long base = hash.backKey(parentIno, name);
    ItemCursor c = new ItemCursor(r, ino);
    boolean more = c.seek(ItemType.BACK_POINTER, base, 0);
    while (more && c.at(ItemType.BACK_POINTER) && c.major() - base < TIES) {
      if (isBackPointer(c, parentIno, name)) {
        return c.major();
      }
      more = c.next();
    }
    throw new CorruptException(
        r.chunk(),
        Ino.block(ino),
        "chunk %d inode %s has no back pointer for its name '%s' in directory %s"
            .formatted(r.chunk(), Ino.show(ino), Names.show(name), Ino.show(parentIno)));
  }

  /** Whether the BACK_POINTER item that a cursor is at is of that name in that directory. */
  static boolean isBackPointer(ItemCursor c, long parentIno, byte[] name) throws IOException {
    c.require(BackPointer.NAME);
    byte[] b = c.bytes();
    int at = c.valueAt();
    int length = BackPointer.NAME_LENGTH.get(b, at);
    c.require(BackPointer.NAME + length);
    int from = at + BackPointer.NAME;
    return BackPointer.PARENT.get(b, at) == parentIno
        && Arrays.equals(b, from, from + length, name, 0, name.length);
  }

  /** Node id of a directory's parent; the root is its own. */
  long parent(BlockReader r, long dir) throws IOException {
    Attributes.requireDirectory(r, dir);
    long ino = Ino.ofId(dir);
    if (ino == root) {
      return dir;
    }
    ItemCursor c = new ItemCursor(r, ino);
    if (!c.seek(ItemType.BACK_POINTER, 0, 0) || !c.at(ItemType.BACK_POINTER)) {
      // removed, and still held by somebody
      throw new FsException(Reason.NOT_FOUND, "the directory has been removed");
    }
    byte[] b = c.require(BackPointer.NAME).bytes();
    return Ino.id(
        BackPointer.PARENT.get(b, c.valueAt()), BackPointer.PARENT_GENERATION.get(b, c.valueAt()));
  }

  /** Whether a directory still has a name (or is the root), so that things may be put in it. */
  void requireLinked(BlockReader r, long dir) throws IOException {
    if (Ino.ofId(dir) != root && Attributes.nlink(r, dir) == 0) {
      throw new FsException(Reason.NOT_FOUND, "the directory has been removed");
    }
  }

  static long entries(BlockReader r, long ino) throws IOException {
    return InodeRecord.ENTRIES.get(Inodes.bytes(r, ino), Inodes.at(ino));
  }

  static void count(ChunkTx tx, long ino, long delta) throws IOException {
    byte[] b = Inodes.edit(tx, ino);
    int at = Inodes.at(ino);
    InodeRecord.ENTRIES.set(b, at, InodeRecord.ENTRIES.get(b, at) + delta);
  }

  static int generation(BlockReader r, long ino) throws IOException {
    return InodeRecord.GENERATION.get(Inodes.bytes(r, ino), Inodes.at(ino));
  }

  private static long freeKey(BlockReader r, long ino, ItemType type, long base, String what)
      throws IOException {
    ItemCursor c = new ItemCursor(r, ino);
    boolean more = c.seek(type, base, 0);
    long free = base;
    while (more && c.at(type) && c.major() == free) {
      free++;
      more = c.next();
    }
    if (free - base >= TIES) {
      throw new FsException(
          Reason.NO_SPACE, "128 " + what + " with one hash: no room for one more of them");
    }
    return free;
  }
}
