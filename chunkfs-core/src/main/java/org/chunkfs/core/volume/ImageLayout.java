package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.Superblock.MemberEntry;
import org.jspecify.annotations.Nullable;

/**
 * What a superblock says, validated: the image's identity, its members, and where each chunk lies.
 *
 * <p>The same bytes stand in block 0 of every member and in every chunk header, so that any chunk
 * is enough to find all others.
 */
public final class ImageLayout {
  private static final long BLOCK = BlockHeader.BLOCK;
  private static final int FIELDS = Superblock.LAYOUT.size() - Superblock.EMBEDDED;

  /**
   * One member's part of the image.
   *
   * @param start block of the image that is its first
   * @param blocks its size
   * @param firstChunk logical id of its first chunk
   * @param chunks number of chunks on it
   * @param lastBlocks blocks of the last of them
   */
  public record MemberPart(long start, long blocks, int firstChunk, int chunks, int lastBlocks) {}

  private final byte[] fields;
  private final byte[] uuid;
  private final int chunkBlocks;
  private final int chunks;
  private final List<MemberPart> members;
  private final int[] replicas;

  private ImageLayout(byte[] block, List<MemberPart> members, int[] replicas) {
    this.fields = Arrays.copyOfRange(block, Superblock.EMBEDDED, Superblock.EMBEDDED + FIELDS);
    this.uuid = BlockHeader.UUID.get(block, 0);
    this.chunkBlocks = Superblock.CHUNK_BLOCKS.get(block, 0);
    this.chunks = Superblock.CHUNKS.get(block, 0);
    this.members = members;
    this.replicas = replicas;
  }

  /**
   * Takes the layout from a superblock or chunk header whose own checksum holds.
   *
   * @throws ImageException if it is of a newer format, or contradicts itself
   */
  public static ImageLayout of(byte[] block) throws ImageException {
    int version = Superblock.VERSION.get(block, 0);
    long incompat = Superblock.INCOMPAT.get(block, 0);
    if (version != Superblock.VERSION_VALUE || incompat != 0) {
      throw new ImageException(
          ImageException.Kind.NEWER_FORMAT,
          version != Superblock.VERSION_VALUE
              ? "the image has format version %s; this program knows version %d: use a newer chunkfs"
                  .formatted(Integer.toUnsignedString(version), Superblock.VERSION_VALUE)
              : "the image uses features 0x%x that this program does not know: use a newer chunkfs"
                  .formatted(incompat));
    }
    String bad = problem(block);
    if (bad != null) {
      throw new ImageException(
          ImageException.Kind.DAMAGED, "the superblock contradicts itself: " + bad);
    }
    int count = Superblock.MEMBERS.get(block, 0);
    List<MemberPart> members = new ArrayList<>(count);
    long start = 0;
    for (int i = 0; i < count; i++) {
      MemberPart part = part(block, i, start);
      members.add(part);
      start += part.blocks;
    }
    int[] replicas = new int[Superblock.REPLICAS.get(block, 0)];
    for (int i = 0; i < replicas.length; i++) {
      replicas[i] = replica(block, i);
    }
    return new ImageLayout(block, List.copyOf(members), replicas);
  }

  private static MemberPart part(byte[] block, int i, long start) {
    int at = Superblock.MEMBER_TABLE.offset() + i * MemberEntry.SIZE;
    return new MemberPart(
        start,
        MemberEntry.BLOCKS.get(block, at),
        MemberEntry.FIRST_CHUNK.get(block, at),
        MemberEntry.COUNT.get(block, at),
        MemberEntry.LAST_BLOCKS.get(block, at));
  }

  private static int replica(byte[] block, int i) {
    return ByteBuffer.wrap(block)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .getInt(Superblock.REPLICA_CHUNKS.offset() + 4 * i);
  }

