package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.repair.Consent;
import org.chunkfs.fsck.repair.Repairer;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.HistoryScan;
import org.chunkfs.fsck.scan.Keep;

/**
 * One case: damages a copy of a specimen, checks it, repairs it, checks it again, and judges.
 *
 * <p>Promises: damage of anything that counts is noticed, with and without a look at the data;
 * nothing throws or takes long; one repair makes the image clean, also when it was killed after any
 * of its writes and run again; other chunks keep their bytes; what is lost is told.
 */
final class Trial {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long WORK_NANOS = 20_000_000_000L;
  private static final long WAIT_NANOS = 20 * WORK_NANOS;
  private static final int DATA_BLOCKS_TOLD = 3;

  private final Specimen specimen;
  private final Witnesses witnesses;
  private final DamageKind kind;
  private final String name;
  private final SplittableRandom random;

  /** How many points of a repair it is killed at: 0 none, negative every one. */
  private final int kills;

  /** Whether an image that is called sound is used too. */
  private final boolean used;

  private final boolean explain;
  private final List<String> details = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private boolean detected;
  private boolean repaired;
  private int killed;
  private int metadata;
  private int files;
  private int kept;

  Trial(
      Specimen specimen,
      DamageKind kind,
      String name,
      SplittableRandom random,
      int kills,
      boolean used,
      boolean explain) {
    this.specimen = specimen;
    this.witnesses = new Witnesses(specimen);
    this.kind = kind;
    this.name = name;
    this.random = random;
    this.kills = kills;
    this.used = used;
    this.explain = explain;
  }

  /** Runs it. */
  Verdict run() throws IOException {
    ScratchDevice device = specimen.scratch();
    Damage damage = new Damage(specimen, device);
    kind.apply(specimen, damage, random);
    long from = System.nanoTime();
    long worked = THREADS.getCurrentThreadCpuTime();
    try {
      judge(damage, device);
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
      violations.add("it was stopped by " + text(e));
    }
    // Work of this thread, and not time, which on a busy machine says nothing.
    if (THREADS.getCurrentThreadCpuTime() - worked > WORK_NANOS
        || System.nanoTime() - from > WAIT_NANOS) {
      violations.add("it took longer than 20 s of work, or 400 s in all");
    }
    return new Verdict(
        name,
        specimen.name,
        damage.toString(),
        damage.sealed(),
        detected,
        repaired,
        killed,
        metadata,
        files,
        kept,
        details,
        violations);
  }

  static String text(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    StringBuilder text = new StringBuilder(e.toString());
    for (int i = 0; i < Math.min(trace.length, 4); i++) {
      text.append(" at ").append(trace[i]);
    }
    return e.getCause() == null ? text.toString() : text + " <- " + text(e.getCause());
  }

  private void judge(Damage damage, ScratchDevice device) throws IOException {
    Image image;
    try {
      image = Image.of(device);
    } catch (ImageException e) {
      detected = true;
      if (!damage.sealed() && kind != DamageKind.RUNS) {
        violations.add("the image was refused: " + e.getMessage());
      }
      return;
    }
    ImageCheck.Result first = specimen.check(image, device);
    detected = !first.findings().isEmpty();
    if (explain) {
      first.findings().list().forEach(f -> details.add("found " + f));
    }
    proved(damage, device, image.layout(), first);
    if (!detected) {
      unnoticed(damage, device, first);
      serves(device);
      return;
    }
    if (!first.findings().anyRepairable()) {
      return;
    }
    repaired = true;
    ScratchDevice work = device.copy();
    work.note();
    Image mended = Image.of(work);
    Repairer.Result done =
        new Repairer(
                mended, specimen.options(work, mended), Progress.NONE, Consent.ALL, 1_000_000_000L)
            .run(first);
    if (explain) {
      details.addAll(done.log());
    }
    if (done.last().findings().anyWrong()) {
      violations.add("the repair did not converge: " + shown(done.last().findings()));
      return;
    }
    boolean forged = !specimen.same(mended); // most copies of the superblock are
    if (!forged) {
      outcome(damage, work, done);
    } else if (!damage.sealed()) {
      violations.add("another superblock counts, though no checksum was made right");
    }
    serves(work);
    kill(device, work.writes());
  }

