package org.chunkfs.core.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The small parts of a record's body: plain little-endian numbers at any offset.
 *
 * <p>A data range is {@code block u32, count u32}. A redo entry is {@code block u32, flags u8,
 * reserved u8, runs u16}, then its runs; a run is {@code offset u16, length u16, bytes}.
 */
final class RedoFormat {
  static final int DATA_RANGE = 8;
  static final int ENTRY = 8;
  static final int ENTRY_FLAGS = 4;
  static final int ENTRY_RESERVED = 5;
  static final int ENTRY_RUNS = 6;
  static final int RUN = 4;
  static final int RUN_LENGTH = 2;

  /** Flag of a redo entry: the block starts from zeros. */
  static final int IMAGE = 1;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private RedoFormat() {}

  static int u16(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xFFFF;
  }

  static void u16(byte[] bytes, int at, int value) {
    SHORT.set(bytes, at, (short) value);
  }

  static int u32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  static void u32(byte[] bytes, int at, int value) {
    INT.set(bytes, at, value);
  }

  static long u64(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }
}
