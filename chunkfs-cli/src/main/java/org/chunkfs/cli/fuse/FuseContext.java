package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.chunkfs.cli.fuse.FuseProtocol.AttrOut;
import org.chunkfs.cli.fuse.FuseProtocol.AttrStruct;
import org.chunkfs.cli.fuse.FuseProtocol.EntryOut;
import org.chunkfs.cli.fuse.FuseProtocol.StatxOut;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;

/**
 * What every operation shares: the volume, how node ids and attributes look to the kernel, and the
 * time.
 */
final class FuseContext {
  /** Set-user-id, set-group-id and group-execute bits of a mode. */
  private static final int S_ISUID = 0x800, S_ISGID = 0x400, S_IXGRP = 0x8;

  /** The permission bits of a mode, with set-id and sticky bits. */
  static final int PERMISSIONS = 0xFFF;

  static final long SECOND = 1_000_000_000;
  private static final int BLOCK = 4096;

  final Vfs vfs;
  final MountOptions options;
  final KnownNodes known = new KnownNodes();
  private final LongSupplier clock;
  private final long root;

  /**
   * @param clock nanoseconds since 1970, for times that the caller sets to now
   */
  FuseContext(Vfs vfs, MountOptions options, LongSupplier clock) {
    this.vfs = vfs;
    this.options = options;
    this.clock = clock;
    this.root = vfs.root();
  }

  long now() {
    return clock.getAsLong();
  }

  /** Whether the kernel may keep a name for longer than a moment. */
  boolean keepsNamesLong() {
    return Math.max(options.entryTimeout(), options.negativeTimeout()) > SECOND;
  }

  /** The volume's id of the inode that a request is about. */
  long node(FuseRequest request) {
    return toVolume(request.nodeId());
  }

  long toVolume(long kernelNode) {
    return kernelNode == FuseProtocol.ROOT_ID ? root : kernelNode;
  }

  long toKernel(long volumeNode) {
    return volumeNode == root ? FuseProtocol.ROOT_ID : volumeNode;
  }

  /** Puts a {@code fuse_attr_out} at the start of the reply; returns its size. */
  int putAttrOut(FuseReply reply, Attr attr) {
    reply.clear(0, AttrOut.SIZE);
    reply.putLong(AttrOut.VALID, options.attrTimeout() / SECOND);
    reply.putInt(AttrOut.VALID_NSEC, (int) (options.attrTimeout() % SECOND));
    putAttr(reply, AttrOut.ATTR, attr);
    return AttrOut.SIZE;
  }

  /** Puts a {@code fuse_entry_out} at {@code offset}; returns its size. */
  int putEntry(FuseReply reply, int offset, Attr attr) {
    known.told(attr.id());
    reply.putLong(offset + EntryOut.NODEID, toKernel(attr.id()));
    reply.putLong(offset + EntryOut.GENERATION, Integer.toUnsignedLong(attr.generation()));
    reply.putLong(offset + EntryOut.ENTRY_VALID, options.entryTimeout() / SECOND);
    reply.putInt(offset + EntryOut.ENTRY_VALID_NSEC, (int) (options.entryTimeout() % SECOND));
    reply.putLong(offset + EntryOut.ATTR_VALID, options.attrTimeout() / SECOND);
    reply.putInt(offset + EntryOut.ATTR_VALID_NSEC, (int) (options.attrTimeout() % SECOND));
    putAttr(reply, offset + EntryOut.ATTR, attr);
    return EntryOut.SIZE;
  }

  /**
   * Puts the {@code fuse_entry_out} that says "no such name", for the kernel to remember; returns
   * its size.
   */
  int putNegativeEntry(FuseReply reply) {
    reply.clear(0, EntryOut.SIZE);
    reply.putLong(EntryOut.ENTRY_VALID, options.negativeTimeout() / SECOND);
    reply.putInt(EntryOut.ENTRY_VALID_NSEC, (int) (options.negativeTimeout() % SECOND));
    return EntryOut.SIZE;
  }

