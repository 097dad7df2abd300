package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;

/**
 * A filesystem in memory that does what {@link Vfs} says, in the plainest way: the reference that
 * other implementations are compared with. One lock for everything; nothing is ever lost or slow.
 *
 * <p>Where {@code Vfs} leaves a choice, it chooses: a directory has one link and a size of 4096;
 * preallocated blocks that were not written count as a hole; a name that replaces another takes
 * over its cookie; reading changes no time.
 */
public final class MemoryVfs implements Vfs {
  private static final int BLOCK = SparseBytes.PAGE;
  private static final int PERMISSIONS = 0xFFF, S_ISGID = 0x400;
  private static final int XATTR_MAX = 65_536, SYMLINK_MAX = 4095;

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final SparseBytes.Space space;
  private final InstantSource clock;
  private final MemoryInodes inodes;

  /**
   * An empty filesystem of at most {@code blocks} blocks of 4096 bytes, with the time of {@code
   * clock}.
   */
  public MemoryVfs(long blocks, InstantSource clock) {
    this.space = new SparseBytes.Space(blocks);
    this.clock = clock;
    this.inodes = new MemoryInodes(space, this::now);
    MemoryInode root = inodes.make(S_IFDIR | 0x1ED, 0, 0, 0);
    root.nlink = 1;
    root.parent = root;
  }

  /** An empty filesystem of 1 GiB. */
  public MemoryVfs(InstantSource clock) {
    this(1 << 18, clock);
  }

  private long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** Number of inodes that are in use, unlinked ones that are still held included. */
  public int inodeCount() {
    try (Held _ = reading()) {
      return inodes.size();
    }
  }

  /** Number of holds on all inodes: opens without their release. */
  public int holdCount() {
    try (Held _ = reading()) {
      return inodes.holds();
    }
  }

  @Override
  public long root() {
    return MemoryInodes.ROOT;
  }

  @Override
  public Attr lookup(long dir, byte[] name) throws IOException {
    try (Held _ = reading()) {
      return MemoryNames.find(inodes.directory(dir), name).attr();
    }
  }

  @Override
  public Attr getattr(long id) throws IOException {
    try (Held _ = reading()) {
      return inodes.get(id).attr();
    }
  }

  @Override
  public Attr setattr(long id, AttrChange change) throws IOException {
    try (Held _ = writing()) {
      MemoryInode inode = inodes.get(id);
      long now = now();
      if (change.size() != null) {
        MemoryInodes.regular(inode).data.truncate(MemoryInode.checkedSize(change.size()));
        inode.mtime = now;
      }
      if (change.mode() != null) {
        inode.mode = inode.mode & S_IFMT | change.mode() & PERMISSIONS;
      }
      inode.uid = change.uid() != null ? change.uid() : inode.uid;
      inode.gid = change.gid() != null ? change.gid() : inode.gid;
      inode.atime = change.atime() != null ? change.atime() : inode.atime;
      inode.mtime = change.mtime() != null ? change.mtime() : inode.mtime;
      inode.ctime = change.ctime() != null ? change.ctime() : now;
      inode.projectId = change.projectId() != null ? change.projectId() : inode.projectId;
      return inode.attr();
    }
  }

  @Override
  public Attr create(long dir, byte[] name, Creation creation) throws IOException {
    return make(dir, name, S_IFREG | creation.mode() & PERMISSIONS, creation, null);
  }

  @Override
  public Attr mknod(long dir, byte[] name, Creation creation) throws IOException {
    int type = creation.mode() & S_IFMT;
    return switch (type) {
      case 0 -> create(dir, name, creation);
      case S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK ->
          make(dir, name, creation.mode(), creation, null);
      default -> throw refused(Reason.INVALID, "mknod does not make inodes of type " + type);
    };
  }

  @Override
  public Attr mkdir(long dir, byte[] name, Creation creation) throws IOException {
    return make(dir, name, S_IFDIR | creation.mode() & PERMISSIONS, creation, null);
  }

  @Override
  public Attr symlink(long dir, byte[] name, byte[] target, Creation creation) throws IOException {
    if (target.length == 0) {
      throw refused(Reason.INVALID, "A symbolic link needs a target");
    }
    if (target.length > SYMLINK_MAX) {
      throw refused(Reason.NAME_TOO_LONG, "The target has " + target.length + " bytes");
    }
    return make(dir, name, S_IFLNK | 0x1FF, creation, target.clone());
  }

  private Attr make(long dir, byte[] name, int mode, Creation creation, byte @Nullable [] target)
      throws IOException {
    try (Held _ = writing()) {
      MemoryInode parent = inodes.directory(dir);
      MemoryNames.checkFree(parent, name);
      boolean inherit = (parent.mode & S_ISGID) != 0;
      boolean directory = (mode & S_IFMT) == S_IFDIR;
      MemoryInode inode =
          inodes.make(
              inherit && directory ? mode | S_ISGID : mode,
              creation.uid(),
              inherit ? parent.gid : creation.gid(),
              Vfs.isDevice(mode) ? creation.rdev() : 0);
      inode.target = target;
      inode.nlink = 1;
      if (directory) {
        inode.parent = parent;
      }
      parent.addEntry(name, inode);
      parent.touch(now());
      return inode.attr();
    }
  }

