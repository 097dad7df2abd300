package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.CheckOptions;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.repair.Consent;
import org.chunkfs.fsck.repair.Repairer;
import org.chunkfs.fsck.scan.HistoryScan;
import org.jspecify.annotations.Nullable;

/**
 * One case of an image whose second member is missing, or was cut short, and then comes back.
 *
 * <p>In half of the cases a field is damaged too. Promises: nothing throws; a repair writes nothing
 * to the chunks that are there but what is known to be wrong of them, so that after the member is
 * back one repair leaves the whole image clean and every file as it was.
 */
final class MemberTrial {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Specimen specimen;
  private final String name;
  private final SplittableRandom random;
  private final boolean alsoDamaged;
  private final List<String> violations = new ArrayList<>();
  private boolean detected;
  private boolean repaired;

  MemberTrial(Specimen specimen, String name, SplittableRandom random) {
    this.specimen = specimen;
    this.name = name;
    this.random = random;
    this.alsoDamaged = random.nextBoolean();
  }

  Verdict run() throws IOException {
    ConcatDevice whole = (ConcatDevice) SampleImages.copy(specimen.device);
    String also = alsoDamaged ? also(whole) : "";
    List<BlockDevice> parts = whole.parts();
    long size = parts.getLast().size();
    long left = random.nextInt(3) == 0 ? 0 : random.nextLong(1, size / BLOCK) * BLOCK;
    CutDevice cut = new CutDevice(parts.getLast(), "second", left);
    BlockDevice device = new ConcatDevice(List.of(parts.getFirst(), cut));
    String damage =
        left == 0
            ? "the second member is missing, and comes back"
            : "the second member is cut to %d of %d bytes, and comes back".formatted(left, size);
    try {
      gone(device);
      cut.comeBack();
      back(device);
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
      violations.add("it was stopped by " + Trial.text(e));
    }
    return new Verdict(
        name,
        specimen.name,
        damage + also,
        false,
        detected,
        repaired,
        0,
        0,
        0,
        0,
        List.of(),
        violations);
  }

  /** Damages a field in one of the chunks that stay; says so. */
  private String also(ConcatDevice whole) throws IOException {
    Damage damage =
        new Damage(
            specimen,
            new ScratchDevice(
                whole, specimen.layout, new java.util.concurrent.ConcurrentHashMap<>()));
    new DamageMaker(specimen, damage, random).field(false, true);
    return "; also " + damage;
  }

  private static CheckOptions options() {
    return new CheckOptions(true, java.util.Set.of(), SampleImages.bootId(), 1);
  }

  private void gone(BlockDevice device) throws IOException {
    Image image = Image.of(device);
    ImageCheck.Result first = ImageCheck.run(image, options(), Progress.NONE);
    detected = !first.findings().isEmpty();
    for (Finding finding : first.findings().list()) {
      boolean away = finding.chunk() < 0 || image.layout().memberOf(finding.chunk()) > 0;
      if (!alsoDamaged && !away && finding.problem().severity() != Severity.NOTE) {
        violations.add("a chunk that is there is called wrong: " + finding);
        return;
      }
    }
    if (first.findings().anyRepairable()) {
      ImageCheck.Result last = repair(image, first).last();
      if (last.findings().anyRepairable()) {
        violations.add(
            "without the member the repair did not converge: "
                + last.findings().list().stream().limit(4).toList());
      }
    }
  }

  private Repairer.Result repair(Image image, ImageCheck.Result first) throws IOException {
    repaired = true;
    return new Repairer(image, options(), Progress.NONE, Consent.ALL, 1_000_000_000L).run(first);
  }

  private void back(BlockDevice device) throws IOException {
    Image image = Image.of(device);
    ImageCheck.Result result = ImageCheck.run(image, options(), Progress.NONE);
    if (result.findings().anyRepairable()) {
      result = repair(image, result).last();
    }
    if (result.findings().anyWrong()) {
      violations.add(
          "after its return the repair did not converge: "
              + result.findings().list().stream().limit(4).toList());
      return;
    }
    HistoryScan history = result.history();
    ScratchDevice scratch =
        new ScratchDevice(device, specimen.layout, new java.util.concurrent.ConcurrentHashMap<>());
    Census after =
        Census.of(
            scratch, specimen.layout, history == null ? (chunk, header, scan) -> scan : history);
    @Nullable String lost = TreeComparison.lost(specimen.census, after);
    if (lost != null && !alsoDamaged) {
      violations.add("after its return something else is lost: " + lost);
    }
  }
}
