package org.chunkfs.cli.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.CommitNumber;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.journal.RingId;
import org.chunkfs.core.journal.RingIo;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.VolumeRecords;
import org.chunkfs.core.volume.VolumeState;
import org.jspecify.annotations.Nullable;

/**
 * One chunk's bytes as they are on the disk, and as its journal would make them. Reads through no
 * cache, changes nothing.
 */
public final class ChunkReader {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Image image;
  private final int chunk;
  private final ChunkGeometry geometry;
  private RingScanner.@Nullable Scan scan;
  private @Nullable Map<Integer, byte[]> built;

  /**
   * @throws ImageException if there is no such chunk
   */
  public ChunkReader(Image image, int chunk) throws ImageException {
    ImageLayout layout = image.layout();
    if (chunk < 0 || chunk >= layout.chunks()) {
      throw new ImageException(
          ImageException.Kind.WRONG_MEMBERS,
          "there is no chunk %d; the image has chunks 0 to %d"
              .formatted(chunk, layout.chunks() - 1));
    }
    this.image = image;
    this.chunk = chunk;
    this.geometry = layout.geometry(chunk);
  }

  public int chunk() {
    return chunk;
  }

  public ChunkGeometry geometry() {
    return geometry;
  }

  public byte[] uuid() {
    return image.layout().uuid();
  }

  /** Byte position in the image of a block of the chunk. */
  public long position(int block) {
    return image.layout().base(chunk) + (long) block * BLOCK;
  }

