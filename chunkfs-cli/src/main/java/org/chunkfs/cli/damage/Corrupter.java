package org.chunkfs.cli.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.chunkfs.core.format.Field;
import org.chunkfs.core.format.RecordLayout;
import org.chunkfs.core.volume.Image;
import org.jspecify.annotations.Nullable;

/** Plans damage to an image from a seed: the same image and seed give the same damage. */
public final class Corrupter {
  private static final int SECTOR = 512;

  private final Image image;
  private final Places places;
  private final SplittableRandom random;

  /**
   * @param chunk the one chunk to damage, or -1 for any
   */
  public Corrupter(Image image, int chunk, long seed) {
    this.image = image;
    this.places = new Places(image, chunk);
    this.random = new SplittableRandom(seed);
  }

  /** How many places there are of each kind. */
  public Map<Target, Integer> count() throws IOException {
    Map<Target, Integer> counts = new EnumMap<>(Target.class);
    for (Target target : Target.values()) {
      counts.put(target, places.find(target).size());
    }
    return counts;
  }

  /**
   * Plans one damage; nothing is written.
   *
   * @param target which kind of structure, null for any
   * @param kind what to do, null for anything
   * @param reseal whether the structure's own checksum is made to fit afterwards
   * @return the changes, each of them exactly the bytes that differ; empty if there is no such
   *     place
   */
  public List<Change> plan(@Nullable Target target, @Nullable Kind kind, boolean reseal)
      throws IOException {
    List<Place> candidates = candidates(target);
    if (candidates.isEmpty()) {
      return List.of();
    }
    for (int attempt = 0; attempt < 100; attempt++) {
      Place place = candidates.get(random.nextInt(candidates.size()));
      Kind chosen = kind != null ? kind : Kind.values()[random.nextInt(Kind.values().length)];
      List<Change> changes = apply(place, chosen, candidates, reseal);
      if (!changes.isEmpty()) {
        return changes;
      }
    }
    return List.of();
  }

  private List<Place> candidates(@Nullable Target target) throws IOException {
    if (target != null) {
      return places.find(target);
    }
    // A kind first, so that the many data blocks do not get nearly all of it.
    List<Target> targets = new ArrayList<>(List.of(Target.values()));
    while (!targets.isEmpty()) {
      List<Place> found = places.find(targets.remove(random.nextInt(targets.size())));
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private List<Change> apply(Place place, Kind kind, List<Place> candidates, boolean reseal)
      throws IOException {
    byte[] before = read(place);
    if (kind == Kind.SWAP) {
      Place other = candidates.get(random.nextInt(candidates.size()));
      return other.length() == place.length() ? swap(place, before, other) : List.of();
    }
    byte[] after = before.clone();
    String what =
        switch (kind) {
          case FLIP -> flip(after);
          case ZERO -> zero(after);
          case RANDOM -> randomize(after);
          default -> field(place, after);
        };
    if (what == null) {
      return List.of();
    }
    if (reseal) {
      place.sealed().seal(after);
    }
    return difference(place, before, after, what);
  }

  private List<Change> swap(Place one, byte[] bytes, Place other) throws IOException {
    byte[] others = read(other);
    List<Change> changes = new ArrayList<>();
    changes.addAll(difference(one, bytes, others, "swapped with " + other.name()));
    changes.addAll(difference(other, others, bytes, "swapped with " + one.name()));
    return changes;
  }

  private byte[] read(Place place) throws IOException {
    byte[] bytes = new byte[place.length()];
    image.device().read(place.position(), ByteBuffer.wrap(bytes));
    return bytes;
  }

  private String flip(byte[] bytes) {
    int bit = random.nextInt(bytes.length * 8);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
    return "bit %d of byte %d flipped".formatted(bit % 8, bit / 8);
  }

  private int[] range(byte[] bytes) {
    if (bytes.length < 2 * SECTOR || random.nextBoolean()) {
      return new int[] {0, bytes.length};
    }
    int from = random.nextInt(bytes.length / SECTOR) * SECTOR;
    return new int[] {from, Math.min(bytes.length, from + SECTOR)};
  }

  private String zero(byte[] bytes) {
    int[] range = range(bytes);
    Arrays.fill(bytes, range[0], range[1], (byte) 0);
    return "bytes %d to %d zeroed".formatted(range[0], range[1] - 1);
  }

  private String randomize(byte[] bytes) {
    int[] range = range(bytes);
    byte[] noise = new byte[range[1] - range[0]];
    random.nextBytes(noise);
    System.arraycopy(noise, 0, bytes, range[0], noise.length);
    return "bytes %d to %d replaced by noise".formatted(range[0], range[1] - 1);
  }

  private @Nullable String field(Place place, byte[] bytes) {
    RecordLayout layout = place.layout();
    if (layout == null) {
      return null;
    }
    List<Field> fields =
        layout.fields().stream()
            .filter(f -> place.layoutAt() + f.offset() + f.size() <= bytes.length)
            .toList();
    Field field = fields.get(random.nextInt(fields.size()));
    String old = field.show(bytes, place.layoutAt());
    int at = place.layoutAt() + field.offset();
    int width = field.size();
    switch (random.nextInt(5)) {
      case 0 -> Arrays.fill(bytes, at, at + width, (byte) 0);
      case 1 -> Arrays.fill(bytes, at, at + width, (byte) 0xFF);
      case 2 -> add(bytes, at, width, 1);
      case 3 -> add(bytes, at, width, -1);
      default -> {
        byte[] noise = new byte[width];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, bytes, at, width);
      }
    }
    return "field %s was %s, is %s"
        .formatted(field.name(), cut(old), cut(field.show(bytes, place.layoutAt())));
  }

  private static void add(byte[] bytes, int at, int width, int value) {
    int carry = value;
    for (int i = at; i < at + width; i++) {
      int sum = (bytes[i] & 0xFF) + carry;
      bytes[i] = (byte) sum;
      carry = sum >> 8;
    }
  }

  private static String cut(String value) {
    return value.length() <= 40 ? value : value.substring(0, 40) + "...";
  }

  /** The runs of bytes that differ; runs that nearly touch are one. */
  private static List<Change> difference(Place place, byte[] before, byte[] after, String what) {
    List<Change> changes = new ArrayList<>();
    int at = Arrays.mismatch(before, after);
    while (at >= 0 && at < before.length) {
      int end = at + 1;
      for (int i = end; i < before.length && i < end + 16; i++) {
        if (before[i] != after[i]) {
          end = i + 1;
        }
      }
      changes.add(
          new Change(
              place.position() + at,
              place.name(),
              what,
              Arrays.copyOfRange(before, at, end),
              Arrays.copyOfRange(after, at, end)));
      int next = Arrays.mismatch(before, end, before.length, after, end, after.length);
      at = next < 0 ? -1 : end + next;
    }
    return changes;
  }
}
