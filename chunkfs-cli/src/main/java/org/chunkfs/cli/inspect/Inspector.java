package org.chunkfs.cli.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.cli.output.Sizes;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.VolumeState;
import org.jspecify.annotations.Nullable;

/** Decodes any structure of an image. */
public final class Inspector {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final int MOST_RECORDS = 1000, MOST_ITEMS = 200;

  private final Image image;
  private final boolean replayed;

  /**
   * @param replayed whether to show blocks as the journals make them, and not as they are in place
   */
  public Inspector(Image image, boolean replayed) {
    this.image = image;
    this.replayed = replayed;
  }

  /** Block 0 of each member of a device, which need not be an image at all. */
  public static Section superblocks(BlockDevice device) throws IOException {
    Section all = new Section("superblocks");
    for (BlockDevice.Member member : device.members()) {
      Section to = all.part(member.name());
      byte[] block = new byte[BLOCK];
      device.read(member.start(), ByteBuffer.wrap(block));
      byte[] uuid = BlockHeader.UUID.get(block, 0);
      String bad = BlockHeader.problem(block, BlockKind.SUPERBLOCK, uuid, -1, 0);
      if (bad != null) {
        to.bad(bad);
      } else if (!BlockHeader.sealed(block, BLOCK)) {
        to.bad(
            "checksum is 0x%08x, expected 0x%08x"
                .formatted(BlockHeader.CRC.get(block, 0), BlockHeader.selfCrc(block, BLOCK)));
      } else {
        to.good("header and checksum");
        try {
          ImageLayout.of(block);
        } catch (ImageException e) {
          to.bad(String.valueOf(e.getMessage()));
        }
      }
      Fields.add(to, BlockHeader.LAYOUT, block, 0);
      Fields.add(to, Superblock.LAYOUT, block, 0);
      members(to, block);
    }
    return all;
  }

  private static void members(Section to, byte[] block) {
    int count = Math.clamp(Superblock.MEMBERS.get(block, 0), 0, Superblock.MAX_MEMBERS);
    for (int i = 0; i < count; i++) {
      Fields.add(
          to.part("member " + i),
          Superblock.MemberEntry.LAYOUT,
          block,
          Superblock.MEMBER_TABLE.offset() + i * Superblock.MemberEntry.SIZE);
    }
  }

  /** The image as a whole. */
  public Section summary() {
    ImageLayout layout = image.layout();
    Section to = new Section("image " + layout.uuidText());
    to.row("label", layout.label().isEmpty() ? "(none)" : layout.label(), "");
    to.row("size", Sizes.show(layout.bytes()), "");
    to.row("root", Ino.show(layout.root()), "inode of the root directory");
    to.row("replicas", java.util.Arrays.toString(layout.replicas()), "volume record chunks");
    for (int i = 0; i < layout.chunks(); i++) {
      ChunkGeometry g = layout.geometry(i);
      try {
        ChunkReader reader = new ChunkReader(image, i);
        int current = reader.current();
        if (current < 0) {
          to.bad("chunk %d: both headers are damaged".formatted(i));
        } else {
          to.row(
              "chunk " + i,
              "member %d, byte %d, %s, %s"
                  .formatted(
                      layout.memberOf(i),
                      layout.base(i),
                      Sizes.show((long) g.blocks() * BLOCK),
                      reader.initialized() ? "in use" : "never used"),
              "");
        }
      } catch (IOException e) {
        to.bad("chunk %d: %s".formatted(i, e.getMessage()));
      }
    }
    return to;
  }

  /** A chunk: where its parts are, and both headers. */
  public Section chunk(int chunk) throws IOException {
    ChunkReader reader = new ChunkReader(image, chunk);
    ChunkGeometry g = reader.geometry();
    Section to = new Section("chunk " + chunk);
    to.row("position", Long.toString(reader.position(0)), "byte in the image");
    to.row("blocks", Integer.toString(g.blocks()), "");
    to.row("ring", g.ringStart() + " + " + g.ringBlocks(), "first block and blocks");
    to.row("table", g.tableStart() + " + " + g.tableBlocks(), "first block and blocks");
    to.row("body", g.bodyStart() + " to " + (g.bodyEnd() - 1), "");
    int current = reader.current();
    BlockView blocks = new BlockView(reader, replayed);
    for (int copy = 0; copy < 2; copy++) {
      Section header = to.part("header copy " + copy + (copy == current ? ", which counts" : ""));
      byte[] bytes = reader.raw(g.header(copy), 1);
      blocks.header(header, copy, bytes);
      boolean used = (ChunkHeader.FLAGS.get(bytes, 0) & ChunkHeader.INITIALIZED) != 0;
      if (used && reader.headerProblem(bytes, copy) == null) {
        root(header, reader, copy, ChunkHeader.ROOT_CRC.get(bytes, 0));
      }
    }
    return to;
  }

