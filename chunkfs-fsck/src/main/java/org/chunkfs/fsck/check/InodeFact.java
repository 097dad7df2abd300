package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.format.InodeRecord;
import org.jspecify.annotations.Nullable;

/** One inode in use: its fixed fields, and what the passes count of its items. */
final class InodeFact {
  final long ino;
  final int generation;
  final int mode;
  final int flags;
  final int nlink;
  final long size;
  final long blocks;
  final long entries;
  final long head;
  final int headGeneration;
  final long remoteBlocks;
  long countedBlocks;
  long countedEntries;
  int backs;
  boolean named;
  boolean orphan;
  boolean damaged;

  /** Its last back pointer. */
  Fact.@Nullable Back name;

  /** Its back pointers that no entry was found for yet. */
  List<Fact.Back> unmatched = List.of();

  InodeFact(long ino, byte[] block, int at) {
    this.ino = ino;
    generation = InodeRecord.GENERATION.get(block, at);
    mode = InodeRecord.MODE.get(block, at);
    flags = InodeRecord.FLAGS.get(block, at);
    nlink = InodeRecord.NLINK.get(block, at);
    size = InodeRecord.SIZE_BYTES.get(block, at);
    blocks = InodeRecord.BLOCKS.get(block, at);
    entries = InodeRecord.ENTRIES.get(block, at);
    head = InodeRecord.HEAD.get(block, at);
    headGeneration = InodeRecord.HEAD_GENERATION.get(block, at);
    remoteBlocks = InodeRecord.REMOTE_BLOCKS.get(block, at);
  }

  void addName(Fact.Back back) {
    name = back;
    if (unmatched.isEmpty()) {
      unmatched = new ArrayList<>(1);
    }
    unmatched.add(back);
  }

  boolean index() {
    return (flags & InodeRecord.FLAG_INDEX) != 0;
  }

  boolean continuation() {
    return (flags & InodeRecord.FLAG_CONTINUATION) != 0;
  }

  boolean spread() {
    return (flags & InodeRecord.FLAG_SPREAD) != 0;
  }

  /** Generation of the directory that entries in it are of. */
  int entriesGeneration() {
    return continuation() ? headGeneration : generation;
  }

  /** File type, mode >> 12. */
  int type() {
    return mode >> 12;
  }

  boolean directory() {
    return type() == 4;
  }

  boolean regular() {
    return type() == 8;
  }

  boolean symlink() {
    return type() == 10;
  }
}
