package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;

/** Finds data and holes; what is preallocated but not written counts as a hole. */
final class Seeking {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final FileMap files;

  Seeking(FileMap files) {
    this.files = files;
  }

  /**
   * The first byte at or after {@code offset} that is data, or in a hole.
   *
   * @throws FsException NO_SUCH_OFFSET at or past the end of the file, or if no data follows
   */
  long seek(long id, long offset, boolean hole, long deadline) throws IOException {
    long at = offset;
    while (true) {
      Mapping m =
          files.look(
              id,
              Math.clamp(at / BLOCK, 0, Extents.MAX_BLOCKS - 1),
              Extents.MAX_BLOCKS,
              false,
              deadline);
      if (at < 0 || at >= m.size()) {
        if (hole && offset >= 0 && offset < m.size()) {
          return m.size();
        }
        throw new FsException(
            FsException.Reason.NO_SUCH_OFFSET,
            "inode %s has no %s at or after byte %d"
                .formatted(Ino.show(Ino.ofId(id)), hole ? "hole" : "data", offset));
      }
      for (Run run : m.runs()) {
        if (run.unwritten()) {
          continue;
        }
        if (run.logical() * BLOCK > at) {
          if (!hole) {
            at = run.logical() * BLOCK;
          }
          break;
        }
        if (!hole) {
          return at;
        }
        at = run.end() * BLOCK;
      }
      if (hole && at < m.endByte() || !hole && dataAt(m, at)) {
        if (at < m.size()) {
          return at;
        }
      } else if (!hole) {
        at = m.endByte();
      }
    }
  }

  private static boolean dataAt(Mapping m, long at) {
    Run run = m.run(at / BLOCK);
    return run != null && !run.unwritten();
  }
}
