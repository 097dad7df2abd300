package org.chunkfs.cli.bench;

/**
 * How much is done.
 *
 * @param rounds measured rounds; one more before them warms up
 * @param files files created in a round
 * @param stream bytes written and read in sequence in a round
 * @param huge size of the image that mkfs is measured with
 * @param images sizes of the images on which a child is killed, ascending
 * @param writeMillis how long the child writes before it is killed
 * @param heapMillis how long the child with little heap works
 */
public record Scale(
    int rounds, int files, long stream, long huge, long[] images, int writeMillis, int heapMillis) {
  private static final long GIB = 1L << 30;

  /** What the goals are stated for. */
  public static Scale full() {
    return new Scale(
        5, 50_000, GIB / 2, 1024 * GIB, new long[] {GIB, 10 * GIB, 100 * GIB}, 3_000, 15_000);
  }

  /** As little as still passes through everything. */
  public static Scale tiny() {
    return new Scale(1, 200, 4 << 20, GIB, new long[] {GIB / 8}, 300, 500);
  }
}
