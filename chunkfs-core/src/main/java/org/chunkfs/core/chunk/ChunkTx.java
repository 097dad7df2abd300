package org.chunkfs.core.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.journal.RecordWriter;
import org.jspecify.annotations.Nullable;

/**
 * A mini-transaction's part in one chunk: private copies of blocks, edited at will, then logged as
 * differences and published, or dropped. The chunk's write lock is held from the first edit to the
 * end.
 */
public final class ChunkTx implements BlockWriter {
  /**
   * Something that carries the commit's number: filled in once that is known. Touches only blocks
   * already edited.
   */
  @FunctionalInterface
  public interface Stamping {
    void stamp(long g) throws IOException;
  }

  private static final int HOST_RUN = 32;
  private static final byte[] NOTHING = new byte[0];
  private static final byte[] ZEROS = new byte[HOST_RUN * BlockHeader.BLOCK];

  private final Chunk chunk;
  private final boolean deletion;
  private final boolean checkpoint;
  private int[] blocks = new int[16];
  private byte[] @Nullable [] before = new byte[16][];
  private byte[] @Nullable [] now = new byte[16][];
  private int count;
  private final List<Stamping> stampings = new ArrayList<>(2);
  private long[] taken = new long[2];
  private int takenCount;
  private long[] freed = new long[2];
  private int freedCount;
  private long[] live = new long[2];
  private int liveCount;
  private byte[] tag = new byte[0];
  private int freeDelta;
  private int inodeDelta;

  /**
   * @param deletion may use the space kept for deletion
   */
  public ChunkTx(Chunk chunk, boolean deletion) {
    this(chunk, deletion, false);
  }

  private ChunkTx(Chunk chunk, boolean deletion, boolean checkpoint) {
    this.chunk = chunk;
    this.deletion = deletion;
    this.checkpoint = checkpoint;
  }

  /** A transaction that may use the quarter of the ring kept for checkpoints. */
  static ChunkTx forCheckpoint(Chunk chunk) {
    return new ChunkTx(chunk, false, true);
  }

  @Override
  public int chunk() {
    return chunk.id();
  }

  /** The chunk this is about. */
  public Chunk target() {
    return chunk;
  }

  @Override
  public ChunkGeometry geometry() {
    return chunk.geometry();
  }

