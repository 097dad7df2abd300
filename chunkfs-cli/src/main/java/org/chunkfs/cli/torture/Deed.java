package org.chunkfs.cli.torture;

import java.util.SplittableRandom;

/**
 * One thing that a worker does: number {@code n} of worker {@code w} under a seed is always the
 * same, so that who knows how many were acknowledged knows what must be there.
 *
 * @param path what it is about, {@code DIRECTORY/NAME} within the worker's directories
 * @param to second path of a rename, else the same
 * @param content seed of the content
 * @param length of the content
 */
record Deed(Kind kind, String path, String to, long content, int length) {
  private static final int NAMES = 7;
  private static final int MOST = 40_000;

  /** What is done. Each is whole or not at all after a death, but for APPEND: a prefix. */
  enum Kind {
    /** New content under a name, by way of a temporary file and a rename. */
    PUT,
    /** More at a file's end. */
    APPEND,
    UNLINK,
    /** Replaces what is there. */
    RENAME,
    /** Makes a file durable, and with it everything before. */
    FSYNC
  }

  /** The n-th deed of a worker. */
  static Deed of(long seed, int worker, long n) {
    SplittableRandom random =
        new SplittableRandom(
            seed * 0x9E37_79B9_7F4A_7C15L + worker * 0x5851_F42DL + n * 0x2545_F491L);
    random.nextLong();
    String path = path(random);
    int dice = random.nextInt(20);
    Kind kind =
        dice < 8
            ? Kind.PUT
            : dice < 12
                ? Kind.APPEND
                : dice < 14 ? Kind.UNLINK : dice < 18 ? Kind.RENAME : Kind.FSYNC;
    String to = kind == Kind.RENAME ? path(random) : path;
    int length = 1 + random.nextInt(random.nextInt(5) == 0 ? MOST : 3_000);
    return new Deed(kind, path, to, random.nextLong(), length);
  }

  private static String path(SplittableRandom random) {
    return (random.nextBoolean() ? "a" : "b") + "/n" + random.nextInt(NAMES);
  }

  byte[] bytes() {
    byte[] bytes = new byte[length];
    new SplittableRandom(content).nextBytes(bytes);
    return bytes;
  }
}
