package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;

/**
 * One part of a file while a transaction changes it; at its end the head's count of blocks held
 * elsewhere is brought up to date.
 */
final class PartEdit {
  private final Tx tx;
  private final long head;
  private final long partId;
  private final long part;
  private final ChunkTx chunk;
  private final long blocksBefore;

  /**
   * @param headId node id of the file
   * @param partId node id of the part, the file's own for the head itself
   */
  PartEdit(Tx tx, long headId, long partId) throws IOException {
    this.tx = tx;
    this.head = Ino.ofId(headId);
    this.partId = partId;
    this.part = Ino.ofId(partId);
    this.chunk = tx.of(partId);
    Inodes.find(chunk, partId);
    this.blocksBefore = blocks();
  }

  ChunkTx chunk() {
    return chunk;
  }

  /** Inode number of the part. */
  long ino() {
    return part;
  }

  long id() {
    return partId;
  }

  int generation() throws IOException {
    return InodeRecord.GENERATION.get(Inodes.bytes(chunk, part), Inodes.at(part));
  }

  private long blocks() throws IOException {
    return InodeRecord.BLOCKS.get(Inodes.bytes(chunk, part), Inodes.at(part));
  }

  /** Ends it. */
  void finish() throws IOException {
    long delta = blocks() - blocksBefore;
    if (part != head && delta != 0) {
      byte[] bytes = Inodes.edit(tx.of(head), head);
      int at = Inodes.at(head);
      InodeRecord.REMOTE_BLOCKS.set(bytes, at, InodeRecord.REMOTE_BLOCKS.get(bytes, at) + delta);
    }
  }
}
