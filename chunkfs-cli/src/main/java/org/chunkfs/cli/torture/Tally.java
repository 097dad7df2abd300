package org.chunkfs.cli.torture;

import java.util.ArrayList;
import java.util.List;
import org.chunkfs.fsck.torture.TortureCase;
import org.chunkfs.fsck.torture.TortureKind;
import org.chunkfs.fsck.torture.TortureRound;

/** What one kind of torture has come to so far. Safe for many threads. */
public final class Tally {
  private static final int NOTES = 8;

  private final TortureKind kind;
  private final List<TortureCase> broken = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final long first;
  private long begun;
  private long rounds;
  private long tried;
  private long verified;
  private long nanos;

  /**
   * @param first number of its first round
   */
  Tally(TortureKind kind, long first) {
    this.kind = kind;
    this.first = first;
  }

  public TortureKind kind() {
    return kind;
  }

  /** The number of the round that begins now. */
  synchronized long begin() {
    return first + begun++;
  }

  /** Rounds that have begun. */
  synchronized long begun() {
    return begun;
  }

  synchronized void end(TortureRound round, long took) {
    rounds++;
    tried += round.tried();
    verified += round.verified();
    if (!round.note().isEmpty() && notes.size() < NOTES) {
      notes.add(round.note());
    }
    nanos += took;
  }

  synchronized void broken(TortureCase failed) {
    broken.add(failed);
  }

  /** Rounds that have ended. */
  public synchronized long rounds() {
    return rounds;
  }

  /** States or cases that were looked at. */
  public synchronized long tried() {
    return tried;
  }

  /** Acknowledged operations that were looked for; 0 if the kind does not count them. */
  public synchronized long verified() {
    return verified;
  }

  /** What its first rounds said of themselves. */
  public synchronized List<String> notes() {
    return List.copyOf(notes);
  }

  /** Time spent in its rounds, all workers together. */
  synchronized long nanos() {
    return nanos;
  }

  /** States or cases for a second of one worker. */
  public synchronized double perSecond() {
    return nanos == 0 ? 0 : tried * 1e9 / nanos;
  }

  /** Broken promises. */
  public synchronized List<TortureCase> broken() {
    return List.copyOf(broken);
  }
}
