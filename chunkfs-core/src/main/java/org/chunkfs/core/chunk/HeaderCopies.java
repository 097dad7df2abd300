package org.chunkfs.core.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.chunkfs.core.error.ChunkIoException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.journal.RingScanner;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's two headers and table roots: which pair counts, and writing the other one.
 *
 * <p>Copy {@code i} goes with root slot {@code i}; the pair with the higher sequence counts. Only
 * the other pair is ever written, so a torn write leaves the one that counts.
 */
public final class HeaderCopies {
  private final ChunkIo io;
  private final ChunkGeometry geometry;
  private byte[] header;
  private int[] rootCrcs;
  private final boolean otherLost;

  private HeaderCopies(
      ChunkIo io, ChunkGeometry geometry, byte[] header, int[] rootCrcs, boolean otherLost) {
    this.io = io;
    this.geometry = geometry;
    this.header = header;
    this.rootCrcs = rootCrcs;
    this.otherLost = otherLost;
  }

  /**
   * Reads both copies and takes the one that counts. What cannot be believed is read once more,
   * from the medium.
   *
   * @throws CorruptException if neither can be believed, or the root slot of the one that counts is
   *     damaged
   */
  public static HeaderCopies read(ChunkIo io, ChunkGeometry geometry, byte[] uuid)
      throws IOException {
    byte[][] copies = new byte[2][];
    @Nullable String[] problems = new String[2];
    for (int copy = 0; copy < 2; copy++) {
      byte[] block = new byte[BlockHeader.BLOCK];
      try {
        block = readBlocks(io, geometry.header(copy), 1);
        problems[copy] = problem(block, copy, geometry, uuid, io.chunk());
        if (problems[copy] != null) {
          block = readMedia(io, geometry.header(copy), 1);
          problems[copy] = problem(block, copy, geometry, uuid, io.chunk());
        }
      } catch (ChunkIoException e) {
        problems[copy] = "copy " + copy + ": " + e.getMessage();
      }
      copies[copy] = block;
    }
    int best = best(copies, problems);
    if (problems[best] != null) {
      throw new CorruptException(
          io.chunk(),
          0,
          "both headers of chunk %d are damaged: %s; %s"
              .formatted(io.chunk(), problems[0], problems[1]));
    }
    byte[] header = copies[best];
    int[] crcs = new int[geometry.tableBlocks()];
    if (used(header)) {
      byte[] root = readBlocks(io, geometry.root(best), geometry.rootBlocks());
      if (crc(root) != ChunkHeader.ROOT_CRC.get(header, 0)) {
        root = readMedia(io, geometry.root(best), geometry.rootBlocks());
      }
      if (crc(root) != ChunkHeader.ROOT_CRC.get(header, 0)) {
        throw new CorruptException(
            io.chunk(),
            geometry.root(best),
            "chunk %d: the table root (slot %d) does not match its header: CRC 0x%08x, expected 0x%08x"
                .formatted(io.chunk(), best, crc(root), ChunkHeader.ROOT_CRC.get(header, 0)));
      }
      for (int i = 0; i < crcs.length; i++) {
        crcs[i] =
            (int)
                java.lang.invoke.MethodHandles.byteArrayViewVarHandle(
                        int[].class, java.nio.ByteOrder.LITTLE_ENDIAN)
                    .get(root, crcAt(i));
      }
    }
    boolean forgotten = used(header) && !used(copies[1 - best]);
    return new HeaderCopies(io, geometry, header, crcs, problems[1 - best] != null || forgotten);
  }

  private static int best(byte[][] copies, @Nullable String[] problems) {
    if (problems[0] != null || problems[1] != null) {
      return problems[0] != null ? 1 : 0;
    }
    // A chunk that was made ready never goes back: the copy that knows nothing of it is wrong,
    // whatever its number.
    boolean same = used(copies[0]) == used(copies[1]);
    return same ? sequence(copies[0]) > sequence(copies[1]) ? 0 : 1 : used(copies[0]) ? 0 : 1;
  }

  private static boolean used(byte[] header) {
    return (ChunkHeader.FLAGS.get(header, 0) & ChunkHeader.INITIALIZED) != 0;
  }

  /** Completes a header: the superblock's fields, or counters. */
  public interface Filler {
    void fill(byte[] header);
  }

  /** The header of a chunk that was never used: a sealed block for the place of a copy. */
  public static byte[] blank(
      byte[] uuid, int chunk, ChunkGeometry geometry, int copy, Filler superblock) {
    byte[] header = new byte[BlockHeader.BLOCK];
    BlockHeader.init(header, BlockKind.CHUNK_HEADER, uuid, chunk, geometry.header(copy), 0);
    superblock.fill(header);
    ChunkHeader.SEQUENCE.set(header, 0, 2 - copy);
    ChunkHeader.COPY.set(header, 0, copy);
    ChunkHeader.BLOCKS.set(header, 0, geometry.blocks());
    ChunkHeader.RING_START.set(header, 0, geometry.ringStart());
    ChunkHeader.RING_BLOCKS.set(header, 0, geometry.ringBlocks());
    ChunkHeader.TABLE_START.set(header, 0, geometry.tableStart());
    ChunkHeader.TABLE_BLOCKS.set(header, 0, geometry.tableBlocks());
    ChunkHeader.ROOT_BLOCKS.set(header, 0, geometry.rootBlocks());
    ChunkHeader.BODY_START.set(header, 0, geometry.bodyStart());
    ChunkHeader.BODY_END.set(header, 0, geometry.bodyEnd());
    ChunkHeader.FREE_BLOCKS.set(header, 0, geometry.bodyBlocks() - OWN_BLOCKS);
    BlockHeader.seal(header, BlockHeader.BLOCK);
    return header;
  }

