package org.chunkfs.fsck.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.Test;

/** The place of a chunk's directory for inodes that nothing names. */
final class LostFoundTest {

  @Test
  void aFileThatHasThePlaceKeepsIt() throws IOException {
    ChunkModel model = Objects.requireNonNull(LoadedModels.of(SampleImages.full(5, true)).get(1));
    int index = model.geometry.indexBlock();
    long first = Ino.of(1, index, ChunkGeometry.LOST_FOUND);
    assertThat(LostFound.place(model)).isEqualTo(first);
    byte[] record = new byte[InodeRecord.SIZE];
    InodeRecord.MODE.set(record, 0, Vfs.S_IFREG | 0x1A4);
    model.inodes.put(first, new InodeModel(first, record));
    assertThat(LostFound.place(model)).isEqualTo(first + 1);
    byte[] directory = new byte[InodeRecord.SIZE];
    InodeRecord.MODE.set(directory, 0, Vfs.S_IFDIR | 0x1C0);
    model.inodes.put(first + 1, new InodeModel(first + 1, directory));
    assertThat(LostFound.place(model)).isEqualTo(first + 1);
  }
}
