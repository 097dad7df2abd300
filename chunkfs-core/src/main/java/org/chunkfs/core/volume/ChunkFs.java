package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.HeaderCopies;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.Superblock.MemberEntry;
import org.chunkfs.core.journal.RingScanner;

/** Makes images. */
public final class ChunkFs {
  private static final long BLOCK = BlockHeader.BLOCK;
  private static final long MIB = 1 << 20;
  private static final int MAX_REPLICAS = 5;

  /** Generation of the root directory: the first one that its chunk gives, the indexes have 1. */
  public static final int ROOT_GENERATION = 2;

  private ChunkFs() {}

  /** The chunk size that an image of so many bytes gets unless told otherwise. */
  public static long defaultChunkBytes(long imageBytes) {
    if (imageBytes < 64 * MIB) {
      return Math.max(4, imageBytes / 4 / MIB) * MIB;
    }
    long hundredth = imageBytes / 100;
    long power = Long.highestOneBit(Math.max(1, hundredth));
    return Math.clamp(hundredth > power + power / 2 ? power * 2 : power, 16 * MIB, 1024 * MIB);
  }

  /**
   * Makes an empty filesystem: whatever was on the device is lost. Writes two blocks for each chunk
   * and the root directory; durable on return.
   *
   * @param device the members, one after another, as {@link BlockDevice#members} tells them
   * @throws ImageException TOO_SMALL if a member has no room for one chunk
   */
  public static ImageLayout format(BlockDevice device, FormatOptions options) throws IOException {
    ImageLayout layout = layout(device, options);
    ByteBuffer nothing = ByteBuffer.allocate((int) BLOCK);
    for (int i = 0; i < layout.members().size(); i++) {
      // Until the end there is no image: a mkfs that is cut off leaves none behind.
      device.write(layout.members().get(i).start() * BLOCK, nothing.clear());
    }
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkGeometry geometry = layout.geometry(chunk);
      int member = layout.memberOf(chunk);
      for (int copy = 0; copy < 2; copy++) {
        byte[] header =
            HeaderCopies.blank(
                layout.uuid(), chunk, geometry, copy, block -> layout.embed(block, member));
        device.write(layout.base(chunk) + geometry.header(copy) * BLOCK, ByteBuffer.wrap(header));
      }
    }
    RingMap.create(device, layout);
    new VolumeRecords(device, layout).create(options.now());
    makeRoot(device, layout, options);
    for (int i = 0; i < layout.members().size(); i++) {
      device.write(layout.members().get(i).start() * BLOCK, ByteBuffer.wrap(layout.superblock(i)));
    }
    device.flush();
    return layout;
  }

  private static void makeRoot(BlockDevice device, ImageLayout layout, FormatOptions options)
      throws IOException {
    ChunkGeometry geometry = layout.geometry(0);
    ChunkIo io = new ChunkIo(device, 0, layout.base(0), geometry.blocks());
    HeaderCopies headers = HeaderCopies.read(io, geometry, layout.uuid());
    Chunk.initialize(layout.uuid(), geometry, io, headers, device::flush);
    Chunk chunk =
        Chunk.recover(
            layout.uuid(),
            geometry,
            io,
            headers,
            new RingScanner.Scan(List.of(), 0, 0, 0, null),
            new LongAdder());
    ChunkTx tx = new ChunkTx(chunk, false);
    for (int i = 0; i < geometry.tableBlocks(); i++) {
      chunk.load(geometry.tableStart() + i, Long.MAX_VALUE);
    }
    chunk.firstCommit(tx, options.now());
    long root = Inodes.allocateReserved(tx, ChunkGeometry.ROOT);
    byte[] block = Inodes.edit(tx, root);
    int at = Inodes.at(root);
    InodeRecord.MODE.set(block, at, Vfs.S_IFDIR | 0x1ED);
    InodeRecord.NLINK.set(block, at, 1);
    InodeRecord.UID.set(block, at, options.rootUid());
    InodeRecord.GID.set(block, at, options.rootGid());
    InodeRecord.ATIME.set(block, at, options.now());
    InodeRecord.MTIME.set(block, at, options.now());
    InodeRecord.CTIME.set(block, at, options.now());
    InodeRecord.BTIME.set(block, at, options.now());
    tx.prepare();
    RingMap.read(device, layout).mark(0);
    tx.append(new History(0).take(), new int[] {0}, 1);
    device.flush();
  }

  private static ImageLayout layout(BlockDevice device, FormatOptions options) throws IOException {
    List<BlockDevice.Member> members = device.members();
    if (members.size() > Superblock.MAX_MEMBERS) {
      throw new ImageException(
          ImageException.Kind.WRONG_MEMBERS,
          "an image has at most %d members, not %d"
              .formatted(Superblock.MAX_MEMBERS, members.size()));
    }
    long bytes = options.chunkBytes() != 0 ? options.chunkBytes() : fittingChunk(device);
    if (bytes % BLOCK != 0
        || bytes < ChunkGeometry.MIN_BLOCKS * BLOCK
        || bytes > ChunkGeometry.MAX_BLOCKS * BLOCK) {
      throw new ImageException(
          ImageException.Kind.TOO_SMALL,
          "a chunk of %d bytes is not possible: 4 MiB to 1 GiB in multiples of 4096 are"
              .formatted(bytes));
    }
    byte[] block = new byte[(int) BLOCK];
    BlockHeader.init(block, BlockKind.SUPERBLOCK, options.uuid(), -1, 0, 0);
    Superblock.VERSION.set(block, 0, Superblock.VERSION_VALUE);
    Superblock.BLOCK_SIZE.set(block, 0, (int) BLOCK);
    Superblock.CREATED.set(block, 0, options.now());
    Superblock.LABEL.set(block, 0, options.label().getBytes(StandardCharsets.UTF_8));
    Superblock.HASH_KEY.set(block, 0, options.hashKey());
    Superblock.CHUNK_BLOCKS.set(block, 0, (int) (bytes / BLOCK));
    Superblock.MEMBERS.set(block, 0, members.size());
    int chunks = 0;
    for (int i = 0; i < members.size(); i++) {
      chunks += member(block, i, members.get(i), chunks, bytes / BLOCK);
    }
    Superblock.CHUNKS.set(block, 0, chunks);
    Superblock.ROOT.set(
        block,
        0,
        Ino.of(0, ChunkGeometry.of(chunkBlocks(block, 0)).indexBlock(), ChunkGeometry.ROOT));
    List<Integer> replicas = replicas(block, members.size(), chunks);
    Superblock.REPLICAS.set(block, 0, replicas.size());
    ByteBuffer ids = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < replicas.size(); i++) {
      ids.putInt(Superblock.REPLICA_CHUNKS.offset() + 4 * i, replicas.get(i));
    }
    return ImageLayout.of(block);
  }

  /** The usual size, or the largest that fits in the smallest member. */
  private static long fittingChunk(BlockDevice device) {
    long least = device.members().stream().mapToLong(BlockDevice.Member::size).min().orElse(0);
    long room = (least - Superblock.FIRST_CHUNK_BLOCK * BLOCK) / MIB * MIB;
    return Math.max(
        ChunkGeometry.MIN_BLOCKS * BLOCK, Math.min(defaultChunkBytes(device.size()), room));
  }

  private static int member(
      byte[] block, int i, BlockDevice.Member member, int firstChunk, long chunkBlocks)
      throws ImageException {
    long room = member.size() / BLOCK - Superblock.FIRST_CHUNK_BLOCK;
    long whole = room / chunkBlocks;
    long rest = room % chunkBlocks;
    long last = chunkBlocks;
    if (rest >= ChunkGeometry.MIN_BLOCKS) {
      whole++;
      last = rest;
    } else if (whole > 0 && chunkBlocks + rest <= ChunkGeometry.MAX_BLOCKS) {
      last = chunkBlocks + rest;
    }
    if (whole == 0) {
      throw new ImageException(
          ImageException.Kind.TOO_SMALL,
          "%s has %d bytes; the least for one chunk is %d"
              .formatted(
                  member.name(),
                  member.size(),
                  (Superblock.FIRST_CHUNK_BLOCK + ChunkGeometry.MIN_BLOCKS) * BLOCK));
    }
    if (firstChunk + whole > 1 << 20) {
      throw new ImageException(
          ImageException.Kind.TOO_SMALL,
          "the image would have %d chunks, at most %d are possible: use larger chunks"
              .formatted(firstChunk + whole, 1 << 20));
    }
    int at = Superblock.MEMBER_TABLE.offset() + i * MemberEntry.SIZE;
    MemberEntry.BLOCKS.set(block, at, member.size() / BLOCK);
    MemberEntry.FIRST_CHUNK.set(block, at, firstChunk);
    MemberEntry.COUNT.set(block, at, (int) whole);
    MemberEntry.LAST_BLOCKS.set(block, at, (int) last);
    return (int) whole;
  }

  private static int chunkBlocks(byte[] block, int member) {
    int at = Superblock.MEMBER_TABLE.offset() + member * MemberEntry.SIZE;
    return MemberEntry.COUNT.get(block, at) == 1
        ? MemberEntry.LAST_BLOCKS.get(block, at)
        : Superblock.CHUNK_BLOCKS.get(block, 0);
  }

  /** The first chunk of as many members as there are, then chunks spread over the image. */
  private static List<Integer> replicas(byte[] block, int members, int chunks) {
    TreeSet<Integer> picked = new TreeSet<>();
    for (int i = 0; i < members && picked.size() < MAX_REPLICAS; i++) {
      int at = Superblock.MEMBER_TABLE.offset() + i * MemberEntry.SIZE;
      picked.add(MemberEntry.FIRST_CHUNK.get(block, at));
    }
    for (int i = 1; picked.size() < Math.min(chunks, 3); i++) {
      picked.add((int) ((long) (chunks - 1) * i / 2) % chunks);
    }
    if (picked.size() % 2 == 0 && picked.size() < chunks) {
      int extra = chunks - 1;
      while (!picked.add(extra)) {
        extra--;
      }
    }
    return new ArrayList<>(picked);
  }
}