  @Override
  public byte[] readlink(long id) throws IOException {
    try (Held _ = reading()) {
      byte[] target = inodes.get(id).target;
      if (target == null) {
        throw refused(Reason.INVALID, "Not a symbolic link");
      }
      return target.clone();
    }
  }

  @Override
  public Attr link(long id, long dir, byte[] name) throws IOException {
    try (Held _ = writing()) {
      MemoryInode inode = inodes.get(id);
      MemoryInode parent = inodes.directory(dir);
      if (inode.isDirectory()) {
        throw refused(Reason.NOT_PERMITTED, "A directory has one name");
      }
      if (inode.nlink == 0) {
        throw refused(Reason.NOT_FOUND, "The inode has no name any more");
      }
      MemoryNames.checkFree(parent, name);
      if (inode.nlink >= LINK_MAX) {
        throw refused(Reason.TOO_MANY_LINKS, "The inode has " + inode.nlink + " names");
      }
      inode.nlink++;
      inode.ctime = now();
      parent.addEntry(name, inode);
      parent.touch(now());
      return inode.attr();
    }
  }

  @Override
  public void unlink(long dir, byte[] name) throws IOException {
    try (Held _ = writing()) {
      MemoryInode parent = inodes.directory(dir);
      MemoryInode inode = MemoryNames.findEntry(parent, name);
      if (inode.isDirectory()) {
        throw refused(Reason.IS_DIRECTORY, "Use rmdir for a directory");
      }
      parent.removeEntry(name);
      parent.touch(now());
      dropLink(inode);
    }
  }

  @Override
  public void rmdir(long dir, byte[] name) throws IOException {
    try (Held _ = writing()) {
      MemoryInode parent = inodes.directory(dir);
      MemoryInode inode = MemoryNames.findEntry(parent, name);
      MemoryNames.checkEmptyDirectory(inode);
      parent.removeEntry(name);
      parent.touch(now());
      dropLink(inode);
    }
  }

  @Override
  public void rename(long fromDir, byte[] fromName, long toDir, byte[] toName, RenameMode mode)
      throws IOException {
    try (Held _ = writing()) {
      MemoryInode from = inodes.directory(fromDir);
      MemoryInode to = inodes.directory(toDir);
      MemoryInode moved = MemoryNames.findEntry(from, fromName);
      MemoryNames.checkName(toName);
      if (MemoryNames.isDots(toName)) {
        throw refused(Reason.EXISTS, "'.' and '..' cannot be renamed over");
      }
      MemoryInode target = to.entry(toName);
      switch (mode) {
        case EXCHANGE -> exchange(from, fromName, moved, to, toName, target);
        case NO_REPLACE -> {
          if (target != null) {
            throw refused(Reason.EXISTS, "The target exists");
          }
          move(from, fromName, moved, to, toName, null);
        }
        case REPLACE -> {
          if (target != moved) {
            move(from, fromName, moved, to, toName, target);
          }
        }
      }
    }
  }

  private void move(
      MemoryInode from,
      byte[] fromName,
      MemoryInode moved,
      MemoryInode to,
      byte[] toName,
      @Nullable MemoryInode target)
      throws FsException {
    MemoryNames.checkNotInside(moved, to);
    if (target != null && moved.isDirectory()) {
      MemoryNames.checkEmptyDirectory(target);
    } else if (target != null && target.isDirectory()) {
      throw refused(Reason.IS_DIRECTORY, "A file cannot replace a directory");
    }
    from.removeEntry(fromName);
    if (target == null) {
      to.addEntry(toName, moved);
    } else {
      to.replaceEntry(toName, moved);
      dropLink(target);
    }
    settle(from, moved, to);
  }

  private void exchange(
      MemoryInode from,
      byte[] fromName,
      MemoryInode moved,
      MemoryInode to,
      byte[] toName,
      @Nullable MemoryInode target)
      throws FsException {
    if (target == null) {
      throw refused(Reason.NOT_FOUND, "There is nothing to exchange with");
    }
    MemoryNames.checkNotInside(moved, to);
    MemoryNames.checkNotInside(target, from);
    from.replaceEntry(fromName, target);
    to.replaceEntry(toName, moved);
    settle(from, moved, to);
    settle(to, target, from);
  }

  private void settle(MemoryInode from, MemoryInode moved, MemoryInode to) {
    long now = now();
    if (moved.isDirectory()) {
      moved.parent = to;
    }
    moved.ctime = now;
    from.touch(now);
    to.touch(now);
  }

  @Override
  public int read(long id, long offset, ByteBuffer dst) throws IOException {
    try (Held _ = reading()) {
      return inodes.file(id).data.read(offset, dst);
    }
  }

  @Override
  public int write(long id, long offset, ByteBuffer src) throws IOException {
    try (Held _ = writing()) {
      MemoryInode inode = inodes.file(id);
      if (offset < 0) {
        throw refused(Reason.INVALID, "Negative offset");
      }
      MemoryInode.checkedSize(offset + src.remaining());
      int written = inode.data.write(offset, src);
      if (written > 0) {
        inode.touch(now());
      }
      return written;
    }
  }

