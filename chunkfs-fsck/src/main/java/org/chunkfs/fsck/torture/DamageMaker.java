package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.volume.ImageLayout;

/** Damages one copy of an image, as the random numbers say. */
final class DamageMaker {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final int SHOWN = 16;

  private final Specimen specimen;
  private final Damage damage;
  private final SplittableRandom random;

  DamageMaker(Specimen specimen, Damage damage, SplittableRandom random) {
    this.specimen = specimen;
    this.damage = damage;
    this.random = random;
  }

  /** One field in one of eight ways. */
  void field(boolean seal, boolean only) throws IOException {
    Target target = specimen.targets.pick(random);
    Mutation mutation = Mutation.values()[random.nextInt(Mutation.values().length)];
    byte[] before = damage.read(target.position(), target.size());
    byte[] after = before.clone();
    mutation.apply(after, 0, after.length, random);
    if (!damage.write(target.position(), after)) {
      mutation = Mutation.FLIP_LOW;
      mutation.apply(after, 0, after.length, random);
      damage.write(target.position(), after);
    }
    damage.say(
        "%s %s: %s became %s"
            .formatted(target.place(), mutation.words(), show(before), show(after)));
    boolean checksum = target.field().equals("crc");
    if (seal && !checksum) {
      damage.seal(target.position());
    }
    if (only) {
      damage.only(target.record() + "." + target.field());
    }
  }

  private static String show(byte[] bytes) {
    StringBuilder hex = new StringBuilder("0x");
    for (int i = Math.min(bytes.length, SHOWN) - 1; i >= 0; i--) {
      hex.append("%02x".formatted(bytes[i]));
    }
    return bytes.length > SHOWN ? hex + "..." : hex.toString();
  }

  private LiveBytes.Range pick() {
    List<LiveBytes.Kind> kinds = specimen.live.kinds();
    List<LiveBytes.Range> ranges = specimen.live.of(kinds.get(random.nextInt(kinds.size())));
    return ranges.get(random.nextInt(ranges.size()));
  }

  private byte[] older(long position) throws IOException {
    byte[] bytes = new byte[BLOCK];
    specimen.earlier.read(position, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private byte[] random() {
    byte[] bytes = new byte[BLOCK];
    random.nextBytes(bytes);
    return bytes;
  }

  /** One block that counts, in one of five ways. */
  void block(boolean seal) throws IOException {
    LiveBytes.Range range = pick();
    long position = (range.position() + random.nextInt(range.length())) / BLOCK * BLOCK;
    String where = "the %s block at byte %d".formatted(range.kind(), position);
    switch (random.nextInt(5)) {
      case 0 -> put(position, new byte[BLOCK], where + " was zeroed");
      case 1 -> put(position, random(), where + " was filled with junk");
      case 2 -> {
        LiveBytes.Range second = pick();
        long other = second.position() / BLOCK * BLOCK;
        byte[] here = damage.read(position, BLOCK);
        byte[] there = damage.read(other, BLOCK);
        put(position, there, where + " was swapped with the one at byte " + other);
        damage.write(other, here);
        if (seal && second.kind() != LiveBytes.Kind.DATA) {
          damage.seal(other);
        }
      }
      case 3 -> put(position, older(position), where + " became an older version of itself");
      default -> {
        LiveBytes.Range from = twin(range);
        put(
            position,
            damage.read(from.position() / BLOCK * BLOCK, BLOCK),
            "%s was overwritten with the one at byte %d (chunk %d)"
                .formatted(where, from.position(), from.chunk()));
      }
    }
    if (seal && range.kind() != LiveBytes.Kind.DATA) {
      damage.seal(position);
    }
  }

  /** Something of the same kind elsewhere, if there is any. */
  private LiveBytes.Range twin(LiveBytes.Range of) {
    List<LiveBytes.Range> all = specimen.live.of(of.kind());
    for (int i = 0; i < 8; i++) {
      LiveBytes.Range other = all.get(random.nextInt(all.size()));
      if (other.chunk() != of.chunk()) {
        return other;
      }
    }
    return pick();
  }

  private void put(long position, byte[] bytes, String what) throws IOException {
    damage.write(position, bytes);
    damage.say(what);
  }

  /** A run of blocks of one chunk, up to all of it. */
  void run() throws IOException {
    ImageLayout layout = specimen.layout;
    int chunk = random.nextInt(layout.chunks());
    int blocks = layout.geometry(chunk).blocks();
    int length = random.nextInt(8) == 0 ? blocks : 2 << random.nextInt(9);
    int first = length >= blocks ? 0 : random.nextInt(blocks - length);
    length = Math.min(length, blocks - first);
    long position = layout.base(chunk) + (long) first * BLOCK;
    String where = "blocks %d to %d of chunk %d ".formatted(first, first + length - 1, chunk);
    int other = (chunk + 1 + random.nextInt(layout.chunks() - 1)) % layout.chunks();
    int way = random.nextInt(4);
    for (int i = 0; i < length; i++) {
      long at = position + (long) i * BLOCK;
      byte[] bytes =
          switch (way) {
            case 0 -> new byte[BLOCK];
            case 1 -> random();
            case 2 -> older(at);
            default -> damage.read(layout.base(other) + (long) (first + i) * BLOCK, BLOCK);
          };
      damage.write(at, bytes);
    }
    damage.say(
        where
            + switch (way) {
              case 0 -> "were zeroed";
              case 1 -> "were filled with junk";
              case 2 -> "became older versions of themselves";
              default -> "were overwritten with those of chunk " + other;
            });
  }
}
