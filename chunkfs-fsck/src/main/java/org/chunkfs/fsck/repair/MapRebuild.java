package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.fsck.scan.Item;

/**
 * Makes the maps of spread files and directories again from what their parts hold, where a part
 * knows its head and the head does not know the part.
 *
 * <p>Only where all parts that the head speaks of can be asked, and each is in a chunk of its own:
 * else a range could be given to the wrong one.
 */
final class MapRebuild {
  private final TreeMap<Integer, ChunkModel> models;
  private final Set<Integer> frozen;
  private final List<String> log;

  /**
   * @param frozen chunks whose models are not written
   */
  MapRebuild(TreeMap<Integer, ChunkModel> models, Set<Integer> frozen, List<String> log) {
    this.models = models;
    this.frozen = frozen;
    this.log = log;
  }

  void run() {
    Map<Long, List<InodeModel>> byHead = new HashMap<>();
    for (ChunkModel model : models.values()) {
      for (InodeModel part : model.inodes.values()) {
        if (part.continuation()) {
          byHead
              .computeIfAbsent(InodeRecord.HEAD.get(part.record, 0), _ -> new ArrayList<>())
              .add(part);
        }
      }
    }
    byHead.forEach((ino, parts) -> {
      ChunkModel model = models.get(Ino.chunk(ino));
      InodeModel head = model == null ? null : model.get(ino);
      if (head != null && !frozen.contains(Ino.chunk(ino)) && fit(head, parts)) {
        rebuild(head, parts);
      }
    });
  }

  /** Whether the map is not what the parts need, and can be made from them. */
  private boolean fit(InodeModel head, List<InodeModel> parts) {
    if (head.index() || head.continuation() || !head.directory() && !head.regular()) {
      return false;
    }
    Set<Integer> chunks = new HashSet<>(Set.of(Ino.chunk(head.ino)));
    Set<Long> numbers = new HashSet<>();
    for (InodeModel part : parts) {
      boolean own = InodeRecord.HEAD_GENERATION.get(part.record, 0) == head.generation();
      if (!own || part.mode() >> 12 != head.mode() >> 12 || !chunks.add(Ino.chunk(part.ino))) {
        return false;
      }
      numbers.add(part.ino);
    }
    boolean known = true;
    Set<Long> mapped = new HashSet<>();
    for (Item range : head.of(ItemType.CONTINUATION)) {
      long ino = Items.Continuation.INO.get(range.value(), 0);
      mapped.add(ino);
      known &= models.containsKey(Ino.chunk(ino)) || ino == head.ino;
    }
    mapped.remove(head.ino);
    return known && !mapped.equals(numbers);
  }

  private void rebuild(InodeModel head, List<InodeModel> parts) {
    TreeMap<Item, InodeModel> keys = new TreeMap<>();
    List<InodeModel> all = new ArrayList<>(parts);
    all.add(head);
    for (InodeModel part : all) {
      for (Item item : part.of(head.directory() ? ItemType.DIRENT : ItemType.EXTENT)) {
        keys.putIfAbsent(item, part);
      }
    }
    head.of(ItemType.CONTINUATION).forEach(head::remove);
    InodeModel before = head;
    for (Map.Entry<Item, InodeModel> e : keys.entrySet()) {
      InodeModel part = e.getValue();
      if (part != before) {
        byte[] value = new byte[Items.Continuation.SIZE];
        Items.Continuation.INO.set(value, 0, part.ino);
        Items.Continuation.GENERATION.set(value, 0, part.generation());
        head.put(new Item(ItemType.CONTINUATION.code(), e.getKey().major(), 0, value));
        before = part;
      }
    }
    InodeRecord.FLAGS.set(head.record, 0, InodeRecord.FLAG_SPREAD);
    head.rewrite = true;
    log.add("make the map of inode %s again from its parts".formatted(Names.show(head)));
  }
}
