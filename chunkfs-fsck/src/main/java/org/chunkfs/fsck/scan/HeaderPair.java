package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.util.Arrays;
import org.chunkfs.core.chunk.HeaderCopies;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's two headers and two table roots.
 *
 * <p>Tests: each header copy by itself and against the layout; that exactly one of them counts;
 * each root slot against its own header. Relies on nothing but the layout.
 */
public final class HeaderPair {
  private final ChunkGeometry geometry;
  private final byte[] @Nullable [] headers = new byte[2][];
  private final byte[] @Nullable [] roots = new byte[2][];
  private final boolean[] rootGood = new boolean[2];
  private int current = -1;
  private boolean real = true;

  private HeaderPair(ChunkGeometry geometry) {
    this.geometry = geometry;
  }

  static HeaderPair read(ChunkReader reader, Findings findings) {
    HeaderPair pair = new HeaderPair(reader.geometry());
    for (int copy = 0; copy < 2; copy++) {
      pair.readHeader(reader, copy, findings);
    }
    pair.choose(findings);
    if (pair.current < 0) {
      return pair;
    }
    for (int slot = 0; slot < 2; slot++) {
      if (pair.initialized(slot)) {
        pair.readRoot(reader, slot, findings);
      }
    }
    return pair;
  }

  /**
   * A pair for a chunk that has lost both headers: made up, around the table root that fits the
   * table best. Without any root it is of a chunk that was never used, but the root directory's.
   *
   * @param ringEpoch epoch of the journal, as far as it is known
   */
  static HeaderPair salvage(ChunkReader reader, int ringEpoch) {
    HeaderPair pair = new HeaderPair(reader.geometry());
    int best = -1;
    int most = -1;
    for (int slot = 0; slot < 2; slot++) {
      try {
        byte[] root = reader.read(reader.geometry().root(slot), reader.geometry().rootBlocks());
        if (pair.rootProblem(reader, slot, root) == null) {
          pair.roots[slot] = root;
          int fit = pair.fit(reader, root);
          if (fit > most) {
            most = fit;
            best = slot;
          }
        }
      } catch (IOException e) {
        // the other one, perhaps
      }
    }
    pair.real = false;
    pair.current = Math.max(best, 0);
    byte[] header =
        HeaderCopies.blank(
            reader.layout().uuid(),
            reader.chunk(),
            reader.geometry(),
            pair.current,
            block -> reader.layout().embed(block, reader.layout().memberOf(reader.chunk())));
    boolean used = best >= 0 || Ino.chunk(reader.layout().root()) == reader.chunk();
    ChunkHeader.FLAGS.set(header, 0, used ? ChunkHeader.INITIALIZED : 0);
    ChunkHeader.RING_EPOCH.set(header, 0, ringEpoch);
    pair.headers[pair.current] = header;
    return pair;
  }

  private int fit(ChunkReader reader, byte[] root) {
    int fit = 0;
    for (int i = 0; i < geometry.tableBlocks(); i++) {
      try {
        int crc = Crc.ofTable(reader.read(geometry.tableStart() + i, 1));
        fit += crc == crc(root, i) ? 1 : 0;
      } catch (IOException e) {
        // fits no root
      }
    }
    return fit;
  }

  private void readHeader(ChunkReader reader, int copy, Findings findings) {
    byte[] block;
    try {
      block = reader.read(geometry.header(copy), 1);
    } catch (IOException e) {
      findings.block(geometry.header(copy), Problem.HEADER, copy, e.getMessage());
      return;
    }
    String bad = headerProblem(reader, block, copy);
    if (bad != null) {
      findings.block(geometry.header(copy), Problem.HEADER, copy, bad);
      return;
    }
    headers[copy] = block;
  }