  private static @Nullable String problem(byte[] block) {
    int members = Superblock.MEMBERS.get(block, 0);
    int chunkBlocks = Superblock.CHUNK_BLOCKS.get(block, 0);
    int chunks = Superblock.CHUNKS.get(block, 0);
    int replicas = Superblock.REPLICAS.get(block, 0);
    if (Superblock.BLOCK_SIZE.get(block, 0) != BLOCK) {
      return "blocks of " + Superblock.BLOCK_SIZE.show(block, 0) + " bytes, expected 4096";
    }
    if (members < 1 || members > Superblock.MAX_MEMBERS) {
      return members + " members, expected 1 to " + Superblock.MAX_MEMBERS;
    }
    if (Superblock.MEMBER.get(block, 0) < 0 || Superblock.MEMBER.get(block, 0) >= members) {
      return "it is of member " + Superblock.MEMBER.show(block, 0) + " of " + members;
    }
    if (chunkBlocks < ChunkGeometry.MIN_BLOCKS || chunkBlocks > ChunkGeometry.MAX_BLOCKS) {
      return "chunks of " + chunkBlocks + " blocks";
    }
    long next = 0;
    long start = 0;
    for (int i = 0; i < members; i++) {
      MemberPart m = part(block, i, start);
      start += m.blocks;
      long needed =
          Superblock.FIRST_CHUNK_BLOCK + (m.chunks - 1L) * chunkBlocks + (long) m.lastBlocks;
      if (m.chunks < 1
          || m.firstChunk != next
          || m.lastBlocks < ChunkGeometry.MIN_BLOCKS
          || m.lastBlocks > ChunkGeometry.MAX_BLOCKS
          || m.blocks < needed
          || start < 0
          || start > 1L << 40) {
        return "its entry for member " + i + " makes no sense";
      }
      next += m.chunks;
    }
    if (chunks != next || chunks > 1 << 20) {
      return chunks + " chunks, but " + next + " on its members";
    }
    if (replicas < 1 || replicas > Superblock.REPLICA_CHUNKS.size() / 4) {
      return replicas + " volume records";
    }
    for (int i = 0; i < replicas; i++) {
      if (replica(block, i) < 0 || replica(block, i) >= chunks) {
        return "a volume record in chunk " + replica(block, i) + ", which there is not";
      }
    }
    return null;
  }

  /**
   * Finds the layout on one member: what most copies of its superblock say.
   *
   * @throws ImageException NOT_AN_IMAGE if there is none, NEWER_FORMAT
   */
  public static ImageLayout find(BlockDevice member) throws IOException {
    return of(SuperblockCopies.find(member));
  }

  /** The member that a superblock or chunk header says it lies on. */
  static int memberIndex(byte[] block) {
    return Superblock.MEMBER.get(block, 0);
  }

  /** Stores the superblock's fields, as they stand on {@code member}, in a block at 512. */
  public void embed(byte[] block, int member) {
    System.arraycopy(fields, 0, block, Superblock.EMBEDDED, FIELDS);
    Superblock.MEMBER.set(block, 0, member);
  }

  /** A whole superblock for a member, sealed. */
  public byte[] superblock(int member) {
    byte[] block = new byte[(int) BLOCK];
    BlockHeader.init(block, BlockKind.SUPERBLOCK, uuid, -1, 0, 0);
    embed(block, member);
    BlockHeader.seal(block, (int) BLOCK);
    return block;
  }

  public byte[] uuid() {
    return uuid.clone();
  }

  /** The UUID in its usual spelling. */
  public String uuidText() {
    ByteBuffer b = ByteBuffer.wrap(uuid);
    return new UUID(b.getLong(), b.getLong()).toString();
  }

  public String label() {
    byte[] label = Superblock.LABEL.get(fields, -Superblock.EMBEDDED);
    int end = 0;
    while (end < label.length && label[end] != 0) {
      end++;
    }
    return new String(label, 0, end, StandardCharsets.UTF_8);
  }

  /** When mkfs ran, nanoseconds since 1970. */
  public long created() {
    return Superblock.CREATED.get(fields, -Superblock.EMBEDDED);
  }

  public byte[] hashKey() {
    return Superblock.HASH_KEY.get(fields, -Superblock.EMBEDDED);
  }

  /** Inode number of the root directory. */
  public long root() {
    return Superblock.ROOT.get(fields, -Superblock.EMBEDDED);
  }

  /** Features that an older program may only read with; none is known yet. */
  public long roCompat() {
    return Superblock.RO_COMPAT.get(fields, -Superblock.EMBEDDED);
  }

  /** Number of chunks; logical ids are 0 up to it. */
  public int chunks() {
    return chunks;
  }

  /** Blocks of every chunk but the last of a member. */
  public int chunkBlocks() {
    return chunkBlocks;
  }

  public List<MemberPart> members() {
    return members;
  }

  /** Chunks that hold a replica of the volume record. */
  public int[] replicas() {
    return replicas.clone();
  }

  /** Index of the member that a chunk lies on. */
  public int memberOf(int chunk) {
    for (int i = 0; i < members.size(); i++) {
      MemberPart m = members.get(i);
      if (chunk < m.firstChunk + m.chunks) {
        return i;
      }
    }
    throw new IllegalArgumentException("there is no chunk " + chunk);
  }

  /** Byte position of a chunk's first block in the image. */
  public long base(int chunk) {
    MemberPart m = members.get(memberOf(chunk));
    return (m.start + Superblock.FIRST_CHUNK_BLOCK + (long) (chunk - m.firstChunk) * chunkBlocks)
        * BLOCK;
  }

  public ChunkGeometry geometry(int chunk) {
    MemberPart m = members.get(memberOf(chunk));
    boolean last = chunk == m.firstChunk + m.chunks - 1;
    return ChunkGeometry.of(last ? m.lastBlocks : chunkBlocks);
  }

  /** Size of the whole image in bytes, all members together. */
  public long bytes() {
    MemberPart last = members.getLast();
    return (last.start + last.blocks) * BLOCK;
  }
}
