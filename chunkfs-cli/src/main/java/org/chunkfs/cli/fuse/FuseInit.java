package org.chunkfs.cli.fuse;

import java.io.IOException;
import org.chunkfs.cli.fuse.FuseProtocol.Init;
import org.chunkfs.cli.fuse.FuseProtocol.Op;

/** The first request of a connection: agrees on the protocol's version and its optional parts. */
final class FuseInit {
  /**
   * Requests that no process waits for (read-ahead) at a time, and from when on that is too many.
   */
  private static final int MAX_BACKGROUND = 64, CONGESTION = 48;

  private static final int PAGE = 4096;

  /*
   * Left out on purpose: ATOMIC_O_TRUNC, because the answer to an OPEN that truncates cannot tell the
   * kernel that the set-id bits are gone, as the answer to the SETATTR that it sends instead does.
   */
  private static final long WANTED =
      Init.ASYNC_READ
          | Init.EXPORT_SUPPORT
          | Init.BIG_WRITES
          | Init.DO_READDIRPLUS
          | Init.READDIRPLUS_AUTO
          | Init.ASYNC_DIO
          | Init.PARALLEL_DIROPS
          | Init.MAX_PAGES
          | Init.CACHE_SYMLINKS
          | Init.EXPLICIT_INVAL_DATA
          | Init.HANDLE_KILLPRIV_V2
          | Init.INIT_EXT;

  private final MountOptions options;

  FuseInit(MountOptions options) {
    this.options = options;
  }

  /** Answers INIT, which the kernel sends before anything else. */
  void handshake(FuseDevice device, FuseRequest request, FuseReply reply) throws IOException {
    while (true) {
      long length = request.receive(device);
      if (Errno.EINTR.is(length) || Errno.EAGAIN.is(length)) {
        continue;
      }
      if (length < 0) {
        throw new MountException(
            "The kernel closed the FUSE connection before it began: " + Errno.name(length) + ".");
      }
      if (request.opcode() != Op.INIT) {
        reply.sendError(device, request.unique(), Errno.EIO.negative());
        continue;
      }
      int major = request.intAt(Init.MAJOR);
      int minor = request.intAt(Init.MINOR);
      if (major > FuseProtocol.MAJOR) {
        // The kernel asks again, with our major version.
        reply.putInt(Init.MAJOR, FuseProtocol.MAJOR);
        reply.putInt(Init.MINOR, FuseProtocol.MINOR);
        reply.send(device, request.unique(), 8);
        continue;
      }
      if (major < FuseProtocol.MAJOR || minor < FuseProtocol.MINOR_LEAST) {
        reply.sendError(device, request.unique(), Errno.EPROTO.negative());
        throw new MountException(
            "The kernel speaks FUSE %d.%d, and chunkfs needs %d.%d (Linux 5.4) or later."
                .formatted(major, minor, FuseProtocol.MAJOR, FuseProtocol.MINOR_LEAST));
      }
      long sent = reply.send(device, request.unique(), answer(request, reply, minor));
      if (sent < 0) {
        throw new MountException(
            "The kernel refused the FUSE handshake: " + Errno.name(sent) + ".");
      }
      return;
    }
  }

  private int answer(FuseRequest request, FuseReply reply, int minor) {
    long offered = Integer.toUnsignedLong(request.intAt(Init.FLAGS));
    if ((offered & Init.INIT_EXT) != 0) {
      offered |= (long) request.intAt(Init.FLAGS2) << 32;
    }
    long wanted = options.writeback() ? WANTED | Init.WRITEBACK_CACHE : WANTED;
    long agreed = offered & wanted;
    reply.clear(0, Init.OUT_SIZE);
    reply.putInt(Init.MAJOR, FuseProtocol.MAJOR);
    reply.putInt(Init.MINOR, Math.min(minor, FuseProtocol.MINOR));
    reply.putInt(
        Init.MAX_READAHEAD, Math.max(request.intAt(Init.MAX_READAHEAD), options.readAhead() << 10));
    reply.putInt(Init.FLAGS, (int) agreed);
    reply.putInt(Init.OUT_FLAGS2, (int) (agreed >>> 32));
    reply.putShort(Init.OUT_MAX_BACKGROUND, MAX_BACKGROUND);
    reply.putShort(Init.OUT_CONGESTION, CONGESTION);
    reply.putInt(Init.OUT_MAX_WRITE, MountOptions.MAX_REQUEST);
    reply.putInt(Init.OUT_TIME_GRAN, 1);
    reply.putShort(Init.OUT_MAX_PAGES, MountOptions.MAX_REQUEST / PAGE);
    return Init.OUT_SIZE;
  }
}