  private @Nullable String headerProblem(ChunkReader reader, byte[] block, int copy) {
    String bad =
        BlockHeader.problem(
            block,
            BlockKind.CHUNK_HEADER,
            reader.layout().uuid(),
            reader.chunk(),
            geometry.header(copy));
    if (bad != null) {
      return bad;
    }
    if (!BlockHeader.sealed(block, BlockHeader.BLOCK)) {
      return "its checksum is wrong";
    }
    byte[] expected = new byte[BlockHeader.BLOCK];
    reader.layout().embed(expected, reader.layout().memberOf(reader.chunk()));
    if (!Arrays.equals(
        expected,
        Superblock.EMBEDDED,
        Superblock.LAYOUT.size(),
        block,
        Superblock.EMBEDDED,
        Superblock.LAYOUT.size())) {
      return "its copy of the superblock differs from the image's";
    }
    if (ChunkHeader.COPY.get(block, 0) != copy
        || ChunkHeader.BLOCKS.get(block, 0) != geometry.blocks()
        || ChunkHeader.RING_START.get(block, 0) != geometry.ringStart()
        || ChunkHeader.RING_BLOCKS.get(block, 0) != geometry.ringBlocks()
        || ChunkHeader.TABLE_START.get(block, 0) != geometry.tableStart()
        || ChunkHeader.TABLE_BLOCKS.get(block, 0) != geometry.tableBlocks()
        || ChunkHeader.ROOT_BLOCKS.get(block, 0) != geometry.rootBlocks()
        || ChunkHeader.BODY_START.get(block, 0) != geometry.bodyStart()
        || ChunkHeader.BODY_END.get(block, 0) != geometry.bodyEnd()) {
      return "it is of a chunk of another shape";
    }
    if (Long.compareUnsigned(ChunkHeader.TAIL.get(block, 0), ChunkHeader.MAX_TAIL) > 0) {
      return "no journal has a tail at " + ChunkHeader.TAIL.show(block, 0);
    }
    if (ChunkHeader.TAIL_PREV_G.get(block, 0) != ChunkHeader.BASE_G.get(block, 0)) {
      return "its journal begins after commit %x, its checkpoint ends with %x"
          .formatted(ChunkHeader.TAIL_PREV_G.get(block, 0), ChunkHeader.BASE_G.get(block, 0));
    }
    if ((ChunkHeader.FLAGS.get(block, 0) & ~ChunkHeader.INITIALIZED) != 0) {
      return "flags are " + ChunkHeader.FLAGS.show(block, 0);
    }
    return null;
  }

  private void choose(Findings findings) {
    byte[] first = headers[0];
    byte[] second = headers[1];
    if (first == null || second == null) {
      current = first != null ? 0 : second != null ? 1 : -1;
      if (current < 0) {
        findings.add(Problem.HEADERS_LOST);
      }
      return;
    }
    long one = ChunkHeader.SEQUENCE.get(first, 0);
    long two = ChunkHeader.SEQUENCE.get(second, 0);
    current = one > two ? 0 : 1;
    if (one == two) {
      findings.add(Problem.HEADER_SEQUENCE, one);
    }
    // A chunk that was made ready never goes back: the copy that knows nothing of it is wrong.
    if (initialized(0) != initialized(1) && !initialized(current)) {
      current = 1 - current;
      findings.add(Problem.HEADER_FLAGS, current, "initialized");
    }
  }

  private void readRoot(ChunkReader reader, int slot, Findings findings) {
    byte[] header = headers[slot];
    byte[] root;
    String bad = null;
    try {
      root = reader.read(geometry.root(slot), geometry.rootBlocks());
    } catch (IOException e) {
      root = null;
      bad = e.getMessage();
    }
    roots[slot] = root;
    if (root != null && header != null) {
      int crc = Crc.of(root);
      rootGood[slot] = crc == ChunkHeader.ROOT_CRC.get(header, 0);
      if (rootGood[slot]) {
        bad = rootProblem(reader, slot, root);
        rootGood[slot] = identity(reader, slot, root) == null; // a right checksum over no root
      } else {
        bad =
            "CRC %s, expected %s"
                .formatted(Crc.show(crc), Crc.show(ChunkHeader.ROOT_CRC.get(header, 0)));
      }
    }
    if (bad == null) {
      return;
    }
    if (slot == current) {
      findings.block(geometry.root(slot), Problem.ROOT_SLOT, slot, bad);
    } else if (root != null && used(reader)) {
      findings.block(geometry.root(slot), Problem.CHECKPOINT_CUT, slot);
    } else {
      findings.block(geometry.root(slot), Problem.OTHER_ROOT_SLOT, slot, bad);
    }
  }

  /**
   * Whether the journal holds records behind its tail. Then a checkpoint may have been cut off
   * before it wrote its header, and the other root slot may hold anything of it: that slot is not
   * read again before it is written. A checkpoint begins with such a record, and writes no root
   * before that is durable.
   */
  private boolean used(ChunkReader reader) {
    byte[] header = headers[current];
    if (header == null) {
      return false;
    }
    long ring = (long) geometry.ringBlocks() * BlockHeader.BLOCK;
    long tail = ChunkHeader.TAIL.get(header, 0);
    long aligned = (tail + BlockHeader.BLOCK - 1) / BlockHeader.BLOCK * BlockHeader.BLOCK;
    long lap = (tail / ring + 1) * ring;
    return recordAt(reader, tail) || recordAt(reader, aligned) || recordAt(reader, lap);
  }