  /** A check without data, which proves most sound chunks in a shorter way, finds the same. */
  private void proved(
      Damage damage, ScratchDevice device, ImageLayout layout, ImageCheck.Result first) {
    for (int chunk : damage.chunks()) {
      Findings all = first.byChunk().get(chunk);
      if (all == null) {
        continue;
      }
      Set<String> missing = new TreeSet<>();
      all.list().stream()
          .filter(f -> f.problem() != Problem.DATA_CRC)
          .forEach(f -> missing.add(f.toString()));
      if (missing.isEmpty()) {
        continue;
      }
      Findings found = new Findings(chunk);
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      ChunkCheck.run(ChunkScan.open(reader, keep(first), device, found), false);
      found.list().forEach(f -> missing.remove(f.toString()));
      if (!missing.isEmpty()) {
        violations.add("a check of chunk " + chunk + " without data does not find " + missing);
      }
    }
  }

  private void serves(ScratchDevice device) throws IOException {
    boolean readOnly = Image.of(device).layout().roCompat() != 0; // as a forged superblock says
    String broken = used && !readOnly ? Serving.broken(specimen, device) : "";
    if (!broken.isEmpty()) {
      violations.add("it is called sound, but in use " + broken);
    }
  }

  private static String shown(Findings findings) {
    return findings.list().stream().limit(4).toList().toString();
  }

  /** Nothing was found: then nothing may be different that checksums or other records tell. */
  private void unnoticed(Damage damage, ScratchDevice device, ImageCheck.Result result)
      throws IOException {
    if (damage.live() && !damage.sealed() && !witnesses.mayBeSilent(damage, result)) {
      violations.add("it was not noticed");
      return;
    }
    if (witnesses.none(damage)) {
      return;
    }
    Census after = Census.of(device, specimen.layout, keep(result));
    if (witnesses.wholeChunkBack(damage)) {
      return;
    }
    TreeComparison compared = new TreeComparison(specimen.census, after);
    if (!compared.sameNames() || compared.contentDiffers(Set.of())) {
      violations.add("it was not noticed, but the tree differs: " + compared.difference());
    } else if (!compared.sameReferences()) {
      violations.add("it was not noticed, but an inode has other names or references");
    }
  }

  static Keep keep(ImageCheck.Result result) {
    HistoryScan history = result.history();
    return history == null ? (chunk, header, scan) -> scan : history;
  }

  private void outcome(Damage damage, ScratchDevice work, Repairer.Result done) throws IOException {
    Census after = Census.of(work, specimen.layout, keep(done.last()));
    Set<Long> data = new TreeSet<>();
    int other = 0;
    for (long position : damage.blocks()) {
      LiveBytes.Range range = specimen.range(position);
      if (range != null && range.kind() == LiveBytes.Kind.DATA) {
        long owner = specimen.ownerOf(range.chunk(), position);
        data.add(owner);
      } else {
        other++;
      }
    }
    TreeComparison compared = new TreeComparison(specimen.census, after);
    if (other >= 1 && other <= DATA_BLOCKS_TOLD) {
      metadata = other;
      compared.count(data);
      if (explain) {
        compared.lost().forEach(l -> details.add("lost " + l));
      }
      files = compared.files();
      kept = compared.kept();
    }
    boolean cut = done.first().findings().count(Problem.COMMIT_INCOMPLETE) > 0;
    boolean believable =
        damage.sealed() || witnesses.wholeChunkBack(damage) || witnesses.unstableCut(done.first());
    if (witnesses.none(damage) || believable && cut) {
      return; // where the history is cut is for journals and volume records to say
    }
    Containment.judge(
        specimen,
        damage.chunks(),
        damage.sealed() ? done.first().facts() : Map.of(),
        work,
        after,
        violations);
  }

  private void kill(ScratchDevice damaged, List<ScratchDevice.Write> writes) throws IOException {
    if (kills == 0) {
      return;
    }
    int step = kills < 0 ? 1 : Math.max(1, writes.size() / kills);
    for (int upTo = kills < 0 ? 0 : random.nextInt(step); upTo < writes.size(); upTo += step) {
      ScratchDevice device = damaged.copy();
      for (ScratchDevice.Write write : writes.subList(0, upTo)) {
        device.write(write.position(), ByteBuffer.wrap(write.bytes()));
      }
      killed++;
      Image image = Image.of(device);
      ImageCheck.Result first = specimen.check(image, device);
      Repairer.Result done =
          new Repairer(
                  image,
                  specimen.options(device, image),
                  Progress.NONE,
                  Consent.ALL,
                  2_000_000_000L)
              .run(first);
      if (done.last().findings().anyWrong()) {
        violations.add(
            "a repair killed after %d of %d writes did not converge when run again: %s"
                .formatted(upTo, writes.size(), shown(done.last().findings())));
        return;
      }
    }
  }
}
