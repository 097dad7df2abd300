package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's metadata blocks as recovery would leave them, each read and judged once.
 *
 * <p>Tests: checksum against the table entry, where the block comes from the medium; its header.
 * Relies on the block table and the overlay. Keeps what it has read, up to a bound; of what {@link
 * #forEach} reads, tree pages until they were got.
 */
public final class MetaBlocks {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final int UUID = BlockHeader.UUID.offset();

  private static final int KEPT = 1 << 14;

  /** Blocks read at once: with their copy they stay in a processor's cache. */
  private static final int WINDOW = 64;

  /** Blocks of other kinds that are read along rather than skipped. */
  private static final int BRIDGED = 4;

  private final ChunkReader reader;
  private final BlockTable table;
  private final Overlay overlay;
  private final Findings findings;
  private final byte[] uuid;
  private final Map<Integer, byte[]> kept = new HashMap<>();
  private final Map<Integer, byte[]> pages = new HashMap<>();
  private final java.util.BitSet judged = new java.util.BitSet();
  private final java.util.BitSet doubtful = new java.util.BitSet();

  MetaBlocks(ChunkReader reader, BlockTable table, Overlay overlay, Findings findings) {
    this.reader = reader;
    this.table = table;
    this.overlay = overlay;
    this.findings = findings;
    this.uuid = reader.layout().uuid();
  }

  /** Gives memory back; what is asked for again is read again. */
  public void forget() {
    kept.clear();
    pages.clear();
  }

  /** Is shown blocks. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param bytes hold the block from {@code at} on, until the call returns
     */
    void block(int block, byte[] bytes, int at);
  }

  /**
   * Shows all metadata blocks that can be read but tree pages, in the order in which they lie;
   * judges all of them.
   */
  public void forEach(Visitor visitor) {
    ChunkGeometry geometry = reader.geometry();
    byte[] window = new byte[WINDOW * BLOCK];
    int block = geometry.bodyStart();
    while (block < geometry.bodyEnd()) {
      if (!table.metadata(block)) {
        block++;
        continue;
      }
      int count = run(block, geometry.bodyEnd());
      boolean read = fill(block, count, window);
      for (int i = 0; i < count; i++) {
        if (table.metadata(block + i)) {
          take(block + i, read ? window : null, i * BLOCK);
        }
      }
      for (int i = 0; i < count; i++) {
        int b = block + i;
        if (table.metadata(b) && table.kind(b) != BlockKind.TREE.code()) {
          boolean asRead = read && overlay.get(b) == null && !kept.containsKey(b);
          byte[] built = asRead ? null : get(b);
          if (built != null) {
            visitor.block(b, built, 0);
          } else if (read) {
            visitor.block(b, window, i * BLOCK);
          }
        }
      }
      block += count;
    }
  }

  /** Blocks from a metadata block to the last one that is read with it. */
  private int run(int block, int end) {
    int last = block;
    int stop = Math.min(end, block + WINDOW);
    for (int b = block + 1; b < stop && b - last <= BRIDGED + 1; b++) {
      last = table.metadata(b) ? b : last;
    }
    return last - block + 1;
  }

  private boolean fill(int block, int count, byte[] window) {
    try {
      reader.read(block, count, window);
      return true;
    } catch (IOException e) {
      return false; // each is tried by itself
    }
  }

  private void take(int block, byte @Nullable [] window, int at) {
    boolean page = table.kind(block) == BlockKind.TREE.code();
    if (judged.get(block)) {
      return;
    }
    if (window == null || overlay.get(block) != null) {
      get(block);
      return;
    }
    judged.set(block);
    judgeMedia(block, window, at, true);
    if (page && pages.size() < KEPT) {
      pages.put(block, Arrays.copyOfRange(window, at, at + BLOCK));
    }
  }

  /** The bytes of a block that the table calls metadata; null if there is nothing to be had. */
  public byte @Nullable [] get(int block) {
    byte[] bytes = pages.remove(block);
    bytes = bytes == null ? kept.get(block) : bytes;
    if (bytes == null) {
      bytes = read(block);
      if (bytes != null && kept.size() < KEPT) {
        kept.put(block, bytes);
      }
    }
    return bytes;
  }

  /** Whether a block that was got is not what the table says. */
  public boolean doubtful(int block) {
    return doubtful.get(block);
  }

  private byte @Nullable [] read(int block) {
    boolean first = !judged.get(block);
    judged.set(block);
    byte[] bytes = overlay.get(block);
    if (bytes != null) {
      judgeHeader(block, bytes, first);
      return bytes;
    }
    try {
      bytes = reader.read(block, 1);
    } catch (IOException e) {
      if (first) {
        findings.block(block, Problem.UNREADABLE, e.getMessage());
      }
      doubtful.set(block);
      return null;
    }
    judgeMedia(block, bytes, 0, first);
    return bytes;
  }

  private void judgeMedia(int block, byte[] bytes, int at, boolean first) {
    int crc = Crc.of(bytes, at, BLOCK);
    if (overlay.lost(block)) {
      doubtful.set(block);
    } else if (crc != table.crc(block)) {
      doubtful.set(block);
      if (first && table.trust(block) == BlockTable.Trust.GOOD) {
        findings.block(
            block,
            Problem.METADATA_CRC,
            String.valueOf(BlockKind.of(table.kind(block))),
            Crc.show(crc),
            Crc.show(table.crc(block)));
      }
    }
    if (!headerFits(block, bytes, at)) {
      judgeHeader(block, at == 0 ? bytes : Arrays.copyOfRange(bytes, at, at + BLOCK), first);
    }
  }

  /** Whether nothing is wrong with a header; says so quickly. */
  private boolean headerFits(int block, byte[] b, int at) {
    return BlockHeader.MAGIC.get(b, at) == BlockHeader.MAGIC_VALUE
        && BlockHeader.KIND.get(b, at) == table.kind(block)
        && BlockHeader.RESERVED.get(b, at) == 0
        && Arrays.equals(b, at + UUID, at + UUID + uuid.length, uuid, 0, uuid.length)
        && BlockHeader.CHUNK.get(b, at) == reader.chunk()
        && BlockHeader.ADDRESS.get(b, at) == block
        && BlockHeader.OWNER.get(b, at) == table.owner(block)
        && BlockHeader.CRC.get(b, at) == 0
        && Bytes.zero(b, at + BlockHeader.RESERVED2.offset(), at + BlockHeader.SIZE);
  }

  private void judgeHeader(int block, byte[] bytes, boolean first) {
    BlockKind kind = BlockKind.of(table.kind(block));
    String bad = kind == null ? null : headerProblem(block, bytes, kind);
    if (bad != null) {
      doubtful.set(block);
      if (first) {
        findings.block(block, Problem.METADATA_HEADER, bad);
      }
    }
  }

  private @Nullable String headerProblem(int block, byte[] bytes, BlockKind kind) {
    String bad = BlockHeader.problem(bytes, kind, reader.layout().uuid(), reader.chunk(), block);
    if (bad != null) {
      return bad;
    }
    if (BlockHeader.OWNER.get(bytes, 0) != table.owner(block)) {
      return "its owner is %x, the table says %x"
          .formatted(BlockHeader.OWNER.get(bytes, 0), table.owner(block));
    }
    if (BlockHeader.RESERVED.get(bytes, 0) != 0
        || BlockHeader.CRC.get(bytes, 0) != 0
        || !Bytes.zero(bytes, BlockHeader.RESERVED2.offset(), BlockHeader.SIZE)) {
      return "fields that must be zero are not";
    }
    return null;
  }
}