  @Override
  public void fallocate(long id, FallocateMode mode, long offset, long length) throws IOException {
    try (Held _ = writing()) {
      SparseBytes data = inodes.file(id).data;
      if (offset < 0 || length <= 0) {
        throw refused(Reason.INVALID, "A range begins at 0 or later and has a length");
      }
      if (offset > FILE_MAX - length) {
        throw refused(Reason.FILE_TOO_BIG, "The range ends past the largest file");
      }
      switch (mode) {
        case ALLOCATE -> data.allocate(offset, length, true);
        case ALLOCATE_KEEP_SIZE -> data.allocate(offset, length, false);
        case PUNCH_HOLE -> data.punch(offset, length);
        case ZERO_RANGE -> data.zero(offset, length, true);
        case ZERO_RANGE_KEEP_SIZE -> data.zero(offset, length, false);
      }
      inodes.get(id).touch(now());
    }
  }

  @Override
  public long seek(long id, long offset, boolean hole) throws IOException {
    try (Held _ = reading()) {
      long found = inodes.file(id).data.seek(offset, hole);
      if (found < 0) {
        throw refused(Reason.NO_SUCH_OFFSET, "Nothing of that kind at or after " + offset);
      }
      return found;
    }
  }

  @Override
  public byte[] getxattr(long id, byte[] name) throws IOException {
    try (Held _ = reading()) {
      byte[] value = inodes.get(id).xattrs.get(ByteBuffer.wrap(name));
      if (value == null) {
        throw refused(Reason.NO_XATTR, "No such attribute");
      }
      return value.clone();
    }
  }

  @Override
  public void setxattr(long id, byte[] name, byte[] value, XattrMode mode) throws IOException {
    if (name.length == 0 || name.length > NAME_MAX) {
      throw refused(Reason.RANGE, "An attribute's name has 1 to 255 bytes");
    }
    if (value.length > XATTR_MAX) {
      throw refused(Reason.TOO_BIG, "The value has " + value.length + " bytes");
    }
    try (Held _ = writing()) {
      MemoryInode inode = inodes.get(id);
      ByteBuffer key = ByteBuffer.wrap(name.clone());
      if (mode == XattrMode.CREATE && inode.xattrs.containsKey(key)) {
        throw refused(Reason.EXISTS, "The attribute exists");
      }
      if (mode == XattrMode.REPLACE && !inode.xattrs.containsKey(key)) {
        throw refused(Reason.NO_XATTR, "No such attribute");
      }
      inode.xattrs.put(key, value.clone());
      inode.ctime = now();
    }
  }

  @Override
  public List<byte[]> listxattr(long id) throws IOException {
    try (Held _ = reading()) {
      List<byte[]> names = new ArrayList<>();
      inodes.get(id).xattrs.keySet().forEach(name -> names.add(name.array().clone()));
      return names;
    }
  }

  @Override
  public void removexattr(long id, byte[] name) throws IOException {
    try (Held _ = writing()) {
      MemoryInode inode = inodes.get(id);
      if (inode.xattrs.remove(ByteBuffer.wrap(name)) == null) {
        throw refused(Reason.NO_XATTR, "No such attribute");
      }
      inode.ctime = now();
    }
  }

  @Override
  public void readdir(long dir, long cookie, DirentSink sink) throws IOException {
    try (Held _ = reading()) {
      inodes.directory(dir).list(cookie, sink);
    }
  }

  @Override
  public Attr parent(long dir) throws IOException {
    try (Held _ = reading()) {
      return inodes.directory(dir).parent().attr();
    }
  }

  @Override
  public void open(long id) throws IOException {
    try (Held _ = writing()) {
      inodes.get(id).holds++;
    }
  }

  @Override
  public void release(long id) throws IOException {
    try (Held _ = writing()) {
      MemoryInode inode = inodes.get(id);
      if (inode.holds == 0) {
        throw new IllegalStateException("Release without open of inode " + inode.ino);
      }
      inode.holds--;
      inodes.dropIfUnused(inode);
    }
  }

  @Override
  public void fsync(long id, boolean dataOnly) throws IOException {
    try (Held _ = reading()) {
      inodes.get(id);
    }
  }

  @Override
  public void syncfs() {}

  @Override
  public Stat statfs() {
    try (Held _ = reading()) {
      long free = space.free();
      return new Stat(BLOCK, space.total(), free, inodes.size() + free, free, NAME_MAX);
    }
  }

  static FsException refused(Reason reason, String message) {
    return new FsException(reason, message + ".");
  }

  private void dropLink(MemoryInode inode) {
    inode.nlink--;
    inode.ctime = now();
    inodes.dropIfUnused(inode);
  }

  private Held reading() {
    return hold(lock.readLock());
  }

  private Held writing() {
    return hold(lock.writeLock());
  }

  private static Held hold(Lock lock) {
    lock.lock();
    return lock::unlock;
  }

  /** A lock that is held until it is closed. */
  private interface Held extends AutoCloseable {
    @Override
    void close();
  }
}
