package org.chunkfs.cli.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.chunkfs.cli.inspect.ChunkReader;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.core.format.RecordLayout;
import org.chunkfs.core.format.RingMapBlock;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.volume.Image;

/**
 * Finds the structure that a word names: {@code superblock:M member:M.I ringmap:M header:C.K
 * root:C.K volume:C.S entry:C.S.I record:C.N table:C.B block:C.B state:C inode:I page:I:N data:I:N
 * item:I:TYPE:N}. M is a member, C a chunk, K a copy (or {@code cur}, {@code other}), S a slot, B a
 * block (or {@code state}, {@code index}, {@code ring}, {@code table}, {@code free}), N counts from
 * 0 (of a record also {@code last}, of an item with a name also that), I is a path or
 * chunk.block.slot.
 */
final class Spots {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Image image;
  private final Sealer sealer;

  Spots(Image image) {
    this.image = image;
    this.sealer = new Sealer(image);
  }

  /**
   * Finds one.
   *
   * @throws IllegalArgumentException if the word names no kind of structure
   * @throws IOException if there is no such structure in the image
   */
  Spot find(String word) throws IOException {
    String[] parts = word.split(":", 3);
    if (parts.length < 2) {
      throw new IllegalArgumentException("'%s' names no structure".formatted(word));
    }
    return switch (parts[0]) {
      case "superblock", "member", "ringmap" -> ofMember(word, parts[0], numbers(parts[1]));
      case "header", "root", "volume", "entry", "state", "record" ->
          ofChunk(word, parts[0], numbers(which(parts)));
      case "table", "block" -> ofBlock(word, parts[0].equals("table"), parts[1]);
      case "inode" -> inode(word, ino(parts[1]));
      case "page", "data" -> owned(word, parts[0].equals("page"), ino(parts[1]), number(parts[2]));
      case "item" -> item(word, at(ino(parts[1]), parts[2]), ino(parts[1]));
      default ->
          throw new IllegalArgumentException("there is no structure '%s'".formatted(parts[0]));
    };
  }

  /** With the numbers of {@code cur}, {@code other} and {@code last} in their places. */
  private String which(String[] word) throws IOException {
    String text = word[1];
    int chunk = number(text.split("\\.", 2)[0]);
    if (text.endsWith(".last")) {
      int last = reader(chunk).scan().records().size() - 1;
      return text.replace(".last", "." + last);
    }
    int current = text.endsWith("r") ? reader(chunk).current() : 0;
    return text.replace(".cur", "." + current).replace(".other", "." + (1 - current));
  }

  /** The inode that a word names. */
  long ino(String word) throws IOException {
    if (word.startsWith("/")) {
      return new ItemSpots(image).find(word);
    }
    int[] place = numbers(word);
    if (place.length != 3) {
      throw new IllegalArgumentException(
          "'%s' is neither path nor chunk.block.slot".formatted(word));
    }
    return Ino.of(place[0], place[1], place[2]);
  }

  /** A number in words: of the inode at a path, or a key of a name. */
  long value(String word) throws IOException {
    String[] parts = word.split(":", 3);
    NameHash hash = new NameHash(image.layout().hashKey());
    return switch (parts[0]) {
      case "cookie" -> hash.cookie(parts[1].getBytes(StandardCharsets.UTF_8));
      case "back" -> hash.backKey(ino(parts[1]), parts[2].getBytes(StandardCharsets.UTF_8));
      case "ino" -> ino(parts[1]);
      default -> ino(word);
    };
  }

  /** The item that {@code TYPE:N} names. */
  ItemSpots.At at(long ino, String word) throws IOException {
    String[] parts = word.split(":", -1);
    ItemType type = ItemType.valueOf(parts[0].toUpperCase(Locale.ROOT));
    boolean numbered = parts[1].matches("[0-9]+");
    int n = numbered ? number(parts[1]) : 0;
    for (ItemSpots.At item : new ItemSpots(image).of(ino)) {
      if (item.type() == type && (numbered || item.named(parts[1])) && n-- == 0) {
        return item;
      }
    }
    throw new IOException("inode %s has no item %s".formatted(Ino.show(ino), word));
  }

  static int number(String text) {
    return Integer.parseInt(text);
  }

