package org.chunkfs.core.format;

import java.util.List;
import java.util.Locale;

/**
 * The text of {@code docs/format.md}, made from the field tables: the byte tables of every record
 * cannot disagree with the code that reads them.
 */
public final class FormatDoc {
  private static final List<RecordLayout> BLOCK_RECORDS =
      List.of(
          BlockHeader.LAYOUT,
          Superblock.LAYOUT,
          Superblock.MemberEntry.LAYOUT,
          ChunkHeader.LAYOUT,
          VolumeRecord.LAYOUT,
          VolumeRecord.Entry.LAYOUT,
          TableEntry.LAYOUT,
          ChunkStateBlock.LAYOUT,
          InodeRecord.LAYOUT,
          TreePage.LAYOUT,
          JournalRecord.LAYOUT,
          RingMapBlock.LAYOUT);

  private static final List<RecordLayout> ITEM_RECORDS =
      List.of(
          Items.Dirent.LAYOUT,
          Items.BackPointer.LAYOUT,
          Items.Extent.LAYOUT,
          Items.Continuation.LAYOUT,
          Items.Orphan.LAYOUT,
          Items.XrefOut.LAYOUT,
          Items.XrefIn.LAYOUT,
          Items.ContinuationRef.LAYOUT);

  private final StringBuilder out = new StringBuilder();

  private FormatDoc() {}

  /** Every record of the format, in the order of the document. */
  public static List<RecordLayout> records() {
    return java.util.stream.Stream.concat(BLOCK_RECORDS.stream(), ITEM_RECORDS.stream()).toList();
  }

  /** The whole document, Markdown, lines ended by a line feed. */
  public static String markdown() {
    FormatDoc doc = new FormatDoc();
    doc.introduction();
    doc.geometry();
    doc.blockKinds();
    doc.line("## Records");
    doc.line("");
    BLOCK_RECORDS.forEach(doc::record);
    doc.journalBody();
    doc.items();
    return doc.out.toString();
  }

  private void introduction() {
    line("# The on-disk format");
    line("");
    line(
        "Made from the field tables in `org.chunkfs.core.format` by `FormatDoc`; a test holds the");
    line("two together. Do not edit it: change the tables, then run");
    line("`mvn -q -Dfast -pl chunkfs-core test -Dtest=FormatDocTest -Dformat.write=true`.");
    line("How the records work together is in [architecture.md](architecture.md).");
    line("");
    line("Everything is little-endian. Blocks have %d bytes. CRC is CRC32C. Bytes that are", BLOCK);
    line("called zero are written as zero and not looked at. Format version %d.", version());
    line("");
  }

  private static final int BLOCK = BlockHeader.BLOCK;

  private static int version() {
    return Superblock.VERSION_VALUE;
  }

  private void geometry() {
    line("## Where things are");
    line("");
    line("A member (file or device) of an image:");
    line("");
    line("```");
    line("block 0           superblock");
    line("block %d ...       ring map: a bit for each chunk of the member", Superblock.RING_MAP_BLOCK);
    line("block %d         first chunk, then chunk after chunk", Superblock.FIRST_CHUNK_BLOCK);
    line("```");
    line("");
    line(
        "All chunks of an image have `chunk_blocks` blocks but the last of each member, which has");
    line("`last_blocks`: %d to %d (4 MiB to 1 GiB).", ChunkGeometry.MIN_BLOCKS, maxBlocks());
    line("Logical chunk ids run on through the members. In a chunk of 16384 blocks (64 MiB):");
    line("");
    line("```");
    ChunkGeometry g = ChunkGeometry.of(16_384);
    place(g.header(0), 1, "header copy 0");
    place(g.root(0), g.rootBlocks(), "table root slot 0 (goes with header copy 0)");
    place(g.volumeRecord(0), VolumeRecord.BLOCKS, "volume record slot 0 (in replica chunks)");
    place(g.volumeRecord(1), VolumeRecord.BLOCKS, "volume record slot 1");
    place(g.ringStart(), g.ringBlocks(), "journal ring: blocks / 16, 256 to 8192");
    place(g.tableStart(), g.tableBlocks(), "block table: one entry a block");
    place(g.stateBlock(), 1, "body: chunk state");
    place(g.indexBlock(), 1, "body: the chunk's own inodes");
    place(g.indexBlock() + 1, g.bodyEnd() - g.indexBlock() - 1, "body: free, inodes, trees, data");
    place(g.root(1), g.rootBlocks(), "table root slot 1 (goes with header copy 1)");
    place(g.header(1), 1, "header copy 1");
    line("```");
    line("");
    line("The entry of block b is in table block `table_start + b / %d`, at offset", perBlock());
    line(
        "`%d + b %% %d * %d`. The CRC of table block t is the u32 at offset",
        BlockHeader.SIZE, perBlock(), TableEntry.SIZE);
    line(
        "`%d + t %% %d * 4` of root block `t / %d`; 0: never written, all entries free.",
        BlockHeader.SIZE, ChunkGeometry.CRCS_PER_ROOT_BLOCK, ChunkGeometry.CRCS_PER_ROOT_BLOCK);
    line("");
    line(
        "An inode number is a place: chunk << 28 | block << 4 | slot. Slot s of an inode block is");
    line(
        "at offset `%d + s * %d`, s from 0 to %d.",
        BlockHeader.SIZE, InodeRecord.SIZE, InodeRecord.PER_BLOCK - 1);
    line(
        "The chunk's own inodes: slot %d orphans, %d outbound and %d inbound cross references,",
        ChunkGeometry.ORPHANS, ChunkGeometry.XREFS_OUT, ChunkGeometry.XREFS_IN);
    line(
        "%d root directory (chunk 0), %d lost+found.",
        ChunkGeometry.ROOT, ChunkGeometry.LOST_FOUND);
    line("");
  }