  private static void putAttr(FuseReply reply, int at, Attr attr) {
    reply.putLong(at + AttrStruct.INO, attr.ino());
    reply.putLong(at + AttrStruct.FILE_SIZE, attr.size());
    reply.putLong(at + AttrStruct.BLOCKS, attr.blocks());
    reply.putLong(at + AttrStruct.ATIME, Math.floorDiv(attr.atime(), SECOND));
    reply.putLong(at + AttrStruct.MTIME, Math.floorDiv(attr.mtime(), SECOND));
    reply.putLong(at + AttrStruct.CTIME, Math.floorDiv(attr.ctime(), SECOND));
    reply.putInt(at + AttrStruct.ATIME_NSEC, (int) Math.floorMod(attr.atime(), SECOND));
    reply.putInt(at + AttrStruct.MTIME_NSEC, (int) Math.floorMod(attr.mtime(), SECOND));
    reply.putInt(at + AttrStruct.CTIME_NSEC, (int) Math.floorMod(attr.ctime(), SECOND));
    reply.putInt(at + AttrStruct.MODE, attr.mode());
    reply.putInt(at + AttrStruct.NLINK, attr.nlink());
    reply.putInt(at + AttrStruct.UID, attr.uid());
    reply.putInt(at + AttrStruct.GID, attr.gid());
    reply.putInt(at + AttrStruct.RDEV, attr.rdev());
    reply.putInt(at + AttrStruct.BLKSIZE, BLOCK);
    reply.putInt(at + AttrStruct.FLAGS, 0);
  }

  /** Puts a {@code fuse_statx_out}, which has the birth time; returns its size. */
  int putStatx(FuseReply reply, Attr attr) {
    reply.clear(0, StatxOut.SIZE);
    reply.putLong(StatxOut.VALID, options.attrTimeout() / SECOND);
    reply.putInt(StatxOut.VALID_NSEC, (int) (options.attrTimeout() % SECOND));
    reply.putInt(StatxOut.MASK, StatxOut.MASK_ALL);
    reply.putInt(StatxOut.BLKSIZE, BLOCK);
    reply.putInt(StatxOut.NLINK, attr.nlink());
    reply.putInt(StatxOut.UID, attr.uid());
    reply.putInt(StatxOut.GID, attr.gid());
    reply.putShort(StatxOut.MODE, attr.mode());
    reply.putLong(StatxOut.INO, attr.ino());
    reply.putLong(StatxOut.FILE_SIZE, attr.size());
    reply.putLong(StatxOut.BLOCKS, attr.blocks());
    putStatxTime(reply, StatxOut.ATIME, attr.atime());
    putStatxTime(reply, StatxOut.BTIME, attr.btime());
    putStatxTime(reply, StatxOut.CTIME, attr.ctime());
    putStatxTime(reply, StatxOut.MTIME, attr.mtime());
    // rdev is new_encode_dev: minor bits 0-7 and 20-31, major bits 8-19.
    reply.putInt(StatxOut.RDEV_MAJOR, (attr.rdev() & 0xfff00) >> 8);
    reply.putInt(StatxOut.RDEV_MINOR, attr.rdev() & 0xff | attr.rdev() >>> 12 & 0xfff00);
    return StatxOut.SIZE;
  }

  private static void putStatxTime(FuseReply reply, int at, long nanos) {
    reply.putLong(at, Math.floorDiv(nanos, SECOND));
    reply.putInt(at + 8, (int) Math.floorMod(nanos, SECOND));
  }

  /**
   * The permission bits after a write, truncate or chown by someone whose changes do not keep
   * set-id bits: set-group-id goes only where the group may execute, as in {@code
   * setattr_should_drop_sgid} of the kernel.
   */
  static int withoutSetIds(Attr attr) {
    int mode = attr.mode() & PERMISSIONS;
    if (attr.isDirectory()) {
      return mode;
    }
    int drop = (mode & S_IXGRP) != 0 ? S_ISUID | S_ISGID : S_ISUID;
    return mode & ~drop;
  }

  /** Takes the set-id bits off a file that is about to be changed, where it has any. */
  void dropSetIds(long id) throws IOException {
    Attr attr = vfs.getattr(id);
    int mode = withoutSetIds(attr);
    if (mode != (attr.mode() & PERMISSIONS)) {
      vfs.setattr(id, Vfs.AttrChange.ofMode(mode));
    }
  }
}
