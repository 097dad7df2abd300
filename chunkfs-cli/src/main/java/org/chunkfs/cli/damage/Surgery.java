package org.chunkfs.cli.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.chunkfs.cli.inspect.ChunkReader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.volume.Image;

/**
 * Damage to the point: operations in words, each of which changes one structure by its name.
 *
 * <pre>
 * set SPOT FIELD VALUE        a field; the checksums above it are made right
 * raw set SPOT FIELD VALUE    a field and nothing else
 * [sealed] flip SPOT BYTE     the lowest bit of a byte
 * [sealed] zero SPOT [A B]    bytes from A up to before B, or all
 * [sealed] noise SPOT SEED    all of it
 * [sealed] copy SPOT TO       the bytes of one spot to another
 * [sealed] swap SPOT SPOT
 * drop item:I:TYPE:N          takes an item out
 * add I TYPE MAJOR MINOR HEX  puts one in among inline items, with these bytes or those of an item
 * </pre>
 *
 * <p>A VALUE is a number, {@code 0x} one, {@code +N} or {@code -N} from what is there, a path for
 * the number of the inode there, {@code ino:C.B.S}, {@code cookie:NAME} and {@code back:I:NAME} for
 * the keys of a name, or for fields of bytes hexadecimal digits. A FIELD is one of the format's, of
 * an item also {@code type}, {@code length}, {@code major}, {@code minor}; {@code @AT/WIDTH} is a
 * number anywhere in the spot.
 */
public final class Surgery {
  private static final int ITEM_LENGTH = 1, ITEM_MAJOR = 3, ITEM_MINOR = 11;

  private final Scratchpad pad;
  private final Image image;
  private final Spots spots;

  private Surgery(Image image) {
    this.pad = new Scratchpad(image.device());
    this.image = image.on(pad);
    this.spots = new Spots(this.image);
  }

  /**
   * Plans what an operation changes, checksums included; nothing is written.
   *
   * @throws IllegalArgumentException if it makes no sense
   * @throws IOException if the image has no such structure
   */
  public static List<Change> plan(Image image, String operation) throws IOException {
    Surgery surgery = new Surgery(image);
    String[] words = operation.strip().split("\\s+");
    try {
      surgery.run(words);
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("'%s' makes no sense".formatted(operation), e);
    }
    return surgery.pad.changes(
        words[words[0].equals("raw") || words[0].equals("sealed") ? 2 : 1], operation);
  }

  private void run(String[] words) throws IOException {
    boolean raw = words[0].equals("raw");
    boolean sealed = words[0].equals("sealed");
    String[] w = raw || sealed ? Arrays.copyOfRange(words, 1, words.length) : words;
    switch (w[0]) {
      case "set" -> set(spots.find(w[1]), w[2], w[3], !raw);
      case "flip", "zero", "noise" -> bytes(spots.find(w[1]), w, sealed);
      case "copy", "swap" -> move(spots.find(w[1]), spots.find(w[2]), w[0].equals("swap"), sealed);
      case "drop" -> drop(w[1].split(":", 3));
      case "add" -> add(spots.ino(w[1]), w);
      default -> throw new IllegalArgumentException("there is no operation '%s'".formatted(w[0]));
    }
  }

  private byte[] read(Spot spot) throws IOException {
    byte[] bytes = new byte[spot.length()];
    pad.read(spot.position(), ByteBuffer.wrap(bytes));
    return bytes;
  }

  private void write(Spot spot, byte[] bytes) throws IOException {
    pad.write(spot.position(), ByteBuffer.wrap(bytes));
  }

  private void set(Spot spot, String name, String value, boolean seal) throws IOException {
    byte[] bytes = read(spot);
    Spot.FieldAt field = field(spot, name, bytes);
    put(bytes, field, value);
    write(spot, bytes);
    if (seal && spot.name().startsWith("inode:") && name.equals("crc")) {
      spots.sealAbove(spots.ino(spot.name().substring("inode:".length())));
    } else if (seal) {
      spot.seal().run();
    }
  }

