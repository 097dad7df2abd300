package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items.XrefIn;
import org.chunkfs.core.format.Items.XrefOut;

/** Both sides of the record that a name in one chunk leads to an inode in another. */
final class CrossRefs {
  private CrossRefs() {}

  /**
   * A name that crosses a border.
   *
   * @param target inode number of what is named
   * @param parent inode number of the directory's head
   * @param cookie of the entry
   * @param backKey of the target's back pointer
   * @param g commit that made the name, 0 where a repair did; {@link #UNDER_WAY}: the present one
   */
  record Link(
      long target,
      int targetGeneration,
      long parent,
      int parentGeneration,
      long cookie,
      long backKey,
      long g) {
    /** In place of the number that a commit gets only when it ends. */
    static final long UNDER_WAY = -1;
  }

  static void add(ChunkTx from, ChunkTx to, Link link) throws IOException {
    addOut(from, link);
    addIn(from.chunk(), to, link);
  }

  static void remove(ChunkTx from, ChunkTx to, long target, long backKey, long parent, long cookie)
      throws IOException {
    removeOut(from, target, backKey);
    removeIn(to, parent, cookie);
  }

  static void addOut(ChunkTx from, Link link) throws IOException {
    long index = Inodes.index(from, ChunkGeometry.XREFS_OUT);
    byte[] value = new byte[XrefOut.SIZE];
    XrefOut.TARGET_GENERATION.set(value, 0, link.targetGeneration);
    XrefOut.PARENT.set(value, 0, link.parent);
    XrefOut.PARENT_GENERATION.set(value, 0, link.parentGeneration);
    XrefOut.COOKIE.set(value, 0, link.cookie);
    XrefOut.G.set(value, 0, link.g);
    ItemMap.put(from, index, ItemType.XREF_OUT, link.target, link.backKey, value);
    if (link.g == Link.UNDER_WAY) {
      from.onCommit(g ->
          ItemMap.patch(
              from, index, ItemType.XREF_OUT, link.target, link.backKey, XrefOut.G.offset(), g));
    }
    from.count(ChunkStateBlock.XREFS_OUT, 1);
  }

  /**
   * @param chunk that holds the entry
   */
  static void addIn(int chunk, ChunkTx to, Link link) throws IOException {
    long index = Inodes.index(to, ChunkGeometry.XREFS_IN);
    putIn(chunk, to, link);
    if (link.g == Link.UNDER_WAY) {
      to.onCommit(g ->
          ItemMap.patch(
              to, index, ItemType.XREF_IN, link.parent, link.cookie, XrefIn.G.offset(), g));
    }
    to.count(ChunkStateBlock.XREFS_IN, 1);
  }

  /** Writes the inbound side, anew where the entry moved to another chunk. */
  static void putIn(int chunk, ChunkTx to, Link link) throws IOException {
    byte[] value = new byte[XrefIn.SIZE];
    XrefIn.TARGET.set(value, 0, link.target);
    XrefIn.TARGET_GENERATION.set(value, 0, link.targetGeneration);
    XrefIn.PARENT_GENERATION.set(value, 0, link.parentGeneration);
    XrefIn.BACK_KEY.set(value, 0, link.backKey);
    XrefIn.CHUNK.set(value, 0, chunk);
    XrefIn.G.set(value, 0, link.g);
    long index = Inodes.index(to, ChunkGeometry.XREFS_IN);
    ItemMap.put(to, index, ItemType.XREF_IN, link.parent, link.cookie, value);
  }

  static void removeOut(ChunkTx from, long target, long backKey) throws IOException {
    long index = Inodes.index(from, ChunkGeometry.XREFS_OUT);
    if (!ItemMap.remove(from, index, ItemType.XREF_OUT, target, backKey)) {
      throw missing(from, "outbound", target);
    }
    from.count(ChunkStateBlock.XREFS_OUT, -1);
  }

  static void removeIn(ChunkTx to, long parent, long cookie) throws IOException {
    long index = Inodes.index(to, ChunkGeometry.XREFS_IN);
    if (!ItemMap.remove(to, index, ItemType.XREF_IN, parent, cookie)) {
      throw missing(to, "inbound", parent);
    }
    to.count(ChunkStateBlock.XREFS_IN, -1);
  }

  private static CorruptException missing(ChunkTx in, String side, long other) {
    return new CorruptException(
        in.chunk(),
        in.geometry().indexBlock(),
        "chunk %d lacks the %s cross reference for %s"
            .formatted(in.chunk(), side, Ino.show(other)));
  }
}
