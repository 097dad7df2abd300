package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.util.Arrays;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's block table in memory, as recovery would leave it.
 *
 * <p>Tests: each table block that comes from the medium against its checksum in the root; each
 * table block's header. Relies on the root slot and on the overlay.
 */
public final class BlockTable {
  private static final long MAX_FILE_BLOCKS = Vfs.FILE_MAX / BlockHeader.BLOCK;

  /** How far a table block can be believed. */
  public enum Trust {
    /** From the journal, or its checksum is right. */
    GOOD,
    /** Wrong checksum, but recognisable: entries are hints. */
    DOUBTFUL,
    /** Nothing is known. */
    LOST
  }

  /** Table blocks read at once. */
  private static final int WINDOW = 64;

  private final ChunkGeometry geometry;
  private final byte[][] blocks;
  private final Trust[] trust;

  private BlockTable(ChunkGeometry geometry) {
    this.geometry = geometry;
    this.blocks = new byte[geometry.tableBlocks()][];
    this.trust = new Trust[geometry.tableBlocks()];
  }

  static BlockTable read(
      ChunkReader reader, HeaderPair headers, Overlay overlay, Findings findings) {
    BlockTable table = new BlockTable(reader.geometry());
    int count = table.blocks.length;
    byte[] window = new byte[Math.min(count, WINDOW) * BlockHeader.BLOCK];
    int from = 0;
    int to = 0;
    for (int i = 0; i < count; i++) {
      int expected = headers.tableCrc(i);
      boolean media = expected != 0 && overlay.get(reader.geometry().tableStart() + i) == null;
      if (media && i >= to) {
        from = i;
        to = window(reader, headers, i, window);
      }
      byte[] ahead = null;
      if (media && i < to) {
        int at = (i - from) * BlockHeader.BLOCK;
        ahead = Arrays.copyOfRange(window, at, at + BlockHeader.BLOCK);
      }
      table.readBlock(reader, i, expected, headers.rootLost(), ahead, overlay, findings);
    }
    return table;
  }

  /** Reads the table blocks from {@code i} on that were ever written; returns where they end. */
  private static int window(ChunkReader reader, HeaderPair headers, int i, byte[] window) {
    int most = Math.min(i + WINDOW, reader.geometry().tableBlocks());
    int to = i + 1;
    while (to < most && headers.tableCrc(to) != 0) {
      to++;
    }
    try {
      reader.read(reader.geometry().tableStart() + i, to - i, window);
      return to;
    } catch (IOException e) {
      return i; // each is tried by itself
    }
  }

  /**
   * @param ahead the block from the medium, if it has been read already
   */
  private void readBlock(
      ChunkReader reader,
      int i,
      int expected,
      boolean rootLost,
      byte @Nullable [] ahead,
      Overlay overlay,
      Findings findings) {
    int block = geometry.tableStart() + i;
    byte[] fresh = new byte[BlockHeader.BLOCK];
    BlockHeader.init(fresh, BlockKind.TABLE, reader.layout().uuid(), reader.chunk(), block, 0);
    byte[] bytes = overlay.get(block);
    Trust found = Trust.GOOD;
    if (bytes == null && overlay.lost(block)) {
      bytes = media(reader, block, findings);
      found = Trust.DOUBTFUL;
    } else if (bytes == null && expected == 0 && !rootLost) {
      bytes = fresh;
    } else if (bytes == null && rootLost) {
      bytes = media(reader, block, findings);
      boolean never = bytes != null && Bytes.zero(bytes, 0, bytes.length);
      bytes = never ? fresh : bytes;
      found = never ? Trust.GOOD : Trust.DOUBTFUL;
    } else if (bytes == null) {
      bytes = ahead != null ? ahead : media(reader, block, findings);
      if (bytes != null && Crc.ofTable(bytes) != expected) {
        findings.block(block, Problem.TABLE_CRC, Crc.show(Crc.ofTable(bytes)), Crc.show(expected));
        found = Trust.DOUBTFUL;
      }
    }
    String bad = bytes == null ? null : headerProblem(reader, bytes, block);
    if (bad != null) {
      findings.block(block, Problem.TABLE_HEADER, bad);
      found = Trust.LOST;
    }
    blocks[i] = bytes == null || found == Trust.LOST ? fresh : bytes;
    boolean older = overlay.gap() && found == Trust.GOOD;
    trust[i] = bytes == null ? Trust.LOST : older ? Trust.DOUBTFUL : found;
  }

