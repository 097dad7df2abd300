package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.fuse.FuseProtocol.Xattr;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.XattrMode;

/**
 * Requests about extended attributes, of the namespaces {@code user}, {@code trusted} and {@code
 * security}. POSIX access control lists ({@code system.posix_acl_*}) are not supported, and say so.
 */
final class XattrOperations {
  private static final byte[] TRUSTED = ascii("trusted.");
  private static final List<byte[]> NAMESPACES =
      List.of(ascii("user."), TRUSTED, ascii("security."));

  private final FuseContext context;
  private final Vfs vfs;

  XattrOperations(FuseContext context) {
    this.context = context;
    this.vfs = context.vfs;
  }

  int getxattr(FuseRequest request, FuseReply reply) throws IOException {
    byte[] name = request.nameAt(Xattr.GET_SIZE);
    if (!supported(name)) {
      return Errno.EOPNOTSUPP.negative();
    }
    byte[] value = vfs.getxattr(context.node(request), name);
    return answer(request, reply, List.of(value), value.length);
  }

  /** Only root sees that there are trusted attributes, as on other filesystems. */
  int listxattr(FuseRequest request, FuseReply reply) throws IOException {
    List<byte[]> parts = new ArrayList<>();
    int length = 0;
    for (byte[] name : vfs.listxattr(context.node(request))) {
      if (request.uid() == 0 || !startsWith(name, TRUSTED)) {
        parts.add(name);
        parts.add(new byte[1]);
        length += name.length + 1;
      }
    }
    return answer(request, reply, parts, length);
  }

  /**
   * Answers with the length alone where the caller asked for that, or ERANGE where it is too much.
   */
  private static int answer(FuseRequest request, FuseReply reply, List<byte[]> parts, int length) {
    int room = request.intAt(Xattr.GET_LENGTH);
    if (room == 0) {
      reply.clear(0, Xattr.OUT_SIZE);
      reply.putInt(Xattr.OUT_LENGTH, length);
      return Xattr.OUT_SIZE;
    }
    if (length > room) {
      return Errno.ERANGE.negative();
    }
    int at = 0;
    for (byte[] part : parts) {
      reply.putBytes(at, part);
      at += part.length;
    }
    return length;
  }

  int setxattr(FuseRequest request) throws IOException {
    int length = request.intAt(Xattr.SET_LENGTH);
    byte[] name = request.nameAt(Xattr.SET_SIZE);
    if (!supported(name)) {
      return Errno.EOPNOTSUPP.negative();
    }
    byte[] value = request.bytesAt(Xattr.SET_SIZE + name.length + 1, length);
    XattrMode mode =
        switch (request.intAt(Xattr.SET_FLAGS) & (Xattr.CREATE | Xattr.REPLACE)) {
          case Xattr.CREATE -> XattrMode.CREATE;
          case Xattr.REPLACE -> XattrMode.REPLACE;
          default -> XattrMode.SET;
        };
    vfs.setxattr(context.node(request), name, value, mode);
    return 0;
  }

  int removexattr(FuseRequest request) throws IOException {
    byte[] name = request.nameAt(0);
    if (!supported(name)) {
      return Errno.EOPNOTSUPP.negative();
    }
    vfs.removexattr(context.node(request), name);
    return 0;
  }

  private static boolean supported(byte[] name) {
    return NAMESPACES.stream().anyMatch(namespace -> startsWith(name, namespace));
  }

  private static boolean startsWith(byte[] name, byte[] prefix) {
    if (name.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (name[i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