  /** Blocks as they are on the disk. */
  public byte[] raw(int block, int count) throws IOException {
    if (block < 0 || count < 1 || block > geometry.blocks() - count) {
      throw new ImageException(
          ImageException.Kind.WRONG_MEMBERS,
          "there is no block %d in chunk %d, which has %d blocks"
              .formatted(block, chunk, geometry.blocks()));
    }
    byte[] bytes = new byte[count * BLOCK];
    image.device().read(position(block), ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** What is wrong with a header copy, or null. */
  public @Nullable String headerProblem(byte[] header, int copy) {
    String bad =
        BlockHeader.problem(header, BlockKind.CHUNK_HEADER, uuid(), chunk, geometry.header(copy));
    if (bad != null) {
      return bad;
    }
    if (!BlockHeader.sealed(header, BLOCK)) {
      return "checksum is 0x%08x, expected 0x%08x"
          .formatted(BlockHeader.CRC.get(header, 0), BlockHeader.selfCrc(header, BLOCK));
    }
    return ChunkHeader.BLOCKS.get(header, 0) == geometry.blocks()
            && ChunkHeader.COPY.get(header, 0) == copy
        ? null
        : "it is of a chunk of another shape";
  }

  /** Which header copy counts, or -1 if neither can be believed. */
  public int current() throws IOException {
    int best = -1;
    long sequence = 0;
    for (int copy = 0; copy < 2; copy++) {
      byte[] header = raw(geometry.header(copy), 1);
      if (headerProblem(header, copy) == null) {
        long its = ChunkHeader.SEQUENCE.get(header, 0);
        if (best < 0 || its > sequence) {
          best = copy;
          sequence = its;
        }
      }
    }
    return best;
  }

  /**
   * The header that counts.
   *
   * @throws CorruptException if neither can be believed
   */
  public byte[] header() throws IOException {
    int copy = current();
    if (copy < 0) {
      throw new CorruptException(
          chunk, 0, "both headers of chunk %d are damaged; chunkfs fsck".formatted(chunk));
    }
    return raw(geometry.header(copy), 1);
  }

  /** Whether the chunk was ever used; until then nothing but its headers means anything. */
  public boolean initialized() throws IOException {
    return (ChunkHeader.FLAGS.get(header(), 0) & ChunkHeader.INITIALIZED) != 0;
  }

  /** The CRC that a table block must have, 0 if it was never written; null where nobody knows. */
  public @Nullable Integer tableCrc(int tableBlock) throws IOException {
    int copy = current();
    if (copy < 0) {
      return null;
    }
    int index = tableBlock - geometry.tableStart();
    int perBlock = ChunkGeometry.CRCS_PER_ROOT_BLOCK;
    byte[] root = raw(geometry.root(copy) + index / perBlock, 1);
    return ByteBuffer.wrap(root)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .getInt(BlockHeader.SIZE + index % perBlock * 4);
  }

  /** CRC32C, where 0 is stored as 1. */
  public static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    int value = (int) crc.getValue();
    return value == 0 ? 1 : value;
  }

  /** The journal's records from the tail on. */
  public RingScanner.Scan scan() throws IOException {
    RingScanner.Scan known = scan;
    if (known == null) {
      byte[] header = header();
      known =
          initialized()
              ? RingScanner.scan(
                  new RingId(uuid(), chunk, ChunkHeader.RING_EPOCH.get(header, 0)),
                  ring(),
                  geometry.ringBlocks() * BLOCK,
                  ChunkHeader.TAIL.get(header, 0),
                  ChunkHeader.TAIL_PREV_G.get(header, 0))
              : new RingScanner.Scan(java.util.List.of(), 0, 0, 0, null);
      scan = known;
    }
    return known;
  }

  private RingIo ring() {
    return new RingIo() {
      @Override
      public void write(int offset, ByteBuffer src) {
        throw new IllegalStateException("a look at an image writes nothing");
      }

      @Override
      public void read(int offset, ByteBuffer dst) throws IOException {
        image.device().read(position(geometry.ringStart()) + offset, dst);
      }
    };
  }

  /** Whether a record is one that recovery would bring back. */
  boolean counts(RingRecord record, @Nullable VolumeState state) {
    if (record.type() != JournalRecord.COMMIT) {
      return false;
    }
    if (state == null) {
      return true;
    }
    VolumeState.Decision decision = state.decision(CommitNumber.epochOf(record.g()));
    boolean dropped = decision != null && record.g() > decision.lastKept();
    return !dropped && !state.isVoid(chunk, record.g());
  }

  /** The newest volume record, or null if none can be read. */
  @Nullable VolumeState state() {
    try {
      return new VolumeRecords(image.device(), image.layout()).read();
    } catch (IOException e) {
      return null;
    }
  }

  /** Blocks that the journal holds newer bytes of, with those bytes. */
  public Map<Integer, byte[]> overlay() throws IOException {
    Map<Integer, byte[]> known = built;
    if (known != null) {
      return known;
    }
    Map<Integer, byte[]> blocks = new HashMap<>();
    VolumeState state = state();
    for (RingRecord record : scan().records()) {
      if (counts(record, state)) {
        record.forEachRedo((block, whole, redo) -> {
          byte[] target = whole ? new byte[BLOCK] : blocks.get(block);
          if (target != null && (geometry.inTable(block) || geometry.inBody(block))) {
            redo.applyTo(target);
            blocks.put(block, target);
          }
        });
      }
    }
    built = blocks;
    return blocks;
  }

  /** A block as recovery would leave it, or as it is on the disk. */
  public byte[] block(int block, boolean replayed) throws IOException {
    byte[] newer = replayed ? overlay().get(block) : null;
    return newer != null ? newer.clone() : raw(block, 1);
  }

  /** A table block, all zeros where it was never written. */
  public byte[] table(int tableBlock, boolean replayed) throws IOException {
    byte[] newer = replayed ? overlay().get(tableBlock) : null;
    if (newer != null) {
      return newer;
    }
    Integer crc = tableCrc(tableBlock);
    return crc != null && crc == 0 ? new byte[BLOCK] : raw(tableBlock, 1);
  }

  /** The 32 bytes of a block's entry in the block table. */
  public byte[] entry(int block, boolean replayed) throws IOException {
    int at = TableEntry.offset(block);
    return Arrays.copyOfRange(
        table(geometry.tableBlock(block), replayed), at, at + TableEntry.SIZE);
  }
}
