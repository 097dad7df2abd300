package org.chunkfs.core.volume;

import java.nio.charset.StandardCharsets;

/**
 * What a new image is to be like.
 *
 * @param chunkBytes size of a chunk, a multiple of 4096 from 4 MiB to 1 GiB; 0 for about a
 *     hundredth of the image, 16 MiB to 1 GiB
 * @param label volume label, at most 64 bytes of UTF-8
 * @param uuid the image's identity, 16 random bytes
 * @param hashKey key of the name hash, 16 random bytes
 * @param now the time, nanoseconds since 1970
 * @param rootUid owner of the root directory
 * @param rootGid its group
 */
public record FormatOptions(
    long chunkBytes,
    String label,
    byte[] uuid,
    byte[] hashKey,
    long now,
    int rootUid,
    int rootGid) {
  public FormatOptions {
    if (uuid.length != 16 || hashKey.length != 16) {
      throw new IllegalArgumentException("UUID and hash key have 16 bytes each");
    }
    if (label.getBytes(StandardCharsets.UTF_8).length > 64) {
      throw new IllegalArgumentException("a label has at most 64 bytes of UTF-8");
    }
    uuid = uuid.clone();
    hashKey = hashKey.clone();
  }

  /** The usual choices, everything random drawn from a seed. */
  public static FormatOptions seeded(long seed, long now) {
    java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
    byte[] uuid = new byte[16];
    byte[] key = new byte[16];
    random.nextBytes(uuid);
    random.nextBytes(key);
    return new FormatOptions(0, "", uuid, key, now, 0, 0);
  }

  public FormatOptions withChunkBytes(long bytes) {
    return new FormatOptions(bytes, label, uuid, hashKey, now, rootUid, rootGid);
  }

  public FormatOptions withLabel(String text) {
    return new FormatOptions(chunkBytes, text, uuid, hashKey, now, rootUid, rootGid);
  }

  public FormatOptions withRootOwner(int uid, int gid) {
    return new FormatOptions(chunkBytes, label, uuid, hashKey, now, uid, gid);
  }
}
