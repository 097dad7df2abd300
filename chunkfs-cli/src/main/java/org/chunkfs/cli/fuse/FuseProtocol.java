package org.chunkfs.cli.fuse;

/**
 * The FUSE protocol as the kernel defines it in {@code include/uapi/linux/fuse.h}: offsets and
 * sizes of the structures, flags and codes that this server uses, under the kernel's names. Version
 * 7.31 is the least that is accepted; what came later (STATX with 7.39) is used where the kernel
 * offers it.
 *
 * <p>Arguments of a request begin behind its {@link InHeader}, those of a reply behind its {@link
 * OutHeader}; all other offsets count from there. Numbers are in the machine's byte order.
 */
final class FuseProtocol {
  static final int MAJOR = 7, MINOR = 41, MINOR_LEAST = 31;

  /** The kernel's node id of the root directory. */
  static final long ROOT_ID = 1;

  private FuseProtocol() {}

  /** {@code enum fuse_opcode}. */
  static final class Op {
    static final int LOOKUP = 1,
        FORGET = 2,
        GETATTR = 3,
        SETATTR = 4,
        READLINK = 5,
        SYMLINK = 6,
        MKNOD = 8,
        MKDIR = 9,
        UNLINK = 10,
        RMDIR = 11,
        RENAME = 12,
        LINK = 13,
        OPEN = 14,
        READ = 15,
        WRITE = 16,
        STATFS = 17,
        RELEASE = 18,
        FSYNC = 20,
        SETXATTR = 21,
        GETXATTR = 22,
        LISTXATTR = 23,
        REMOVEXATTR = 24,
        FLUSH = 25,
        INIT = 26,
        OPENDIR = 27,
        READDIR = 28,
        RELEASEDIR = 29,
        FSYNCDIR = 30,
        ACCESS = 34,
        CREATE = 35,
        INTERRUPT = 36,
        DESTROY = 38,
        BATCH_FORGET = 42,
        FALLOCATE = 43,
        READDIRPLUS = 44,
        RENAME2 = 45,
        LSEEK = 46,
        COPY_FILE_RANGE = 47,
        SYNCFS = 50,
        TMPFILE = 51,
        STATX = 52;

    private Op() {}
  }

  /** {@code struct fuse_in_header}. */
  static final class InHeader {
    static final int LEN = 0, OPCODE = 4, UNIQUE = 8, NODEID = 16, UID = 24, GID = 28, SIZE = 40;

    private InHeader() {}
  }

  /** {@code struct fuse_out_header}. */
  static final class OutHeader {
    static final int LEN = 0, ERROR = 4, UNIQUE = 8, SIZE = 16;

    private OutHeader() {}
  }

  /** {@code struct fuse_init_in} and {@code fuse_init_out}. */
  static final class Init {
    static final int MAJOR = 0, MINOR = 4, MAX_READAHEAD = 8, FLAGS = 12, FLAGS2 = 16;
    static final int OUT_MAX_BACKGROUND = 16,
        OUT_CONGESTION = 18,
        OUT_MAX_WRITE = 20,
        OUT_TIME_GRAN = 24,
        OUT_MAX_PAGES = 28,
        OUT_FLAGS2 = 32,
        OUT_SIZE = 64;
    static final long ASYNC_READ = 1,
        EXPORT_SUPPORT = 1 << 4,
        BIG_WRITES = 1 << 5,
        DO_READDIRPLUS = 1 << 13,
        READDIRPLUS_AUTO = 1 << 14,
        ASYNC_DIO = 1 << 15,
        WRITEBACK_CACHE = 1 << 16,
        PARALLEL_DIROPS = 1 << 18,
        MAX_PAGES = 1 << 22,
        CACHE_SYMLINKS = 1 << 23,
        EXPLICIT_INVAL_DATA = 1 << 25,
        HANDLE_KILLPRIV_V2 = 1 << 28,
        INIT_EXT = 1 << 30;

    private Init() {}
  }

