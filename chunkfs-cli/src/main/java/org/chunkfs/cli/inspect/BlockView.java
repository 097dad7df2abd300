package org.chunkfs.cli.inspect;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.format.VolumeRecord;
import org.jspecify.annotations.Nullable;

/** One block of a chunk: what it is, what its table entry says, whether its checksum holds. */
final class BlockView {
  private static final int MOST_ROWS = 64;

  private final ChunkReader chunk;
  private final boolean replayed;

  BlockView(ChunkReader chunk, boolean replayed) {
    this.chunk = chunk;
    this.replayed = replayed;
  }

  /** What is wrong with a metadata block, or null. */
  @Nullable String problem(int block, byte[] bytes, BlockKind kind) throws IOException {
    String bad = BlockHeader.problem(bytes, kind, chunk.uuid(), chunk.chunk(), block);
    if (bad != null) {
      return bad;
    }
    ChunkGeometry g = chunk.geometry();
    if (replayed && chunk.overlay().containsKey(block)) {
      return null; // the checksum in the table is of the copy in place
    }
    Integer expected = null;
    if (g.inTable(block)) {
      expected = chunk.tableCrc(block);
    } else if (g.inBody(block)) {
      expected = TableEntry.CRC.get(chunk.entry(block, replayed), 0);
    }
    int found = ChunkReader.crc(bytes);
    return expected == null || expected == found || expected == 0 && !g.inBody(block)
        ? null
        : "checksum is 0x%08x, expected 0x%08x".formatted(found, expected);
  }

  /** Everything about a block. */
  Section show(int block) throws IOException {
    ChunkGeometry g = chunk.geometry();
    byte[] bytes = chunk.block(block, replayed);
    Section to = new Section("chunk %d block %d: %s".formatted(chunk.chunk(), block, place(block)));
    to.row("position", Long.toString(chunk.position(block)), "byte in the image");
    notes(to, block);
    if (!chunk.initialized() && block != g.header(0) && block != g.header(1)) {
      boolean record = block >= g.volumeRecord(0) && block < g.ringStart();
      if (!record) {
        to.row("unused", "the chunk was never used: this block means nothing yet", "");
        return to;
      }
    }
    if (g.inBody(block)) {
      body(to, block, bytes);
    } else if (block == g.header(0) || block == g.header(1)) {
      header(to, block == g.header(0) ? 0 : 1, bytes);
    } else if (g.inTable(block)) {
      judge(to, block, bytes, BlockKind.TABLE);
      Fields.add(to, BlockHeader.LAYOUT, bytes, 0);
      table(to, block, bytes);
    } else if (block >= g.ringStart() && block < g.tableStart()) {
      to.row("ring", "inspect journal " + chunk.chunk() + " decodes the ring's records", "");
      dump(to, bytes);
    } else if (block >= g.volumeRecord(0) && block < g.ringStart()) {
      to.row("slot", "inspect volume decodes the volume records", "");
      int slot = block < g.volumeRecord(1) ? 0 : 1;
      if (block == g.volumeRecord(slot)) {
        Fields.add(to, BlockHeader.LAYOUT, bytes, 0);
        Fields.add(to, VolumeRecord.LAYOUT, bytes, 0);
      }
    } else {
      judge(to, block, bytes, BlockKind.TABLE_ROOT);
      Fields.add(to, BlockHeader.LAYOUT, bytes, 0);
    }
    return to;
  }

  private void notes(Section to, int block) {
    try {
      if (chunk.overlay().containsKey(block)) {
        to.row(
            "journal",
            replayed ? "shown as the journal makes it" : "has newer content; --replayed shows it",
            "");
      }
    } catch (IOException e) {
      to.row("journal", "cannot be read: " + e.getMessage(), "");
    }
  }

  private String place(int block) {
    ChunkGeometry g = chunk.geometry();
    if (block == g.header(0) || block == g.header(1)) {
      return "header copy " + (block == g.header(0) ? 0 : 1);
    }
    if (block < g.volumeRecord(0) || block >= g.bodyEnd()) {
      return "table root slot " + (block < g.volumeRecord(0) ? 0 : 1);
    }
    if (block < g.ringStart()) {
      return "volume record slot " + (block < g.volumeRecord(1) ? 0 : 1);
    }
    return block < g.tableStart() ? "journal ring" : g.inTable(block) ? "block table" : "body";
  }

  void judge(Section to, int block, byte[] bytes, BlockKind kind) throws IOException {
    String bad = problem(block, bytes, kind);
    if (bad == null) {
      to.good("header and checksum of block " + block);
    } else if (!replayed && superseded(block)) {
      to.row("in place", "not current, the journal's copy counts: " + bad, "");
    } else {
      to.bad("block %d: %s".formatted(block, bad));
    }
  }

  /** Whether the journal holds the block, so that the copy in place says nothing. */
  private boolean superseded(int block) {
    try {
      return chunk.overlay().containsKey(block);
    } catch (IOException e) {
      return false; // a journal that cannot be read is told where it is asked for
    }
  }

