package org.chunkfs.fsck.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.junit.jupiter.api.Test;

/** What does a lost block of a directory cost? Every block of its tree is zeroed, one at a time. */
final class DirectoryDamageTest {
  private static final int FILES = 400;
  private static final Vfs.Creation FILE = new Vfs.Creation(0644, 0, 0, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0755, 0, 0, 0);

  /** Files found after the repair: under their own path, and anywhere. */
  private record Found(int inPlace, int anywhere) {}

  @Test
  void noFileIsLostWithABlockOfItsDirectory() throws IOException {
    MemoryDevice image = image();
    List<Found> found = new ArrayList<>();
    for (long block : treeBlocks(image)) {
      MemoryDevice damaged = image.snapshot();
      damaged.write(block, ByteBuffer.allocate(BlockDevice.BLOCK));
      Fsck.repair(Image.of(damaged), FsckOptions.repair(1_000), Progress.NONE);
      assertThat(Fsck.check(Image.of(damaged), FsckOptions.check(), Progress.NONE).findings())
          .as("a second check")
          .isEmpty();
      found.add(count(damaged));
    }
    assertThat(found).hasSizeGreaterThan(5);
    // The back pointers in the inodes know every name: it costs nothing.
    assertThat(found).allMatch(f -> f.anywhere == FILES && f.inPlace == FILES);
  }

  /** An image with one large directory, all of it in its place. */
  private static MemoryDevice image() throws IOException {
    MemoryDevice device = new MemoryDevice((1 << 20) + 3L * (4 << 20));
    ChunkFs.format(device, FormatOptions.seeded(1, 1_000).withChunkBytes(4 << 20));
    Volume volume = Volume.open(Image.of(device), VolumeOptions.defaults());
    long directory = volume.mkdir(volume.root(), "d".getBytes(UTF_8), DIRECTORY).id();
    for (int i = 0; i < FILES; i++) {
      long file = volume.create(directory, ("file-" + i).getBytes(UTF_8), FILE).id();
      volume.write(file, 0, ByteBuffer.wrap(("content " + i).getBytes(UTF_8)));
    }
    for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
      volume.checkpoint(chunk);
    }
    volume.close();
    return device.snapshot();
  }

  /** Positions of all blocks that say that they are pages of a tree. */
  private static List<Long> treeBlocks(MemoryDevice image) throws IOException {
    List<Long> positions = new ArrayList<>();
    byte[] block = new byte[BlockDevice.BLOCK];
    for (long at = 0; at < image.size(); at += BlockDevice.BLOCK) {
      image.read(at, ByteBuffer.wrap(block));
      if (BlockHeader.MAGIC.get(block, 0) == BlockHeader.MAGIC_VALUE
          && BlockHeader.KIND.get(block, 0) == BlockKind.TREE.code()) {
        positions.add(at);
      }
    }
    return positions;
  }

  private static Found count(MemoryDevice image) throws IOException {
    try (Volume volume = Volume.open(Image.of(image.snapshot()), VolumeOptions.defaults())) {
      Set<String> contents = new HashSet<>();
      Set<String> paths = new HashSet<>();
      walk(volume, volume.root(), "", contents, paths);
      int inPlace = 0;
      for (int i = 0; i < FILES; i++) {
        inPlace += paths.contains("/d/file-" + i + "=content " + i) ? 1 : 0;
      }
      return new Found(inPlace, contents.size());
    }
  }

  private static void walk(Vfs vfs, long dir, String path, Set<String> contents, Set<String> paths)
      throws IOException {
    List<Vfs.Dirent> entries = new ArrayList<>();
    vfs.readdir(dir, 0, entries::add);
    for (Vfs.Dirent entry : entries) {
      String name = path + "/" + new String(entry.name(), UTF_8);
      if (entry.type() == Vfs.S_IFDIR >> 12) {
        walk(vfs, entry.id(), name, contents, paths);
      } else {
        ByteBuffer bytes = ByteBuffer.allocate(100);
        vfs.read(entry.id(), 0, bytes);
        String content = new String(bytes.array(), 0, bytes.position(), UTF_8);
        contents.add(content);
        paths.add(name + "=" + content);
      }
    }
  }
}
