package org.chunkfs.fsck.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.Test;

/** A file whose map leads to a part for a block that the head has. */
final class RangeRepairTest {
  private final BlockDevice device = SampleImages.spread(3, true);
  private final ImageLayout layout = Image.of(device).layout();
  private final TreeMap<Integer, ChunkModel> models = LoadedModels.of(device);
  private final InodeModel head = LoadedModels.spreadFile(models);
  private final Item right = head.of(ItemType.CONTINUATION).getFirst();
  private final Item early = new Item(right.type(), right.major() - 1, 0, right.value());

  RangeRepairTest() throws IOException {
    head.remove(right);
    head.put(early);
  }

  @Test
  void theMapFollowsTheBlocks() {
    repair();
    assertThat(map()).contains(shown(right)).doesNotContain(shown(early));
  }

  /** The part may have more than is known of it: the whole range would be taken from it. */
  @Test
  void aPartThatCannotBeAskedKeepsItsRange() {
    models.remove(Ino.chunk(Items.Continuation.INO.get(right.value(), 0)));
    List<String> before = map();
    repair();
    assertThat(map()).contains(shown(early)).isEqualTo(before);
  }

  private List<String> map() {
    return head.of(ItemType.CONTINUATION).stream().map(RangeRepairTest::shown).toList();
  }

  private static String shown(Item range) {
    return range.major() + " in " + Ino.show(Items.Continuation.INO.get(range.value(), 0));
  }

  private void repair() {
    Names names = new Names(new NameHash(layout.hashKey()));
    new RangeRepair(models, Set.of(), names, new ArrayList<>()).run();
  }
}