  /** {@code struct fuse_attr}. */
  static final class AttrStruct {
    static final int INO = 0,
        FILE_SIZE = 8,
        BLOCKS = 16,
        ATIME = 24,
        MTIME = 32,
        CTIME = 40,
        ATIME_NSEC = 48,
        MTIME_NSEC = 52,
        CTIME_NSEC = 56,
        MODE = 60,
        NLINK = 64,
        UID = 68,
        GID = 72,
        RDEV = 76,
        BLKSIZE = 80,
        FLAGS = 84,
        SIZE = 88;

    private AttrStruct() {}
  }

  /** {@code struct fuse_entry_out}. */
  static final class EntryOut {
    static final int NODEID = 0,
        GENERATION = 8,
        ENTRY_VALID = 16,
        ATTR_VALID = 24,
        ENTRY_VALID_NSEC = 32,
        ATTR_VALID_NSEC = 36,
        ATTR = 40,
        SIZE = ATTR + AttrStruct.SIZE;

    private EntryOut() {}
  }

  /** {@code struct fuse_attr_out}. */
  static final class AttrOut {
    static final int VALID = 0, VALID_NSEC = 8, ATTR = 16, SIZE = ATTR + AttrStruct.SIZE;

    private AttrOut() {}
  }

  /**
   * {@code struct fuse_statx_out} with its {@code fuse_statx}; a {@code fuse_sx_time} is s64, u32,
   * pad.
   */
  static final class StatxOut {
    static final int VALID = 0,
        VALID_NSEC = 8,
        MASK = 32,
        BLKSIZE = 36,
        NLINK = 48,
        UID = 52,
        GID = 56,
        MODE = 60,
        INO = 64,
        FILE_SIZE = 72,
        BLOCKS = 80,
        ATIME = 96,
        BTIME = 112,
        CTIME = 128,
        MTIME = 144,
        RDEV_MAJOR = 160,
        RDEV_MINOR = 164,
        SIZE = 288;

    /** STATX_BASIC_STATS and STATX_BTIME. */
    static final int MASK_ALL = 0xfff;

    private StatxOut() {}
  }

  /** {@code struct fuse_setattr_in}. */
  static final class SetattrIn {
    static final int VALID = 0,
        FILE_SIZE = 16,
        ATIME = 32,
        MTIME = 40,
        CTIME = 48,
        ATIME_NSEC = 56,
        MTIME_NSEC = 60,
        CTIME_NSEC = 64,
        MODE = 68,
        UID = 76,
        GID = 80;
    static final int F_MODE = 1,
        F_UID = 1 << 1,
        F_GID = 1 << 2,
        F_SIZE = 1 << 3,
        F_ATIME = 1 << 4,
        F_MTIME = 1 << 5,
        F_ATIME_NOW = 1 << 7,
        F_MTIME_NOW = 1 << 8,
        F_CTIME = 1 << 10,
        F_KILL_SUIDGID = 1 << 11;

    /** The flags that name something to change. */
    static final int F_CHANGES =
        F_MODE | F_UID | F_GID | F_SIZE | F_ATIME | F_MTIME | F_ATIME_NOW | F_MTIME_NOW | F_CTIME;

    private SetattrIn() {}
  }

  /**
   * {@code fuse_mknod_in, fuse_mkdir_in, fuse_rename_in, fuse_rename2_in, fuse_link_in}; names
   * follow them.
   */
  static final class NameIn {
    static final int MKNOD_MODE = 0, MKNOD_RDEV = 4, MKNOD_SIZE = 16;
    static final int MKDIR_MODE = 0, MKDIR_SIZE = 8;
    static final int RENAME_NEWDIR = 0, RENAME_SIZE = 8;
    static final int RENAME2_FLAGS = 8, RENAME2_SIZE = 16;
    static final int LINK_OLDNODE = 0, LINK_SIZE = 8;

    /** RENAME_NOREPLACE and RENAME_EXCHANGE of {@code renameat2(2)}. */
    static final int NOREPLACE = 1, EXCHANGE = 2;