  private static Spot.FieldAt field(Spot spot, String name, byte[] bytes) {
    Spot.FieldAt found = spot.field(name);
    if (found != null) {
      return found;
    }
    if (name.startsWith("@")) {
      String[] parts = name.substring(1).split("/", 2);
      return new Spot.FieldAt(Spots.number(parts[0]), Spots.number(parts[1]));
    }
    if (spot.name().startsWith("item:")) {
      switch (name) {
        case "type" -> {
          return new Spot.FieldAt(0, 1);
        }
        case "length" -> {
          return new Spot.FieldAt(ITEM_LENGTH, 2);
        }
        case "major" -> {
          return new Spot.FieldAt(ITEM_MAJOR, 8);
        }
        case "minor" -> {
          return new Spot.FieldAt(ITEM_MINOR, 8);
        }
        default -> {}
      }
    }
    throw new IllegalArgumentException("%s has no field '%s'".formatted(spot.name(), name));
  }

  private void put(byte[] bytes, Spot.FieldAt field, String value) throws IOException {
    if (field.at() < 0 || field.at() + field.size() > bytes.length) {
      throw new IllegalArgumentException("there is no byte %d".formatted(field.at()));
    }
    if (field.size() > Long.BYTES) {
      byte[] hex = HexFormat.of().parseHex(value);
      System.arraycopy(hex, 0, bytes, field.at(), Math.min(hex.length, field.size()));
      return;
    }
    byte[] number = new byte[Long.BYTES];
    System.arraycopy(bytes, field.at(), number, 0, field.size());
    long now = ByteBuffer.wrap(number).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long next =
        value.startsWith("/") || value.contains(":")
            ? spots.value(value)
            : value.startsWith("+") || value.startsWith("-")
                ? now + Long.parseLong(value)
                : value.startsWith("0x")
                    ? Long.parseUnsignedLong(value.substring(2), 16)
                    : Long.parseUnsignedLong(value);
    ByteBuffer.wrap(number).order(ByteOrder.LITTLE_ENDIAN).putLong(next);
    System.arraycopy(number, 0, bytes, field.at(), field.size());
  }

  private void bytes(Spot spot, String[] w, boolean seal) throws IOException {
    byte[] bytes = read(spot);
    switch (w[0]) {
      case "flip" -> bytes[Spots.number(w[2])] ^= 1;
      case "noise" -> new SplittableRandom(Spots.number(w[2])).nextBytes(bytes);
      default -> {
        int from = w.length > 2 ? Spots.number(w[2]) : 0;
        int to = w.length > 3 ? Spots.number(w[3]) : bytes.length;
        Arrays.fill(bytes, from, to, (byte) 0);
      }
    }
    write(spot, bytes);
    if (seal) {
      spot.seal().run();
    }
  }

  private void move(Spot from, Spot to, boolean swap, boolean seal) throws IOException {
    byte[] one = read(from);
    byte[] other = read(to);
    if (one.length != other.length) {
      throw new IllegalArgumentException(
          "%s has %d bytes, %s has %d".formatted(from.name(), one.length, to.name(), other.length));
    }
    write(to, one);
    if (swap) {
      write(from, other);
    }
    if (seal) {
      to.seal().run();
      if (swap) {
        from.seal().run();
      }
    }
  }