  private boolean recordAt(ChunkReader reader, long position) {
    long ring = (long) geometry.ringBlocks() * BlockHeader.BLOCK;
    int in = (int) (position % ring);
    int at = in % BlockHeader.BLOCK;
    int first = in / BlockHeader.BLOCK;
    try {
      byte[] block =
          reader.read(geometry.ringStart() + first, Math.min(2, geometry.ringBlocks() - first));
      if (at + JournalRecord.POSITION.offset() + JournalRecord.POSITION.size() > block.length) {
        return false; // too near the ring's end for a record
      }
      return JournalRecord.MAGIC.get(block, at) == JournalRecord.MAGIC_VALUE
          && JournalRecord.POSITION.get(block, at) == position;
    } catch (IOException e) {
      return false;
    }
  }

  /** What shows that the blocks are not those of this root, or null. */
  private @Nullable String identity(ChunkReader reader, int slot, byte[] root) {
    for (int i = 0; i < geometry.rootBlocks(); i++) {
      String bad =
          BlockHeader.problem(
              block(root, i),
              BlockKind.TABLE_ROOT,
              reader.layout().uuid(),
              reader.chunk(),
              geometry.root(slot) + i);
      if (bad != null) {
        return bad;
      }
    }
    return null;
  }

  private static byte[] block(byte[] root, int i) {
    return Arrays.copyOfRange(root, i * BlockHeader.BLOCK, (i + 1) * BlockHeader.BLOCK);
  }

  private @Nullable String rootProblem(ChunkReader reader, int slot, byte[] root) {
    String bad = identity(reader, slot, root);
    if (bad != null) {
      return bad;
    }
    int last = geometry.tableBlocks();
    for (int i = 0; i < geometry.rootBlocks(); i++) {
      byte[] block = block(root, i);
      if (BlockHeader.OWNER.get(block, 0) != 0
          || BlockHeader.G.get(block, 0) != 0
          || BlockHeader.CRC.get(block, 0) != 0
          || BlockHeader.RESERVED.get(block, 0) != 0
          || !Bytes.zero(block, BlockHeader.RESERVED2.offset(), BlockHeader.SIZE)) {
        return "its block header has fields that must be zero";
      }
      int used =
          Math.clamp(
              last - i * ChunkGeometry.CRCS_PER_ROOT_BLOCK, 0, ChunkGeometry.CRCS_PER_ROOT_BLOCK);
      if (!Bytes.zero(block, BlockHeader.SIZE + 4 * used, BlockHeader.BLOCK)) {
        return "bytes after its last checksum are not zero";
      }
    }
    return null;
  }

  private static int crc(byte @Nullable [] root, int tableBlock) {
    if (root == null) {
      return 0;
    }
    int at =
        tableBlock / ChunkGeometry.CRCS_PER_ROOT_BLOCK * BlockHeader.BLOCK
            + BlockHeader.SIZE
            + tableBlock % ChunkGeometry.CRCS_PER_ROOT_BLOCK * 4;
    return Bytes.u32(root, at);
  }

  /** Index of the pair that counts; -1: neither header can be read. */
  public int current() {
    return current;
  }

  /** The header that counts. */
  public byte @Nullable [] header() {
    return current < 0 ? null : headers[current];
  }

  /** A header copy, if it can be believed. */
  public byte @Nullable [] header(int copy) {
    return headers[copy];
  }

  /** Whether the copy can be believed and says that the chunk has been used. */
  public boolean initialized(int copy) {
    byte[] header = headers[copy];
    return header != null && (ChunkHeader.FLAGS.get(header, 0) & ChunkHeader.INITIALIZED) != 0;
  }

  public boolean initialized() {
    return current >= 0 && initialized(current);
  }

  /** Whether there is a header copy that can be believed; else what is here is made up. */
  public boolean real() {
    return real && current >= 0;
  }

  /** Whether the root that counts cannot be believed. */
  boolean rootLost() {
    return current >= 0 && !rootGood[current];
  }

  /** Whether root slot {@code slot} is what its header says. */
  public boolean rootGood(int slot) {
    return rootGood[slot];
  }

  /** Checksum of a table block in the root that counts, 0: never written. */
  public int tableCrc(int tableBlock) {
    return current < 0 ? 0 : crc(roots[current], tableBlock);
  }
}
