package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.fuse.FuseProtocol.DirentStruct;
import org.chunkfs.cli.fuse.FuseProtocol.EntryOut;
import org.chunkfs.cli.fuse.FuseProtocol.Open;
import org.chunkfs.cli.fuse.FuseProtocol.ReadIn;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Dirent;

/**
 * Listing directories. An entry's offset is the volume's cookie; the volume's begin at 16, which
 * leaves room for {@code "."} and {@code ".."}.
 */
final class DirectoryOperations {
  private static final byte[] DOT = {'.'}, DOT_DOT = {'.', '.'};
  private static final long DOT_COOKIE = 1, DOT_DOT_COOKIE = 2;
  private static final int DT_DIR = 4;

  private final FuseContext context;
  private final Vfs vfs;

  DirectoryOperations(FuseContext context) {
    this.context = context;
    this.vfs = context.vfs;
  }

  int opendir(FuseReply reply) {
    reply.clear(0, Open.OUT_SIZE);
    return Open.OUT_SIZE;
  }

  int readdir(FuseRequest request, FuseReply reply) throws IOException {
    int at = 0;
    for (Dirent entry : entries(request, 0)) {
      at = putDirent(reply, at, entry);
    }
    return at;
  }

  /**
   * As readdir, with a look-up of each entry. An entry whose inode cannot be read now is listed
   * without attributes: its name is still there.
   */
  int readdirplus(FuseRequest request, FuseReply reply) throws IOException {
    int at = 0;
    for (Dirent entry : entries(request, EntryOut.SIZE)) {
      reply.clear(at, EntryOut.SIZE);
      if (entry.cookie() > DOT_DOT_COOKIE) {
        try {
          context.putEntry(reply, at, vfs.getattr(entry.id()));
        } catch (IOException e) {
          reply.clear(at, EntryOut.SIZE);
        }
      }
      at = putDirent(reply, at + EntryOut.SIZE, entry);
    }
    return at;
  }

  /**
   * The entries that fit into the reply, each with {@code extra} bytes before it. They are
   * collected first, as the volume may hold locks while it lists.
   */
  private List<Dirent> entries(FuseRequest request, int extra) throws IOException {
    long directory = context.node(request);
    long after = request.longAt(ReadIn.OFFSET);
    Batch batch =
        new Batch(Math.min(request.intAt(ReadIn.LENGTH), MountOptions.MAX_REQUEST), extra);
    if (after < DOT_COOKIE) {
      Attr self = vfs.getattr(directory);
      batch.add(new Dirent(DOT, self.id(), self.ino(), DT_DIR, DOT_COOKIE));
    }
    if (after < DOT_DOT_COOKIE) {
      Attr parent = parent(directory);
      batch.add(new Dirent(DOT_DOT, parent.id(), parent.ino(), DT_DIR, DOT_DOT_COOKIE));
    }
    vfs.readdir(directory, after <= DOT_DOT_COOKIE ? 0 : after, batch::add);
    return batch.entries;
  }

  /**
   * The parent; where its chunk cannot be asked, the directory itself, as the kernel knows better
   * anyway.
   */
  private Attr parent(long directory) throws IOException {
    try {
      return vfs.parent(directory);
    } catch (IOException e) {
      return vfs.getattr(directory);
    }
  }

  private static int putDirent(FuseReply reply, int at, Dirent entry) {
    int size = DirentStruct.size(entry.name().length);
    reply.clear(at + size - 8, 8);
    reply.putLong(at + DirentStruct.INO, entry.ino());
    reply.putLong(at + DirentStruct.OFF, entry.cookie());
    reply.putInt(at + DirentStruct.NAMELEN, entry.name().length);
    reply.putInt(at + DirentStruct.TYPE, entry.type());
    reply.putBytes(at + DirentStruct.NAME, entry.name());
    return at + size;
  }

  /** As many entries as a number of bytes can hold. */
  private static final class Batch {
    final List<Dirent> entries = new ArrayList<>();
    private final int extra;
    private int room;

    Batch(int room, int extra) {
      this.room = room;
      this.extra = extra;
    }

    boolean add(Dirent entry) {
      int size = extra + DirentStruct.size(entry.name().length);
      if (size > room) {
        return false;
      }
      room -= size;
      entries.add(entry);
      return true;
    }
  }
}
