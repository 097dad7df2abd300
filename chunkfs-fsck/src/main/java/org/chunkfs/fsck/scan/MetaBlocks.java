package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's metadata blocks as recovery would leave them, each read and judged once.
 *
 * <p>Tests: checksum against the table entry, where the block comes from the medium; its header.
 * Relies on the block table and the overlay. Keeps what it has read, up to a bound.
 */
public final class MetaBlocks {
  private static final int KEPT = 1 << 14;

  private final ChunkReader reader;
  private final BlockTable table;
  private final Overlay overlay;
  private final Findings findings;
  private final Map<Integer, byte[]> kept = new HashMap<>();
  private final java.util.BitSet judged = new java.util.BitSet();
  private final java.util.BitSet doubtful = new java.util.BitSet();

  MetaBlocks(ChunkReader reader, BlockTable table, Overlay overlay, Findings findings) {
    this.reader = reader;
    this.table = table;
    this.overlay = overlay;
    this.findings = findings;
  }

  /** The bytes of a block that the table calls metadata; null if there is nothing to be had. */
  public byte @Nullable [] get(int block) {
    byte[] bytes = kept.get(block);
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
    int crc = Crc.of(bytes);
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
    judgeHeader(block, bytes, first);
    return bytes;
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
