package org.chunkfs.core.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;

/** The inodes of {@link MemoryVfs}; numbers are used again, with another generation. */
final class MemoryInodes {
  private static final long ROOT_INO = 2;

  /** Id of the first one made. */
  static final long ROOT = id(ROOT_INO, 1);

  private final Map<Long, MemoryInode> inodes = new HashMap<>();
  private final Deque<Long> freeInos = new ArrayDeque<>();
  private final Map<Long, Integer> generations = new HashMap<>();
  private final SparseBytes.Space space;
  private final LongSupplier clock;
  private long nextIno = ROOT_INO;

  /**
   * @param clock nanoseconds since 1970
   */
  MemoryInodes(SparseBytes.Space space, LongSupplier clock) {
    this.space = space;
    this.clock = clock;
  }

  int size() {
    return inodes.size();
  }

  /** Holds on all of them. */
  int holds() {
    return inodes.values().stream().mapToInt(inode -> inode.holds).sum();
  }

  private static long id(long ino, int generation) {
    return (long) (generation & 0xFFFF) << 48 | ino;
  }

  MemoryInode make(int mode, int uid, int gid, int rdev) {
    Long reused = freeInos.pollFirst();
    long ino = reused != null ? reused : nextIno++;
    int generation = generations.merge(ino, 1, Integer::sum);
    MemoryInode inode =
        new MemoryInode(id(ino, generation), ino, generation, mode, new SparseBytes(space));
    inode.uid = uid;
    inode.gid = gid;
    inode.rdev = rdev;
    inode.bornAt(clock.getAsLong());
    inodes.put(ino, inode);
    return inode;
  }

  MemoryInode get(long id) throws FsException {
    MemoryInode inode = inodes.get(id & 0xFFFF_FFFF_FFFFL);
    if (inode == null || inode.id != id) {
      throw MemoryVfs.refused(
          Reason.STALE, "No inode has the id " + Long.toHexString(id) + " any more");
    }
    return inode;
  }

  MemoryInode directory(long id) throws FsException {
    MemoryInode inode = get(id);
    if (!inode.isDirectory()) {
      throw MemoryVfs.refused(Reason.NOT_DIRECTORY, "Not a directory");
    }
    return inode;
  }

  /** A regular file. */
  MemoryInode file(long id) throws FsException {
    return regular(get(id));
  }

  static MemoryInode regular(MemoryInode inode) throws FsException {
    if (inode.isDirectory()) {
      throw MemoryVfs.refused(Reason.IS_DIRECTORY, "A directory has no data");
    }
    if ((inode.mode & Vfs.S_IFMT) != Vfs.S_IFREG) {
      throw MemoryVfs.refused(Reason.INVALID, "Only regular files have data");
    }
    return inode;
  }

  void dropIfUnused(MemoryInode inode) {
    if (inode.nlink == 0 && inode.holds == 0) {
      inode.data.clear();
      inodes.remove(inode.ino);
      freeInos.addLast(inode.ino);
    }
  }
}
