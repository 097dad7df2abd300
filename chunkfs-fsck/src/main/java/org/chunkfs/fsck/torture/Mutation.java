package org.chunkfs.fsck.torture;

import java.util.SplittableRandom;

/** What can be done to a field: one of eight changes. Numbers are little-endian. */
public enum Mutation {
  ZERO("zeroed"),
  ONES("set to all ones"),
  FLIP_HIGH("its highest bit flipped"),
  FLIP_MIDDLE("its middle bit flipped"),
  FLIP_LOW("its lowest bit flipped"),
  PLUS_ONE("made one larger"),
  MINUS_ONE("made one smaller"),
  RANDOM("made random");

  private final String words;

  Mutation(String words) {
    this.words = words;
  }

  /** As a sentence says it. */
  public String words() {
    return words;
  }

  /** Changes {@code size} bytes from {@code at} on. */
  void apply(byte[] bytes, int at, int size, SplittableRandom random) {
    switch (this) {
      case ZERO -> fill(bytes, at, size, 0);
      case ONES -> fill(bytes, at, size, 0xFF);
      case FLIP_HIGH -> bytes[at + size - 1] ^= (byte) 0x80;
      case FLIP_MIDDLE -> bytes[at + size / 2] ^= 0x01;
      case FLIP_LOW -> bytes[at] ^= 0x01;
      case PLUS_ONE -> add(bytes, at, size, 1);
      case MINUS_ONE -> add(bytes, at, size, 0xFF);
      case RANDOM -> {
        byte[] junk = new byte[size];
        random.nextBytes(junk);
        System.arraycopy(junk, 0, bytes, at, size);
      }
    }
  }

  private static void fill(byte[] bytes, int at, int size, int value) {
    java.util.Arrays.fill(bytes, at, at + size, (byte) value);
  }

  /** Adds 1, or subtracts it where {@code one} is 0xFF, with carry. */
  private static void add(byte[] bytes, int at, int size, int one) {
    for (int i = 0; i < size; i++) {
      bytes[at + i] += (byte) one;
      if (bytes[at + i] != (byte) (one == 1 ? 0 : 0xFF)) {
        return;
      }
    }
  }
}