  private static int[] numbers(String text) {
    String[] parts = text.split("\\.", -1);
    int[] numbers = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = number(parts[i]);
    }
    return numbers;
  }

  private static Spot.Part part(RecordLayout layout, int at) {
    return new Spot.Part(layout, at);
  }

  private ChunkReader reader(int chunk) throws IOException {
    return new ChunkReader(image, chunk);
  }

  private Spot ofMember(String word, String kind, int[] n) {
    long start = image.layout().members().get(n[0]).start() * BLOCK;
    if (kind.equals("ringmap")) {
      long at = start + (long) Superblock.RING_MAP_BLOCK * BLOCK;
      return new Spot(
          word,
          at,
          BLOCK,
          List.of(part(RingMapBlock.LAYOUT, 0), part(BlockHeader.LAYOUT, 0)),
          () -> sealer.own(at, BLOCK));
    }
    List<Spot.Part> parts = new ArrayList<>();
    if (kind.equals("member")) {
      int at = Superblock.MEMBER_TABLE.offset() + n[1] * Superblock.MemberEntry.SIZE;
      parts.add(part(Superblock.MemberEntry.LAYOUT, at));
    } else {
      parts.add(part(Superblock.LAYOUT, 0));
      parts.add(part(BlockHeader.LAYOUT, 0));
    }
    return new Spot(word, start, BLOCK, parts, () -> sealer.own(start, BLOCK));
  }

  private Spot ofChunk(String word, String kind, int[] n) throws IOException {
    ChunkReader reader = reader(n[0]);
    ChunkGeometry g = reader.geometry();
    switch (kind) {
      case "header" -> {
        long at = reader.position(g.header(n[1]));
        return new Spot(
            word,
            at,
            BLOCK,
            List.of(
                part(ChunkHeader.LAYOUT, 0),
                part(Superblock.LAYOUT, 0),
                part(BlockHeader.LAYOUT, 0)),
            () -> sealer.own(at, BLOCK));
      }
      case "root" -> {
        return new Spot(
            word,
            reader.position(g.root(n[1])),
            g.rootBlocks() * BLOCK,
            List.of(part(BlockHeader.LAYOUT, 0)),
            () -> sealer.root(n[0], n[1]));
      }
      case "state" -> {
        return body(word, n[0], g.stateBlock(), List.of(part(ChunkStateBlock.LAYOUT, 0)));
      }
      case "record" -> {
        RingRecord record = reader.scan().records().get(n[1]);
        long ring = (long) g.ringBlocks() * BLOCK;
        long at = reader.position(g.ringStart()) + record.position() % ring;
        int length = (int) record.length();
        return new Spot(
            word,
            at,
            length,
            List.of(part(JournalRecord.LAYOUT, 0)),
            () -> sealer.record(n[0], at, length));
      }
      default -> {
        long at = reader.position(g.volumeRecord(n[1]));
        List<Spot.Part> parts = new ArrayList<>();
        if (kind.equals("entry")) {
          parts.add(
              part(
                  VolumeRecord.Entry.LAYOUT,
                  VolumeRecord.LAYOUT.size() + n[2] * VolumeRecord.Entry.SIZE));
        } else {
          parts.add(part(VolumeRecord.LAYOUT, 0));
          parts.add(part(BlockHeader.LAYOUT, 0));
        }
        return new Spot(
            word, at, VolumeRecord.BYTES, parts, () -> sealer.own(at, VolumeRecord.BYTES));
      }
    }
  }

  /** A block of the body, with its header. */
  private Spot body(String word, int chunk, int block, List<Spot.Part> more) throws IOException {
    List<Spot.Part> parts = new ArrayList<>(more);
    parts.add(part(BlockHeader.LAYOUT, 0));
    return new Spot(
        word, reader(chunk).position(block), BLOCK, parts, () -> sealer.body(chunk, block));
  }

  private Spot ofBlock(String word, boolean entry, String which) throws IOException {
    String[] parts = which.split("\\.", -1);
    int chunk = number(parts[0]);
    ChunkReader reader = reader(chunk);
    int block = block(reader, parts[1]);
    ChunkGeometry g = reader.geometry();
    if (entry) {
      int table = g.tableBlock(block);
      return new Spot(
          word,
          reader.position(table) + TableEntry.offset(block),
          TableEntry.SIZE,
          List.of(part(TableEntry.LAYOUT, 0)),
          () -> sealer.table(chunk, table));
    }
    if (g.inTable(block)) {
      return new Spot(
          word,
          reader.position(block),
          BLOCK,
          List.of(part(BlockHeader.LAYOUT, 0)),
          () -> sealer.table(chunk, block));
    }
    if (g.inBody(block)) {
      return body(word, chunk, block, List.of(part(TreePage.LAYOUT, 0)));
    }
    return new Spot(
        word, reader.position(block), BLOCK, List.of(part(BlockHeader.LAYOUT, 0)), () -> {});
  }

  private static int block(ChunkReader reader, String word) throws IOException {
    ChunkGeometry g = reader.geometry();
    return switch (word) {
      case "state" -> g.stateBlock();
      case "index" -> g.indexBlock();
      case "ring" -> g.ringStart();
      case "table" -> g.tableStart();
      case "free" -> {
        int block = g.bodyStart();
        while (TableEntry.KIND.get(reader.entry(block, false), 0) != 0) {
          block++;
        }
        yield block;
      }
      default -> number(word);
    };
  }

  private Spot inode(String word, long ino) throws IOException {
    int chunk = Ino.chunk(ino);
    long at = reader(chunk).position(Ino.block(ino)) + InodeRecord.offset(Ino.slot(ino));
    return new Spot(
        word, at, InodeRecord.SIZE, List.of(part(InodeRecord.LAYOUT, 0)), () -> sealInode(ino));
  }

  /** The inode's own checksum, and all above it. */
  private void sealInode(long ino) throws IOException {
    ChunkReader reader = reader(Ino.chunk(ino));
    byte[] block = reader.raw(Ino.block(ino), 1);
    int at = InodeRecord.offset(Ino.slot(ino));
    InodeRecord.CRC.set(block, at, InodeRecord.crc(block, at, ino));
    image.device().write(reader.position(Ino.block(ino)), ByteBuffer.wrap(block));
    sealer.body(Ino.chunk(ino), Ino.block(ino));
  }

  /** The checksums above an inode, but not its own. */
  void sealAbove(long ino) throws IOException {
    sealer.body(Ino.chunk(ino), Ino.block(ino));
  }

  /** The n-th tree page of an inode, or the block that is its n-th. */
  private Spot owned(String word, boolean page, long ino, int n) throws IOException {
    ChunkReader reader = reader(Ino.chunk(ino));
    int left = n;
    for (int b = reader.geometry().bodyStart(); b < reader.geometry().bodyEnd(); b++) {
      byte[] entry = reader.entry(b, false);
      BlockKind kind = BlockKind.of(TableEntry.KIND.get(entry, 0));
      if (TableEntry.OWNER.get(entry, 0) != ino) {
        continue;
      }
      if (page && kind == BlockKind.TREE && left-- == 0) {
        return body(word, reader.chunk(), b, List.of(part(TreePage.LAYOUT, 0)));
      }
      if (!page && kind == BlockKind.DATA && TableEntry.LOGICAL.get(entry, 0) == n) {
        int block = b;
        return new Spot(
            word, reader.position(b), BLOCK, List.of(), () -> sealer.body(reader.chunk(), block));
      }
    }
    throw new IOException("there is no %s".formatted(word));
  }

  private Spot item(String word, ItemSpots.At item, long ino) throws IOException {
    int chunk = Ino.chunk(ino);
    RecordLayout layout = layout(item.type());
    List<Spot.Part> parts = layout == null ? List.of() : List.of(part(layout, item.type().head()));
    Spot.Seal seal =
        item.slot() < 0 ? () -> sealInode(ino) : () -> sealer.body(chunk, item.block());
    return new Spot(
        word, reader(chunk).position(item.block()) + item.at(), item.length(), parts, seal);
  }

  private static @org.jspecify.annotations.Nullable RecordLayout layout(ItemType type) {
    return switch (type) {
      case DIRENT -> Items.Dirent.LAYOUT;
      case BACK_POINTER -> Items.BackPointer.LAYOUT;
      case EXTENT -> Items.Extent.LAYOUT;
      case CONTINUATION -> Items.Continuation.LAYOUT;
      case ORPHAN -> Items.Orphan.LAYOUT;
      case XREF_OUT -> Items.XrefOut.LAYOUT;
      case XREF_IN -> Items.XrefIn.LAYOUT;
      case CONT_OUT, CONT_IN -> Items.ContinuationRef.LAYOUT;
      case XATTR, INLINE -> null;
    };
  }
}
