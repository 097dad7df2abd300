package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.problem.Severity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a check says of damage to a volume in use, and of the same damage to a copy of its image.
 */
final class OnlineVerdictTest {
  private static final int CASES = Integer.getInteger("chunkfs.verdicts", 16);
  private static final List<DamageKind> KINDS =
      List.of(DamageKind.FIELDS, DamageKind.BLOCKS, DamageKind.RUNS, DamageKind.MANY);

  private static final Pattern DROPPED = Pattern.compile("missing in chunk (\\d+)");

  /** Journals that hold nothing, and whatever else the volume would do in the background done. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void ofAVolumeAtRest(int number) throws IOException {
    SampleImages.Sample sample = SampleImages.sample(7, number);
    try (Volume volume = SampleImages.open(sample.device())) {
      assertThat(volume.quiesce(20_000)).isTrue();
      volume.syncfs();
      for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
        volume.checkpoint(chunk);
        volume.upkeep().renew(chunk);
      }
      compare(volume, sample, number);
    }
  }

  /** Journals that hold what the last server left there; one that reads alone changes nothing. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 7})
  void ofAVolumeWithFullJournals(int number) throws IOException {
    SampleImages.Sample sample = SampleImages.sample(8, number);
    VolumeOptions readOnly =
        VolumeOptions.defaults().withReadOnly(true).withFenced(VolumeOptions.FencedPolicy.FAIL);
    try (Volume volume = Volume.open(Image.of(sample.device()), readOnly, SampleImages.bootId())) {
      compare(volume, sample, 100 + number);
    }
  }

  private static void compare(Volume volume, SampleImages.Sample sample, long seed)
      throws IOException {
    BlockDevice device = sample.device();
    Specimen specimen =
        new Specimen(
            new SampleImages.Sample(sample.name(), SampleImages.copy(device), sample.earlier()));
    Image sound = Image.of(specimen.device);
    SplittableRandom random = new SplittableRandom(seed);
    int told = 0;
    for (int i = 0; i < CASES; i++) {
      ScratchDevice scratch = specimen.scratch();
      Damage damage = new Damage(specimen, scratch);
      KINDS.get(i % KINDS.size()).apply(specimen, damage, random);
      TreeSet<Long> blocks = Blocks.differing(specimen.device, scratch);
      Blocks.copy(scratch, device, blocks);
      try {
        Image copy = sound.on(SampleImages.copy(device));
        List<Finding> offline =
            Fsck.check(
                    copy,
                    FsckOptions.check().withThreads(1).withBootId(SampleImages.bootId()),
                    Progress.NONE)
                .findings();
        List<Finding> online =
            OnlineFsck.run(volume, FsckOptions.check(), Progress.NONE).findings();
        TreeSet<Integer> journals = journals(offline);
        journals.addAll(journals(online));
        assertThat(verdict(online, journals))
            .as(
                "case %d of %s: %s%noffline %s%nonline %s",
                i, sample.name(), damage, offline, online)
            .isEqualTo(verdict(offline, journals));
        told += offline.isEmpty() ? 0 : 1;
      } finally {
        Blocks.copy(specimen.device, device, blocks);
      }
    }
    assertThat(told).isGreaterThan(CASES / 3);
  }

  /**
   * Chunks whose journal is damaged: a volume in use knows where it has to end, a check of an image
   * may take it for a power loss, and then believes other commits too.
   */
  private static TreeSet<Integer> journals(List<Finding> findings) {
    TreeSet<Integer> chunks = new TreeSet<>();
    for (Finding finding : findings) {
      switch (finding.problem()) {
        case JOURNAL, JOURNAL_STABLE, JOURNAL_TORN, COMMIT_MISSING -> chunks.add(finding.chunk());
        case COMMIT_INCOMPLETE ->
            DROPPED
                .matcher(finding.message())
                .results()
                .forEach(m -> chunks.add(Integer.parseInt(m.group(1))));
        default -> {}
      }
    }
    return chunks;
  }

  /**
   * Where a header is lost an image cannot tell whether a journal may be empty; and with the older
   * one the journal makes blocks of the table anew that somebody has changed in place.
   */
  private static boolean headerLost(List<Finding> findings, Finding finding) {
    boolean told =
        switch (finding.problem()) {
          case RING_MAP_BIT, TABLE_CRC, METADATA_CRC -> true;
          default -> false;
        };
    return told
        && findings.stream()
            .anyMatch(f -> f.problem() == Problem.HEADER && f.chunk() == finding.chunk());
  }

  private static Map<String, Integer> verdict(List<Finding> findings, TreeSet<Integer> journals) {
    Map<String, Integer> verdict = new TreeMap<>();
    for (Finding finding : findings) {
      Problem problem = finding.problem();
      boolean doubtful =
          journals.contains(finding.chunk())
              || !journals.isEmpty()
                  && problem.scope() == org.chunkfs.fsck.problem.Scope.CROSS_CHUNK;
      doubtful |= headerLost(findings, finding);
      doubtful |= problem == Problem.VOLUME_RECORD_BEHIND; // a volume in use has its record
      if (problem.severity() != Severity.NOTE && !doubtful) {
        verdict.merge(finding.chunk() + ": " + problem.number(), 1, Integer::sum);
      }
    }
    return verdict;
  }
}