  /** Blocks that a chunk's first commit takes: its counters and its own inodes. */
  private static final int OWN_BLOCKS = 2;

  private static @Nullable String problem(
      byte[] block, int copy, ChunkGeometry geometry, byte[] uuid, int chunk) {
    String bad =
        BlockHeader.problem(block, BlockKind.CHUNK_HEADER, uuid, chunk, geometry.header(copy));
    if (bad != null) {
      return "copy " + copy + ": " + bad;
    }
    if (!BlockHeader.sealed(block, BlockHeader.BLOCK)) {
      return "copy " + copy + ": its checksum is wrong";
    }
    if (ChunkHeader.BLOCKS.get(block, 0) != geometry.blocks()
        || ChunkHeader.COPY.get(block, 0) != copy) {
      return "copy " + copy + ": it is of a chunk of another shape";
    }
    if (Long.compareUnsigned(ChunkHeader.TAIL.get(block, 0), ChunkHeader.MAX_TAIL) > 0) {
      return "copy " + copy + ": no journal has a tail at " + ChunkHeader.TAIL.show(block, 0);
    }
    if (ChunkHeader.TAIL_PREV_G.get(block, 0) != ChunkHeader.BASE_G.get(block, 0)) {
      return "copy " + copy + ": its journal does not begin where its checkpoint ends";
    }
    return null;
  }

  private static long sequence(byte[] header) {
    return ChunkHeader.SEQUENCE.get(header, 0);
  }

  private static int crcAt(int tableBlock) {
    return tableBlock / ChunkGeometry.CRCS_PER_ROOT_BLOCK * BlockHeader.BLOCK
        + BlockHeader.SIZE
        + tableBlock % ChunkGeometry.CRCS_PER_ROOT_BLOCK * 4;
  }

  static byte[] readBlocks(ChunkIo io, int block, int count) throws IOException {
    byte[] bytes = new byte[count * BlockHeader.BLOCK];
    io.read(block, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private static byte[] readMedia(ChunkIo io, int block, int count) throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(count * BlockHeader.BLOCK);
    io.readMedia(block, direct);
    byte[] bytes = new byte[count * BlockHeader.BLOCK];
    direct.flip().get(bytes);
    return bytes;
  }

  /** CRC32C of a block or a run of them. */
  static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return (int) crc.getValue();
  }

  /** The header that counts; not to be changed. */
  public byte[] header() {
    return header;
  }

  public boolean initialized() {
    return (ChunkHeader.FLAGS.get(header, 0) & ChunkHeader.INITIALIZED) != 0;
  }

  /** Nothing at or below it is missing from what the header's table accounts for. */
  public long baseG() {
    return ChunkHeader.BASE_G.get(header, 0);
  }

  /** The ring of this header without any records. */
  public RingScanner.Scan emptyRing() {
    return new RingScanner.Scan(
        List.of(),
        ChunkHeader.TAIL.get(header, 0),
        ChunkHeader.TAIL_PREV_G.get(header, 0),
        0,
        null);
  }

  /**
   * The other copy cannot be read: torn while it was written, or damaged since. It may be the newer
   * one, and this one that of the checkpoint before: then the ring holds what the table lacks,
   * whatever the ring map says.
   */
  public boolean otherLost() {
    return otherLost;
  }

  /** CRC of each table block as it stands in place, 0 where none was ever written. */
  int[] rootCrcs() {
    return rootCrcs;
  }

  /** First half of a switch: writes the root slot of the other pair. */
  void writeOtherRoot(int[] crcs) throws IOException {
    byte[] root = root(crcs);
    io.write(geometry.root(otherCopy()), ByteBuffer.wrap(root));
  }

  /** Second half, after a flush: writes the other header, which counts from then on. */
  void writeOtherHeader(int[] crcs, Filler filler) throws IOException {
    byte[] next = header.clone();
    int copy = otherCopy();
    ChunkHeader.COPY.set(next, 0, copy);
    BlockHeader.ADDRESS.set(next, 0, geometry.header(copy));
    ChunkHeader.SEQUENCE.set(next, 0, sequence(header) + 1);
    filler.fill(next);
    ChunkHeader.ROOT_CRC.set(next, 0, crc(root(copy, crcs)));
    BlockHeader.seal(next, BlockHeader.BLOCK);
    io.write(geometry.header(copy), ByteBuffer.wrap(next));
    header = next;
    rootCrcs = crcs;
  }

  private int otherCopy() {
    return 1 - ChunkHeader.COPY.get(header, 0);
  }

  private byte[] root(int[] crcs) {
    return root(otherCopy(), crcs);
  }

  private byte[] root(int copy, int[] crcs) {
    byte[] uuid = BlockHeader.UUID.get(header, 0);
    byte[] root = new byte[geometry.rootBlocks() * BlockHeader.BLOCK];
    byte[] block = new byte[BlockHeader.BLOCK];
    for (int i = 0; i < geometry.rootBlocks(); i++) {
      BlockHeader.init(block, BlockKind.TABLE_ROOT, uuid, io.chunk(), geometry.root(copy) + i, 0);
      System.arraycopy(block, 0, root, i * BlockHeader.BLOCK, BlockHeader.SIZE);
    }
    for (int i = 0; i < crcs.length; i++) {
      ByteBuffer.wrap(root).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(crcAt(i), crcs[i]);
    }
    return root;
  }
}
