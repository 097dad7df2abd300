package org.chunkfs.cli.demo;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What became of one class of requests. Safe for many threads. */
final class Tally {
  private static final int EXAMPLES = 5;

  private final LongAdder done = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder excused = new LongAdder();
  private final LongAdder wrong = new LongAdder();
  private final AtomicLong slowest = new AtomicLong();
  private final Queue<String> examples = new ConcurrentLinkedQueue<>();

  void done(long nanos) {
    done.increment();
    slowest.accumulateAndGet(nanos, Math::max);
  }

  /** It was answered by an error, which nobody had announced. */
  void failed(String what, long nanos) {
    failed.increment();
    slowest.accumulateAndGet(nanos, Math::max);
    example(what);
  }

  /** It was answered by an error, as it may be while its chunk is out of service. */
  void excused() {
    excused.increment();
  }

  /** It was answered by bytes that were never written there. */
  void wrong(String what) {
    wrong.increment();
    example(what);
  }

  private void example(String what) {
    if (examples.size() < EXAMPLES) {
      examples.add(what);
    }
  }

  long count() {
    return done.sum();
  }

  long failures() {
    return failed.sum();
  }

  long excuses() {
    return excused.sum();
  }

  long wrongs() {
    return wrong.sum();
  }

  /** The slowest answer, in milliseconds. */
  long slowestMillis() {
    return slowest.get() / 1_000_000;
  }

  /** Some of what went wrong, in words. */
  List<String> examples() {
    return List.copyOf(examples);
  }
}
