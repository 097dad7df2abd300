package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.Retry;
import org.chunkfs.core.error.ChunkFsException;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.Ino;
import org.jspecify.annotations.Nullable;

/** Decides which chunk takes something new, and reserves blocks there. */
final class Placement {
  private static final int MAX_RUNS = 32;

  /**
   * This share of a chunk is left for overwriting, which needs new blocks before it frees old ones,
   * while there is room elsewhere for what is new.
   */
  private static final int HEADROOM_SHARE = 32;

  private Placement() {}

  /**
   * The chunk with the most free blocks, by what is known without reading; one that was never used
   * counts as free, but one in use is taken before it while it is not much fuller.
   *
   * @param without chunks not to consider
   * @return -1 if none that serves has room for file data
   */
  static int emptiest(Engine engine, Collection<Integer> without) {
    int used = -1;
    int fresh = -1;
    long usedFree = 0;
    long freshFree = 0;
    Chunks chunks = engine.chunks();
    for (int i = 0; i < chunks.count(); i++) {
      ChunkSlot slot = chunks.slot(i);
      long free = room(slot);
      if (free <= 0 || without.contains(i)) {
        continue;
      }
      if (slot.initialized && free > usedFree) {
        used = i;
        usedFree = free;
      } else if (!slot.initialized && free > freshFree) {
        fresh = i;
        freshFree = free;
      }
    }
    return used >= 0 && usedFree >= freshFree / 4 * 3 ? used : fresh;
  }

  /**
   * How many of {@code want} new blocks a chunk should take itself: those above its headroom, if
   * another chunk is emptier.
   */
  private static int fairShare(Engine engine, int home, int want) {
    ChunkSlot slot = engine.chunks().slot(home);
    int headroom = slot.geometry.bodyBlocks() / HEADROOM_SHARE;
    long above = room(slot) - headroom;
    if (above >= want) {
      return want;
    }
    int other = emptiest(engine, List.of(home));
    return other >= 0 && room(engine.chunks().slot(other)) > 2 * headroom
        ? (int) Math.max(0, above)
        : want;
  }

  /**
   * Reserves all of {@code want} new blocks in one chunk.
   *
   * @return null if it has no room for all of them, or should not take them all
   */
  static @Nullable Reservation reserveWhole(Engine engine, int home, int want, long deadline)
      throws IOException {
    if (fairShare(engine, home, want) < want) {
      return null;
    }
    Chunk chunk = engine.chunks().forWriting(home, deadline);
    Reservation r = reserve(engine, chunk, want, -1, false, deadline);
    if (r != null && r.total() < want) {
      r.giveBack();
      return null;
    }
    return r;
  }

  /** What was left for overwriting where a range lies, when there is nothing else. */
  private static @Nullable Reservation lastResort(Engine engine, Mapping m, int want, long deadline)
      throws IOException {
    return m.overwrites() ? null : reserve(engine, m.chunk(), want, m.goal(), false, deadline);
  }

  /** Blocks that file data could take in a chunk, 0 if it does not serve. */
  private static long room(ChunkSlot slot) {
    return slot.serves() ? Math.max(0, slot.freeBlocks() - Chunk.dataFloor(slot.geometry)) : 0;
  }

  /** Blocks that file data could take in the whole image now. */
  static long room(Engine engine) {
    long sum = 0;
    for (int i = 0; i < engine.chunks().count(); i++) {
      sum += room(engine.chunks().slot(i));
    }
    return sum;
  }

  /**
   * Reserves up to {@code want} blocks in a chunk, in few runs; what it had to free first is made
   * usable once.
   *
   * @param goal block to begin at if it is free, or -1
   * @return null if it has no room
   */
  static @Nullable Reservation reserve(
      Engine engine, Chunk chunk, int want, int goal, boolean deletion, long deadline)
      throws IOException {
    Reservation r = new Reservation(chunk);
    int next = goal;
    int ask = want;
    boolean flushed = false;
    while (r.total() < want && r.count() < MAX_RUNS) {
      try {
        int most = Math.min(ask, want - r.total());
        long run = deletion ? chunk.reserveForDeletion(most) : chunk.reserve(most, next);
        if (run >= 0) {
          r.add((int) (run >>> 32), (int) run);
          next = (int) (run >>> 32) + (int) run;
        } else if (r.total() > 0 || ask == 1) {
          break;
        } else {
          ask = 1; // fewer than wanted may be had
        }
      } catch (Retry.SpaceUnknown e) {
        chunk.learnSpace(deadline);
      } catch (Retry.FlushNeeded e) {
        if (r.total() > 0 || flushed) {
          break;
        }
        flushed = true;
        engine.makeReusable(chunk, deadline);
      }
    }
    return r.total() > 0 ? r : null;
  }

  /**
   * Reserves in the emptiest chunk that has room and answers.
   *
   * @param crowded chunks known to have none; those found so are added
   * @return null if no chunk of the image has room
   */
  static @Nullable Reservation reserveAnywhere(
      Engine engine, Crowded crowded, int want, long deadline) throws IOException {
    while (true) {
      int id = emptiest(engine, crowded.chunks());
      if (id < 0) {
        return null;
      }
      crowded.add(id);
      try {
        Chunk chunk = engine.chunks().forWriting(id, deadline);
        Reservation r = reserve(engine, chunk, want, -1, false, deadline);
        if (r != null) {
          return r;
        }
      } catch (DeadlineException e) {
        throw e;
      } catch (ChunkFsException e) {
        engine.chunks().judge(e);
      }
    }
  }

  /**
   * Reserves where a range lies already, else where there is room.
   *
   * @return null: the incarnation changed, look again
   * @throws FsException NO_SPACE if no chunk of the image has room
   */
  static @Nullable Reservation reserve(
      Engine engine, Mapping m, int want, Crowded crowded, long deadline) throws IOException {
    int home = Ino.chunk(m.partId());
    int here = m.overwrites() ? want : fairShare(engine, home, want);
    if (here > 0 && !crowded.chunks().contains(home)) {
      Chunk chunk = engine.chunks().forWriting(home, deadline);
      if (chunk != m.chunk()) {
        return null;
      }
      Reservation r = reserve(engine, chunk, here, m.goal(), false, deadline);
      if (r != null) {
        return r;
      }
    }
    crowded.add(home);
    Reservation r = reserveAnywhere(engine, crowded, want, deadline);
    if (r == null) {
      r = lastResort(engine, m, want, deadline);
    }
    if (r == null) {
      throw new FsException(FsException.Reason.NO_SPACE, "no chunk of the image has room");
    }
    return r;
  }
}
