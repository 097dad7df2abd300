package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.util.Arrays;
import org.chunkfs.cli.fuse.FuseProtocol.NameIn;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.RenameMode;

/** Requests about names: looking them up, making, moving and removing them. */
final class NameOperations {
  private static final byte[] DOT = {'.'};

  private final FuseContext context;
  private final Vfs vfs;

  NameOperations(FuseContext context) {
    this.context = context;
    this.vfs = context.vfs;
  }

  /**
   * That a name is not there is an answer which the kernel may keep; a chunk that cannot be asked
   * is an error, which it never keeps.
   */
  int lookup(FuseRequest request, FuseReply reply) throws IOException {
    byte[] name = request.nameAt(0);
    long node = context.node(request);
    // NFS asks for "." of an inode that it has a handle for, which may be a file.
    if (Arrays.equals(name, DOT)) {
      return context.putEntry(reply, 0, vfs.getattr(node));
    }
    try {
      return context.putEntry(reply, 0, vfs.lookup(node, name));
    } catch (FsException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return context.putNegativeEntry(reply);
      }
      throw e;
    }
  }

  int mknod(FuseRequest request, FuseReply reply) throws IOException {
    Creation creation =
        creation(request, request.intAt(NameIn.MKNOD_MODE), request.intAt(NameIn.MKNOD_RDEV));
    byte[] name = request.nameAt(NameIn.MKNOD_SIZE);
    return context.putEntry(reply, 0, vfs.mknod(context.node(request), name, creation));
  }

  int mkdir(FuseRequest request, FuseReply reply) throws IOException {
    int mode = request.intAt(NameIn.MKDIR_MODE) & FuseContext.PERMISSIONS;
    byte[] name = request.nameAt(NameIn.MKDIR_SIZE);
    Creation creation = creation(request, mode, 0);
    return context.putEntry(reply, 0, vfs.mkdir(context.node(request), name, creation));
  }

  int symlink(FuseRequest request, FuseReply reply) throws IOException {
    byte[] name = request.nameAt(0);
    byte[] target = request.nameAt(name.length + 1);
    Creation creation = creation(request, 0x1FF, 0);
    return context.putEntry(reply, 0, vfs.symlink(context.node(request), name, target, creation));
  }

  int link(FuseRequest request, FuseReply reply) throws IOException {
    long inode = context.toVolume(request.longAt(NameIn.LINK_OLDNODE));
    Attr attr = vfs.link(inode, context.node(request), request.nameAt(NameIn.LINK_SIZE));
    return context.putEntry(reply, 0, attr);
  }

  int unlink(FuseRequest request) throws IOException {
    vfs.unlink(context.node(request), request.nameAt(0));
    return 0;
  }

  int rmdir(FuseRequest request) throws IOException {
    vfs.rmdir(context.node(request), request.nameAt(0));
    return 0;
  }

  int rename(FuseRequest request) throws IOException {
    return rename(request, NameIn.RENAME_SIZE, RenameMode.REPLACE);
  }

  int rename2(FuseRequest request) throws IOException {
    return switch (request.intAt(NameIn.RENAME2_FLAGS)) {
      case 0 -> rename(request, NameIn.RENAME2_SIZE, RenameMode.REPLACE);
      case NameIn.NOREPLACE -> rename(request, NameIn.RENAME2_SIZE, RenameMode.NO_REPLACE);
      case NameIn.EXCHANGE -> rename(request, NameIn.RENAME2_SIZE, RenameMode.EXCHANGE);
      default -> Errno.EINVAL.negative();
    };
  }

  private int rename(FuseRequest request, int names, RenameMode mode) throws IOException {
    byte[] from = request.nameAt(names);
    byte[] to = request.nameAt(names + from.length + 1);
    long toDirectory = context.toVolume(request.longAt(NameIn.RENAME_NEWDIR));
    vfs.rename(context.node(request), from, toDirectory, to, mode);
    return 0;
  }

  /** The kernel has applied the umask to {@code mode}; the owner is whoever asks. */
  static Creation creation(FuseRequest request, int mode, int rdev) {
    return new Creation(mode, request.uid(), request.gid(), rdev);
  }
}
