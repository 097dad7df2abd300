package org.chunkfs.cli.bench;

/**
 * How much is done to measure checks.
 *
 * @param files in the image that is checked
 * @param rounds of each check; the medians count
 * @param images sizes of the images in which one chunk is damaged
 * @param filesInChunk in that chunk
 */
public record FsckScale(int files, int rounds, long[] images, int filesInChunk) {
  private static final long GIB = 1L << 30;

  /** What the goals are stated for. */
  public static FsckScale full() {
    return new FsckScale(1_000_000, 3, new long[] {GIB, 10 * GIB, 100 * GIB}, 10_000);
  }

  /** As little as still passes through everything. */
  public static FsckScale tiny() {
    return new FsckScale(2_000, 1, new long[] {GIB / 8}, 200);
  }
}
