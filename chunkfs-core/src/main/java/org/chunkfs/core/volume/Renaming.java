package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Vfs.RenameMode;
import org.jspecify.annotations.Nullable;

/**
 * Renaming, also across directories and chunks, in one commit.
 *
 * <p>A directory that gets another parent must not end up below itself: its new ancestry is read
 * first, without locks, under the value of a counter that every such move raises; the move itself
 * holds one volume-wide lock just long enough to see that the counter still stands, and to commit.
 */
final class Renaming {
  private final Engine engine;
  private final Directories directories;
  private final Removing removing;
  private final Reaper reaper;
  private final DirectorySplit splits;
  private final ReentrantLock moving = new ReentrantLock();
  private final AtomicLong moves = new AtomicLong();

  Renaming(
      Engine engine,
      Directories directories,
      Removing removing,
      Reaper reaper,
      DirectorySplit splits) {
    this.engine = engine;
    this.directories = directories;
    this.removing = removing;
    this.reaper = reaper;
    this.splits = splits;
  }

  /** What a run of the update came to. */
  private sealed interface Outcome {
    /** Done; {@code orphan} is an inode to be freed, or 0. */
    record Done(long orphan) implements Outcome {}

    /** The replaced directory has parts that must be dropped first. */
    record DropParts(long id) implements Outcome {}

    /** The ancestry must be looked at first. */
    record NeedsAncestry() implements Outcome {}
  }

  void rename(long fromDir, byte[] from, long toDir, byte[] to, RenameMode mode, long deadline)
      throws IOException {
    checkName(from);
    checkName(to);
    if (mode != RenameMode.EXCHANGE) {
      splits.keepRoom(toDir, to, deadline);
    }
    long seen = -1;
    while (true) {
      long at = seen;
      boolean locked = at >= 0;
      if (locked) {
        acquire(deadline);
      }
      Outcome outcome;
      try {
        if (locked && moves.get() != at) {
          outcome = new Outcome.NeedsAncestry();
        } else {
          outcome =
              engine.update(
                  deadline,
                  true,
                  tx -> run(tx, fromDir, from, toDir, to, mode, locked),
                  Ino.chunk(fromDir),
                  Ino.chunk(toDir));
          if (locked && outcome instanceof Outcome.Done) {
            moves.incrementAndGet();
          }
        }
      } finally {
        if (locked) {
          moving.unlock();
        }
      }
      switch (outcome) {
        case Outcome.Done done -> {
          reaper.enqueue(done.orphan);
          return;
        }
        case Outcome.DropParts parts -> removing.dropEmptyParts(parts.id, to, deadline);
        case Outcome.NeedsAncestry _ -> {
          seen = moves.get();
          checkAncestry(fromDir, from, toDir, deadline);
          if (mode == RenameMode.EXCHANGE) {
            checkAncestry(toDir, to, fromDir, deadline);
          }
        }
      }
    }
  }

  private static void checkName(byte[] name) throws FsException {
    if (Names.isDot(name) || Names.isDotDot(name)) {
      throw new FsException(Reason.BUSY, "'.' and '..' cannot be renamed");
    }
    Names.check(name);
  }

  private void acquire(long deadline) throws IOException {
    try {
      if (!moving.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new DeadlineException("other moves of directories take too long; try again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeadlineException("interrupted while moving a directory; nothing was changed");
    }
  }

  /** Refuses a move of a directory into itself or something below it. */
  private void checkAncestry(long fromDir, byte[] from, long toDir, long deadline)
      throws IOException {
    Continuations.Range range =
        engine.read(
            Ino.chunk(fromDir),
            deadline,
            c -> directories.partOf(c, fromDir, directories.cookie(from)));
    DirEntry entry =
        engine.read(
            Ino.chunk(range.partId()), deadline, c -> directories.find(c, range.partId(), from));
    if (entry == null || !entry.isDirectory()) {
      return; // the update will see
    }
    long dir = toDir;
    while (true) {
      if (Ino.ofId(dir) == entry.ino()) {
        throw new FsException(
            Reason.INVALID, "a directory cannot be moved into itself or below itself");
      }
      long below = dir;
      long above = engine.read(Ino.chunk(below), deadline, c -> directories.parent(c, below));
      if (above == below) {
        return;
      }
      dir = above;
      if (System.nanoTime() > deadline) {
        throw new DeadlineException("the path is too deep to be followed in time; try again");
      }
    }
  }

  private Outcome run(
      Tx tx,
      long fromDir,
      byte[] from,
      long toDir,
      byte[] to,
      RenameMode mode,
      boolean ancestryKnown)
      throws IOException {
    Attributes.requireDirectory(tx.of(toDir), toDir);
    DirEntry source = directories.find(tx, fromDir, from);
    if (source == null) {
      throw Names.notFound(from);
    }
    directories.requireLinked(tx.of(toDir), toDir);
    DirEntry target = directories.find(tx, toDir, to);
    if (target == null && mode == RenameMode.EXCHANGE) {
      throw Names.notFound(to);
    }
    if (target != null && mode == RenameMode.NO_REPLACE) {
      throw Names.exists(to);
    }
    if (target != null && target.ino() == source.ino()) {
      return new Outcome.Done(0); // two names of one inode: rename(2) leaves both
    }
    boolean directoryMoves =
        source.isDirectory()
            || mode == RenameMode.EXCHANGE && target != null && target.isDirectory();
    if (directoryMoves && fromDir != toDir && !ancestryKnown) {
      return new Outcome.NeedsAncestry();
    }
    if (mode == RenameMode.EXCHANGE && target != null) {
      exchange(tx, fromDir, source, toDir, target);
      return new Outcome.Done(0);
    }
    long orphan = 0;
    if (target != null) {
      Outcome obstacle = obstacle(tx, source, target, to);
      if (obstacle != null) {
        return obstacle;
      }
      orphan = removing.remove(tx, toDir, target);
    }
    directories.remove(tx, fromDir, source);
    directories.add(tx, toDir, to, source.id(), source.type());
    return new Outcome.Done(orphan);
  }

  private static @Nullable Outcome obstacle(Tx tx, DirEntry source, DirEntry target, byte[] to)
      throws IOException {
    if (target.isDirectory() && !source.isDirectory()) {
      throw new FsException(Reason.IS_DIRECTORY, "'" + Names.show(to) + "' is a directory");
    }
    if (!target.isDirectory()) {
      if (source.isDirectory()) {
        throw new FsException(Reason.NOT_DIRECTORY, "'" + Names.show(to) + "' is not a directory");
      }
      return null;
    }
    if (Removing.isSpread(tx.of(target.ino()), target.id())) {
      return new Outcome.DropParts(target.id());
    }
    Removing.requireEmpty(tx.of(target.ino()), target.id(), to);
    return null;
  }

  private void exchange(Tx tx, long fromDir, DirEntry source, long toDir, DirEntry target)
      throws IOException {
    directories.remove(tx, fromDir, source);
    directories.remove(tx, toDir, target);
    directories.add(tx, toDir, target.name(), source.id(), source.type());
    directories.add(tx, fromDir, source.name(), target.id(), target.type());
  }
}