  private static byte @Nullable [] media(ChunkReader reader, int block, Findings findings) {
    try {
      return reader.read(block, 1);
    } catch (IOException e) {
      findings.block(block, Problem.UNREADABLE, e.getMessage());
      return null;
    }
  }

  private static @Nullable String headerProblem(ChunkReader reader, byte[] bytes, int block) {
    String bad =
        BlockHeader.problem(bytes, BlockKind.TABLE, reader.layout().uuid(), reader.chunk(), block);
    if (bad == null
        && (BlockHeader.OWNER.get(bytes, 0) != 0
            || BlockHeader.CRC.get(bytes, 0) != 0
            || BlockHeader.RESERVED.get(bytes, 0) != 0
            || !Bytes.zero(bytes, BlockHeader.RESERVED2.offset(), BlockHeader.SIZE))) {
      return "fields that must be zero are not";
    }
    return bad;
  }

  private byte[] bytes(int block) {
    return blocks[block / TableEntry.PER_BLOCK];
  }

  public Trust trust(int block) {
    return trust[block / TableEntry.PER_BLOCK];
  }

  /** Whether every table block can be believed. */
  public boolean allGood() {
    for (Trust t : trust) {
      if (t != Trust.GOOD) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of table block number {@code i}; not to be changed. */
  public byte[] block(int i) {
    return blocks[i];
  }

  /** Code of the block's kind. */
  public int kind(int block) {
    return TableEntry.KIND.get(bytes(block), TableEntry.offset(block));
  }

  public int flags(int block) {
    return TableEntry.FLAGS.get(bytes(block), TableEntry.offset(block));
  }

  public int crc(int block) {
    return TableEntry.CRC.get(bytes(block), TableEntry.offset(block));
  }

  public long owner(int block) {
    return TableEntry.OWNER.get(bytes(block), TableEntry.offset(block));
  }

  public int ownerGeneration(int block) {
    return TableEntry.OWNER_GENERATION.get(bytes(block), TableEntry.offset(block));
  }

  public long logical(int block) {
    return TableEntry.LOGICAL.get(bytes(block), TableEntry.offset(block));
  }

  /** Whether the entry is one of file data, at a place that a file can have. */
  public boolean data(int block) {
    long logical = logical(block);
    return kind(block) == BlockKind.DATA.code() && logical >= 0 && logical < MAX_FILE_BLOCKS;
  }

  /**
   * Whether nothing is in use, not even the chunk's own blocks: its first commit did not come to
   * count, and the next opening takes it for a chunk that was never used.
   */
  public boolean blank() {
    boolean blank = allGood();
    for (int b = 0; blank && b < geometry.blocks(); b++) {
      blank = free(b);
    }
    return blank;
  }

  /** True if the whole entry is zero. */
  public boolean free(int block) {
    int at = TableEntry.offset(block);
    return Bytes.zero(bytes(block), at, at + TableEntry.SIZE);
  }

  /** True for a kind of block that has a block header and is journaled. */
  public boolean metadata(int block) {
    int kind = kind(block);
    return kind == BlockKind.CHUNK_STATE.code()
        || kind == BlockKind.INODES.code()
        || kind == BlockKind.TREE.code();
  }

  /** The entry in words. */
  public String show(int block) {
    BlockKind kind = BlockKind.of(kind(block));
    return "%s of inode %s, generation %d, logical %s"
        .formatted(
            kind == null ? "kind " + kind(block) : kind,
            org.chunkfs.core.format.Ino.show(owner(block)),
            ownerGeneration(block),
            Long.toUnsignedString(logical(block)));
  }
}
