package org.chunkfs.cli.fuse;

import java.io.IOException;
import org.chunkfs.cli.fuse.FuseProtocol.Op;

/**
 * The table of requests: hands each to the operation that serves it. INIT is {@link FuseInit}'s.
 */
final class FuseOperations {
  /** What {@link #serve} returns for requests that get no answer. */
  static final int NO_REPLY = Integer.MIN_VALUE;

  private final FuseContext context;
  private final NodeOperations nodes;
  private final NameOperations names;
  private final FileOperations files;
  private final DirectoryOperations directories;
  private final XattrOperations xattrs;

  FuseOperations(FuseContext context) {
    this.context = context;
    nodes = new NodeOperations(context);
    names = new NameOperations(context);
    files = new FileOperations(context);
    directories = new DirectoryOperations(context);
    xattrs = new XattrOperations(context);
  }

  /** Whether requests of a kind get an answer. */
  static boolean answers(int opcode) {
    return switch (opcode) {
      case Op.FORGET, Op.BATCH_FORGET, Op.INTERRUPT -> false;
      default -> true;
    };
  }

  /**
   * Serves one request.
   *
   * @return the length of the reply, a negative errno, or {@link #NO_REPLY}
   */
  int serve(FuseRequest request, FuseReply reply) throws IOException {
    return switch (request.opcode()) {
      case Op.LOOKUP -> names.lookup(request, reply);
      // Node ids stay valid as long as the inode is there; look-ups are counted only to know what
      // the kernel has cached.
      case Op.FORGET -> nodes.forget(request);
      case Op.BATCH_FORGET -> nodes.batchForget(request);
      // An interrupted request is answered soon anyway: every call of the volume has a deadline.
      case Op.INTERRUPT -> NO_REPLY;
      case Op.GETATTR -> nodes.getattr(request, reply);
      case Op.STATX -> nodes.statx(request, reply);
      case Op.SETATTR -> nodes.setattr(request, reply);
      case Op.READLINK -> nodes.readlink(request, reply);
      case Op.STATFS -> nodes.statfs(reply);
      case Op.SYMLINK -> names.symlink(request, reply);
      case Op.MKNOD -> names.mknod(request, reply);
      case Op.MKDIR -> names.mkdir(request, reply);
      case Op.UNLINK -> names.unlink(request);
      case Op.RMDIR -> names.rmdir(request);
      case Op.RENAME -> names.rename(request);
      case Op.RENAME2 -> names.rename2(request);
      case Op.LINK -> names.link(request, reply);
      case Op.OPEN -> files.open(request, reply);
      case Op.CREATE -> files.create(request, reply);
      case Op.READ -> files.read(request, reply);
      case Op.WRITE -> files.write(request, reply);
      case Op.RELEASE -> files.release(request);
      case Op.FSYNC, Op.FSYNCDIR -> files.fsync(request);
      case Op.FALLOCATE -> files.fallocate(request);
      case Op.LSEEK -> files.lseek(request, reply);
      case Op.OPENDIR -> directories.opendir(reply);
      case Op.READDIR -> directories.readdir(request, reply);
      case Op.READDIRPLUS -> directories.readdirplus(request, reply);
      case Op.RELEASEDIR, Op.DESTROY -> 0;
      case Op.SETXATTR -> xattrs.setxattr(request);
      case Op.GETXATTR -> xattrs.getxattr(request, reply);
      case Op.LISTXATTR -> xattrs.listxattr(request, reply);
      case Op.REMOVEXATTR -> xattrs.removexattr(request);
      case Op.SYNCFS -> {
        context.vfs.syncfs();
        yield 0;
      }
      // After ENOSYS the kernel does these itself and asks no more. FLUSH: writes report their
      // errors at once. ACCESS: it checks permissions. COPY_FILE_RANGE: it copies through its
      // cache. TMPFILE: it says EOPNOTSUPP to the caller, who then falls back to a named file.
      case Op.FLUSH, Op.ACCESS, Op.COPY_FILE_RANGE, Op.TMPFILE -> Errno.ENOSYS.negative();
      default -> Errno.ENOSYS.negative();
    };
  }
}