  private static void root(Section to, ChunkReader reader, int copy, int expected)
      throws IOException {
    ChunkGeometry g = reader.geometry();
    byte[] root = reader.raw(g.root(copy), g.rootBlocks());
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(root);
    if ((int) crc.getValue() == expected) {
      to.good("table root slot " + copy);
    } else {
      to.bad(
          "table root slot %d: checksum is 0x%08x, expected 0x%08x"
              .formatted(copy, (int) crc.getValue(), expected));
    }
  }

  /** Any block of a chunk. */
  public Section block(int chunk, int block) throws IOException {
    return new BlockView(new ChunkReader(image, chunk), replayed).show(block);
  }

  /** An inode and its items. */
  public Section inode(long ino) throws IOException {
    return inode(ino, false);
  }

  /** An inode's item tree, page by page. */
  public Section tree(long ino) throws IOException {
    return inode(ino, true);
  }

  private Section inode(long ino, boolean pages) throws IOException {
    ChunkReader reader = new ChunkReader(image, Ino.chunk(ino));
    int block = Ino.block(ino);
    Section to = new Section("inode " + Ino.show(ino));
    to.row("number", Long.toUnsignedString(ino), "");
    if (!reader.geometry().inBody(block) || Ino.slot(ino) >= InodeRecord.PER_BLOCK) {
      to.bad("no inode can be there: block or slot is out of range");
      return to;
    }
    BlockView blocks = new BlockView(reader, replayed);
    byte[] bytes = reader.block(block, replayed);
    blocks.judge(to, block, bytes, BlockKind.INODES);
    newer(to, reader, block);
    int at = InodeRecord.offset(Ino.slot(ino));
    if (!InodeRecord.inUse(bytes, at)) {
      to.row("slot", "free", "");
      return to;
    }
    int expected = InodeRecord.crc(bytes, at, ino);
    if (InodeRecord.CRC.get(bytes, at) == expected) {
      to.good("checksum");
    } else {
      to.bad(
          "checksum is 0x%08x, expected 0x%08x"
              .formatted(InodeRecord.CRC.get(bytes, at), expected));
    }
    ItemMapView items = new ItemMapView(reader, replayed);
    if (pages) {
      pages(to, bytes, at, items);
    } else {
      Fields.add(to, InodeRecord.LAYOUT, bytes, at);
      items.items(to.part("items"), bytes, at, _ -> true, MOST_ITEMS);
    }
    return to;
  }

  private void newer(Section to, ChunkReader reader, int block) {
    try {
      if (!replayed && reader.overlay().containsKey(block)) {
        to.row("journal", "has newer content; --replayed shows it", "");
      }
    } catch (IOException e) {
      to.row("journal", "cannot be read: " + e.getMessage(), "");
    }
  }

  private static void pages(Section to, byte[] bytes, int at, ItemMapView items)
      throws IOException {
    int levels = InodeRecord.TREE_LEVELS.get(bytes, at);
    if (levels == 0) {
      items.items(to.part("inline items"), bytes, at, _ -> true, Integer.MAX_VALUE);
      return;
    }
    items.walk(
        InodeRecord.TREE_ROOT.get(bytes, at),
        levels - 1,
        to,
        (page, list) -> {
          Section part = to.part("level %d, block %d".formatted(page.level(), page.block()));
          for (Item item : list) {
            part.row(item.key(), page.level() > 0 ? "-> block " + item.child() : item.text(), "");
          }
        });
  }

  /** Both cross-reference indexes of a chunk. */
  public Section xrefs(int chunk) throws IOException {
    ChunkReader reader = new ChunkReader(image, chunk);
    Section to = new Section("cross references of chunk " + chunk);
    if (!reader.initialized()) {
      to.row("unused", "the chunk was never used: it has none", "");
      return to;
    }
    int block = reader.geometry().indexBlock();
    byte[] bytes = reader.block(block, replayed);
    newer(to, reader, block);
    new BlockView(reader, replayed).judge(to, block, bytes, BlockKind.INODES);
    ItemMapView items = new ItemMapView(reader, replayed);
    int[] slots = {ChunkGeometry.XREFS_OUT, ChunkGeometry.XREFS_IN};
    for (int slot : slots) {
      boolean out = slot == ChunkGeometry.XREFS_OUT;
      Section part = to.part(out ? "outbound: names here, inodes elsewhere" : "inbound");
      items.items(
          part,
          bytes,
          InodeRecord.offset(slot),
          item -> item.type() >= ItemType.XREF_OUT.code(),
          Integer.MAX_VALUE);
    }
    return to;
  }