    private NameIn() {}
  }

  /** {@code struct fuse_open_in, fuse_create_in} and {@code fuse_open_out}. */
  static final class Open {
    static final int FLAGS = 0, CREATE_MODE = 4, CREATE_SIZE = 16;
    static final int OUT_FH = 0, OUT_OPEN_FLAGS = 8, OUT_SIZE = 16;

    /** FOPEN_KEEP_CACHE. */
    static final int KEEP_CACHE = 2;

    private Open() {}
  }

  /** {@code struct fuse_read_in}; READDIR and READDIRPLUS use it too. */
  static final class ReadIn {
    static final int OFFSET = 8, LENGTH = 16, SIZE = 40;

    private ReadIn() {}
  }

  /** {@code struct fuse_write_in} and {@code fuse_write_out}. */
  static final class Write {
    static final int OFFSET = 8, LENGTH = 16, FLAGS = 20, SIZE = 40;
    static final int OUT_LENGTH = 0, OUT_SIZE = 8;

    /** FUSE_WRITE_KILL_SUIDGID. */
    static final int KILL_SUIDGID = 1 << 2;

    private Write() {}
  }

  /** {@code struct fuse_fsync_in}. */
  static final class FsyncIn {
    static final int FLAGS = 8;

    /** FUSE_FSYNC_FDATASYNC. */
    static final int DATA_ONLY = 1;

    private FsyncIn() {}
  }

  /** {@code struct fuse_fallocate_in}; the modes are those of {@code linux/falloc.h}. */
  static final class FallocateIn {
    static final int OFFSET = 8, LENGTH = 16, MODE = 24;
    static final int KEEP_SIZE = 1, PUNCH_HOLE = 2, ZERO_RANGE = 16;

    private FallocateIn() {}
  }

  /** {@code struct fuse_lseek_in} and {@code fuse_lseek_out}. */
  static final class Lseek {
    static final int OFFSET = 8, WHENCE = 16, OUT_OFFSET = 0, OUT_SIZE = 8;
    static final int SEEK_DATA = 3, SEEK_HOLE = 4;

    private Lseek() {}
  }

  /**
   * {@code struct fuse_setxattr_in} (short form), {@code fuse_getxattr_in} and {@code
   * fuse_getxattr_out}.
   */
  static final class Xattr {
    static final int SET_LENGTH = 0, SET_FLAGS = 4, SET_SIZE = 8;
    static final int GET_LENGTH = 0, GET_SIZE = 8;
    static final int OUT_LENGTH = 0, OUT_SIZE = 8;
    static final int CREATE = 1, REPLACE = 2;

    private Xattr() {}
  }

  /** {@code struct fuse_dirent}; with an {@link EntryOut} before it, a {@code fuse_direntplus}. */
  static final class DirentStruct {
    static final int INO = 0, OFF = 8, NAMELEN = 16, TYPE = 20, NAME = 24;

    private DirentStruct() {}

    /** FUSE_DIRENT_SIZE: each entry begins at a multiple of eight. */
    static int size(int nameLength) {
      return NAME + nameLength + 7 & ~7;
    }
  }

  /** {@code struct fuse_kstatfs}. */
  static final class Statfs {
    static final int BLOCKS = 0,
        BFREE = 8,
        BAVAIL = 16,
        FILES = 24,
        FFREE = 32,
        BSIZE = 40,
        NAMELEN = 44,
        FRSIZE = 48,
        SIZE = 80;

    private Statfs() {}
  }

  /**
   * {@code enum fuse_notify_code} with the messages' structures; a notification is a reply to no
   * request.
   */
  static final class Notify {
    static final int INVAL_INODE = 2, INODE = 0, OFFSET = 8, LENGTH = 16, INODE_SIZE = 24;
    static final int INVAL_ENTRY = 3, PARENT = 0, NAMELEN = 8, ENTRY_SIZE = 16;

    /** Since 7.44: all cached names are looked up again; has no body. */
    static final int INC_EPOCH = 8;

    private Notify() {}
  }
}
