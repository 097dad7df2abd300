package org.chunkfs.core.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A small tree that the sequences of {@link BoundedSpace} begin with, each of the same names, in
 * chunks of its own choice: directories {@code P} and {@code Q}, a file {@code P/f} that is {@code
 * Q/h} too, a file {@code Q/g}, an empty directory {@code Q/d}, a symbolic link {@code P/l}. The
 * names {@code P/n} and {@code Q/m} are free.
 */
enum BoundedBase {
  /** All in one chunk, everything in its place. */
  TOGETHER("/t/p", "/t/q"),

  /**
   * Each directory in a chunk of its own, and inodes in another one than their names; the journals
   * still hold all of it, as the death of a process left them.
   */
  APART("/p", "/q"),

  /**
   * As {@link #APART}, but the chunk of {@code P} is so full that the directory and the file have
   * continuations in others, and what is made in it too.
   */
  SPREAD("/p", "/q");

  /** Image of a run: four chunks would do for the tree, the fifth takes what overflows. */
  static final int CHUNKS = 5;

  /** Names that make a directory large enough to be split. */
  private static final int MANY = 600;

  /** Few enough to be listed in every state. */
  private static final int KEPT_EVERY = 100;

  final String p;
  final String q;
  private final List<Op> steps;

  BoundedBase(String p, String q) {
    this.p = p;
    this.q = q;
    this.steps = make();
  }

  /** What makes it, on an empty image; the last step ends the process. */
  List<Op> steps() {
    return steps;
  }

  private List<Op> make() {
    List<Op> make = new ArrayList<>();
    switch (this) {
      case TOGETHER -> {
        add(make, "mkdir /t - 0 1", "mkdir P - 0 1", "mkdir Q - 0 2", "create P/f - 2560001 3");
        others(make);
        add(make, "mkdir Q/d - 0 1", "checkpoint - - 0 0", "reopen - - 0 0");
      }
      case APART -> {
        add(make, "mkdir P - 0 1", "mkdir Q - 0 2", "create P/f - 2560001 3");
        others(make);
        add(make, "mkdir P/d - 0 1", "rename P/d Q/d 0 0", "kill - - 0 0");
      }
      case SPREAD -> {
        add(make, "mkdir P - 0 1", "mkdir Q - 0 2", "create P/f - 2560001 3");
        spread(make);
        others(make);
        add(make, "mkdir Q/d - 0 1", "checkpoint - - 0 0", "reopen - - 0 0");
      }
    }
    return List.copyOf(make);
  }

  private void others(List<Op> make) {
    add(
        make,
        "setxattr P/f x0 20 1",
        "setxattr P/f x1 1500 2",
        "link P/f Q/h 0 0",
        "create Q/g - 1280002 4",
        "symlink P/l - 40 5");
  }

  /** Fills the chunk of {@code P}, and makes {@code P} and {@code P/f} go on elsewhere. */
  private void spread(List<Op> make) {
    add(make, "create P/b - 0 0", "create P/c - 0 0");
    for (int i = 0; i < MANY; i++) {
      add(make, "link P/b P/n" + i + "~200 0 0");
    }
    add(make, "fallocate P/b 1 0 2600000", "link P/b P/split 0 0");
    for (int i = 0; i < MANY; i++) {
      if (i % KEPT_EVERY != 0) {
        add(make, "unlink P/n" + i + "~200 - 0 0");
      }
    }
    add(make, "sync - - 0 0", "fallocate P/c 1 0 1000000", "write P/f - 10000 3584001");
  }

  /** Steps, with the directories of this base in place of {@code P} and {@code Q}. */
  private void add(List<Op> steps, String... lines) {
    for (String line : lines) {
      steps.add(op(line));
    }
  }

  /** One of them. */
  Op op(String line) {
    Op op = Op.parse(line);
    return new Op(op.kind(), path(op.path()), path(op.to()), op.a(), op.b());
  }

  private String path(String path) {
    String below = path.length() > 1 ? path.substring(1) : "";
    return switch (path.charAt(0)) {
      case 'P' -> p + below;
      case 'Q' -> q + below;
      default -> path;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
