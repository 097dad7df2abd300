package org.chunkfs.fsck.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of which a chunk has two parts, each with its range. */
final class PartMergeTest {
  private final BlockDevice device = SampleImages.spread(3, true);
  private final TreeMap<Integer, ChunkModel> models = LoadedModels.of(device);
  private final InodeModel head = LoadedModels.spreadFile(models);

  PartMergeTest() throws IOException {}

  /** Also if the chunk of the parts is repaired by itself: the head's is not written then. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theyBecomeOneWithAllBlocks(boolean alone) throws IOException {
    Item range = head.of(ItemType.CONTINUATION).getFirst();
    long first = Items.Continuation.INO.get(range.value(), 0);
    ChunkModel model = Objects.requireNonNull(models.get(Ino.chunk(first)));
    InodeModel part = Objects.requireNonNull(model.get(first));
    int blocks = blocks(part);
    long second = free(model, part);
    InodeModel other = new InodeModel(second, part.record.clone());
    model.inodes.put(second, other);
    Item last = part.of(ItemType.EXTENT).getLast();
    int half = Items.Extent.COUNT.get(last.value(), 0) / 2;
    part.put(Names.with(last, v -> Items.Extent.COUNT.set(v, 0, half)));
    byte[] rest = last.value().clone();
    Items.Extent.BLOCK.set(rest, 0, Items.Extent.BLOCK.get(rest, 0) + half);
    Items.Extent.COUNT.set(rest, 0, Items.Extent.COUNT.get(rest, 0) - half);
    other.put(new Item(last.type(), last.major() + half, 0, rest));
    byte[] lead = range.value().clone();
    Items.Continuation.INO.set(lead, 0, second);
    head.put(new Item(range.type(), last.major() + half, 0, lead));
    assertThat(blocks(part)).isLessThan(blocks);

    Set<Integer> frozen = alone ? Set.of(Ino.chunk(head.ino)) : Set.of();
    byte[] key = Image.of(device).layout().hashKey();
    new CrossRepair(models, Set.of(), frozen, key, new ArrayList<>()).run();
    assertThat(model.get(second)).isNull();
    assertThat(blocks(part)).isEqualTo(blocks);
    assertThat(part.owns(second, part.generation())).isTrue();
  }

  private static int blocks(InodeModel part) {
    return part.of(ItemType.EXTENT).stream()
        .mapToInt(extent -> Items.Extent.COUNT.get(extent.value(), 0))
        .sum();
  }

  private static long free(ChunkModel model, InodeModel beside) {
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      long ino = Ino.of(model.chunk(), Ino.block(beside.ino), slot);
      if (model.get(ino) == null) {
        return ino;
      }
    }
    throw new IllegalStateException("no free slot beside " + Ino.show(beside.ino));
  }
}
