package org.chunkfs.cli.tree;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.volume.Vfs;

/**
 * A directory of the host that receives a tree. Nothing is made, changed or followed outside of it:
 * a path through a symbolic link is refused, also where the tree itself brought the link. Files
 * that are there already are replaced, directories are merged.
 */
public final class HostSink implements TreeSink {
  private static final int PERMISSIONS = 0xFFF, SET_IDS = 0xC00;

  private final Path top;
  private final Notes notes;
  private final boolean unix;
  private final boolean mayChown;
  private final Set<String> directories = new HashSet<>();
  private final List<TreeEntry> pending = new ArrayList<>();

  /**
   * @param top the directory that becomes the tree's root; made where it is not there
   */
  public HostSink(Path top, Notes notes) throws IOException {
    Files.createDirectories(top);
    this.top = top.toRealPath();
    this.notes = notes;
    this.unix = this.top.getFileSystem().supportedFileAttributeViews().contains("unix");
    this.mayChown = HostFiles.supported() && HostFiles.uid() == 0;
    directories.add("");
  }

  @Override
  public void add(TreeEntry entry, Content content) throws IOException {
    if (entry.path().isEmpty()) {
      pending.add(entry);
      return;
    }
    String parent = TreeEntry.parent(entry.path());
    enter(parent);
    String name = VfsSource.checked(TreeEntry.name(entry.path()), parent);
    Path path = HostNames.resolve(directory(parent), name);
    if (entry.hardLink() == null && entry.isDirectory()) {
      makeDirectory(path);
      directories.add(entry.path());
      pending.add(entry);
      return;
    }
    directories.remove(entry.path());
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(path + ": a directory, and no file can take its place");
    }
    Files.deleteIfExists(path);
    if (make(path, entry, content)) {
      complete(path, entry);
    }
  }

  /** Makes sure that a path is a real directory below the top, making what is missing. */
  private void enter(String path) throws IOException {
    if (directories.contains(path)) {
      return;
    }
    String above = TreeEntry.parent(path);
    enter(above);
    String name = VfsSource.checked(TreeEntry.name(path), above);
    makeDirectory(HostNames.resolve(directory(above), name));
    directories.add(path);
  }

  private static void makeDirectory(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileSystemException(
          path.toString(),
          null,
          "is in the way: not a directory, and symbolic links are not followed");
    }
    Files.createDirectory(path);
  }

  private Path directory(String path) throws IOException {
    Path directory = top;
    for (String part : PathWalker.parts(path)) {
      directory = HostNames.resolve(directory, part);
    }
    return directory;
  }

  /** Makes the file; false where it is complete, or left out. */
  private boolean make(Path path, TreeEntry entry, Content content) throws IOException {
    String link = entry.hardLink();
    if (link != null) {
      String parent = TreeEntry.parent(link);
      enter(parent);
      Path target =
          HostNames.resolve(directory(parent), VfsSource.checked(TreeEntry.name(link), parent));
      if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        notes.leftOut(path + " is another name of " + target + ", which is not there.");
        return false;
      }
      Files.createLink(path, target);
      return false;
    }
    String symlink = entry.symlink();
    if (symlink != null) {
      HostNames.symlink(path, symlink);
      return true;
    }
    if (entry.isRegular()) {
      write(path, entry.size(), content);
      return true;
    }
    return makeNode(path, entry);
  }

  private boolean makeNode(Path path, TreeEntry entry) {
    try {
      if (!HostFiles.supported()) {
        throw new IOException("this system has no such files");
      }
      HostFiles.mknod(HostNames.bytes(path), entry.mode() & (Vfs.S_IFMT | 0x1FF), entry.rdev());
      return true;
    } catch (IOException e) {
      notes.leftOut(path + ": cannot make a device, FIFO or socket here: " + reason(e) + ".");
      return false;
    }
  }

  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return Objects.requireNonNullElse(reason, e.toString());
  }

  private static void write(Path path, long size, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      content.copyTo((offset, bytes) -> {
        long at = offset;
        while (bytes.hasRemaining()) {
          at += channel.write(bytes, at);
        }
      });
      if (channel.size() < size) {
        // A byte at the end is how Java makes a file longer without filling it.
        channel.write(java.nio.ByteBuffer.allocate(1), size - 1);
      }
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new FileSystemException(path.toString(), null, e.getMessage());
    }
  }

  private void complete(Path path, TreeEntry entry) throws IOException {
    boolean symlink = entry.symlink() != null;
    boolean owned = unix && chown(path, entry);
    if (unix && !symlink) {
      // Another owner's set-id bits are not ours to give.
      int mode = entry.mode() & (owned ? PERMISSIONS : PERMISSIONS & ~SET_IDS);
      Files.setAttribute(path, "unix:mode", mode);
    }
    for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
      try {
        if (!HostFiles.supported()) {
          throw new IOException("not on this system");
        }
        HostFiles.setXattr(HostNames.bytes(path), Names.bytes(xattr.getKey()), xattr.getValue());
      } catch (IOException e) {
        notes.leftOut(
            "%s: the extended attribute %s cannot be set: %s."
                .formatted(path, Names.show(xattr.getKey()), reason(e)));
      }
    }
    if (HostFiles.supported()) {
      HostFiles.setTimes(HostNames.bytes(path), entry.atime(), entry.mtime());
    } else {
      Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(HostSource.fileTime(entry.mtime()), HostSource.fileTime(entry.atime()), null);
    }
  }

  /** Gives the file to its owner, where this process may; true if it is his. */
  private boolean chown(Path path, TreeEntry entry) throws IOException {
    if (mayChown) {
      Files.setAttribute(path, "unix:uid", entry.uid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", entry.gid(), LinkOption.NOFOLLOW_LINKS);
      return true;
    }
    return HostFiles.supported()
        && HostFiles.uid() == entry.uid()
        && HostFiles.gid() == entry.gid();
  }

  @Override
  public void finish() throws IOException {
    for (TreeEntry entry : pending.reversed()) {
      enter(entry.path());
      complete(directory(entry.path()), entry);
    }
    pending.clear();
  }
}
