package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.RingMapBlock;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.HistoryScan;

/** What in an image tells of damage, and where nothing does. */
final class Witnesses {
  private final Specimen specimen;

  Witnesses(Specimen specimen) {
    this.specimen = specimen;
  }

  /**
   * A lost write may hide where there are two copies, the newer of which counts: then the tree
   * tells. A whole chunk that went back in time contradicts nothing, unless another chunk knows
   * better. And damage to the end of a journal, after its last stamp, looks like a torn end: it may
   * show in the tree only if nothing called those commits durable. A block with nothing but stamps
   * in it is not missed: the records behind it go on with the chain. With an older header the
   * journal may make a block anew whose copy in place then says nothing. A ring map of another
   * member, whose bits say of no journal that it is empty when it is not, costs a look at some.
   */
  boolean mayBeSilent(Damage damage, ImageCheck.Result result) throws IOException {
    boolean hidden = true;
    if (wholeChunkBack(damage)) {
      return true;
    }
    for (long position : damage.different()) {
      LiveBytes.Range range = specimen.range(position);
      hidden &=
          range == null
              || damage.isStale() && specimen.copied(range)
              || specimen.openEnd(range.chunk(), position, damage)
              || specimen.marksOnly(range.chunk(), position)
              || range.kind() == LiveBytes.Kind.RING_MAP && keepsBits(damage, position)
              || damage.isStale() && remade(damage, result, range.chunk(), position);
    }
    return hidden;
  }

  /** Whether a ring map is a sound one, in which all bits are set that were set. */
  private boolean keepsBits(Damage damage, long position) throws IOException {
    byte[] was = new byte[BlockHeader.BLOCK];
    specimen.device.read(position, ByteBuffer.wrap(was));
    byte[] is = damage.read(position, was.length);
    boolean kept = true;
    for (int i = RingMapBlock.BITS.offset(); i < was.length; i++) {
      kept &= (was[i] & ~is[i]) == 0;
    }
    int block = BlockHeader.ADDRESS.get(was, 0);
    return kept
        && BlockHeader.sealed(is, is.length)
        && BlockHeader.problem(is, BlockKind.RING_MAP, specimen.layout.uuid(), -1, block) == null;
  }

  /** Whether the journal makes a block anew, as the chunk's header, changed too, now has it. */
  private boolean remade(Damage damage, ImageCheck.Result result, int chunk, long position)
      throws IOException {
    boolean header = false;
    for (long other : damage.different()) {
      LiveBytes.Range range = specimen.range(other);
      header |= range != null && range.chunk() == chunk && range.kind() == LiveBytes.Kind.HEADER;
    }
    if (!header || chunk < 0) {
      return false;
    }
    ChunkReader reader = new ChunkReader(damage.device(), specimen.layout, chunk);
    ChunkScan scan = ChunkScan.open(reader, Trial.keep(result), new Findings(chunk));
    long block = (position - specimen.layout.base(chunk)) / BlockHeader.BLOCK;
    return scan.overlay().get((int) block) != null;
  }

  /** Whether all that was changed is one chunk, which is as it was earlier, as a whole. */
  boolean wholeChunkBack(Damage damage) throws IOException {
    if (!damage.isStale() || damage.chunks().size() != 1) {
      return false;
    }
    int chunk = damage.chunks().iterator().next();
    if (chunk < 0) {
      return false;
    }
    long base = specimen.layout.base(chunk);
    byte[] is = new byte[BlockHeader.BLOCK];
    byte[] was = new byte[BlockHeader.BLOCK];
    for (int block = 0; block < specimen.layout.geometry(chunk).blocks(); block++) {
      long position = base + (long) block * BlockHeader.BLOCK;
      damage.device().read(position, ByteBuffer.wrap(is));
      specimen.earlier.read(position, ByteBuffer.wrap(was));
      if (!Arrays.equals(is, was)) {
        return false;
      }
    }
    return true;
  }

  /** Whether nothing tells: what journals and volume records say with right checksums. */
  boolean none(Damage damage) {
    boolean alone = true;
    for (long position : damage.blocks()) {
      LiveBytes.Range range = specimen.range(position);
      boolean said =
          range != null
              && (range.kind() == LiveBytes.Kind.JOURNAL
                  || range.kind() == LiveBytes.Kind.VOLUME_RECORD);
      alone &=
          said && damage.sealed() || range != null && specimen.unstable(range.chunk(), position);
    }
    return alone;
  }

  /** Whether all that was dropped for a commit that is incomplete was not known to be durable. */
  boolean unstableCut(ImageCheck.Result first) {
    HistoryScan history = first.history();
    return history != null
        && history.decision().voids().stream().noneMatch(v -> specimen.durable(v.g()))
        && !specimen.durable(history.decision().lastKept() + 1);
  }
}
