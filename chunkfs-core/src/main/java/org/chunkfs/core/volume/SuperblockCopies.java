package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Superblock;
import org.jspecify.annotations.Nullable;

/**
 * The copies of the superblock on one member: its block 0, and the same fields in every chunk
 * header, with the image's identity. A copy with a good checksum may still be wrong, so where two
 * of them differ, or one is lost, more are asked until one version has two votes more than any
 * other.
 */
final class SuperblockCopies {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** Where a search for chunk headers looks, when both known places are damaged. */
  private static final long SEARCH_STEP = 1 << 20;

  private static final int SEARCH_PLACES = 1 << 12;

  /** Most chunk headers that are asked on behalf of one version. */
  private static final int VOTERS = 64;

  private static final int LEAD = 2;

  private final BlockDevice member;

  /** Number of copies with the same fields, and the first of them. */
  private static final class Version {
    final byte[] copy;
    int votes;

    Version(byte[] copy) {
      this.copy = copy;
    }
  }

  // In the order of their discovery: of versions with equal votes, the first counts.
  private final List<Version> versions = new ArrayList<>();
  private final Map<ByteBuffer, Version> byFields = new HashMap<>();
  private final Set<Long> asked = new HashSet<>();

  private SuperblockCopies(BlockDevice member) {
    this.member = member;
  }

  /**
   * The superblock of a member, or the chunk header that stands in for it.
   *
   * @throws ImageException NOT_AN_IMAGE if there is no sound copy
   */
  static byte[] find(BlockDevice member) throws IOException {
    SuperblockCopies copies = new SuperblockCopies(member);
    copies.vote(0);
    copies.vote((long) Superblock.FIRST_CHUNK_BLOCK * BLOCK);
    Version elected = copies.elect();
    if (elected == null) {
      throw new ImageException(
          ImageException.Kind.NOT_AN_IMAGE,
          member + " is not a chunkfs image: it has no superblock and no chunk header");
    }
    return elected.copy;
  }

  /** The superblock or chunk header in one block of a member. */
  static byte[] at(BlockDevice member, long block) throws IOException {
    byte[] found = block >= member.size() / BLOCK ? null : read(member, block * BLOCK);
    if (found == null) {
      throw new ImageException(
          ImageException.Kind.NOT_AN_IMAGE,
          "%s: block %d holds no sound superblock and no chunk header; the first chunk's is in %d"
              .formatted(member, block, Superblock.FIRST_CHUNK_BLOCK));
    }
    return found;
  }

  private void vote(long position) throws IOException {
    byte[] copy = asked.add(position) ? read(member, position) : null;
    if (copy == null) {
      return;
    }
    // The image's identity stands in front of every block.
    byte[] uuid = BlockHeader.UUID.get(copy, 0);
    int length = Superblock.LAYOUT.size() - Superblock.EMBEDDED;
    ByteBuffer fields = ByteBuffer.allocate(uuid.length + length);
    fields.put(uuid).put(copy, Superblock.EMBEDDED, length).flip();
    Version version =
        byFields.computeIfAbsent(
            fields,
            _ -> {
              Version first = new Version(copy);
              versions.add(first);
              return first;
            });
    version.votes++;
  }

  private @Nullable Version elect() throws IOException {
    if (!decided()) {
      vote(member.size() - BLOCK);
    }
    for (int i = 2; versions.isEmpty() && i < SEARCH_PLACES; i++) {
      vote(i * SEARCH_STEP - BLOCK); // the last block of a chunk
      vote(i * SEARCH_STEP);
    }
    // Each version says where its witnesses are: they are asked in turn.
    for (int i = 0; i < VOTERS && !decided(); i++) {
      for (Version version : List.copyOf(versions)) {
        int chunkBlocks = Superblock.CHUNK_BLOCKS.get(version.copy, 0);
        if (chunkBlocks >= ChunkGeometry.MIN_BLOCKS && chunkBlocks <= ChunkGeometry.MAX_BLOCKS) {
          long start = Superblock.FIRST_CHUNK_BLOCK + (long) i * chunkBlocks;
          vote(start * BLOCK);
          vote((start + chunkBlocks - 1) * BLOCK);
        }
      }
    }
    Version best = null;
    for (Version version : versions) {
      best = best == null || version.votes > best.votes ? version : best;
    }
    return best;
  }

  private boolean decided() {
    int[] votes = versions.stream().mapToInt(v -> v.votes).sorted().toArray();
    int most = votes.length == 0 ? 0 : votes[votes.length - 1];
    int next = votes.length < 2 ? 0 : votes[votes.length - 2];
    return most - next >= LEAD;
  }

  private static byte @Nullable [] read(BlockDevice member, long position) throws IOException {
    if (position < 0 || position + BLOCK > member.size()) {
      return null;
    }
    byte[] block = new byte[BLOCK];
    try {
      member.read(position, ByteBuffer.wrap(block));
    } catch (IOException e) {
      return null; // the next place may be readable
    }
    int kind = BlockHeader.KIND.get(block, 0);
    boolean known = kind == BlockKind.SUPERBLOCK.code() || kind == BlockKind.CHUNK_HEADER.code();
    return known
            && BlockHeader.MAGIC.get(block, 0) == BlockHeader.MAGIC_VALUE
            && BlockHeader.sealed(block, BLOCK)
        ? block
        : null;
  }
}
