package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.chunkfs.core.error.FsException;

/**
 * A filesystem as a kernel's VFS would call it: by inode, one request a call, every call safe to
 * use from many threads.
 *
 * <p>An inode is named by its <em>node id</em>: 48 bits of inode number and, above them, the low 16
 * bits of its generation, so that the id of a deleted inode is refused ({@code STALE}) when its
 * number is used again. Names are raw bytes, 1 to 255 of them, without {@code '/'} and NUL; they
 * are compared as bytes. Times are nanoseconds since 1970, UTC.
 *
 * <p>Permissions are not checked here: a mount lets the kernel do so, a library caller is trusted.
 *
 * <p>Errors: {@link org.chunkfs.core.error.FsException} for what POSIX refuses, {@link
 * org.chunkfs.core.error.ChunkUnavailableException} and {@link
 * org.chunkfs.core.error.DeadlineException} for what may be tried again. An exception means: no
 * effect, but for {@link #fallocate}, which may have done a part.
 */
public interface Vfs {
  /** Longest name, in bytes. */
  int NAME_MAX = 255;

  /** Largest file, in bytes: 16 TiB. */
  long FILE_MAX = 1L << 44;

  /** Most names of one inode. */
  int LINK_MAX = 65_000;

  /** Most bytes of content with which a file is made in one step. */
  int WHOLE_MAX = 1 << 20;

  /** File type bits of {@code mode}, as in stat(2). */
  int S_IFMT = 0xF000,
      S_IFSOCK = 0xC000,
      S_IFLNK = 0xA000,
      S_IFREG = 0x8000,
      S_IFBLK = 0x6000,
      S_IFDIR = 0x4000,
      S_IFCHR = 0x2000,
      S_IFIFO = 0x1000;

  /** Whether inodes of this mode have a device number. */
  static boolean isDevice(int mode) {
    int type = mode & S_IFMT;
    return type == S_IFCHR || type == S_IFBLK;
  }

  /**
   * Attributes of an inode; {@code blocks} in units of 512 bytes, {@code rdev} as the kernel
   * encodes it (new_encode_dev).
   */
  record Attr(
      long id,
      long ino,
      int generation,
      int mode,
      int nlink,
      int uid,
      int gid,
      int rdev,
      long size,
      long blocks,
      long atime,
      long mtime,
      long ctime,
      long btime,
      int projectId) {
    public boolean isDirectory() {
      return (mode & S_IFMT) == S_IFDIR;
    }

    public boolean isRegular() {
      return (mode & S_IFMT) == S_IFREG;
    }

    public boolean isSymlink() {
      return (mode & S_IFMT) == S_IFLNK;
    }
  }

  /**
   * One directory entry; {@code cookie} continues a listing after it, {@code type} is the file type
   * as in dirent(3) (mode >> 12).
   */
  record Dirent(byte[] name, long id, long ino, int type, long cookie) {}

  /**
   * Owner and permission bits of a new inode; a set-group-id parent overrides {@code gid}, and only
   * devices keep {@code rdev}.
   */
  record Creation(int mode, int uid, int gid, int rdev) {}

  /** What setattr changes; null leaves a field as it is. Times in nanoseconds. */
  record AttrChange(
      @org.jspecify.annotations.Nullable Integer mode,
      @org.jspecify.annotations.Nullable Integer uid,
      @org.jspecify.annotations.Nullable Integer gid,
      @org.jspecify.annotations.Nullable Long size,
      @org.jspecify.annotations.Nullable Long atime,
      @org.jspecify.annotations.Nullable Long mtime,
      @org.jspecify.annotations.Nullable Long ctime,
      @org.jspecify.annotations.Nullable Integer projectId) {
    public static AttrChange ofMode(int mode) {
      return new AttrChange(mode, null, null, null, null, null, null, null);
    }

    public static AttrChange ofSize(long size) {
      return new AttrChange(null, null, null, size, null, null, null, null);
    }

    public static AttrChange ofOwner(int uid, int gid) {
      return new AttrChange(null, uid, gid, null, null, null, null, null);
    }

    public static AttrChange ofTimes(long atime, long mtime) {
      return new AttrChange(null, null, null, null, atime, mtime, null, null);
    }
  }

  /**
   * Space and inodes, as statvfs(3): blocks of {@code blockSize} bytes. Inodes are made on demand:
   * {@code filesFree} is what free blocks could hold.
   */
  record Stat(
      int blockSize, long blocks, long blocksFree, long files, long filesFree, int nameMax) {}

  /** How rename treats an existing target. */
  enum RenameMode {
    REPLACE,
    NO_REPLACE,
    EXCHANGE
  }

  /** How setxattr treats an existing value. */
  enum XattrMode {
    SET,
    CREATE,
    REPLACE
  }

  /**
   * What fallocate does, as fallocate(2): ALLOCATE may grow the file, KEEP_SIZE does not,
   * PUNCH_HOLE frees, ZERO_RANGE makes zeros.
   */
  enum FallocateMode {
    ALLOCATE,
    ALLOCATE_KEEP_SIZE,
    PUNCH_HOLE,
    ZERO_RANGE,
    ZERO_RANGE_KEEP_SIZE
  }

