package org.chunkfs.fsck.torture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.check.Fact;
import org.chunkfs.fsck.check.FactsText;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.junit.jupiter.api.Test;

/**
 * A chunk that is proved to be sound without the passes is one in which they find nothing, and what
 * is kept of it for the passes over all chunks is the same.
 */
final class QuickCheckProps {
  private static final List<DamageKind> KINDS =
      List.of(DamageKind.FIELDS, DamageKind.FIELDS, DamageKind.BLOCKS, DamageKind.MANY);

  private static final int CASES = 200;

  /** Places of each field. */
  private static final int EACH = 2;

  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);

  @Property(tries = 12, seed = "1063", generation = GenerationMode.RANDOMIZED)
  void theProofAndThePassesAgree(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Specimen specimen = new Specimen(SampleImages.sample(random.nextInt(3), random.nextInt(12)));
    for (int i = 0; i < CASES; i++) {
      ScratchDevice scratch = specimen.scratch();
      Damage damage = new Damage(specimen, scratch);
      KINDS.get(random.nextInt(KINDS.size())).apply(specimen, damage, random);
      for (int chunk : damage.chunks()) {
        if (chunk >= 0) {
          agree(scratch, specimen.layout, chunk, damage);
        }
      }
    }
  }

  @Test
  void theyAgreeAboutEveryFieldOfWhatLiesInSeveralChunks() throws IOException {
    Specimen specimen = fileInSeveralChunks();
    List<Target> targets = new ArrayList<>();
    for (Target flags : specimen.targets.of("inode.flags")) {
      byte[] bytes = new byte[flags.size()];
      specimen.device.read(flags.position(), ByteBuffer.wrap(bytes));
      int spread = InodeRecord.FLAG_SPREAD | InodeRecord.FLAG_CONTINUATION;
      if ((bytes[0] & spread) != 0) {
        long start = flags.position() - InodeRecord.FLAGS.offset();
        for (String name : specimen.targets.names()) {
          specimen.targets.of(name).stream()
              .filter(t -> t.position() >= start && t.position() < start + InodeRecord.SIZE)
              .forEach(targets::add);
        }
      }
    }
    specimen.targets.names().stream()
        .filter(name -> name.startsWith("continuation"))
        .forEach(name -> targets.addAll(specimen.targets.of(name)));
    assertThat(targets).hasSizeGreaterThan(50);
    agree(specimen, targets);
  }

  @Test
  void theyAgreeAboutNamesInDirectoriesInSeveralChunks() throws IOException {
    Specimen specimen = EmptyJournals.of(SampleImages.spread(3, true));
    BitSet apart = directoriesApart(specimen);
    assertThat(apart.cardinality()).isGreaterThan(1);
    List<Target> targets = new ArrayList<>();
    for (String name : specimen.targets.names()) {
      List<Target> of =
          specimen.targets.of(name).stream()
              .filter(t -> t.chunk() >= 0 && apart.get(t.chunk()))
              .toList();
      for (int i = 0; i < of.size(); i += Math.max(1, of.size() / EACH)) {
        targets.add(of.get(i));
      }
    }
    agree(specimen, targets);
  }

  /** The chunks with directories, or parts of them, that lie in several chunks. */
  private static BitSet directoriesApart(Specimen specimen) throws IOException {
    BitSet apart = new BitSet();
    for (Fact.Head head : SpreadDirectories.of(specimen.device)) {
      apart.set(Ino.chunk(head.inode()));
      head.map().forEach(range -> apart.set(Ino.chunk(range.part())));
    }
    return apart;
  }

  private static void agree(Specimen specimen, List<Target> targets) throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    for (Target target : targets) {
      for (Mutation mutation : Mutation.values()) {
        ScratchDevice scratch = specimen.scratch();
        Damage damage = new Damage(specimen, scratch);
        byte[] bytes = damage.read(target.position(), target.size());
        mutation.apply(bytes, 0, bytes.length, random);
        damage.write(target.position(), bytes);
        damage.seal(target.position());
        damage.say(target.place() + " " + mutation.words());
        agree(scratch, specimen.layout, target.chunk(), damage);
      }
    }
  }

  private static Specimen fileInSeveralChunks() throws IOException {
    BlockDevice device = SampleImages.empty(5);
    Volume volume = SampleImages.open(device);
    long id = volume.create(volume.root(), "large".getBytes(UTF_8), FILE).id();
    for (int i = 0; i < 10; i++) {
      volume.write(id, i * 1_000_000L, ByteBuffer.allocate(1_000_000));
    }
    return EmptyJournals.of(device, volume);
  }

  private static void agree(ScratchDevice device, ImageLayout layout, int chunk, Damage damage) {
    Seen quick = look(device, layout, chunk, true);
    Seen close = look(device, layout, chunk, false);
    assertThat(quick.findings.list())
        .as("%s", damage)
        .containsExactlyInAnyOrderElementsOf(close.findings.list());
    assertThat(quick.facts).as("%s", damage).isEqualTo(close.facts);
  }

  private record Seen(Findings findings, List<String> facts) {}

  private static Seen look(BlockDevice device, ImageLayout layout, int chunk, boolean quickly) {
    Findings findings = new Findings(chunk);
    ChunkReader reader = new ChunkReader(device, layout, chunk);
    ChunkScan scan = ChunkScan.open(reader, (_, _, kept) -> kept, findings);
    Crossings crossings = Crossings.all(chunk);
    ChunkFacts facts =
        quickly
            ? ChunkCheck.run(scan, false, crossings)
            : ChunkCheck.closely(scan, false, crossings);
    return new Seen(findings, FactsText.of(facts));
  }
}
