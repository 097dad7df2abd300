package org.chunkfs.cli.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.AttrChange;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.XattrMode;
import org.jspecify.annotations.Nullable;

/**
 * A directory of an image that receives a tree. What is there already and has the same name is
 * replaced, directories are merged. No symbolic link is followed.
 */
public final class VfsSink implements TreeSink {
  private static final int PERMISSIONS = 0xFFF;

  /** Files of so many bytes at most are gathered before they are made. */
  private static final int SMALL = 1 << 16;

  private final Vfs vfs;
  private final PathWalker walker;
  private final long top;
  private final Creation missing;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(SMALL);

  /** Directories seen so far, by path. */
  private final Map<String, Long> directories = new HashMap<>();

  /** Directories whose attributes are set at the end: making their entries changes their times. */
  private final List<TreeEntry> pending = new ArrayList<>();

  /**
   * @param top the directory that becomes the tree's root
   * @param missing owner and permissions of directories that the tree needs and does not tell
   */
  public VfsSink(Vfs vfs, long top, Creation missing) {
    this.vfs = vfs;
    this.walker = new PathWalker(vfs);
    this.top = top;
    this.missing = missing;
  }

  @Override
  public void add(TreeEntry entry, Content content) throws IOException {
    if (entry.path().isEmpty()) {
      if (!entry.isDirectory()) {
        throw new FsException(Reason.NOT_DIRECTORY, "A file cannot become the tree's root");
      }
      directories.put("", top);
      pending.add(entry);
      return;
    }
    String name = TreeEntry.name(entry.path());
    long parent = directory(TreeEntry.parent(entry.path()));
    byte[] bytes = Names.bytes(name);
    Attr old = walker.lookup(parent, name);
    if (entry.hardLink() != null) {
      link(entry, parent, bytes, old);
      return;
    }
    if (entry.isDirectory()) {
      if (old != null && !old.isDirectory()) {
        vfs.unlink(parent, bytes);
        old = null;
      }
      Attr made = old != null ? old : vfs.mkdir(parent, bytes, creation(entry));
      directories.put(entry.path(), made.id());
      pending.add(entry);
      return;
    }
    if (old != null) {
      remove(entry.path(), parent, bytes, old);
    }
    Attr made =
        entry.isRegular() && entry.size() <= SMALL
            ? small(entry, parent, bytes, content)
            : make(entry, parent, bytes);
    if (entry.isRegular() && entry.size() > SMALL) {
      fill(made.id(), entry.size(), content);
    }
    complete(made.id(), entry);
  }

  private void remove(String path, long parent, byte[] name, Attr old) throws IOException {
    if (old.isDirectory()) {
      throw new FsException(
          Reason.IS_DIRECTORY,
          "/%s is a directory in the image, and no file can take its place"
              .formatted(Names.show(path)));
    }
    vfs.unlink(parent, name);
  }

  private void link(TreeEntry entry, long parent, byte[] name, @Nullable Attr old)
      throws IOException {
    String to = Objects.requireNonNull(entry.hardLink());
    Attr target = walker.lookup(directory(TreeEntry.parent(to)), TreeEntry.name(to));
    if (target == null) {
      throw new FsException(
          Reason.NOT_FOUND,
          "/%s is a link to /%s, which is not in the tree before it"
              .formatted(Names.show(entry.path()), Names.show(to)));
    }
    if (old != null && old.id() == target.id()) {
      return;
    }
    if (old != null) {
      remove(entry.path(), parent, name, old);
    }
    vfs.link(target.id(), parent, name);
  }

  private Attr make(TreeEntry entry, long parent, byte[] name) throws IOException {
    String target = entry.symlink();
    if (target != null) {
      return vfs.symlink(parent, name, Names.bytes(target), creation(entry));
    }
    return entry.isRegular()
        ? vfs.create(parent, name, creation(entry))
        : vfs.mknod(parent, name, creation(entry));
  }

  private static Creation creation(TreeEntry entry) {
    return new Creation(entry.mode(), entry.uid(), entry.gid(), entry.rdev());
  }

  /** Makes a small regular file with its content: in one step, unless it has holes. */
  private Attr small(TreeEntry entry, long parent, byte[] name, Content content)
      throws IOException {
    int size = (int) entry.size();
    List<Content.Run> pieces = new ArrayList<>();
    buffer.clear().limit(size);
    content.copyTo((offset, bytes) -> {
      int from = (int) Math.min(offset, size);
      int length = Math.min(size - from, bytes.remaining()); // the source may have grown
      buffer.put(from, bytes, bytes.position(), length);
      bytes.position(bytes.limit());
      pieces.add(new Content.Run(from, length));
    });
    if (pieces.stream().mapToLong(Content.Run::length).sum() == size) {
      return vfs.create(parent, name, creation(entry), buffer);
    }
    Attr made = vfs.create(parent, name, creation(entry));
    for (Content.Run piece : pieces) {
      write(made.id(), piece.offset(), buffer.slice((int) piece.offset(), (int) piece.length()));
    }
    return vfs.setattr(made.id(), AttrChange.ofSize(size));
  }

  private void fill(long id, long size, Content content) throws IOException {
    long[] end = new long[1];
    content.copyTo((offset, bytes) -> {
      end[0] = offset + bytes.remaining();
      write(id, offset, bytes);
    });
    if (end[0] != size) {
      vfs.setattr(id, AttrChange.ofSize(size));
    }
  }

  private void write(long id, long offset, ByteBuffer bytes) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      int before = bytes.position();
      int written = vfs.write(id, at, bytes);
      if (written <= 0) {
        throw new FsException(Reason.NO_SPACE, "No space is left in the image");
      }
      bytes.position(before + written);
      at += written;
    }
  }

  private void complete(long id, TreeEntry entry) throws IOException {
    for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
      vfs.setxattr(id, Names.bytes(xattr.getKey()), xattr.getValue(), XattrMode.SET);
    }
    vfs.setattr(
        id,
        new AttrChange(
            entry.mode() & PERMISSIONS,
            entry.uid(),
            entry.gid(),
            null,
            entry.atime(),
            entry.mtime(),
            null,
            null));
  }

  /** The directory of a path, made where it is not there. */
  private long directory(String path) throws IOException {
    Long known = directories.get(path);
    if (known != null) {
      return known;
    }
    if (path.isEmpty()) {
      return top;
    }
    long parent = directory(TreeEntry.parent(path));
    String name = TreeEntry.name(path);
    Attr found = walker.lookup(parent, name);
    if (found == null) {
      found = vfs.mkdir(parent, Names.bytes(name), missing);
    } else if (!found.isDirectory()) {
      throw new FsException(
          Reason.NOT_DIRECTORY,
          "/%s is in the way: it is not a directory, and symbolic links are not followed"
              .formatted(Names.show(path)));
    }
    directories.put(path, found.id());
    return found.id();
  }

  @Override
  public void finish() throws IOException {
    for (TreeEntry entry : pending.reversed()) {
      complete(directory(entry.path()), entry);
    }
    pending.clear();
  }
}
