package org.chunkfs.fsck.check;

/** What the scan of a chunk tells about names and references; the passes compare them. */
public final class Fact {
  private Fact() {}

  /**
   * A directory entry.
   *
   * @param holder the inode the item is in: the directory, or its continuation
   * @param parent the directory's head
   * @param parentGeneration of the head, as the holder has it
   */
  public record Dirent(
      long holder,
      long parent,
      int parentGeneration,
      long cookie,
      long target,
      int generation,
      int type,
      long g,
      byte[] name) {}

  /** A back pointer of {@code inode}. */
  public record Back(
      long inode,
      int generation,
      long key,
      long parent,
      int parentGeneration,
      long g,
      byte[] name) {}

  /** An outbound cross reference. */
  public record Out(
      long target,
      long backKey,
      int targetGeneration,
      long parent,
      int parentGeneration,
      long cookie,
      long g) {}

  /** An inbound cross reference. */
  public record In(
      long parent,
      long cookie,
      long target,
      int targetGeneration,
      int parentGeneration,
      long backKey,
      int chunk,
      long g) {}

  /** That a head has a part: what both sides of the link between them must say. */
  public record Link(long part, long head, int headGeneration, int generation) {}

  /**
   * Either side of such a link.
   *
   * @param g the commit that made it
   */
  public record Cont(Link link, long g) {
    long part() {
      return link.part;
    }

    long head() {
      return link.head;
    }
  }

  /** One item of a head's map of its parts. */
  public record Range(long head, long from, long part, int generation) {}

  /** An entry of the orphan index. */
  public record Orphan(long inode, int generation, int reason) {}

  /**
   * A continuation inode.
   *
   * @param keys first and last key of each entry or extent in it, in pairs
   */
  public record Part(
      long inode,
      int generation,
      int mode,
      long head,
      int headGeneration,
      long blocks,
      long[] keys) {}

  /**
   * The head of a spread file or directory.
   *
   * @param keys first and last key of each entry or extent in it, in pairs
   */
  public record Head(
      long inode,
      int generation,
      int mode,
      long remoteBlocks,
      java.util.List<Range> map,
      long[] keys) {}
}
