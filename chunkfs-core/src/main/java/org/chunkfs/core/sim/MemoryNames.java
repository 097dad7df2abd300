package org.chunkfs.core.sim;

import java.util.Arrays;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;

/** The rules about names and directories of {@link MemoryVfs}. */
final class MemoryNames {
  private MemoryNames() {}

  /** The inode of a name, which may be {@code "."} or {@code ".."}. */
  static MemoryInode find(MemoryInode dir, byte[] name) throws FsException {
    if (isDots(name)) {
      return name.length == 1 ? dir : dir.parent();
    }
    return findEntry(dir, name);
  }

  static MemoryInode findEntry(MemoryInode dir, byte[] name) throws FsException {
    checkName(name);
    if (isDots(name)) {
      throw MemoryVfs.refused(Reason.INVALID, "'.' and '..' are no entries");
    }
    MemoryInode inode = dir.entry(name);
    if (inode == null) {
      throw MemoryVfs.refused(Reason.NOT_FOUND, "No such name");
    }
    return inode;
  }

  static void checkFree(MemoryInode dir, byte[] name) throws FsException {
    checkName(name);
    if (isDots(name) || dir.entry(name) != null) {
      throw MemoryVfs.refused(Reason.EXISTS, "The name exists");
    }
    if (dir.nlink == 0) {
      throw MemoryVfs.refused(Reason.NOT_FOUND, "The directory was removed");
    }
  }

  static void checkName(byte[] name) throws FsException {
    if (name.length > Vfs.NAME_MAX) {
      throw MemoryVfs.refused(Reason.NAME_TOO_LONG, "The name has " + name.length + " bytes");
    }
    if (name.length == 0) {
      throw MemoryVfs.refused(Reason.INVALID, "A name has at least one byte");
    }
    for (byte b : name) {
      if (b == '/' || b == 0) {
        throw MemoryVfs.refused(Reason.INVALID, "A name has no '/' and no NUL");
      }
    }
  }

  static boolean isDots(byte[] name) {
    return Arrays.equals(name, new byte[] {'.'}) || Arrays.equals(name, new byte[] {'.', '.'});
  }

  static void checkEmptyDirectory(MemoryInode inode) throws FsException {
    if (!inode.isDirectory()) {
      throw MemoryVfs.refused(Reason.NOT_DIRECTORY, "Not a directory");
    }
    if (!inode.isEmpty()) {
      throw MemoryVfs.refused(Reason.NOT_EMPTY, "The directory is not empty");
    }
  }

  static void checkNotInside(MemoryInode moved, MemoryInode target) throws FsException {
    if (!moved.isDirectory()) {
      return;
    }
    for (MemoryInode at = target; ; at = at.parent()) {
      if (at == moved) {
        throw MemoryVfs.refused(Reason.INVALID, "A directory cannot move into itself");
      }
      if (at == at.parent()) {
        return;
      }
    }
  }
}
