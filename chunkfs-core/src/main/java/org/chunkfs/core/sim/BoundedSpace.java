package org.chunkfs.core.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All sequences of one or two steps, each followed by one of the ways to make it durable or by
 * none, on each of some {@linkplain BoundedBase small trees}; and, without end, drawn sequences of
 * three. Every sequence has a number; neighbours begin alike.
 */
public final class BoundedSpace {
  /** What may be done. What a step is not possible for, it is refused for: that is a case too. */
  private static final List<String> STEPS =
      List.of(
          "create P/n - 0 1",
          "create P/n - 2304003 1",
          "create Q/m - 25604 2",
          "mkdir P/n - 0 1",
          "symlink P/n - 60 6",
          "symlink Q/m - 1200 7",
          "link P/f Q/m 0 0",
          "link Q/g P/n 0 0",
          "unlink P/f - 0 0",
          "unlink P/n - 0 0",
          "unlink Q/g - 0 0",
          "unlink Q/h - 0 0",
          "rmdir Q/d - 0 0",
          "rmdir P/n - 0 0",
          "rename P/f Q/m 0 0",
          "rename P/f Q/g 0 0",
          "rename P/n P/f 0 0",
          "rename P/n Q/d 0 0",
          "rename Q/d P/n 0 0",
          "rename Q/g P/n 1 0",
          "rename P/n Q/m 1 0",
          "rename P/f Q/g 2 0",
          "rename Q/d P/f 2 0",
          "write P/f - 10000 1280008",
          "write P/f - 4096 1048585",
          "write P/f - 5000 25610",
          "write P/f - 0 2304011",
          "write P/f - 60000 768012",
          "write P/f - 16384 1048589",
          "write P/n - 0 1280014",
          "write Q/g - 0 768015",
          "truncate P/f - 5000 0",
          "truncate P/f - 0 0",
          "truncate P/f - 50000 0",
          "truncate Q/g - 4096 0",
          "fallocate P/f 0 12288 20000",
          "fallocate P/f 1 16384 16384",
          "fallocate P/f 2 4096 4096",
          "fallocate P/f 2 100 8900",
          "fallocate P/f 3 2000 5000",
          "setxattr P/f x2 30 3",
          "setxattr P/f x1 600 4",
          "setxattr Q/g x0 3000 5",
          "removexattr P/f x0 0 0",
          "removexattr P/f x1 0 0",
          "chmod P/f - 420 0",
          "chown Q/d - 8 9",
          "setattr P/f - 3000 448",
          "open Q/g - 0 0",
          "checkpoint - - 0 0");

  /** What may follow; null: nothing. */
  private static final List<Op.Kind> THEN = List.of(Op.Kind.FSYNC, Op.Kind.FDATASYNC, Op.Kind.SYNC);

  private static final int THENS = THEN.size() + 1;
  private static final int BASES = BoundedBase.values().length;

  private BoundedSpace() {}

  /** How many sequences of so many steps there are. */
  public static long size(int steps) {
    long size = BASES;
    for (int i = 0; i < steps; i++) {
      size *= (long) STEPS.size() * THENS;
    }
    return size;
  }

  /** The sequences that are gone through, those of two steps after those of one. */
  public static long all() {
    return size(1) + size(2);
  }

  /**
   * A sequence, as a script on an empty image.
   *
   * @param number from {@link #all} on they are drawn
   * @param seed of those
   */
  public static List<Op> script(long number, long seed) {
    if (number < size(1)) {
      return script(number, 1);
    }
    if (number < all()) {
      return script(number - size(1), 2);
    }
    SplittableRandom random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + number);
    return script(random.nextLong(size(3)), 3);
  }

  /** Digits, from the most significant one: the base, the steps, what follows each. */
  private static List<Op> script(long index, int steps) {
    long rest = index;
    int[] then = new int[steps];
    int[] step = new int[steps];
    for (int i = steps - 1; i >= 0; i--) {
      then[i] = (int) (rest % THENS);
      rest /= THENS;
    }
    for (int i = steps - 1; i >= 0; i--) {
      step[i] = (int) (rest % STEPS.size());
      rest /= STEPS.size();
    }
    BoundedBase base = BoundedBase.values()[(int) rest];
    List<Op> script = new ArrayList<>(base.steps());
    for (int i = 0; i < steps; i++) {
      Op op = base.op(STEPS.get(step[i]));
      script.add(op);
      if (then[i] > 0) {
        script.add(durable(THEN.get(then[i] - 1), op));
      }
    }
    return List.copyOf(script);
  }

  /** Makes durable what a step was about. */
  private static Op durable(Op.Kind how, Op op) {
    String about =
        switch (op.kind()) {
          case LINK, RENAME -> op.to();
          case UNLINK, RMDIR -> op.path().substring(0, op.path().lastIndexOf('/'));
          case CHECKPOINT -> "/";
          default -> op.path();
        };
    return how == Op.Kind.SYNC ? Op.event(how, 0) : new Op(how, about, Op.NONE, 0, 0);
  }
}
