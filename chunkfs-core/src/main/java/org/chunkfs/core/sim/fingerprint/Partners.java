package org.chunkfs.core.sim.fingerprint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.device.BlockDevice;

/** Knows for a block another one of its kind that holds something. */
final class Partners {
  private final Map<Place, List<Block>> blocks = new EnumMap<>(Place.class);

  private record Block(long position, int chunk) {}

  /** Of an image of one member. */
  Partners(BlockDevice image, PlaceMap places) throws IOException {
    byte[] block = new byte[BlockDevice.BLOCK];
    byte[] empty = new byte[BlockDevice.BLOCK];
    for (long at = 0; at < image.size(); at += block.length) {
      image.read(at, ByteBuffer.wrap(block));
      if (!java.util.Arrays.equals(block, empty)) {
        PlaceMap.Spot spot = places.of(at, block, 0);
        blocks
            .computeIfAbsent(spot.place(), _ -> new ArrayList<>())
            .add(new Block(at, spot.chunk()));
      }
    }
  }

  /**
   * The position of another block: of the kind in a chunk, else of the kind anywhere, else some
   * chunk header.
   */
  long of(Place place, long position, int chunk) {
    List<Block> all = blocks.getOrDefault(place, List.of());
    // Replicas of the volume record are written at the same time: whoever came last would win.
    int near =
        all.stream()
            .filter(b -> b.position == position && place == Place.VOLUME_RECORD)
            .mapToInt(Block::chunk)
            .findFirst()
            .orElse(chunk);
    return all.stream()
        .filter(b -> b.position != position && b.chunk == near)
        .findFirst()
        .or(() -> all.stream().filter(b -> b.position != position).findFirst())
        .or(() -> blocks.getOrDefault(Place.HEADER, List.of()).stream().findFirst())
        .map(Block::position)
        .orElseThrow();
  }
}
