package org.chunkfs.fsck.check;

import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.scan.Bytes;

/**
 * The balance of what chunks say of the names that lead to the inodes of one chunk: entries, back
 * pointers, outbound and inbound references, each added where it is one side of a pair and
 * subtracted where it is the other. If the sum over all chunks is zero, whatever one of them says
 * the others say too, but for one case in 2^128.
 *
 * <p>The pairs: entry and back pointer; entry and outbound reference of its chunk; outbound and
 * inbound reference; inbound reference and back pointer of its chunk. Each compares all fields that
 * both have.
 */
final class CrossSum {
  private static final int NAMES = 0, ENTRIES = 1, REFERENCES = 2, BACKS = 3, PAIRS = 4;

  private final long[] first = new long[PAIRS];
  private final long[] second = new long[PAIRS];
  private int facts;

  // Of the fact at hand.
  private long a;
  private long b;

  /** Facts that were added; what a closer look costs. */
  int facts() {
    return facts;
  }

  boolean balanced() {
    for (int pair = 0; pair < PAIRS; pair++) {
      if (first[pair] != 0 || second[pair] != 0) {
        return false;
      }
    }
    return true;
  }

  void addAll(CrossSum other) {
    for (int pair = 0; pair < PAIRS; pair++) {
      first[pair] += other.first[pair];
      second[pair] += other.second[pair];
    }
    facts += other.facts;
  }

  /**
   * @param chunk that the entry is in
   */
  void add(int chunk, Fact.Dirent entry) {
    facts++;
    long generations = both(entry.generation(), entry.parentGeneration());
    name(entry.target(), entry.type(), entry.parent(), generations, entry.g(), entry.name());
    end(NAMES, 1);
    words(entry.target(), entry.parent(), entry.cookie(), entry.g(), generations, chunk);
    end(ENTRIES, 1);
  }

  /**
   * @param type of the inode
   */
  void add(Fact.Back back, int type) {
    facts++;
    long generations = both(back.generation(), back.parentGeneration());
    name(back.inode(), type, back.parent(), generations, back.g(), back.name());
    end(NAMES, -1);
    words(back.inode(), back.parent(), back.key(), back.g(), generations, Ino.chunk(back.inode()));
    end(BACKS, -1);
  }

  /**
   * @param chunk that the reference is in
   */
  void add(int chunk, Fact.Out out) {
    facts++;
    long generations = both(out.targetGeneration(), out.parentGeneration());
    words(out.target(), out.parent(), out.cookie(), out.g(), generations, chunk);
    end(ENTRIES, -1);
    words(out.target(), out.parent(), out.cookie(), out.backKey(), out.g(), generations, chunk);
    end(REFERENCES, 1);
  }

  /**
   * @param chunk that the reference is in
   */
  void add(int chunk, Fact.In in) {
    facts++;
    long generations = both(in.targetGeneration(), in.parentGeneration());
    words(in.target(), in.parent(), in.cookie(), in.backKey(), in.g(), generations, in.chunk());
    end(REFERENCES, -1);
    words(in.target(), in.parent(), in.backKey(), in.g(), generations, chunk);
    end(BACKS, 1);
  }

  private static long both(int high, int low) {
    return (long) high << 32 | low & 0xFFFF_FFFFL;
  }

  private void name(long target, int type, long parent, long generations, long g, byte[] name) {
    words(target, parent, g, generations, both(type, name.length));
    int i = 0;
    for (; i + Long.BYTES <= name.length; i += Long.BYTES) {
      word(Bytes.u64(name, i));
    }
    long rest = 0;
    for (; i < name.length; i++) {
      rest = rest << 8 | name[i] & 0xFF;
    }
    word(rest);
  }

  private void words(long... words) {
    a = 0;
    b = words.length;
    for (long word : words) {
      word(word);
    }
  }

  private void word(long word) {
    a = NameSums.mix(a ^ word);
    b = NameSums.mix(Long.rotateLeft(b, 29) + word);
  }

  private void end(int pair, int sign) {
    first[pair] += sign * NameSums.mix(a + Long.rotateLeft(b, 17));
    second[pair] += sign * NameSums.mix(b ^ Long.rotateLeft(a, 41));
  }
}