  private void drop(String[] word) throws IOException {
    long ino = spots.ino(word[1]);
    ItemSpots.At item = spots.at(ino, word[2]);
    ChunkReader reader = new ChunkReader(image, Ino.chunk(ino));
    byte[] block = reader.raw(item.block(), 1);
    Spot spot = spots.find(String.join(":", word));
    if (item.slot() >= 0) {
      int count = TreePage.COUNT.get(block, 0);
      int at = TreePage.SLOTS + Short.BYTES * item.slot();
      int end = TreePage.SLOTS + Short.BYTES * count;
      System.arraycopy(block, at + Short.BYTES, block, at, end - at - Short.BYTES);
      Arrays.fill(block, end - Short.BYTES, end, (byte) 0);
      TreePage.COUNT.set(block, 0, count - 1);
      TreePage.GARBAGE.set(block, 0, TreePage.GARBAGE.get(block, 0) + item.length());
    } else {
      int record = InodeRecord.offset(Ino.slot(ino));
      int bytes = InodeRecord.INLINE_BYTES.get(block, record);
      int end = record + InodeRecord.INLINE + bytes;
      int after = item.at() + item.length();
      System.arraycopy(block, after, block, item.at(), end - after);
      Arrays.fill(block, end - item.length(), end, (byte) 0);
      InodeRecord.INLINE_BYTES.set(block, record, bytes - item.length());
    }
    pad.write(reader.position(item.block()), ByteBuffer.wrap(block));
    spot.seal().run();
  }

  private void add(long ino, String[] w) throws IOException {
    ItemType type = ItemType.valueOf(w[2].toUpperCase(Locale.ROOT));
    byte[] value = value(w.length > 5 ? w[5] : "");
    byte[] item = new byte[type.head() + value.length];
    item[0] = (byte) type.code();
    put(item, new Spot.FieldAt(ITEM_LENGTH, 2), Integer.toString(value.length));
    put(item, new Spot.FieldAt(ITEM_MAJOR, 8), w[3]);
    if (type.head() > ITEM_MINOR) {
      put(item, new Spot.FieldAt(ITEM_MINOR, 8), w[4]);
    }
    System.arraycopy(value, 0, item, type.head(), value.length);
    List<byte[]> all = new ArrayList<>();
    new ItemSpots(image).of(ino).forEach(each -> all.add(each.bytes()));
    all.add(item);
    all.sort(Surgery::compare);
    ChunkReader reader = new ChunkReader(image, Ino.chunk(ino));
    byte[] block = reader.raw(Ino.block(ino), 1);
    int record = InodeRecord.offset(Ino.slot(ino));
    int total = all.stream().mapToInt(each -> each.length).sum();
    if (total > InodeRecord.INLINE_MAX || InodeRecord.TREE_LEVELS.get(block, record) > 0) {
      throw new IOException("inode %s has no room for one more item".formatted(Ino.show(ino)));
    }
    int at = record + InodeRecord.INLINE;
    for (byte[] each : all) {
      System.arraycopy(each, 0, block, at, each.length);
      at += each.length;
    }
    InodeRecord.INLINE_BYTES.set(block, record, total);
    pad.write(reader.position(Ino.block(ino)), ByteBuffer.wrap(block));
    spots
        .find("inode:%d.%d.%d".formatted(Ino.chunk(ino), Ino.block(ino), Ino.slot(ino)))
        .seal()
        .run();
  }

  /** The value of another item, or bytes in hexadecimal. */
  private byte[] value(String word) throws IOException {
    if (!word.startsWith("item:")) {
      return HexFormat.of().parseHex(word);
    }
    String[] parts = word.split(":", 3);
    return spots.at(spots.ino(parts[1]), parts[2]).value();
  }

  private static int compare(byte[] one, byte[] other) {
    int byType = Byte.compareUnsigned(one[0], other[0]);
    if (byType != 0) {
      return byType;
    }
    ByteBuffer a = ByteBuffer.wrap(one).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer b = ByteBuffer.wrap(other).order(ByteOrder.LITTLE_ENDIAN);
    int byMajor = Long.compareUnsigned(a.getLong(ITEM_MAJOR), b.getLong(ITEM_MAJOR));
    boolean minor = byMajor == 0 && Math.min(one.length, other.length) >= ITEM_MINOR + Long.BYTES;
    return minor ? Long.compareUnsigned(a.getLong(ITEM_MINOR), b.getLong(ITEM_MINOR)) : byMajor;
  }

  /** The operations of a script: a line each, without empty ones and those that begin with #. */
  public static List<String> script(List<String> lines) {
    return lines.stream()
        .map(String::strip)
        .filter(l -> !l.isEmpty() && !l.startsWith("#"))
        .toList();
  }
}
