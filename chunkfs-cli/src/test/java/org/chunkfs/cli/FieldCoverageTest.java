package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.chunkfs.cli.damage.Surgery;
import org.chunkfs.cli.damage.UndoFile;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Field;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.RecordLayout;
import org.chunkfs.core.format.RingMapBlock;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.junit.jupiter.api.Test;

/**
 * Every field of every record of the format: with a wrong value, and all checksums made right, fsck
 * finds it, or the field is one of which any value may be right.
 */
final class FieldCoverageTest {
  private static final FsckOptions CHECK =
      FsckOptions.check().withBootId(GoldenBases.BOOT).withThreads(1);

  /** A record, where one is, and in which base. */
  private record Place(String base, String spot, RecordLayout layout) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("small", "superblock:0", Superblock.LAYOUT),
          new Place("small", "superblock:0", BlockHeader.LAYOUT),
          new Place("small", "member:0.0", Superblock.MemberEntry.LAYOUT),
          new Place("small", "header:1.cur", ChunkHeader.LAYOUT),
          new Place("small", "header:1.cur", BlockHeader.LAYOUT),
          new Place("small", "root:1.cur", BlockHeader.LAYOUT),
          new Place("small", "volume:0.1", VolumeRecord.LAYOUT),
          new Place("small", "volume:0.1", BlockHeader.LAYOUT),
          new Place("small", "ringmap:0", RingMapBlock.LAYOUT),
          new Place("small", "ringmap:0", BlockHeader.LAYOUT),
          new Place("small", "table:1.321", TableEntry.LAYOUT),
          new Place("small", "table:1.277", TableEntry.LAYOUT),
          new Place("small", "block:1.268", BlockHeader.LAYOUT),
          new Place("small", "block:1.277", BlockHeader.LAYOUT),
          new Place("small", "state:1", ChunkStateBlock.LAYOUT),
          new Place("small", "inode:/dir/f", InodeRecord.LAYOUT),
          new Place("small", "inode:/dir", InodeRecord.LAYOUT),
          new Place("small", "inode:1.276.1", InodeRecord.LAYOUT),
          new Place("spread", "inode:0.277.0", InodeRecord.LAYOUT),
          new Place("spread", "inode:/wide/large", InodeRecord.LAYOUT),
          new Place("small", "page:/dir:0", TreePage.LAYOUT),
          new Place("small", "page:/dir:0", BlockHeader.LAYOUT),
          new Place("killed", "record:1.20", JournalRecord.LAYOUT),
          new Place("small", "item:/dir/sub:dirent:0", Items.Dirent.LAYOUT),
          new Place("small", "item:/:dirent:dir", Items.Dirent.LAYOUT),
          new Place("small", "item:/dir/f:back_pointer:f", Items.BackPointer.LAYOUT),
          new Place("small", "item:/dir/f:extent:0", Items.Extent.LAYOUT),
          new Place("spread", "item:/wide/large:continuation:0", Items.Continuation.LAYOUT),
          new Place("small", "item:1.276.0:orphan:0", Items.Orphan.LAYOUT),
          new Place("small", "item:0.276.1:xref_out:0", Items.XrefOut.LAYOUT),
          new Place("small", "item:1.276.2:xref_in:0", Items.XrefIn.LAYOUT),
          new Place("spread", "item:3.276.1:cont_out:0", Items.ContinuationRef.LAYOUT),
          new Place("spread", "item:0.276.2:cont_in:0", Items.ContinuationRef.LAYOUT));

  private static final Map<String, String> ANY_VALUE = new LinkedHashMap<>();

  static {
    String users = "a user may have set it to anything";
    for (String inode :
        List.of(
            "inode:/dir/f", "inode:/dir", "inode:1.276.1", "inode:0.277.0", "inode:/wide/large")) {
      for (String field : List.of("uid", "gid", "project", "atime", "mtime", "ctime", "btime")) {
        ANY_VALUE.put(inode + " " + field, users);
      }
    }
    any(
        "called zero, and not looked at, in blocks that check themselves",
        "header:1.cur owner",
        "header:1.cur g",
        "header:1.cur reserved",
        "header:1.cur reserved2",
        "volume:0.1 owner",
        "volume:0.1 g",
        "volume:0.1 reserved",
        "volume:0.1 reserved2",
        "ringmap:0 owner",
        "ringmap:0 g",
        "ringmap:0 reserved",
        "ringmap:0 reserved2");
    any(
        "the commit that last changed a block tells only inspect something",
        "block:1.268 g",
        "block:1.277 g",
        "page:/dir:0 g");
    any(
        "a hint from the time of a checkpoint; the counters of the chunk are compared",
        "header:1.cur free_blocks",
        "header:1.cur inodes");
    any(
        "means something only together with records of a journal, and this one is empty",
        "header:1.cur ring_epoch");
    any("a chunk may have given out any number of generations", "state:1 generation_laps");
    any("zero in a commit, and not looked at", "record:1.20 stable_g");
    any("of trims, and this is none", "item:1.276.0:orphan:0 from", "item:1.276.0:orphan:0 to");
  }

  private static void any(String why, String... fields) {
    for (String field : fields) {
      ANY_VALUE.put(field, why);
    }
  }

  private final Map<String, BlockDevice> bases = new LinkedHashMap<>();

  @Test
  void everyFieldIsLookedAt() throws IOException {
    TreeSet<String> unseen = new TreeSet<>();
    for (Place place : PLACES) {
      for (Field field : place.layout.fields()) {
        if (!field.name().equals("crc") && !found(place, field)) {
          unseen.add(place.spot + " " + field.name());
        }
      }
    }
    assertThat(unseen).containsExactlyInAnyOrderElementsOf(ANY_VALUE.keySet());
  }

  /** Whether some wrong value of a field is found. */
  private boolean found(Place place, Field field) throws IOException {
    for (String value : values(field)) {
      BlockDevice device = GoldenKills.copy(List.of(base(place.base)));
      Image image = Image.of(device);
      UndoFile.apply(
          device,
          Surgery.plan(image, "set %s %s %s".formatted(place.spot, name(place, field), value)));
      try {
        if (!Fsck.check(Image.of(device), CHECK, Progress.NONE).findings().isEmpty()) {
          return true;
        }
      } catch (ImageException e) {
        return true; // it is not even taken for an image
      }
    }
    return false;
  }

  /** In a block header beside another record the record's field would be meant. */
  private static String name(Place place, Field field) {
    return place.layout == BlockHeader.LAYOUT
        ? "@%d/%d".formatted(field.offset(), field.size())
        : field.name();
  }

  private static List<String> values(Field field) {
    if (field.size() > Long.BYTES) {
      byte[] noise = new byte[field.size()];
      java.util.Arrays.fill(noise, (byte) 0x5A);
      return List.of(HexFormat.of().formatHex(noise));
    }
    String most = "0x" + "ff".repeat(field.size());
    return List.of("+1", most, "-1", "0", "0x7f");
  }

  private BlockDevice base(String name) throws IOException {
    BlockDevice known = bases.get(name);
    if (known != null) {
      return known;
    }
    Path work = Files.createTempDirectory("fields");
    List<BlockDevice> parts = new ArrayList<>();
    for (Path member :
        GoldenFiles.unpack(GoldenFiles.FORMAT.resolve("bases").resolve(name + ".tar.xz"), work)) {
      parts.add(GoldenKills.load(member));
    }
    GoldenFiles.delete(work);
    BlockDevice device = parts.size() == 1 ? parts.getFirst() : new ConcatDevice(parts);
    bases.put(name, device);
    return device;
  }
}
