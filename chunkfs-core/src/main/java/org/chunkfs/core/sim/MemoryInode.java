package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;

/** One inode of {@link MemoryVfs}, of whatever type; guarded by the filesystem's lock. */
final class MemoryInode {
  private static final int DIRECTORY_SIZE = 4096;
  private static final long FIRST_COOKIE = 16;

  final long id;
  final long ino;
  final SparseBytes data;
  final Map<ByteBuffer, byte[]> xattrs = new LinkedHashMap<>();

  private final int generation;
  private final Map<ByteBuffer, Entry> byName = new HashMap<>();
  private final TreeMap<Long, Entry> byCookie = new TreeMap<>();
  private long nextCookie = FIRST_COOKIE;

  int mode;
  int nlink;
  int uid;
  int gid;
  int rdev;
  int projectId;
  int holds;
  long atime;
  long mtime;
  long ctime;
  private long btime;
  byte @Nullable [] target;
  @Nullable MemoryInode parent;

  /** A name in this directory. */
  private record Entry(byte[] name, long cookie, MemoryInode inode) {}

  MemoryInode(long id, long ino, int generation, int mode, SparseBytes data) {
    this.id = id;
    this.ino = ino;
    this.generation = generation;
    this.mode = mode;
    this.data = data;
  }

  void bornAt(long now) {
    atime = now;
    mtime = now;
    ctime = now;
    btime = now;
  }

  /** Data or entries have changed. */
  void touch(long now) {
    mtime = now;
    ctime = now;
  }

  boolean isDirectory() {
    return (mode & Vfs.S_IFMT) == Vfs.S_IFDIR;
  }

  /** The directory that this directory is in; the root is in itself. */
  MemoryInode parent() {
    if (parent == null) {
      throw new IllegalStateException("Inode " + ino + " is no directory");
    }
    return parent;
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  @Nullable MemoryInode entry(byte[] name) {
    Entry entry = byName.get(ByteBuffer.wrap(name));
    return entry == null ? null : entry.inode;
  }

  void addEntry(byte[] name, MemoryInode inode) {
    put(new Entry(name.clone(), nextCookie++, inode));
  }

  /** Lets a name that is there stand for another inode; its place in listings stays. */
  void replaceEntry(byte[] name, MemoryInode inode) {
    Entry old = there(byName.get(ByteBuffer.wrap(name)));
    put(new Entry(old.name, old.cookie, inode));
  }

  private static Entry there(@Nullable Entry entry) {
    if (entry == null) {
      throw new IllegalStateException("no such entry");
    }
    return entry;
  }

  private void put(Entry entry) {
    byName.put(ByteBuffer.wrap(entry.name), entry);
    byCookie.put(entry.cookie, entry);
  }

  void removeEntry(byte[] name) {
    Entry entry = there(byName.remove(ByteBuffer.wrap(name)));
    byCookie.remove(entry.cookie);
  }

  void list(long after, Vfs.DirentSink sink) throws IOException {
    for (Entry entry : byCookie.tailMap(after, false).values()) {
      MemoryInode inode = entry.inode;
      int type = (inode.mode & Vfs.S_IFMT) >> 12;
      if (!sink.accept(
          new Vfs.Dirent(entry.name.clone(), inode.id, inode.ino, type, entry.cookie))) {
        return;
      }
    }
  }

  Vfs.Attr attr() {
    long size = isDirectory() ? DIRECTORY_SIZE : target != null ? target.length : data.size();
    long blocks = data.pages() * (SparseBytes.PAGE / 512);
    return new Vfs.Attr(
        id,
        ino,
        generation,
        mode,
        nlink,
        uid,
        gid,
        rdev,
        size,
        blocks,
        atime,
        mtime,
        ctime,
        btime,
        projectId);
  }

  /** A size that a file may have. */
  static long checkedSize(long size) throws FsException {
    if (size < 0) {
      throw MemoryVfs.refused(Reason.INVALID, "Negative size");
    }
    if (size > Vfs.FILE_MAX) {
      throw MemoryVfs.refused(Reason.FILE_TOO_BIG, "A file has at most " + Vfs.FILE_MAX + " bytes");
    }
    return size;
  }
}