  private int index(int block) {
    for (int i = count - 1; i >= 0; i--) {
      if (blocks[i] == block) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public byte[] get(int block) throws IOException {
    int i = index(block);
    if (i < 0) {
      return chunk.get(block);
    }
    byte[] mine = now[i];
    if (mine == null) {
      throw new IllegalStateException(
          "block " + block + " of chunk " + chunk.id() + " was freed by this transaction");
    }
    return mine;
  }

  @Override
  public byte[] edit(int block) throws IOException {
    int i = index(block);
    if (i >= 0) {
      return get(block);
    }
    byte[] current = chunk.get(block);
    byte[] copy = current.clone();
    add(block, current, copy);
    return copy;
  }

  private void add(int block, byte @Nullable [] old, byte[] copy) {
    if (count == blocks.length) {
      blocks = Arrays.copyOf(blocks, count * 2);
      before = Arrays.copyOf(before, count * 2);
      now = Arrays.copyOf(now, count * 2);
    }
    blocks[count] = block;
    before[count] = old;
    now[count] = copy;
    count++;
  }

  /** True when nothing was changed. */
  public boolean empty() {
    return count == 0;
  }

  @Override
  public int allocate(BlockKind kind, long owner, int ownerGeneration, long logical)
      throws IOException {
    SpaceMap space = chunk.space();
    int block = space.takeOne(deletion ? SpaceMap.Use.DELETION : SpaceMap.Use.METADATA);
    if (block < 0) {
      if (space.anyWaiting()
          && space.couldTake(deletion ? SpaceMap.Use.DELETION : SpaceMap.Use.METADATA, 1)) {
        throw new Retry.FlushNeeded(chunk);
      }
      throw FsException.noSpace(chunk.id(), "chunk " + chunk.id() + " has no free block left");
    }
    taken = push(taken, takenCount++, (long) block << 32 | 1);
    int unknown = space.hostUnknown(block, HOST_RUN);
    if (unknown > 0) {
      chunk.io().write(block, ByteBuffer.wrap(ZEROS, 0, unknown * BlockHeader.BLOCK));
      space.hostAllocated(block, unknown);
    }
    TableOps.set(
        edit(geometry().tableBlock(block)), block, kind, 0, 0, owner, ownerGeneration, logical);
    byte[] fresh = new byte[BlockHeader.BLOCK];
    BlockHeader.init(fresh, kind, chunk.uuid(), chunk.id(), block, owner);
    int i = index(block);
    if (i >= 0) {
      before[i] = null;
      now[i] = fresh;
    } else {
      add(block, null, fresh);
    }
    freeDelta--;
    return block;
  }

  /** Makes the first blocks of a new chunk, at the places the geometry names. */
  void allocateAt(int block, BlockKind kind, long logical) throws IOException {
    TableOps.set(edit(geometry().tableBlock(block)), block, kind, 0, 0, 0, 0, logical);
    byte[] fresh = new byte[BlockHeader.BLOCK];
    BlockHeader.init(fresh, kind, chunk.uuid(), chunk.id(), block, 0);
    add(block, null, fresh);
  }

  /**
   * Makes a block, metadata or table, have these bytes whatever it had, without reading it: for
   * repair. The record has its full image. Counters are the caller's.
   */
  public void overwrite(int block, byte[] bytes) {
    int i = index(block);
    if (i >= 0) {
      before[i] = null;
      now[i] = bytes.clone();
    } else {
      add(block, null, bytes.clone());
    }
  }

  @Override
  public void free(int block) throws IOException {
    TableOps.clear(edit(geometry().tableBlock(block)), block);
    int i = index(block);
    if (i < 0) {
      add(block, null, NOTHING);
      i = count - 1;
    }
    before[i] = null;
    now[i] = null;
    freed = push(freed, freedCount++, (long) block << 32 | 1);
    freeDelta++;
  }

  /**
   * Makes blocks that were reserved and written live: {@code crcs[from ...]} are the CRC32C of
   * their content.
   *
   * @param flags TableEntry.UNWRITTEN or 0
   */
  public void makeLive(
      int block,
      int n,
      long owner,
      int ownerGeneration,
      long logical,
      int @Nullable [] crcs,
      int from,
      int flags)
      throws IOException {
    ChunkGeometry geometry = geometry();
    byte[] table = NOTHING;
    int tableBlock = -1;
    for (int i = 0; i < n; i++) {
      if (geometry.tableBlock(block + i) != tableBlock) {
        tableBlock = geometry.tableBlock(block + i);
        table = edit(tableBlock);
      }
      TableOps.set(
          table,
          block + i,
          BlockKind.DATA,
          flags,
          crcs == null ? 0 : crcs[from + i],
          owner,
          ownerGeneration,
          logical + i);
    }
    if (flags == 0) {
      live = push(live, liveCount++, (long) block << 32 | n);
    }
    freeDelta -= n;
  }

  /** Preallocated blocks got content: their entries lose UNWRITTEN and gain checksums. */
  public void written(int block, int n, int[] crcs, int from) throws IOException {
    for (int i = 0; i < n; i++) {
      byte[] table = edit(geometry().tableBlock(block + i));
      int at = TableEntry.offset(block + i);
      TableEntry.FLAGS.set(table, at, 0);
      TableEntry.CRC.set(table, at, crcs[from + i]);
    }
    live = push(live, liveCount++, (long) block << 32 | n);
  }

  /** Gives data blocks back. */
  public void freeData(int block, int n) throws IOException {
    for (int i = 0; i < n; i++) {
      TableOps.clear(edit(geometry().tableBlock(block + i)), block + i);
    }
    freed = push(freed, freedCount++, (long) block << 32 | n);
    freeDelta += n;
  }

  /** Has something filled in with the commit's number just before the record is written. */
  public void onCommit(Stamping stamping) {
    stampings.add(stamping);
  }

  void inodeCount(int delta) {
    inodeDelta += delta;
  }

  /** Adds to one of the counters of the chunk state block. */
  public void count(org.chunkfs.core.format.Field.U32 counter, int delta) throws IOException {
    byte[] state = edit(geometry().stateBlock());
    counter.set(state, 0, counter.get(state, 0) + delta);
  }

  /** What a retried request is recognised by; goes into this chunk's record. */
  public void tag(byte[] requestTag) {
    tag = requestTag;
  }

  /**
   * Last step that can still fail for want of something: brings the counters up to date and asks
   * whether the ring has room.
   */
  public void prepare() throws IOException {
    if (freeDelta != 0 || inodeDelta != 0) {
      byte[] state = edit(geometry().stateBlock());
      ChunkStateBlock.FREE_BLOCKS.set(
          state, 0, ChunkStateBlock.FREE_BLOCKS.get(state, 0) + freeDelta);
      ChunkStateBlock.INODES.set(state, 0, ChunkStateBlock.INODES.get(state, 0) + inodeDelta);
      freeDelta = 0;
      inodeDelta = 0;
    }
    int most = 256 + tag.length + liveCount * 8 + count * (BlockHeader.BLOCK + 64);
    if (!chunk.ring().fits(most, checkpoint)) {
      throw new Retry.RingFull(chunk);
    }
  }

  /** Appends the record of commit {@code g}; returns its position in the ring. */
  public long append(long g, int[] participants, int participantCount) throws IOException {
    for (Stamping s : stampings) {
      s.stamp(g);
    }
    RecordWriter record = chunk.record();
    record.reset(org.chunkfs.core.format.JournalRecord.COMMIT);
    record.participants(participants, participantCount);
    for (int i = 0; i < liveCount; i++) {
      record.dataRange((int) (live[i] >>> 32), (int) live[i]);
    }
    record.tag(tag);
    ChunkGeometry geometry = geometry();
    for (int i = 0; i < count; i++) {
      byte[] mine = now[i];
      if (mine == null) {
        continue;
      }
      int block = blocks[i];
      byte[] old = before[i];
      BlockHeader.G.set(mine, 0, g);
      boolean table = geometry.inTable(block);
      if (!table && BlockHeader.KIND.get(mine, 0) == BlockKind.INODES.code()) {
        sealInodes(block, old, mine);
      }
      if (old == null || chunk.needsImage(block)) {
        record.image(block, mine);
      } else {
        record.difference(block, old, mine, table ? TableEntry.SIZE : 8);
      }
    }
    return chunk.ring().append(record, g, true);
  }

  private void sealInodes(int block, byte @Nullable [] old, byte[] mine) {
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      int at = InodeRecord.offset(slot);
      if (old != null
          && Arrays.equals(old, at, at + InodeRecord.SIZE, mine, at, at + InodeRecord.SIZE)) {
        continue;
      }
      if (InodeRecord.inUse(mine, at)) {
        InodeRecord.CRC.set(mine, at, InodeRecord.crc(mine, at, Ino.of(chunk.id(), block, slot)));
      }
    }
  }

  /** The copies become the chunk's current blocks. */
  public void publish(long g) {
    for (int i = 0; i < count; i++) {
      chunk.publish(blocks[i], now[i]);
    }
    for (int i = 0; i < freedCount; i++) {
      chunk.freed().add(g, (int) (freed[i] >>> 32), (int) freed[i]);
    }
    takenCount = 0;
  }

  /** Drops everything. */
  public void abort() {
    SpaceMap space = chunk.spaceIfKnown();
    for (int i = 0; space != null && i < takenCount; i++) {
      space.giveBack((int) (taken[i] >>> 32), (int) taken[i]);
    }
    takenCount = 0;
  }

  private static long[] push(long[] array, int at, long value) {
    long[] to = at < array.length ? array : Arrays.copyOf(array, at * 2);
    to[at] = value;
    return to;
  }
}