  /** The records in a chunk's ring from the tail on. */
  public Section journal(int chunk) throws IOException {
    ChunkReader reader = new ChunkReader(image, chunk);
    Section to = new Section("journal of chunk " + chunk);
    byte[] header = reader.header();
    to.row("ring_epoch", ChunkHeader.RING_EPOCH.show(header, 0), "");
    to.row("tail", ChunkHeader.TAIL.show(header, 0), "where replay starts");
    RingScanner.Scan scan = reader.scan();
    to.row("end", Long.toString(scan.end()), "just after the last record");
    to.row("last commit", Fields.commit(scan.lastG()), "");
    to.row("stable", Fields.commit(scan.stableG()), "largest number that a stamp calls stable");
    to.row("records", Integer.toString(scan.records().size()), "");
    RingScanner.Damage damage = scan.damage();
    if (damage == null) {
      to.good("the chain of records just ends");
    } else {
      to.bad("at %d: %s".formatted(damage.position(), damage.what()));
    }
    VolumeState state = reader.state();
    int shown = 0;
    for (RingRecord record : scan.records()) {
      if (shown++ == MOST_RECORDS) {
        to.row("...", "and %d more".formatted(scan.records().size() - MOST_RECORDS), "");
        break;
      }
      record(to, reader, record, state);
    }
    return to;
  }

  private static void record(
      Section to, ChunkReader reader, RingRecord record, @Nullable VolumeState state)
      throws IOException {
    String type =
        switch (record.type()) {
          case JournalRecord.COMMIT -> "commit";
          case JournalRecord.STAMP -> "stamp";
          case JournalRecord.VOID -> "void";
          default -> "type " + record.type();
        };
    StringBuilder text = new StringBuilder();
    text.append(type).append(' ').append(Fields.commit(record.g()));
    text.append(", ").append(record.length()).append(" bytes");
    if (record.type() == JournalRecord.STAMP) {
      text.append(", stable ").append(Fields.commit(record.stableG()));
    }
    if (record.type() == JournalRecord.COMMIT) {
      text.append(", chunks ").append(java.util.Arrays.toString(record.participants()));
      text.append(", blocks");
      record.forEachRedo((block, whole, redo) -> {
        if (text.length() < 200) {
          text.append(' ').append(block).append(whole ? "!" : "");
        }
      });
      text.append(reader.counts(record, state) ? "" : ", does NOT count");
    }
    to.row(Long.toString(record.position()), text.toString(), "");
  }

  /** All volume records: every replica, both slots. */
  public Section volume() throws IOException {
    ImageLayout layout = image.layout();
    Section all = new Section("volume records");
    for (int chunk : layout.replicas()) {
      for (int slot = 0; slot < 2; slot++) {
        Section to = all.part("chunk %d slot %d".formatted(chunk, slot));
        ChunkReader reader = new ChunkReader(image, chunk);
        int block = reader.geometry().volumeRecord(slot);
        byte[] bytes;
        try {
          bytes = reader.raw(block, VolumeRecord.BLOCKS);
        } catch (IOException e) {
          to.bad("cannot be read: " + e.getMessage());
          continue;
        }
        String bad = VolumeState.problem(bytes, layout.uuid(), chunk, block);
        if (bad == null) {
          to.good("header and checksum");
        } else {
          to.bad(bad);
        }
        Fields.add(to, BlockHeader.LAYOUT, bytes, 0);
        Fields.add(to, VolumeRecord.LAYOUT, bytes, 0);
        int entries = Math.clamp(VolumeRecord.ENTRIES.get(bytes, 0), 0, VolumeRecord.MAX_ENTRIES);
        for (int i = 0; i < entries && bad == null; i++) {
          Fields.add(
              to.part("entry " + i),
              VolumeRecord.Entry.LAYOUT,
              bytes,
              VolumeRecord.LAYOUT.size() + i * VolumeRecord.Entry.SIZE);
        }
      }
    }
    return all;
  }
}
