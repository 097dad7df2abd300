package org.chunkfs.core.journal;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Whose ring it is: the identity that seeds the CRC of each of its records.
 *
 * @param uuid the image's, 16 bytes, not to be changed
 * @param chunk logical id of the chunk
 * @param epoch epoch of the ring, from the chunk's header
 */
public record RingId(byte[] uuid, int chunk, int epoch) {
  static final int UUID_BYTES = 16;

  public RingId {
    if (uuid.length != UUID_BYTES) {
      throw new IllegalArgumentException("a UUID has 16 bytes, not " + uuid.length);
    }
    uuid = uuid.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RingId that
        && Arrays.equals(uuid, that.uuid)
        && chunk == that.chunk
        && epoch == that.epoch;
  }

  @Override
  public int hashCode() {
    return (Arrays.hashCode(uuid) * 31 + chunk) * 31 + epoch;
  }

  @Override
  public String toString() {
    return "ring of chunk "
        + Integer.toUnsignedString(chunk)
        + ", epoch "
        + Integer.toUnsignedString(epoch)
        + ", image "
        + HexFormat.of().formatHex(uuid);
  }
}
