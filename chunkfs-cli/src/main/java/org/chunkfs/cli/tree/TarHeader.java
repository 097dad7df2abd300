package org.chunkfs.cli.tree;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.chunkfs.cli.output.Names;

/** One 512-byte header of a tar archive: where the fields are and how numbers are written. */
final class TarHeader {
  static final int SIZE = 512;

  /** Types of entry. */
  static final char FILE = '0',
      LINK = '1',
      SYMLINK = '2',
      CHARACTER = '3',
      BLOCK = '4',
      DIRECTORY = '5',
      FIFO = '6',
      CONTIGUOUS = '7',
      PAX = 'x',
      GLOBAL_PAX = 'g',
      GNU_NAME = 'L',
      GNU_LINK = 'K',
      GNU_SPARSE = 'S';

  private static final int NAME = 0,
      MODE = 100,
      UID = 108,
      GID = 116,
      LENGTH = 124,
      MTIME = 136,
      CHECKSUM = 148,
      TYPE = 156,
      LINK_NAME = 157,
      MAGIC = 257,
      MAJOR = 329,
      MINOR = 337,
      PREFIX = 345;
  static final int NAME_MAX = 100;
  private static final int ID_MAX = (1 << 21) - 1;
  private static final long SIZE_MAX = (1L << 33) - 1;

  private final byte[] bytes;

  /** A header to be read. */
  TarHeader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A header to be written, of that type. */
  TarHeader(char type) {
    this(new byte[SIZE]);
    bytes[TYPE] = (byte) type;
    byte[] magic = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(magic, 0, bytes, MAGIC, magic.length);
    mode(0);
    number(UID, 8, 0);
    number(GID, 8, 0);
    length(0);
    mtime(0);
    device(0);
  }

  static boolean isEnd(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the checksum holds; some old programs summed signed bytes. */
  boolean valid() throws IOException {
    long said = number(CHECKSUM, 8);
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < SIZE; i++) {
      byte b = i >= CHECKSUM && i < CHECKSUM + 8 ? (byte) ' ' : bytes[i];
      unsigned += b & 0xFF;
      signed += b;
    }
    return said == unsigned || said == signed;
  }

  char type() {
    return bytes[TYPE] == 0 ? FILE : (char) (bytes[TYPE] & 0xFF);
  }

  String name() {
    String name = string(NAME, NAME_MAX);
    boolean posix = string(MAGIC, 6).equals("ustar") && bytes[MAGIC + 5] == 0;
    String prefix = posix ? string(PREFIX, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  String linkName() {
    return string(LINK_NAME, NAME_MAX);
  }

  int mode() throws IOException {
    return (int) number(MODE, 8);
  }

  long uid() throws IOException {
    return number(UID, 8);
  }

  long gid() throws IOException {
    return number(GID, 8);
  }

  long length() throws IOException {
    return number(LENGTH, 12);
  }

  long mtime() throws IOException {
    return number(MTIME, 12);
  }

  /** Device number as the kernel encodes it. */
  int device() throws IOException {
    long major = number(MAJOR, 8);
    long minor = number(MINOR, 8);
    return (int) (minor & 0xFF | major << 8 | (minor & ~0xFFL) << 12);
  }

  void name(String raw) {
    string(NAME, raw);
  }

  void linkName(String raw) {
    string(LINK_NAME, raw);
  }

  void mode(int mode) {
    number(MODE, 8, mode);
  }

  /** False if the number does not fit, and 0 stands there. */
  boolean owner(long uid, long gid) {
    number(UID, 8, uid <= ID_MAX ? uid : 0);
    number(GID, 8, gid <= ID_MAX ? gid : 0);
    return uid <= ID_MAX && gid <= ID_MAX;
  }

  /** False if it does not fit. */
  boolean length(long length) {
    number(LENGTH, 12, length <= SIZE_MAX ? length : 0);
    return length <= SIZE_MAX;
  }

  /** False if it does not fit. */
  boolean mtime(long seconds) {
    boolean fits = seconds >= 0 && seconds <= SIZE_MAX;
    number(MTIME, 12, fits ? seconds : 0);
    return fits;
  }

  void device(int rdev) {
    number(MAJOR, 8, rdev >>> 8 & 0xFFF);
    number(MINOR, 8, rdev & 0xFF | rdev >>> 12 & 0xFFF00);
  }

  /** The finished header. */
  byte[] seal() {
    Arrays.fill(bytes, CHECKSUM, CHECKSUM + 8, (byte) ' ');
    int sum = 0;
    for (byte b : bytes) {
      sum += b & 0xFF;
    }
    byte[] octal = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octal, 0, bytes, CHECKSUM, octal.length);
    return bytes;
  }

  private void string(int at, String raw) {
    byte[] name = Names.bytes(raw);
    System.arraycopy(name, 0, bytes, at, Math.min(name.length, NAME_MAX));
  }

  private String string(int at, int length) {
    int end = at;
    while (end < at + length && bytes[end] != 0) {
      end++;
    }
    return Names.raw(Arrays.copyOfRange(bytes, at, end));
  }

  private void number(int at, int length, long value) {
    byte[] octal = Long.toOctalString(value).getBytes(StandardCharsets.US_ASCII);
    Arrays.fill(bytes, at, at + length - 1, (byte) '0');
    System.arraycopy(octal, 0, bytes, at + length - 1 - octal.length, octal.length);
    bytes[at + length - 1] = 0;
  }

  /** Octal, or base 256 where the first bit is set. */
  long number(int at, int length) throws IOException {
    if ((bytes[at] & 0x80) != 0) {
      byte[] binary = Arrays.copyOfRange(bytes, at, at + length);
      if (binary[0] == (byte) 0x80) {
        binary[0] = 0;
      }
      BigInteger value = new BigInteger(binary);
      if (value.bitLength() > 63) {
        throw new IOException("the tar archive holds a number of more than 63 bits");
      }
      return value.longValue();
    }
    long value = 0;
    for (int i = at; i < at + length; i++) {
      int c = bytes[i];
      if (c >= '0' && c <= '7') {
        value = value << 3 | (c - '0');
      } else if (c != ' ' && c != 0) {
        throw new IOException("the tar archive holds a number that is not octal");
      } else if (value != 0) {
        break;
      }
    }
    return value;
  }

  byte byteAt(int at) {
    return bytes[at];
  }
}
