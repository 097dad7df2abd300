package org.chunkfs.core.volume;

import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.error.FsException;

/** The chunks that one request found without room. */
final class Crowded {
  /** Commits that may fail for want of room before the request does. */
  private static final int MAX_FAILURES = 3;

  private final List<Integer> chunks = new ArrayList<>(0);
  private int failures;

  List<Integer> chunks() {
    return chunks;
  }

  void add(int chunk) {
    chunks.add(chunk);
  }

  /**
   * A commit failed: where a chunk had room for data, but none for what must name it, another one
   * may be tried.
   *
   * @throws FsException the same, if it is something else or has gone on for too long
   */
  void afterFailure(FsException e, int chunk) throws FsException {
    if (e.reason() != FsException.Reason.NO_SPACE
        || e.chunk() != chunk
        || ++failures > MAX_FAILURES) {
      throw e;
    }
    add(chunk);
  }
}