  void header(Section to, int copy, byte[] bytes) {
    String bad = chunk.headerProblem(bytes, copy);
    if (bad == null) {
      to.good("header and checksum");
    } else {
      to.bad(bad);
    }
    Fields.add(to, BlockHeader.LAYOUT, bytes, 0);
    Fields.add(to, ChunkHeader.LAYOUT, bytes, 0);
    Fields.add(to.part("superblock's copy"), Superblock.LAYOUT, bytes, 0);
  }

  private void table(Section to, int block, byte[] bytes) {
    int first = (block - chunk.geometry().tableStart()) * TableEntry.PER_BLOCK;
    int shown = 0;
    for (int i = 0; i < TableEntry.PER_BLOCK; i++) {
      int at = BlockHeader.SIZE + i * TableEntry.SIZE;
      if (TableEntry.KIND.get(bytes, at) != 0 && shown++ < MOST_ROWS) {
        to.row("block " + (first + i), entry(bytes, at), "");
      }
    }
    to.row("in use", shown + " of " + TableEntry.PER_BLOCK, "entries of this table block");
  }

  /** A table entry in one line. */
  static String entry(byte[] bytes, int at) {
    int code = TableEntry.KIND.get(bytes, at);
    BlockKind kind = BlockKind.of(code);
    if (code == 0) {
      return "free";
    }
    return "%s of %s generation %s, logical %s, crc 0x%08x%s"
        .formatted(
            kind == null ? "kind " + code + " (no such kind)" : kind,
            Ino.show(TableEntry.OWNER.get(bytes, at)),
            TableEntry.OWNER_GENERATION.show(bytes, at),
            TableEntry.LOGICAL.show(bytes, at),
            TableEntry.CRC.get(bytes, at),
            (TableEntry.FLAGS.get(bytes, at) & TableEntry.UNWRITTEN) != 0 ? ", unwritten" : "");
  }

  private void body(Section to, int block, byte[] bytes) throws IOException {
    byte[] entry = chunk.entry(block, replayed);
    Section table = to.part("table entry");
    Fields.add(table, TableEntry.LAYOUT, entry, 0);
    int code = TableEntry.KIND.get(entry, 0);
    BlockKind kind = BlockKind.of(code);
    if (kind == null) {
      to.bad("the table says kind %d, which there is not".formatted(code));
      dump(to, bytes);
      return;
    }
    switch (kind) {
      case FREE -> to.row("content", "free: whatever is there means nothing", "");
      case DATA -> data(to, entry, bytes);
      case CHUNK_STATE, INODES, TREE -> {
        judge(to, block, bytes, kind);
        Fields.add(to, BlockHeader.LAYOUT, bytes, 0);
        switch (kind) {
          case CHUNK_STATE -> Fields.add(to, ChunkStateBlock.LAYOUT, bytes, 0);
          case INODES -> slots(to, block, bytes);
          default -> page(to, block, bytes);
        }
      }
      default -> to.bad("the table says %s, which no block of the body is".formatted(kind));
    }
  }

  private void data(Section to, byte[] entry, byte[] bytes) {
    if ((TableEntry.FLAGS.get(entry, 0) & TableEntry.UNWRITTEN) != 0) {
      to.row("content", "unwritten: reads as zeros", "");
      return;
    }
    int found = ChunkReader.crc(bytes);
    int expected = TableEntry.CRC.get(entry, 0);
    if (found == expected) {
      to.good("checksum 0x%08x".formatted(found));
    } else {
      to.bad("checksum is 0x%08x, expected 0x%08x".formatted(found, expected));
    }
    dump(to, bytes);
  }

  private void slots(Section to, int block, byte[] bytes) {
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      int at = InodeRecord.offset(slot);
      if (InodeRecord.inUse(bytes, at)) {
        long ino = Ino.of(chunk.chunk(), block, slot);
        boolean ok = InodeRecord.CRC.get(bytes, at) == InodeRecord.crc(bytes, at, ino);
        to.row(
            "slot " + slot,
            "%s, generation %s, checksum %s"
                .formatted(
                    Fields.value(InodeRecord.MODE, bytes, at),
                    InodeRecord.GENERATION.show(bytes, at),
                    ok ? "ok" : "WRONG"),
            "");
        if (!ok) {
          to.bad("checksum of the inode in slot %d".formatted(slot));
        }
      }
    }
  }

  private static void page(Section to, int block, byte[] bytes) {
    Fields.add(to, TreePage.LAYOUT, bytes, 0);
    List<Item> items = ItemMapView.pageItems(to, block, bytes);
    boolean inner = TreePage.LEVEL.get(bytes, 0) > 0;
    for (Item item : items) {
      to.row(item.key(), inner ? "-> block " + item.child() : item.text(), "");
    }
  }

  private static void dump(Section to, byte[] bytes) {
    HexFormat hex = HexFormat.ofDelimiter(" ");
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    int most = Math.min(end, 16 * 16);
    for (int at = 0; at < most; at += 16) {
      StringBuilder text = new StringBuilder();
      for (int i = at; i < at + 16; i++) {
        int c = bytes[i] & 0xFF;
        text.append(c >= 32 && c < 127 ? (char) c : '.');
      }
      to.row("%04x".formatted(at), hex.formatHex(bytes, at, at + 16) + "  " + text, "");
    }
    to.row("rest", end > most ? "%d more bytes".formatted(end - most) : "zeros up to the end", "");
  }
}
