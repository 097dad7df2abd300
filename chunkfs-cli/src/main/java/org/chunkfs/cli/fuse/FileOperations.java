package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.cli.fuse.FuseProtocol.FallocateIn;
import org.chunkfs.cli.fuse.FuseProtocol.FsyncIn;
import org.chunkfs.cli.fuse.FuseProtocol.Lseek;
import org.chunkfs.cli.fuse.FuseProtocol.Open;
import org.chunkfs.cli.fuse.FuseProtocol.ReadIn;
import org.chunkfs.cli.fuse.FuseProtocol.Write;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.AttrChange;
import org.chunkfs.core.volume.Vfs.FallocateMode;

/**
 * Requests about open files and their data. Every open the kernel is told of is one hold in the
 * volume.
 */
final class FileOperations {
  private final FuseContext context;
  private final Vfs vfs;

  FileOperations(FuseContext context) {
    this.context = context;
    this.vfs = context.vfs;
  }

  int open(FuseRequest request, FuseReply reply) throws IOException {
    long id = context.node(request);
    vfs.open(id);
    reply.holds(id);
    return putOpen(reply, 0);
  }

  /**
   * Where the name is there although the kernel thought not, opens what it stands for, unless the
   * caller insists on making it.
   */
  int create(FuseRequest request, FuseReply reply) throws IOException {
    long directory = context.node(request);
    int flags = request.intAt(Open.FLAGS);
    int mode = request.intAt(Open.CREATE_MODE) & FuseContext.PERMISSIONS;
    byte[] name = request.nameAt(Open.CREATE_SIZE);
    Attr attr;
    try {
      attr = vfs.create(directory, name, NameOperations.creation(request, mode, 0));
    } catch (FsException e) {
      attr = e.reason() == Reason.EXISTS ? vfs.lookup(directory, name) : null;
      if (attr == null || !attr.isRegular() || (flags & Libc.O_EXCL) != 0) {
        throw e;
      }
      if ((flags & Libc.O_TRUNC) != 0) {
        attr = vfs.setattr(attr.id(), AttrChange.ofSize(0));
      }
    }
    vfs.open(attr.id());
    reply.holds(attr.id());
    return putOpen(reply, context.putEntry(reply, 0, attr));
  }

  /** Pages stay cached from one open to the next: nothing changes them but this kernel. */
  private static int putOpen(FuseReply reply, int at) {
    reply.clear(at, Open.OUT_SIZE);
    reply.putInt(at + Open.OUT_OPEN_FLAGS, Open.KEEP_CACHE);
    return at + Open.OUT_SIZE;
  }

  int release(FuseRequest request) throws IOException {
    vfs.release(context.node(request));
    return 0;
  }

  /**
   * Reads straight into the reply. A short answer means end of file to the kernel, so it is never
   * given for less.
   */
  int read(FuseRequest request, FuseReply reply) throws IOException {
    long id = context.node(request);
    long offset = request.longAt(ReadIn.OFFSET);
    ByteBuffer data = reply.data(Math.min(request.intAt(ReadIn.LENGTH), MountOptions.MAX_REQUEST));
    while (data.hasRemaining() && vfs.read(id, offset + data.position(), data) > 0) {
      // Each turn reads on where the one before stopped.
    }
    return data.position();
  }

  /**
   * Writes straight from the request. An error after some bytes shows as a short write, as it does
   * on a disk.
   */
  int write(FuseRequest request, FuseReply reply) throws IOException {
    long id = context.node(request);
    long offset = request.longAt(Write.OFFSET);
    if ((request.intAt(Write.FLAGS) & Write.KILL_SUIDGID) != 0) {
      context.dropSetIds(id);
    }
    ByteBuffer data = request.dataAt(Write.SIZE, request.intAt(Write.LENGTH));
    try {
      while (data.hasRemaining() && vfs.write(id, offset + data.position(), data) > 0) {
        // Each turn writes on where the one before stopped.
      }
    } catch (IOException e) {
      if (data.position() == 0) {
        throw e;
      }
    }
    reply.clear(0, Write.OUT_SIZE);
    reply.putInt(Write.OUT_LENGTH, data.position());
    return Write.OUT_SIZE;
  }

  /** FSYNC and FSYNCDIR. */
  int fsync(FuseRequest request) throws IOException {
    boolean dataOnly = (request.intAt(FsyncIn.FLAGS) & FsyncIn.DATA_ONLY) != 0;
    vfs.fsync(context.node(request), dataOnly);
    return 0;
  }

  int fallocate(FuseRequest request) throws IOException {
    FallocateMode mode;
    switch (request.intAt(FallocateIn.MODE)) {
      case 0 -> mode = FallocateMode.ALLOCATE;
      case FallocateIn.KEEP_SIZE -> mode = FallocateMode.ALLOCATE_KEEP_SIZE;
      case FallocateIn.PUNCH_HOLE | FallocateIn.KEEP_SIZE -> mode = FallocateMode.PUNCH_HOLE;
      case FallocateIn.ZERO_RANGE -> mode = FallocateMode.ZERO_RANGE;
      case FallocateIn.ZERO_RANGE | FallocateIn.KEEP_SIZE ->
          mode = FallocateMode.ZERO_RANGE_KEEP_SIZE;
      default -> {
        return Errno.EOPNOTSUPP.negative();
      }
    }
    long id = context.node(request);
    vfs.fallocate(id, mode, request.longAt(FallocateIn.OFFSET), request.longAt(FallocateIn.LENGTH));
    return 0;
  }

  int lseek(FuseRequest request, FuseReply reply) throws IOException {
    int whence = request.intAt(Lseek.WHENCE);
    if (whence != Lseek.SEEK_DATA && whence != Lseek.SEEK_HOLE) {
      return Errno.EINVAL.negative();
    }
    long offset = request.longAt(Lseek.OFFSET);
    reply.putLong(
        Lseek.OUT_OFFSET, vfs.seek(context.node(request), offset, whence == Lseek.SEEK_HOLE));
    return Lseek.OUT_SIZE;
  }
}