  private static int maxBlocks() {
    return ChunkGeometry.MAX_BLOCKS;
  }

  private static int perBlock() {
    return TableEntry.PER_BLOCK;
  }

  private void place(int first, int count, String what) {
    int last = first + count - 1;
    String range = count == 1 ? Integer.toString(first) : first + "-" + last;
    line("%-12s %s", range, what);
  }

  private void blockKinds() {
    line("## Block kinds");
    line("");
    line("In a block header and in a table entry. The numbers are never reused.");
    line("");
    line("| kind | name |");
    line("|---:|---|");
    for (BlockKind kind : BlockKind.values()) {
      line("| %d | %s |", kind.code(), kind);
    }
    line("");
  }

  private void record(RecordLayout record) {
    line("### %s", capital(record.name()));
    line("");
    line(escape(record.doc()));
    line("");
    line("| offset | size | type | field | meaning |");
    line("|---:|---:|---|---|---|");
    for (Field f : record.fields()) {
      line(
          "| %d | %d | %s | `%s` | %s |",
          f.offset(), f.size(), f.type(), f.name(), escape(f.doc()));
    }
    line("");
    line("Ends at %d.", record.size());
    line("");
  }

  private void journalBody() {
    line("After the fixed part of a journal record: participants (u32 each), data ranges (block");
    line("u32, count u32 each), the request tag, redo entries. A redo entry is `block u32, flags");
    line("u8 (1: an image, starts from zeros), reserved u8, runs u16`, then each run `offset u16,");
    line(
        "length u16, bytes`. Types: %d commit, %d stamp, %d void, %d wrap.",
        JournalRecord.COMMIT, JournalRecord.STAMP, JournalRecord.VOID, JournalRecord.WRAP);
    line("");
  }

  private void items() {
    line("## Items");
    line("");
    line(
        "An inode is a sorted map of items, inline (at most %d bytes) or in a tree of pages.",
        InodeRecord.INLINE_MAX);
    line(
        "An item is `type u8, value length u16, major u64, [minor u64], value`, the value at most");
    line(
        "%d bytes; keys are compared as (type, major, minor), unsigned. An item of an inner page",
        Items.MAX_VALUE);
    line("has the lowest key of its child and the value `child u32`.");
    line("");
    line("| type | name | minor key |");
    line("|---:|---|---|");
    for (ItemType type : ItemType.values()) {
      line("| %d | %s | %s |", type.code(), type, type.hasMinor() ? "yes" : "no");
    }
    line("");
    line("XATTR: fragment 0 has the value `total u32, name length u8, name, bytes`, the others");
    line("bytes. INLINE: bytes of a symbolic link's target.");
    line("");
    ITEM_RECORDS.forEach(this::record);
    out.setLength(out.length() - 1);
  }

  private static String capital(String name) {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  private static String escape(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }

  private void line(String format, Object... values) {
    out.append(values.length == 0 ? format : format.formatted(values)).append('\n');
  }
}