  /** Receives directory entries in cookie order; false stops the listing before the next entry. */
  @FunctionalInterface
  interface DirentSink {
    boolean accept(Dirent entry) throws IOException;
  }

  /** Node id of the root directory. */
  long root();

  /** The entry's inode; NOT_FOUND, NOT_DIRECTORY. {@code "."} and {@code ".."} are understood. */
  Attr lookup(long dir, byte[] name) throws IOException;

  Attr getattr(long id) throws IOException;

  /**
   * Changes attributes; sets ctime unless given; a size change is truncate(2). Set-id bits are the
   * caller's to clear in {@code mode}.
   */
  Attr setattr(long id, AttrChange change) throws IOException;

  /** Makes a regular file; EXISTS if the name is there. */
  Attr create(long dir, byte[] name, Creation creation) throws IOException;

  /**
   * Makes a regular file with its content; EXISTS if the name is there. A {@link Volume} does it in
   * one step, all or nothing, while the content has at most {@link #WHOLE_MAX} bytes and the file's
   * chunk has room for it; else, and by default, it is {@link #create} and then {@link #write}.
   *
   * @param content what the file gets, from the buffer's position to its limit, which is where its
   *     position is afterwards
   * @throws IOException if not all of it could be written; the file may be there with less
   */
  default Attr create(long dir, byte[] name, Creation creation, ByteBuffer content)
      throws IOException {
    Attr made = create(dir, name, creation);
    if (!content.hasRemaining()) {
      return made;
    }
    writeFully(made.id(), 0, content);
    return getattr(made.id());
  }

  /** Makes a regular file, device, FIFO or socket by {@code creation.mode}. */
  Attr mknod(long dir, byte[] name, Creation creation) throws IOException;

  Attr mkdir(long dir, byte[] name, Creation creation) throws IOException;

  /** Makes a symbolic link to {@code target}, 1 to 4095 bytes. */
  Attr symlink(long dir, byte[] name, byte[] target, Creation creation) throws IOException;

  byte[] readlink(long id) throws IOException;

  /** Gives a non-directory inode one more name; TOO_MANY_LINKS past {@link #LINK_MAX}. */
  Attr link(long id, long dir, byte[] name) throws IOException;

  void unlink(long dir, byte[] name) throws IOException;

  void rmdir(long dir, byte[] name) throws IOException;

  void rename(long fromDir, byte[] fromName, long toDir, byte[] toName, RenameMode mode)
      throws IOException;

  /** Reads into {@code dst} from {@code offset}; returns bytes read, 0 at or past the end. */
  int read(long id, long offset, ByteBuffer dst) throws IOException;

  /**
   * Writes all of {@code src} at {@code offset}, growing the file; returns the bytes written.
   * Clears no set-id bits. All-or-nothing per internal step: a failure part way reports the bytes
   * written so far, if any.
   */
  int write(long id, long offset, ByteBuffer src) throws IOException;

  /**
   * Writes all of {@code src} at {@code offset}, by as many {@link #write}s as that takes.
   *
   * @throws IOException if not all of it could be written; part of it may be
   */
  default void writeFully(long id, long offset, ByteBuffer src) throws IOException {
    long at = offset;
    while (src.hasRemaining()) {
      int before = src.position();
      int written = write(id, at, src);
      if (written <= 0) {
        throw new FsException(FsException.Reason.NO_SPACE, "No space is left in the image");
      }
      src.position(before + written);
      at += written;
    }
  }

  /**
   * Changes what a range of a file holds, in steps of which each is all-or-nothing; a failure may
   * come after some of them, and tried again does the rest.
   */
  void fallocate(long id, FallocateMode mode, long offset, long length) throws IOException;

  /**
   * First offset at or after {@code offset} that is data (or a hole: {@code hole}); NO_SUCH_OFFSET
   * at or past the end.
   */
  long seek(long id, long offset, boolean hole) throws IOException;

  byte[] getxattr(long id, byte[] name) throws IOException;

  void setxattr(long id, byte[] name, byte[] value, XattrMode mode) throws IOException;

  List<byte[]> listxattr(long id) throws IOException;

  /** NO_XATTR when there is none of that name. */
  void removexattr(long id, byte[] name) throws IOException;

  /**
   * Lists entries with cookie above {@code cookie} (0 from the start), without {@code "."} and
   * {@code ".."}; cookies stay valid through changes.
   */
  void readdir(long dir, long cookie, DirentSink sink) throws IOException;

  /** The directory's parent; the root is its own. */
  Attr parent(long dir) throws IOException;

  /** Holds the inode: until the matching release an unlinked file stays readable and writable. */
  void open(long id) throws IOException;

  /** Lets go of one {@link #open}. */
  void release(long id) throws IOException;

  /** Returns once the inode, its data and its names are durable. */
  void fsync(long id, boolean dataOnly) throws IOException;

  /** Returns once everything acknowledged before is durable. */
  void syncfs() throws IOException;

  Stat statfs() throws IOException;
}
