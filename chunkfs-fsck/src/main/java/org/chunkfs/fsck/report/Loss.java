package org.chunkfs.fsck.report;

import java.util.List;

/**
 * Something of a user's that is gone, doubtful, or elsewhere than it was.
 *
 * @param inode number of the inode
 * @param paths where it was, as far as that is known; from the root if that is known
 * @param offset first byte, in {@link What#DATA} and {@link What#UNVERIFIED_DATA}; else 0
 * @param length number of bytes there; else 0
 * @param detail what else there is to say, or empty
 */
public record Loss(
    What what, long inode, List<String> paths, long offset, long length, String detail) {

  /** What became of it. */
  public enum What {
    /** Bytes of a file are gone; they read as zeros, or as an error where nothing was repaired. */
    DATA,
    /** Bytes of a file are kept, but the checksum that could prove them is lost. */
    UNVERIFIED_DATA,
    /** An inode is gone with all its content. */
    INODE,
    /** A name is gone; the inode is still there. */
    NAME,
    /** The inode's record was lost: owner, mode, times and size are made up. */
    ATTRIBUTES,
    /** The inode's record is kept, though its checksum does not hold. */
    UNVERIFIED_ATTRIBUTES,
    /** An extended attribute is gone. */
    XATTR,
    /** A symbolic link's target is gone, or part of it. */
    TARGET,
    /** Nothing is lost, but it is found at another place: {@code detail}. */
    MOVED;

    /** As reports spell it. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
  }

  public Loss {
    paths = List.copyOf(paths);
  }

  /** Whether something is really gone. */
  public boolean gone() {
    return switch (what) {
      case DATA, INODE, NAME, ATTRIBUTES, XATTR, TARGET -> true;
      case UNVERIFIED_DATA, UNVERIFIED_ATTRIBUTES, MOVED -> false;
    };
  }
}
