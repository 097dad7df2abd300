package org.chunkfs.core.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.atomic.LongAdder;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.journal.RecordWriter;
import org.chunkfs.core.journal.Ring;
import org.chunkfs.core.journal.RingId;
import org.chunkfs.core.journal.RingIo;
import org.chunkfs.core.journal.RingScanner;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of one chunk, from its recovery to its next crash.
 *
 * <p>Invariants: the current block is the one in the cache, or, where there is none, the one in
 * place, whose checksum the block table (for table blocks: the root) holds. A block whose current
 * content is not in place is dirty and never leaves the cache. Blocks are replaced only under the
 * write lock.
 */
public final class Chunk implements BlockReader {
  /** Blocks of the first commit. */
  private static final int OWN_BLOCKS = 2;

  private final int id;
  private final byte[] uuid;
  private final ChunkGeometry geometry;
  private final ChunkIo io;
  private final ChunkLock lock;
  private final BlockCache cache;
  private final HeaderCopies headers;
  private final Ring ring;
  private final RecordWriter record = new RecordWriter();
  private final InodeSpace inodeSpace = new InodeSpace();
  private final FreedBlocks freed = new FreedBlocks();
  private volatile @Nullable SpaceMap space;
  private volatile int[] rootCrcs;
  private int period;

  private Chunk(
      byte[] uuid,
      ChunkGeometry geometry,
      ChunkIo io,
      HeaderCopies headers,
      Ring ring,
      LongAdder resident) {
    this.id = io.chunk();
    this.uuid = uuid;
    this.geometry = geometry;
    this.io = io;
    this.lock = new ChunkLock(id);
    this.cache = new BlockCache(geometry.blocks(), resident);
    this.headers = headers;
    this.rootCrcs = headers.rootCrcs();
    this.ring = ring;
  }

  /** A view of the chunk's ring for the journal package. */
  public static RingIo ringIo(ChunkIo io, ChunkGeometry geometry) {
    long start = (long) geometry.ringStart() * BlockHeader.BLOCK;
    return new RingIo() {
      @Override
      public void write(int offset, ByteBuffer src) throws IOException {
        io.writeAt(start + offset, src);
      }

      @Override
      public void read(int offset, ByteBuffer dst) throws IOException {
        io.readAt(start + offset, dst);
      }
    };
  }

  /** The identity of the ring that a header names. */
  public static RingId ringId(byte[] uuid, int chunk, byte[] header) {
    return new RingId(uuid, chunk, ChunkHeader.RING_EPOCH.get(header, 0));
  }

  /**
   * Starts an incarnation: replays the records that the volume's decision keeps.
   *
   * @param kept commits, voids and stamps of the ring from its tail on that are kept, in order,
   *     with the end of the last of them and its number
   * @throws CorruptException if the chunk needs repair
   */
  public static Chunk recover(
      byte[] uuid,
      ChunkGeometry geometry,
      ChunkIo io,
      HeaderCopies headers,
      RingScanner.Scan kept,
      LongAdder resident)
      throws IOException {
    byte[] header = headers.header();
    Ring ring =
        new Ring(
            ringId(uuid, io.chunk(), header),
            ringIo(io, geometry),
            geometry.ringBlocks() * BlockHeader.BLOCK,
            ChunkHeader.TAIL.get(header, 0),
            kept.end(),
            kept.lastG());
    if (!kept.records().isEmpty()) {
      ring.alignHead();
    }
    Chunk chunk = new Chunk(uuid, geometry, io, headers, ring, resident);
    new Replay(chunk).run(kept.records());
    return chunk;
  }

  /** Makes everything written so far durable. */
  @FunctionalInterface
  public interface Flush {
    void flush() throws IOException;
  }

  /**
   * Makes a chunk that was never used ready: zeros on everything that will be metadata, then both
   * headers, each flushed. The first commit is {@link #firstCommit}.
   */
  public static HeaderCopies initialize(
      byte[] uuid, ChunkGeometry geometry, ChunkIo io, HeaderCopies headers, Flush device)
      throws IOException {
    zero(io, geometry.root(0), geometry.rootBlocks());
    zero(io, geometry.ringStart(), geometry.bodyStart() - geometry.ringStart() + 32);
    zero(io, geometry.root(1), geometry.rootBlocks());
    for (int i = 0; i < 2; i++) {
      headers.writeOtherRoot(new int[geometry.tableBlocks()]);
      device.flush();
      headers.writeOtherHeader(
          new int[geometry.tableBlocks()],
          h -> {
            ChunkHeader.FLAGS.set(h, 0, ChunkHeader.INITIALIZED);
            ChunkHeader.RING_EPOCH.set(h, 0, 1);
            ChunkHeader.FREE_BLOCKS.set(h, 0, geometry.bodyBlocks() - OWN_BLOCKS);
          });
      device.flush();
    }
    return headers;
  }

