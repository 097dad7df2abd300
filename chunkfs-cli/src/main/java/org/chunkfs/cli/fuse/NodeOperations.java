package org.chunkfs.cli.fuse;

import java.io.IOException;
import org.chunkfs.cli.fuse.FuseProtocol.SetattrIn;
import org.chunkfs.cli.fuse.FuseProtocol.Statfs;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.AttrChange;
import org.jspecify.annotations.Nullable;

/** Requests about one inode's attributes, and about the filesystem as a whole. */
final class NodeOperations {
  private final FuseContext context;
  private final Vfs vfs;

  NodeOperations(FuseContext context) {
    this.context = context;
    this.vfs = context.vfs;
  }

  int forget(FuseRequest request) {
    context.known.forgotten(context.node(request), request.longAt(0));
    return FuseOperations.NO_REPLY;
  }

  /** A {@code fuse_batch_forget_in}: a count, and that many pairs of node and look-ups. */
  int batchForget(FuseRequest request) {
    int count = request.intAt(0);
    for (int i = 0; i < count; i++) {
      context.known.forgotten(
          context.toVolume(request.longAt(8 + 16 * i)), request.longAt(16 + 16 * i));
    }
    return FuseOperations.NO_REPLY;
  }

  int getattr(FuseRequest request, FuseReply reply) throws IOException {
    return context.putAttrOut(reply, vfs.getattr(context.node(request)));
  }

  int statx(FuseRequest request, FuseReply reply) throws IOException {
    return context.putStatx(reply, vfs.getattr(context.node(request)));
  }

  /**
   * A change of nothing is how the kernel, having agreed that clearing set-id bits is our work
   * (HANDLE_KILLPRIV_V2), asks for that before a write or fallocate: {@code notify_change} is
   * called for the bits, and they are masked out. The answer is what tells it the new mode.
   */
  int setattr(FuseRequest request, FuseReply reply) throws IOException {
    long id = context.node(request);
    int valid = request.intAt(SetattrIn.VALID);
    Integer mode = null;
    if ((valid & SetattrIn.F_MODE) != 0) {
      mode = request.intAt(SetattrIn.MODE) & FuseContext.PERMISSIONS;
    } else if ((valid & SetattrIn.F_KILL_SUIDGID) != 0 || (valid & SetattrIn.F_CHANGES) == 0) {
      mode = FuseContext.withoutSetIds(vfs.getattr(id));
    }
    AttrChange change =
        new AttrChange(
            mode,
            (valid & SetattrIn.F_UID) != 0 ? (Integer) request.intAt(SetattrIn.UID) : null,
            (valid & SetattrIn.F_GID) != 0 ? (Integer) request.intAt(SetattrIn.GID) : null,
            (valid & SetattrIn.F_SIZE) != 0 ? (Long) request.longAt(SetattrIn.FILE_SIZE) : null,
            (valid & SetattrIn.F_ATIME_NOW) != 0
                ? (Long) context.now()
                : time(request, SetattrIn.F_ATIME, SetattrIn.ATIME, SetattrIn.ATIME_NSEC),
            (valid & SetattrIn.F_MTIME_NOW) != 0
                ? (Long) context.now()
                : time(request, SetattrIn.F_MTIME, SetattrIn.MTIME, SetattrIn.MTIME_NSEC),
            time(request, SetattrIn.F_CTIME, SetattrIn.CTIME, SetattrIn.CTIME_NSEC),
            null);
    return context.putAttrOut(reply, vfs.setattr(id, change));
  }

  /**
   * The time at two offsets, if {@code flag} says there is one; what 64 bits cannot hold is capped.
   */
  private static @Nullable Long time(FuseRequest request, int flag, int seconds, int nanos) {
    if ((request.intAt(SetattrIn.VALID) & flag) == 0) {
      return null;
    }
    long s = request.longAt(seconds);
    long limit = Long.MAX_VALUE / FuseContext.SECOND - 1;
    return Math.clamp(s, -limit, limit) * FuseContext.SECOND
        + Integer.toUnsignedLong(request.intAt(nanos));
  }

  int readlink(FuseRequest request, FuseReply reply) throws IOException {
    byte[] target = vfs.readlink(context.node(request));
    reply.putBytes(0, target);
    return target.length;
  }

  int statfs(FuseReply reply) throws IOException {
    Vfs.Stat stat = vfs.statfs();
    reply.clear(0, Statfs.SIZE);
    reply.putLong(Statfs.BLOCKS, stat.blocks());
    reply.putLong(Statfs.BFREE, stat.blocksFree());
    reply.putLong(Statfs.BAVAIL, stat.blocksFree());
    reply.putLong(Statfs.FILES, stat.files());
    reply.putLong(Statfs.FFREE, stat.filesFree());
    reply.putInt(Statfs.BSIZE, stat.blockSize());
    reply.putInt(Statfs.FRSIZE, stat.blockSize());
    reply.putInt(Statfs.NAMELEN, stat.nameMax());
    return Statfs.SIZE;
  }
}
