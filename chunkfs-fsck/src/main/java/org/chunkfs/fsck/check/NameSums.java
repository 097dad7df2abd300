package org.chunkfs.fsck.check;

import org.chunkfs.fsck.scan.Bytes;

/**
 * A sum over names, whose order does not matter: if the sum over a chunk's directory entries is the
 * sum over its back pointers, each has its counterpart, but for one case in 2^128.
 */
final class NameSums {
  // Odd numbers without a pattern, from the digits of the square roots of 2 and 3.
  private static final long FIRST = 0x6A09_E667_F3BC_C909L, SECOND = 0xBB67_AE85_84CA_A73BL;

  private long first;
  private long second;

  /**
   * Adds a name.
   *
   * @param inode where it leads, {@code generation} and file {@code type} of that
   * @param parent the directory, {@code parentGeneration} of that
   * @param g the commit that made it
   * @param bytes have the name from {@code at} on
   */
  void add(
      long inode,
      int generation,
      int type,
      long parent,
      int parentGeneration,
      long g,
      byte[] bytes,
      int at,
      int length) {
    long a = mix(inode * FIRST ^ ((long) type << 56 | length));
    long b = mix(parent * SECOND ^ g);
    a = mix(a ^ ((long) generation << 32 | parentGeneration & 0xFFFF_FFFFL));
    int i = at;
    int end = at + length;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      long word = Bytes.u64(bytes, i);
      a = (a ^ word) * FIRST;
      b = Long.rotateLeft(b ^ word, 23) * SECOND;
    }
    long rest = 0;
    for (; i < end; i++) {
      rest = rest << 8 | bytes[i] & 0xFF;
    }
    a = mix(a ^ rest);
    b = mix(b ^ rest);
    first += mix(a + Long.rotateLeft(b, 17));
    second += mix(b * FIRST ^ a);
  }

  static long mix(long x) {
    long y = (x ^ x >>> 32) * FIRST;
    return (y ^ y >>> 29) * SECOND;
  }

  boolean equals(NameSums other) {
    return first == other.first && second == other.second;
  }
}