  private static void zero(ChunkIo io, int block, int count) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(count, 256) * BlockHeader.BLOCK);
    for (int done = 0; done < count; ) {
      int n = Math.min(count - done, 256);
      zeros.clear().limit(n * BlockHeader.BLOCK);
      io.write(block + done, zeros);
      done += n;
    }
  }

  /** The first commit of a new chunk: its counters and its index inodes. */
  public void firstCommit(ChunkTx tx, long now) throws IOException {
    tx.allocateAt(geometry.stateBlock(), BlockKind.CHUNK_STATE, 0);
    byte[] state = tx.edit(geometry.stateBlock());
    ChunkStateBlock.GENERATION.set(state, 0, 1);
    ChunkStateBlock.FREE_BLOCKS.set(state, 0, geometry.bodyBlocks() - OWN_BLOCKS);
    tx.allocateAt(geometry.indexBlock(), BlockKind.INODES, 0b111);
    byte[] inodes = tx.edit(geometry.indexBlock());
    for (int slot = ChunkGeometry.ORPHANS; slot <= ChunkGeometry.XREFS_IN; slot++) {
      int at = InodeRecord.offset(slot);
      InodeRecord.FLAGS.set(inodes, at, InodeRecord.FLAG_INDEX);
      InodeRecord.GENERATION.set(inodes, at, 1);
      InodeRecord.BTIME.set(inodes, at, now);
      InodeRecord.CTIME.set(inodes, at, now);
      InodeRecord.MTIME.set(inodes, at, now);
    }
  }

  /**
   * Whether the first commit is missing: a crash came between making the chunk ready and that
   * commit, or took the commit away.
   */
  public boolean blank(long deadline) throws IOException {
    int table = geometry.tableBlock(geometry.stateBlock());
    CachedBlock entry;
    while ((entry = cache.get(table)) == null) {
      load(table, deadline);
    }
    return TableEntry.KIND.get(entry.data, TableEntry.offset(geometry.stateBlock()))
        == BlockKind.FREE.code();
  }

  public int id() {
    return id;
  }

  @Override
  public int chunk() {
    return id;
  }

  @Override
  public ChunkGeometry geometry() {
    return geometry;
  }

  public byte[] uuid() {
    return uuid;
  }

  public ChunkIo io() {
    return io;
  }

  public ChunkLock lock() {
    return lock;
  }

  /** The journal ring; touched only under the write lock. */
  public Ring ring() {
    return ring;
  }

  RecordWriter record() {
    return record;
  }

  HeaderCopies headers() {
    return headers;
  }

  BlockCache cache() {
    return cache;
  }

  int[] rootCrcs() {
    return rootCrcs;
  }

  void rootCrcs(int[] crcs) {
    rootCrcs = crcs;
  }

  /** Which inode blocks have room. */
  InodeSpace inodeSpace() {
    return inodeSpace;
  }

  /** A record was voided: what it imaged counts as not yet imaged. Under the write lock. */
  public void forgetImages() {
    period++;
  }

  /** Reads the whole ring that a header names. */
  public static RingScanner.Scan scan(
      byte[] uuid, ChunkGeometry geometry, ChunkIo io, byte[] header) {
    return new RingReading(io, geometry, ringId(uuid, io.chunk(), header), header)
        .run(ringIo(io, geometry));
  }

  /** A new checkpoint period: every block's next record is a full image. Under the write lock. */
  void nextPeriod() {
    period++;
  }

  int period() {
    return period;
  }

  @Override
  public byte[] get(int block) {
    CachedBlock b = cache.get(block);
    if (b == null) {
      throw new Retry.BlockMiss(this, block);
    }
    return b.data;
  }

  boolean needsImage(int block) {
    CachedBlock b = cache.get(block);
    return b == null || b.imaged != period;
  }

  void publish(int block, byte @Nullable [] data) {
    cache.put(block, data == null ? null : new CachedBlock(data, true, period));
  }

  /** The block as recovery found it in the ring. */
  void replayed(int block, byte[] data) {
    cache.put(block, new CachedBlock(data, true, period));
  }

  /**
   * Ends this incarnation: one volatile write revokes it, waiters are answered, its memory is let
   * go.
   */
  public void fence() {
    io.fence();
    lock.fence();
  }

  /** Forgets the cache of a fenced incarnation. */
  public void abandon() {
    cache.clear();
  }

  /** Drops clean blocks that were not used lately. */
  public int evict(int most) {
    return cache.evict(most);
  }

  SpaceMap space() {
    SpaceMap known = space;
    if (known == null) {
      throw new Retry.SpaceUnknown(this);
    }
    return known;
  }

  @Nullable SpaceMap spaceIfKnown() {
    return space;
  }

  /** The free blocks that cannot be taken yet. */
  FreedBlocks freed() {
    return freed;
  }

  /**
   * Free blocks as far as known without reading: from the space map, else the state block, else the
   * header.
   */
  public long freeBlocks() {
    SpaceMap known = space;
    if (known != null) {
      return known.free();
    }
    CachedBlock state = cache.get(geometry.stateBlock());
    return state != null
        ? ChunkStateBlock.FREE_BLOCKS.getUnsigned(state.data, 0)
        : ChunkHeader.FREE_BLOCKS.getUnsigned(headers.header(), 0);
  }

  public long inodes() {
    CachedBlock state = cache.get(geometry.stateBlock());
    return state != null
        ? ChunkStateBlock.INODES.getUnsigned(state.data, 0)
        : ChunkHeader.INODES.getUnsigned(headers.header(), 0);
  }

  /** Whether freed blocks keep what is in them for now, as long as there are others. */
  public void hold(boolean to) {
    freed.hold(to);
  }

  /** Whether what was freed during the hold has kept what is in it. */
  public boolean held() {
    return freed.kept();
  }

  /** Makes blocks usable whose freeing is stable. */
  public void release(long stable) {
    SpaceMap known = space;
    if (known != null) {
      known.release(stable);
    }
  }

  /**
   * Reserves blocks for data that is written before it is committed: {@code block << 32 | count}.
   */
  public long reserve(int want, int goal) {
    SpaceMap map = space();
    long run = map.takeRun(want, goal, SpaceMap.Use.DATA);
    if (run < 0 && map.anyWaiting() && map.couldTake(SpaceMap.Use.DATA, Math.min(want, 64))) {
      throw new Retry.FlushNeeded(this);
    }
    return run;
  }

  /** Like {@link #reserve} from what is kept for deletion: the last block of a truncated file. */
  public long reserveForDeletion(int want) {
    SpaceMap map = space();
    long run = map.takeRun(want, -1, SpaceMap.Use.DELETION);
    if (run < 0 && map.anyWaiting()) {
      throw new Retry.FlushNeeded(this);
    }
    return run;
  }

  /** Gives a reservation back. */
  public void unreserve(int block, int count) {
    SpaceMap map = space;
    if (map != null && count > 0) {
      map.giveBack(block, count);
    }
  }

  /** Free blocks that file data leaves for the metadata that must name it. */
  public static int dataFloor(ChunkGeometry geometry) {
    return SpaceMap.dataFloor(geometry.bodyStart(), geometry.bodyEnd());
  }

  /** Reads a block into memory; the caller holds no lock. */
  public void load(int block, long deadline) throws IOException {
    while (cache.get(block) == null) {
      if (geometry.inTable(block)) {
        loadTable(block, deadline);
      } else if (geometry.inBody(block)) {
        loadBody(block, deadline);
      } else {
        throw new CorruptException(
            id,
            block,
            "chunk %d: something leads to block %d, which is outside its body"
                .formatted(id, block));
      }
    }
  }

  private void loadTable(int block, long deadline) throws IOException {
    int expected = rootCrcs[block - geometry.tableStart()];
    byte[] data = tableFromMedia(block, expected, deadline);
    if (data == null) {
      return;
    }
    lock.lockRead(deadline);
    try {
      if (rootCrcs[block - geometry.tableStart()] == expected) {
        cache.putIfAbsent(block, new CachedBlock(data, false, -1));
      }
    } finally {
      lock.unlockRead();
    }
  }

  /**
   * The table block in place, checked; null if it changed meanwhile and must be looked up again.
   */
  private byte @Nullable [] tableFromMedia(int block, int expected, long deadline)
      throws IOException {
    byte[] data = new byte[BlockHeader.BLOCK];
    if (expected == 0) {
      BlockHeader.init(data, BlockKind.TABLE, uuid, id, block, 0);
      return data;
    }
    io.read(block, ByteBuffer.wrap(data));
    if (tableCrc(data) == expected) {
      return data;
    }
    lock.lockRead(deadline);
    try {
      if (rootCrcs[block - geometry.tableStart()] != expected || cache.get(block) != null) {
        return null;
      }
    } finally {
      lock.unlockRead();
    }
    return confirmed(block, tableCrc(data), expected, "table");
  }

  /** Reads past the caches of the host before anything is called damaged. */
  private byte[] confirmed(int block, int found, int expected, String what) throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(BlockHeader.BLOCK);
    io.readMedia(block, direct);
    byte[] data = new byte[BlockHeader.BLOCK];
    direct.flip().get(data);
    if (HeaderCopies.crc(data) == expected || what.equals("table") && tableCrc(data) == expected) {
      return data;
    }
    throw new CorruptException(
        id,
        block,
        "chunk %d block %d (%s): checksum 0x%08x, expected 0x%08x"
            .formatted(id, block, what, found, expected));
  }

  static int tableCrc(byte[] data) {
    int crc = HeaderCopies.crc(data);
    return crc == 0 ? 1 : crc;
  }

  private void loadBody(int block, long deadline) throws IOException {
    int tableBlock = geometry.tableBlock(block);
    load(tableBlock, deadline);
    CachedBlock table = cache.get(tableBlock);
    if (table == null) {
      return;
    }
    int at = TableEntry.offset(block);
    BlockKind kind = BlockKind.of(TableEntry.KIND.get(table.data, at));
    if (kind != BlockKind.CHUNK_STATE && kind != BlockKind.INODES && kind != BlockKind.TREE) {
      throw new CorruptException(
          id,
          block,
          "chunk %d: something leads to block %d as metadata, but the block table calls it %s"
              .formatted(id, block, kind));
    }
    int expected = TableEntry.CRC.get(table.data, at);
    byte[] data = new byte[BlockHeader.BLOCK];
    io.read(block, ByteBuffer.wrap(data));
    int found = HeaderCopies.crc(data);
    if (found != expected) {
      lock.lockRead(deadline);
      try {
        CachedBlock again = cache.get(tableBlock);
        if (again == null
            || TableEntry.CRC.get(again.data, at) != expected
            || cache.get(block) != null) {
          return;
        }
      } finally {
        lock.unlockRead();
      }
      data = confirmed(block, found, expected, kind.name().toLowerCase(java.util.Locale.ROOT));
    }
    String bad = BlockHeader.problem(data, kind, uuid, id, block);
    if (bad != null) {
      throw new CorruptException(id, block, "chunk %d block %d: %s".formatted(id, block, bad));
    }
    lock.lockRead(deadline);
    try {
      CachedBlock again = cache.get(tableBlock);
      if (again != null
          && TableEntry.CRC.get(again.data, at) == expected
          && TableEntry.KIND.get(again.data, at) == kind.code()) {
        cache.putIfAbsent(block, new CachedBlock(data, false, -1));
      }
    } finally {
      lock.unlockRead();
    }
  }

  /** Builds the map of free blocks from the table; the caller holds no lock. */
  public void learnSpace(long deadline) throws IOException {
    if (space != null) {
      return;
    }
    byte[] @Nullable [] read = new byte[geometry.tableBlocks()][];
    while (true) {
      int[] crcs = rootCrcs;
      for (int i = 0; i < read.length; i++) {
        int block = geometry.tableStart() + i;
        if (read[i] == null && crcs[i] != 0 && cache.get(block) == null) {
          read[i] = tableFromMedia(block, crcs[i], deadline);
        }
      }
      lock.lockWrite(deadline);
      try {
        if (space != null) {
          return;
        }
        if (rootCrcs == crcs && complete(read, crcs)) {
          space = build(read);
          return;
        }
      } finally {
        lock.unlockWrite();
      }
      java.util.Arrays.fill(read, null);
    }
  }

  private boolean complete(byte[] @Nullable [] read, int[] crcs) {
    for (int i = 0; i < read.length; i++) {
      if (read[i] == null && crcs[i] != 0 && cache.get(geometry.tableStart() + i) == null) {
        return false;
      }
    }
    return true;
  }

  private SpaceMap build(byte[] @Nullable [] read) {
    SpaceMap map = new SpaceMap(geometry.bodyStart(), geometry.bodyEnd(), freed);
    BitSet waiting = freed.all();
    for (int block = geometry.bodyStart(); block < geometry.bodyEnd(); block++) {
      int i = geometry.tableBlock(block) - geometry.tableStart();
      CachedBlock cached = cache.get(geometry.tableStart() + i);
      byte[] table = cached != null ? cached.data : read[i];
      int at = TableEntry.offset(block);
      int kind = table == null ? 0 : TableEntry.KIND.get(table, at);
      map.learn(block, kind == 0 && !waiting.get(block));
      if (table != null
          && kind == BlockKind.INODES.code()
          && block != geometry.indexBlock()
          && TableEntry.LOGICAL.get(table, at) != (1 << InodeRecord.PER_BLOCK) - 1) {
        inodeSpace.hasRoom(block);
      }
    }
    return map;
  }

  /** Refuses to go on if this incarnation was taken out of service. */
  public void requireLive() throws IOException {
    if (io.fenced()) {
      throw new ChunkUnavailableException(id, "chunk " + id + " is out of service; try again");
    }
  }
}
