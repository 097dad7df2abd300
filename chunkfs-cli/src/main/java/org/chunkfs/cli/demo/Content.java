package org.chunkfs.cli.demo;

/**
 * Content that can be told from its seed: every byte is a function of the seed and its place, so
 * that a longer file of a seed begins with a shorter one.
 */
final class Content {
  private static final long GAMMA = 0x9E37_79B9_7F4A_7C15L;

  private Content() {}

  /** The bytes from {@code from} up to {@code to}. */
  static byte[] of(long seed, int from, int to) {
    byte[] bytes = new byte[to - from];
    for (int i = from; i < to; i++) {
      bytes[i - from] = (byte) (mix(seed + GAMMA * (i >>> 3)) >>> (8 * (i & 7)));
    }
    return bytes;
  }

  /** Whether {@code bytes} are a beginning of the seed's content. */
  static boolean begins(long seed, byte[] bytes) {
    return java.util.Arrays.equals(bytes, of(seed, 0, bytes.length));
  }

  /** The finisher of SplittableRandom. */
  private static long mix(long z) {
    long a = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    long b = (a ^ a >>> 27) * 0x94D0_49BB_1331_11EBL;
    return b ^ b >>> 31;
  }
}
