package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Field;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/** One inode while its chunk is repaired: its record, and its items whatever form they had. */
final class InodeModel {
  /** So many items are looked through faster than they are searched. */
  private static final int FEW = 16;

  final long ino;
  final byte[] record;
  final TreeSet<Item> items = new TreeSet<>();

  /** Its tree's pages, if they can stay as they are. */
  final List<int[]> pages = new ArrayList<>(0);

  /** Its items must be written anew. */
  boolean rewrite;

  /** How often its items were changed. */
  private int edits;

  /** Ranges of its blocks, from and to, that are not its own though the table says so. */
  private List<long[]> foreign = List.of();

  /** Parts that have become one with it. */
  private List<InodeModel> former = List.of();

  InodeModel(long ino, byte[] record) {
    this.ino = ino;
    this.record = record;
  }

  int generation() {
    return InodeRecord.GENERATION.get(record, 0);
  }

  int mode() {
    return InodeRecord.MODE.get(record, 0);
  }

  int flags() {
    return InodeRecord.FLAGS.get(record, 0);
  }

  boolean index() {
    return (flags() & InodeRecord.FLAG_INDEX) != 0;
  }

  boolean continuation() {
    return (flags() & InodeRecord.FLAG_CONTINUATION) != 0;
  }

  boolean spread() {
    return (flags() & InodeRecord.FLAG_SPREAD) != 0;
  }

  boolean directory() {
    return mode() >> 12 == 4;
  }

  boolean regular() {
    return mode() >> 12 == 8;
  }

  void set(Field.U32 field, int value) {
    field.set(record, 0, value);
  }

  /** What the table says is another inode's, which is gone, is its own. */
  void takeOver(InodeModel other) {
    former = former.isEmpty() ? new ArrayList<>(1) : former;
    former.add(other);
    rewrite = true;
  }

  /** Parts that have become one with it, and those that had with them. */
  List<InodeModel> former() {
    List<InodeModel> all = new ArrayList<>(former);
    former.forEach(other -> all.addAll(other.former()));
    return all;
  }

  /** Whether what the table says is an inode's is this one's. */
  boolean owns(long owner, int generation) {
    return owner == ino && generation == generation()
        || former.stream().anyMatch(other -> other.owns(owner, generation));
  }

  /** Its blocks {@code from} to before {@code to} belong to another part of the same file. */
  void giveUp(long from, long to) {
    foreign = foreign.isEmpty() ? new ArrayList<>(1) : foreign;
    foreign.add(new long[] {from, to});
  }

  boolean hasGivenUp(long logical) {
    return foreign.stream().anyMatch(range -> range[0] <= logical && logical < range[1]);
  }

  void put(Item item) {
    items.remove(item);
    items.add(item);
    rewrite = true;
    edits++;
  }

  void remove(Item item) {
    if (items.remove(item)) {
      rewrite = true;
      edits++;
    }
  }

  /** Is another number after its record or its items were changed. */
  long version() {
    return (long) edits << 32 ^ Arrays.hashCode(record);
  }

  /** Makes a part of something spread an inode of its own. */
  void standAlone() {
    InodeRecord.FLAGS.set(record, 0, 0);
    InodeRecord.HEAD.set(record, 0, 0);
    InodeRecord.HEAD_GENERATION.set(record, 0, 0);
    InodeRecord.MODE.set(record, 0, mode() & Vfs.S_IFMT | 0x180);
    if (regular()) {
      long end = 0;
      for (Item extent : of(ItemType.EXTENT)) {
        end = extent.major() + Items.Extent.COUNT.get(extent.value(), 0);
      }
      InodeRecord.SIZE_BYTES.set(record, 0, end * BlockHeader.BLOCK);
    }
  }

  /** The item with that key, or null. */
  @Nullable Item find(ItemType type, long major, long minor) {
    Item key = new Item(type.code(), major, minor, new byte[0]);
    Item found = items.ceiling(key);
    return found != null && found.compareTo(key) == 0 ? found : null;
  }

  /** Its items of one type, in order. */
  List<Item> of(ItemType type) {
    int code = type.code();
    if (items.size() > FEW) {
      // They lie together; a directory may have many thousands of others.
      return new ArrayList<>(items.subSet(first(code), first(code + 1)));
    }
    List<Item> found = new ArrayList<>(items.size());
    for (Item item : items) {
      if (item.type() == code) {
        found.add(item);
      }
    }
    return found;
  }

  private static Item first(int type) {
    return new Item(type, 0, 0, new byte[0]);
  }
}
