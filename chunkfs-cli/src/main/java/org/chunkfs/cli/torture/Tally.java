package org.chunkfs.cli.torture;

import java.util.ArrayList;
import java.util.List;
import org.chunkfs.fsck.torture.TortureCase;
import org.chunkfs.fsck.torture.TortureKind;

/** What one kind of torture has come to so far. Safe for many threads. */
public final class Tally {
  private final TortureKind kind;
  private final List<TortureCase> broken = new ArrayList<>();
  private long begun;
  private long rounds;
  private long tried;
  private long nanos;

  Tally(TortureKind kind) {
    this.kind = kind;
  }

  public TortureKind kind() {
    return kind;
  }

  /** The number of the round that begins now. */
  synchronized long begin() {
    return begun++;
  }

  synchronized void end(long states, long took) {
    rounds++;
    tried += states;
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
