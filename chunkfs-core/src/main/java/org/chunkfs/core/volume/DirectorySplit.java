package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items.XrefOut;

/**
 * Spreads directories that are large in a crowded chunk: the upper half of a part's hash range goes
 * to a part in the emptiest chunk, in steps of a few entries each. New names in that half then have
 * their inodes there too.
 *
 * <p>A step moves the highest entries of the range and lowers the border to the lowest of them, in
 * one commit; so a split may stop after any step.
 */
final class DirectorySplit {
  /** Entries moved in one commit. */
  private static final int STEP = 48;

  /** Steps that one request does at most. */
  private static final int STEPS = 24;

  /** Parts with fewer entries stay as they are. */
  private static final int MIN_ENTRIES = 512;

  private final Engine engine;
  private final Directories directories;
  private final HomeChoice homes;

  /** Splits under way, by part: down to which cookie. */
  private final ConcurrentHashMap<Long, Long> goals = new ConcurrentHashMap<>();

  DirectorySplit(Engine engine, Directories directories, HomeChoice homes) {
    this.engine = engine;
    this.directories = directories;
    this.homes = homes;
  }

  /** What a step did. */
  private record Moved(int entries, long border) {}

  /** Before a name is made: if the directory is large and its chunk crowded, splits it a little. */
  void keepRoom(long dir, byte[] name, long deadline) throws IOException {
    Continuations.Range range =
        engine.read(
            Ino.chunk(dir), deadline, c -> directories.partOf(c, dir, directories.cookie(name)));
    keepRoom(dir, range, deadline);
  }

  /** The same where the part that the name goes to is known. */
  void keepRoom(long dir, Continuations.Range range, long deadline) throws IOException {
    long part = range.partId();
    int chunk = Ino.chunk(part);
    if (!homes.crowded(chunk)) {
      return;
    }
    long entries =
        engine.read(
            chunk,
            deadline,
            c -> {
              Inodes.find(c, part);
              return Directories.entries(c, Ino.ofId(part));
            });
    int target = homes.emptiest(Set.of(chunk));
    if (entries < MIN_ENTRIES || target < 0 || homes.crowded(target)) {
      return;
    }
    Long goal = goals.get(part);
    if (goal == null || goal <= range.from() || goal >= range.to()) {
      goal = range.from() + (range.to() - range.from()) / 2 & -Directories.TIES;
      if (goal <= range.from()) {
        return;
      }
      goals.put(part, goal);
    }
    split(dir, part, goal, target, deadline);
  }

  private void split(long dir, long part, long goal, int target, long deadline) throws IOException {
    for (int i = 0; i < STEPS; i++) {
      Moved moved;
      try {
        moved =
            engine.update(
                deadline,
                false,
                tx -> step(tx, dir, part, goal, target),
                Ino.chunk(dir),
                Ino.chunk(part),
                target);
      } catch (FsException e) {
        if (e.reason() == Reason.NO_SPACE || e.reason() == Reason.STALE) {
          goals.remove(part); // the directory stays as it is
          return;
        }
        throw e;
      }
      if (moved.border <= goal) {
        goals.remove(part);
        return;
      }
    }
  }

  /** Moves the highest entries of the part's range in which {@code goal} lies. */
  private Moved step(Tx tx, long dir, long part, long goal, int target) throws IOException {
    ChunkTx head = tx.of(dir);
    Continuations.Range range = directories.partOf(head, dir, goal);
    if (range.partId() != part) {
      return new Moved(0, goal);
    }
    List<DirEntry> entries = highest(tx, tx.of(part), part, goal, range.to());
    long to = Continuations.create(tx, dir, target);
    long border = entries.size() < STEP ? goal : entries.getLast().cookie() & -Directories.TIES;
    Set<Integer> participants = new HashSet<>();
    participants.add(Ino.chunk(dir));
    participants.add(Ino.chunk(part));
    participants.add(target);
    int moved = 0;
    for (DirEntry e : entries) {
      participants.add(Ino.chunk(e.ino()));
      if (participants.size() > Engine.MAX_PARTICIPANTS) {
        border = entries.get(moved - 1).cookie() & -Directories.TIES;
        break;
      }
      if (e.cookie() < border) {
        break;
      }
      move(tx, dir, part, to, e);
      moved++;
    }
    Directories.count(tx.of(part), Ino.ofId(part), -moved);
    Directories.count(tx.of(to), Ino.ofId(to), moved);
    Continuations.map(tx, dir, border, range.to(), to);
    return new Moved(moved, border);
  }

  private static List<DirEntry> highest(Tx tx, ChunkTx from, long part, long goal, long end)
      throws IOException {
    List<DirEntry> entries = new ArrayList<>(STEP);
    ItemCursor c = new ItemCursor(from, Ino.ofId(part));
    long below = end == Continuations.END ? Long.MAX_VALUE : end - 1;
    while (entries.size() < STEP && c.seekFloor(ItemType.DIRENT, below, 0) && c.major() >= goal) {
      entries.add(DirEntry.at(c));
      below = c.major() - 1;
    }
    return entries;
  }

  private void move(Tx tx, long dir, long part, long to, DirEntry e) throws IOException {
    ChunkTx from = tx.of(part);
    ChunkTx into = tx.of(to);
    ChunkTx target = tx.of(e.ino());
    long headIno = Ino.ofId(dir);
    ItemMap.remove(from, Ino.ofId(part), ItemType.DIRENT, e.cookie(), 0);
    ItemMap.put(into, Ino.ofId(to), ItemType.DIRENT, e.cookie(), 0, e.value());
    long backKey = directories.backKey(target, e.id(), headIno, e.name());
    CrossRefs.Link link =
        new CrossRefs.Link(
            e.ino(),
            e.generation(),
            headIno,
            Directories.generation(tx.of(dir), headIno),
            e.cookie(),
            backKey,
            e.g());
    boolean was = from.chunk() != target.chunk();
    boolean is = into.chunk() != target.chunk();
    if (was) {
      requireOut(from, link);
      CrossRefs.removeOut(from, e.ino(), backKey);
    }
    if (is) {
      CrossRefs.addOut(into, link);
    }
    if (was && is) {
      CrossRefs.putIn(into.chunk(), target, link);
    } else if (is) {
      CrossRefs.addIn(into.chunk(), target, link);
    } else if (was) {
      CrossRefs.removeIn(target, headIno, e.cookie());
    }
  }

  private static void requireOut(ChunkTx from, CrossRefs.Link link) throws IOException {
    long index = Inodes.index(from, ChunkGeometry.XREFS_OUT);
    ItemCursor c = new ItemCursor(from, index);
    if (!ItemMap.find(c, ItemType.XREF_OUT, link.target(), link.backKey())
        || XrefOut.COOKIE.get(c.bytes(), c.valueAt()) != link.cookie()) {
      throw new CorruptException(
          from.chunk(),
          from.geometry().indexBlock(),
          "chunk %d lacks the outbound cross reference for %s"
              .formatted(from.chunk(), Ino.show(link.target())));
    }
  }
}
