package org.chunkfs.core.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 (Aumasson, Bernstein 2012) of names under the image's key, cut to what the item keys
 * need.
 */
public final class NameHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long k0;
  private final long k1;

  public NameHash(byte[] key) {
    k0 = word(key, 0, 8);
    k1 = word(key, 8, 8);
  }

  /**
   * First possible cookie of a directory entry with that name; ties take the following 127. Always
   * at least {@link Items#FIRST_COOKIE}.
   */
  public long cookie(byte[] name) {
    return cookie(name, 0, name.length);
  }

  /** As {@link #cookie(byte[])}, of a name that lies among other bytes. */
  public long cookie(byte[] bytes, int at, int length) {
    return cookieOf(sip(bytes, at, length, 0L));
  }

  /** First possible key of the back pointer for a name in a directory. */
  public long backKey(long parent, byte[] name) {
    return backKey(parent, name, 0, name.length);
  }

  /** As {@link #backKey(long, byte[])}, of a name that lies among other bytes. */
  public long backKey(long parent, byte[] bytes, int at, int length) {
    return cookieOf(sip(bytes, at, length, parent));
  }

  /**
   * First possible key of an extended attribute: hash in the top 48 bits, tie and fragment zero.
   */
  public long xattrKey(byte[] name) {
    return sip(name, 0L) & ~0xFFFFL;
  }

  private static long cookieOf(long hash) {
    long cookie = hash >>> 8 << 7;
    return cookie < Items.FIRST_COOKIE ? 128 : cookie;
  }

  private static long word(byte[] b, int at, int n) {
    if (n == Long.BYTES) {
      return (long) LONG.get(b, at);
    }
    long w = 0;
    for (int i = 0; i < n; i++) {
      w |= (b[at + i] & 0xFFL) << 8 * i;
    }
    return w;
  }

  /** SipHash-2-4 of {@code prefix} (8 bytes, left out when 0) and {@code data}. */
  long sip(byte[] data, long prefix) {
    return sip(data, 0, data.length, prefix);
  }

  private long sip(byte[] data, int at, int bytes, long prefix) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    int whole = bytes & ~7;
    int length = bytes + (prefix == 0 ? 0 : 8);
    for (int i = prefix == 0 ? 0 : -8; i <= whole; i += 8) {
      boolean last = i == whole;
      long m =
          i < 0
              ? prefix
              : last
                  ? word(data, at + whole, bytes & 7) | (long) length << 56
                  : word(data, at + i, 8);
      v3 ^= m;
      for (int round = last ? -4 : 0; round < 2; round++) {
        if (last && round == -2) {
          v0 ^= m;
          v2 ^= 0xff;
        }
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      if (!last) {
        v0 ^= m;
      }
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
