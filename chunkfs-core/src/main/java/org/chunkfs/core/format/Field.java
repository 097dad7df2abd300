package org.chunkfs.core.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** One field of an on-disk record: its place, its width, what it means. */
public abstract sealed class Field {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private final String name;
  private final int offset;
  private final int size;
  private final String doc;

  private Field(String name, int offset, int size, String doc) {
    this.name = name;
    this.offset = offset;
    this.size = size;
    this.doc = doc;
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  /** Name as in the documentation and in {@code inspect}. */
  public final String name() {
    return name;
  }

  /** Bytes from the start of the record. */
  public final int offset() {
    return offset;
  }

  /** Width in bytes. */
  public final int size() {
    return size;
  }

  /** What it means, one line. */
  public final String doc() {
    return doc;
  }

  /** Name of the field's type: u8, u16, u32, u64 or bytes. */
  public abstract String type();

  /**
   * The value as {@code inspect} prints it; {@code at} is where the record starts in {@code bytes}.
   */
  public abstract String show(byte[] bytes, int at);

  /** An unsigned byte. */
  public static final class U8 extends Field {
    U8(String name, int offset, String doc) {
      super(name, offset, 1, doc);
    }

    public int get(byte[] bytes, int at) {
      return bytes[at + offset()] & 0xFF;
    }

    public void set(byte[] bytes, int at, int value) {
      bytes[at + offset()] = (byte) value;
    }

    @Override
    public String type() {
      return "u8";
    }

    @Override
    public String show(byte[] bytes, int at) {
      return Integer.toString(get(bytes, at));
    }
  }

  /** An unsigned 16-bit number. */
  public static final class U16 extends Field {
    U16(String name, int offset, String doc) {
      super(name, offset, 2, doc);
    }

    public int get(byte[] bytes, int at) {
      return (short) SHORT.get(bytes, at + offset()) & 0xFFFF;
    }

    public void set(byte[] bytes, int at, int value) {
      SHORT.set(bytes, at + offset(), (short) value);
    }

    @Override
    public String type() {
      return "u16";
    }

    @Override
    public String show(byte[] bytes, int at) {
      return Integer.toString(get(bytes, at));
    }
  }

  /** An unsigned 32-bit number, kept in an int. */
  public static final class U32 extends Field {
    U32(String name, int offset, String doc) {
      super(name, offset, 4, doc);
    }

    public int get(byte[] bytes, int at) {
      return (int) INT.get(bytes, at + offset());
    }

    /** The value as an unsigned number. */
    public long getUnsigned(byte[] bytes, int at) {
      return Integer.toUnsignedLong(get(bytes, at));
    }

    public void set(byte[] bytes, int at, int value) {
      INT.set(bytes, at + offset(), value);
    }

    @Override
    public String type() {
      return "u32";
    }

    @Override
    public String show(byte[] bytes, int at) {
      return Integer.toUnsignedString(get(bytes, at));
    }
  }

  /** A 64-bit number. */
  public static final class U64 extends Field {
    U64(String name, int offset, String doc) {
      super(name, offset, 8, doc);
    }

    public long get(byte[] bytes, int at) {
      return (long) LONG.get(bytes, at + offset());
    }

    public void set(byte[] bytes, int at, long value) {
      LONG.set(bytes, at + offset(), value);
    }

    @Override
    public String type() {
      return "u64";
    }

    @Override
    public String show(byte[] bytes, int at) {
      return Long.toUnsignedString(get(bytes, at));
    }
  }

  /** A run of bytes. */
  public static final class Bytes extends Field {
    Bytes(String name, int offset, int size, String doc) {
      super(name, offset, size, doc);
    }

    public byte[] get(byte[] bytes, int at) {
      return java.util.Arrays.copyOfRange(bytes, at + offset(), at + offset() + size());
    }

    /** Stores {@code value}, padded with zeros; longer values are refused. */
    public void set(byte[] bytes, int at, byte[] value) {
      if (value.length > size()) {
        throw new IllegalArgumentException(name() + ": " + value.length + " bytes into " + size());
      }
      java.util.Arrays.fill(bytes, at + offset(), at + offset() + size(), (byte) 0);
      System.arraycopy(value, 0, bytes, at + offset(), value.length);
    }

    @Override
    public String type() {
      return "bytes[" + size() + "]";
    }

    @Override
    public String show(byte[] bytes, int at) {
      return java.util.HexFormat.of().formatHex(bytes, at + offset(), at + offset() + size());
    }
  }
}
