package org.chunkfs.cli.tree;

import java.util.Map;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;

/**
 * One file of a tree.
 *
 * @param path raw path below the tree's root, parts separated by one slash; empty for the root
 * @param mode type and permission bits as in stat(2)
 * @param rdev device number as the kernel encodes it, of devices
 * @param size bytes of a regular file
 * @param atime nanoseconds since 1970
 * @param mtime nanoseconds since 1970
 * @param symlink raw target of a symbolic link, else null
 * @param hardLink path of an entry before this one that is the same inode, else null; the other
 *     components then say nothing
 * @param xattrs raw name to value
 */
public record TreeEntry(
    String path,
    int mode,
    int uid,
    int gid,
    int rdev,
    long size,
    long atime,
    long mtime,
    @Nullable String symlink,
    @Nullable String hardLink,
    Map<String, byte[]> xattrs) {

  public TreeEntry {
    xattrs = Map.copyOf(xattrs);
  }

  public int type() {
    return mode & Vfs.S_IFMT;
  }

  public boolean isDirectory() {
    return type() == Vfs.S_IFDIR;
  }

  public boolean isRegular() {
    return type() == Vfs.S_IFREG;
  }

  /** The same file under another path. */
  public TreeEntry withPath(String other) {
    return new TreeEntry(
        other, mode, uid, gid, rdev, size, atime, mtime, symlink, hardLink, xattrs);
  }

  /** The path of the directory that holds {@code path}; empty for the root. */
  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  /** The last part of a path. */
  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  static String child(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }
}
