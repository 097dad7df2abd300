package org.chunkfs.fsck.planted;

import java.util.List;

/**
 * A search for a broken promise, of a fixed length.
 *
 * @param name the kind of torture, or the property
 * @param seed of the first round; the next ones have the next numbers
 * @param budget rounds, cases, flips or tries
 * @param size steps of a round; number of the first case; flips for each image; else 0
 */
record Hunt(Means means, String name, long seed, int budget, int size) {
  /** How it is run. */
  enum Means {
    /** Scripts of one of the experiments on the engine. */
    SOAK,
    /** The same, and what is found is shrunk. */
    SOAK_AND_SHRINK,
    /** All sequences of one or two steps, from a round on. */
    BOUNDED,
    /** Cases of damage, check and repair. */
    DAMAGE,
    /** Single bytes. */
    FLIPS,
    /** A property of the tests, which is given seeds. */
    PROPERTY
  }

  private static final int MORE = 20;

  static Hunt soak(String kind, long seed, int rounds, int steps) {
    return new Hunt(Means.SOAK, kind, seed, rounds, steps);
  }

  static Hunt bounded(int rounds) {
    return new Hunt(Means.BOUNDED, "bounded", 1, rounds, 0);
  }

  static Hunt damage(String kind, long seed, int first, int cases) {
    return new Hunt(Means.DAMAGE, kind, seed, cases, first);
  }

  static Hunt flips(long seed, int flips) {
    return new Hunt(Means.FLIPS, "flips", seed, flips, flips);
  }

  static Hunt property(String name, long seed, int tries) {
    return new Hunt(Means.PROPERTY, name, seed, tries, 0);
  }

  /** The same, which takes its time to find the shortest script. */
  Hunt shrinking() {
    return means == Means.SOAK ? new Hunt(Means.SOAK_AND_SHRINK, name, seed, budget, size) : this;
  }

  /** The same, which does not give up so soon. */
  Hunt longer() {
    return new Hunt(means, name, seed, budget * MORE, size);
  }

  List<String> words() {
    return List.of(means.name(), name, "" + seed, "" + budget, "" + size);
  }

  static Hunt parse(List<String> words) {
    return new Hunt(
        Means.valueOf(words.get(0)),
        words.get(1),
        Long.parseLong(words.get(2)),
        Integer.parseInt(words.get(3)),
        Integer.parseInt(words.get(4)));
  }

  /** The search, for people. */
  @Override
  public String toString() {
    return switch (means) {
      case SOAK, SOAK_AND_SHRINK ->
          "%s, seed %d, %s of %d steps".formatted(name, seed, count("round"), size);
      case BOUNDED -> "%s, the first %s".formatted(name, count("round"));
      case DAMAGE -> "%s, seed %d, %s from number %d on".formatted(name, seed, count("case"), size);
      case FLIPS -> "%s, seed %d, %s".formatted(name, seed, count("byte"));
      case PROPERTY ->
          "%s, seed %d, %s".formatted(name, seed, count("try").replace("trys", "tries"));
    };
  }

  private String count(String what) {
    return budget + " " + what + (budget == 1 ? "" : "s");
  }
}
