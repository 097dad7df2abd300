package org.chunkfs.fsck.scan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian numbers anywhere in bytes. */
public final class Bytes {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Bytes() {}

  public static int u16(byte[] b, int at) {
    return (short) SHORT.get(b, at) & 0xFFFF;
  }

  public static void u16(byte[] b, int at, int value) {
    SHORT.set(b, at, (short) value);
  }

  public static int u32(byte[] b, int at) {
    return (int) INT.get(b, at);
  }

  public static void u32(byte[] b, int at, int value) {
    INT.set(b, at, value);
  }

  public static long u64(byte[] b, int at) {
    return (long) LONG.get(b, at);
  }

  public static void u64(byte[] b, int at, long value) {
    LONG.set(b, at, value);
  }

  /** True if all of {@code b[from, to)} is zero. */
  public static boolean zero(byte[] b, int from, int to) {
    int i = from;
    for (; i + Long.BYTES <= to; i += Long.BYTES) {
      if ((long) LONG.get(b, i) != 0) {
        return false;
      }
    }
    for (; i < to; i++) {
      if (b[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
