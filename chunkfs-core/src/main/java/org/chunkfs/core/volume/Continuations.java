package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a file or directory that outgrew its chunk: which part holds which keys (block
 * numbers of a file, cookies of a directory), and making and dropping parts.
 *
 * <p>The head's CONTINUATION items are the map: each says which part holds the keys from its own on
 * until the next one; below the first the head itself does. Neighbours differ. Keys are from 0 to
 * {@link #END} (inclusive, as the last cookie). Except inside one transaction, every part has at
 * least one range, so that the map names all of them: who takes a part's last range away drops the
 * part with {@link #drop} in the same commit. Parts and heads are named by node id here.
 */
final class Continuations {
  /** The end of all keys. */
  static final long END = Long.MAX_VALUE;

  /** The keys {@code from} to {@code to} (exclusive) lie in that part. */
  record Range(long partId, long from, long to) {
    boolean contains(long key) {
      return key >= from && (key < to || to == END);
    }
  }

  private Continuations() {}

  /** Node id of the part that holds {@code key}; the head itself where nothing else is said. */
  static long partFor(BlockReader headChunk, long head, long key) throws IOException {
    return spread(headChunk, head) ? owner(new ItemCursor(headChunk, ino(head)), head, key) : head;
  }

  /** The widest range around {@code key} that lies in one part. */
  static Range rangeFor(BlockReader headChunk, long head, long key) throws IOException {
    if (!spread(headChunk, head)) {
      return new Range(head, 0, END);
    }
    ItemCursor c = new ItemCursor(headChunk, ino(head));
    long part = owner(c, head, key);
    long from = c.at(ItemType.CONTINUATION) ? c.major() : 0;
    boolean more =
        c.seek(ItemType.CONTINUATION, key + 1, 0) && c.at(ItemType.CONTINUATION) && key + 1 > 0;
    return new Range(part, from, more ? c.major() : END);
  }

  /** The whole map, in order, from 0 to {@link #END}. */
  static List<Range> ranges(BlockReader headChunk, long head) throws IOException {
    List<Range> all = new ArrayList<>();
    long part = head;
    long from = 0;
    if (spread(headChunk, head)) {
      ItemCursor c = new ItemCursor(headChunk, ino(head));
      boolean more = c.seek(ItemType.CONTINUATION, 0, 0);
      for (; more && c.at(ItemType.CONTINUATION); more = c.next()) {
        if (c.major() > from) {
          all.add(new Range(part, from, c.major()));
        }
        part = part(c, head);
        from = c.major();
      }
    }
    all.add(new Range(part, from, END));
    return all;
  }

  /** Node ids of the parts, without the head, by their first key. */
  static List<Long> parts(BlockReader headChunk, long head) throws IOException {
    List<Long> parts = new ArrayList<>();
    for (Range range : ranges(headChunk, head)) {
      if (range.partId() != head && !parts.contains(range.partId())) {
        parts.add(range.partId());
      }
    }
    return parts;
  }

  /** Whether any range is mapped to that part. */
  static boolean mapped(BlockReader headChunk, long head, long partId) throws IOException {
    ItemCursor c = new ItemCursor(headChunk, ino(head));
    boolean more = c.seek(ItemType.CONTINUATION, 0, 0);
    for (; more && c.at(ItemType.CONTINUATION); more = c.next()) {
      if (part(c, head) == partId) {
        return true;
      }
    }
    return false;
  }

  /**
   * The part of a head in a chunk: the one that is there (the head itself in its own chunk), or a
   * new one, which {@link #map} must give a range in the same commit.
   */
  static long create(Tx tx, long headId, int chunk) throws IOException {
    long head = ino(headId);
    if (Ino.chunk(head) == chunk) {
      return headId;
    }
    ChunkTx at = tx.of(head);
    int headAt = Inodes.find(at, headId);
    byte[] headBytes = Inodes.bytes(at, head);
    int headGeneration = InodeRecord.GENERATION.get(headBytes, headAt);
    int type = InodeRecord.MODE.get(headBytes, headAt) & Vfs.S_IFMT;
    ChunkTx there = tx.chunk(chunk);
    long known = existing(there, head, headGeneration);
    if (known != 0) {
      return known;
    }
    long part = Inodes.allocate(there, 0);
    byte[] bytes = Inodes.edit(there, part);
    int partAt = Inodes.at(part);
    int generation = InodeRecord.GENERATION.get(bytes, partAt);
    InodeRecord.MODE.set(bytes, partAt, type);
    InodeRecord.FLAGS.set(bytes, partAt, InodeRecord.FLAG_CONTINUATION);
    InodeRecord.HEAD.set(bytes, partAt, head);
    InodeRecord.HEAD_GENERATION.set(bytes, partAt, headGeneration);
    InodeRecord.ATIME.set(bytes, partAt, tx.now());
    InodeRecord.MTIME.set(bytes, partAt, tx.now());
    InodeRecord.CTIME.set(bytes, partAt, tx.now());
    InodeRecord.BTIME.set(bytes, partAt, tx.now());
    byte[] mine = Inodes.edit(at, head);
    InodeRecord.FLAGS.set(
        mine, headAt, InodeRecord.FLAGS.get(mine, headAt) | InodeRecord.FLAG_SPREAD);
    link(at, ChunkGeometry.XREFS_OUT, ItemType.CONT_OUT, part, head, headGeneration, generation);
    at.count(ChunkStateBlock.XREFS_OUT, 1);
    link(there, ChunkGeometry.XREFS_IN, ItemType.CONT_IN, head, part, headGeneration, generation);
    there.count(ChunkStateBlock.XREFS_IN, 1);
    return Ino.id(part, generation);
  }

  private static void link(
      ChunkTx tx,
      int slot,
      ItemType type,
      long major,
      long minor,
      int headGeneration,
      int generation)
      throws IOException {
    byte[] value = new byte[Items.ContinuationRef.SIZE];
    Items.ContinuationRef.HEAD_GENERATION.set(value, 0, headGeneration);
    Items.ContinuationRef.GENERATION.set(value, 0, generation);
    long index = Inodes.index(tx, slot);
    ItemMap.put(tx, index, type, major, minor, value);
    int g = Items.ContinuationRef.G.offset();
    tx.onCommit(number -> ItemMap.patch(tx, index, type, major, minor, g, number));
  }

  /** Node id of the head's part in a chunk, by that chunk's own index; 0 if it has none. */
  private static long existing(BlockReader there, long head, int headGeneration)
      throws IOException {
    ItemCursor c = new ItemCursor(there, Inodes.index(there, ChunkGeometry.XREFS_IN));
    boolean more = c.seek(ItemType.CONT_IN, head, 0);
    for (; more && c.at(ItemType.CONT_IN) && c.major() == head; more = c.next()) {
      c.require(Items.ContinuationRef.SIZE);
      if (Items.ContinuationRef.HEAD_GENERATION.get(c.bytes(), c.valueAt()) == headGeneration) {
        return Ino.id(c.minor(), Items.ContinuationRef.GENERATION.get(c.bytes(), c.valueAt()));
      }
    }
    return 0;
  }

  /**
   * Makes the keys {@code from} to {@code to} (exclusive) belong to a part, which may be the head;
   * what belongs to whom is otherwise left as it is. Moving what lies there is the caller's.
   */
  static void map(Tx tx, long headId, long from, long to, long partId) throws IOException {
    if (from >= to || partId == headId && !spread(tx.of(headId), headId)) {
      return;
    }
    ChunkTx at = tx.of(headId);
    long head = ino(headId);
    ItemCursor c = new ItemCursor(at, head);
    long before = from == 0 ? headId : owner(c, headId, from - 1);
    long after = to == END ? partId : owner(c, headId, to);
    byte[] afterValue = to != END && c.at(ItemType.CONTINUATION) ? c.value() : value(tx, headId);
    boolean more = c.seek(ItemType.CONTINUATION, from, 0);
    while (more && c.at(ItemType.CONTINUATION) && c.major() <= to) {
      ItemMap.remove(at, head, ItemType.CONTINUATION, c.major(), 0);
      more = c.seek(ItemType.CONTINUATION, from, 0);
    }
    if (before != partId) {
      ItemMap.put(at, head, ItemType.CONTINUATION, from, 0, value(tx, partId));
    }
    if (to != END && after != partId) {
      ItemMap.put(at, head, ItemType.CONTINUATION, to, 0, afterValue);
    }
  }

  private static byte[] value(Tx tx, long partId) throws IOException {
    long part = ino(partId);
    byte[] value = new byte[Items.Continuation.SIZE];
    Items.Continuation.INO.set(value, 0, part);
    Items.Continuation.GENERATION.set(
        value, 0, InodeRecord.GENERATION.get(Inodes.bytes(tx.of(part), part), Inodes.at(part)));
    return value;
  }

  /** Drops a part that holds nothing any more: its ranges fall to the head, its inode is freed. */
  static void drop(Tx tx, long headId, long partId) throws IOException {
    ChunkTx at = tx.of(headId);
    ChunkTx there = tx.of(partId);
    long head = ino(headId);
    long part = ino(partId);
    int partAt = Inodes.find(there, partId);
    byte[] bytes = Inodes.bytes(there, part);
    if (InodeRecord.HEAD.get(bytes, partAt) != head
        || (InodeRecord.FLAGS.get(bytes, partAt) & InodeRecord.FLAG_CONTINUATION) == 0) {
      throw new CorruptException(
          there.chunk(),
          Ino.block(part),
          "chunk %d: inode %s is not a continuation of %s"
              .formatted(there.chunk(), Ino.show(part), Ino.show(head)));
    }
    if (mapped(at, headId, partId)) {
      for (Range range : ranges(at, headId)) {
        if (range.partId() == partId) {
          map(tx, headId, range.from(), range.to(), headId);
        }
      }
    }
    long out = Inodes.index(at, ChunkGeometry.XREFS_OUT);
    if (ItemMap.remove(at, out, ItemType.CONT_OUT, part, head)) {
      at.count(ChunkStateBlock.XREFS_OUT, -1);
    }
    long in = Inodes.index(there, ChunkGeometry.XREFS_IN);
    if (ItemMap.remove(there, in, ItemType.CONT_IN, head, part)) {
      there.count(ChunkStateBlock.XREFS_IN, -1);
    }
    Inodes.free(there, part);
    if (!new ItemCursor(at, head).seekFloor(ItemType.CONTINUATION, END, 0)) {
      byte[] mine = Inodes.edit(at, head);
      int headAt = Inodes.at(head);
      InodeRecord.FLAGS.set(
          mine, headAt, InodeRecord.FLAGS.get(mine, headAt) & ~InodeRecord.FLAG_SPREAD);
    }
  }

  private static long ino(long id) {
    return Ino.ofId(id);
  }

  private static boolean spread(BlockReader headChunk, long head) throws IOException {
    byte[] bytes = Inodes.bytes(headChunk, ino(head));
    return (InodeRecord.FLAGS.get(bytes, Inodes.at(ino(head))) & InodeRecord.FLAG_SPREAD) != 0;
  }

  /** The part that holds {@code key}; leaves the cursor at the item that says so, if any does. */
  private static long owner(ItemCursor c, long head, long key) throws IOException {
    return c.seekFloor(ItemType.CONTINUATION, key, 0) ? part(c, head) : head;
  }

  private static long part(ItemCursor c, long head) throws IOException {
    c.require(Items.Continuation.SIZE);
    long ino = Items.Continuation.INO.get(c.bytes(), c.valueAt());
    return ino == ino(head)
        ? head
        : Ino.id(ino, Items.Continuation.GENERATION.get(c.bytes(), c.valueAt()));
  }

  /** The head of a part, as a node id; null if the inode is no part. */
  static @Nullable Long headOf(BlockReader partChunk, long part) throws IOException {
    byte[] bytes = Inodes.bytes(partChunk, ino(part));
    int at = Inodes.at(ino(part));
    return (InodeRecord.FLAGS.get(bytes, at) & InodeRecord.FLAG_CONTINUATION) == 0
        ? null
        : Ino.id(InodeRecord.HEAD.get(bytes, at), InodeRecord.HEAD_GENERATION.get(bytes, at));
  }
}
