package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.sim.CrashJudge.Crash;
import org.chunkfs.core.sim.RecordedRun.Progress;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a crash leaves opens, with all chunks in service, as some prefix of the history: all
 * that was acknowledged if only the process died, all that was made durable if power was lost, and
 * every operation whole or not at all. A crash while it opens changes nothing about that. States
 * are drawn.
 */
final class CrashTrial extends Trial {
  /** A crashed opening is tried for one in so many states. */
  private static final int AGAIN = 6;

  /** One in so many states is worked with after it was opened. */
  private static final int GO_ON = 5;

  private final MemoryDevice image;
  private final VolumeOptions options;
  private final CrashJudge judge;
  private final Crash crash;

  /** States looked at of each script, about. */
  private final int most;

  CrashTrial(MemoryDevice image, VolumeOptions options, Crash crash, int most) {
    this.image = image;
    this.options = options;
    this.judge = new CrashJudge(options, false);
    this.crash = crash;
    this.most = most;
  }

  @Override
  @Nullable String run(List<Op> script, long seed) throws IOException {
    RecordingDevice device = new RecordingDevice(image);
    RecordedRun run =
        new RecordedRun.Recorder(
                device, open(device, options, CrashJudge.BOOT), new RecordedRun.Reference())
            .run(List.of(), script);
    steps += script.size();
    SplittableRandom random = new SplittableRandom(seed);
    CrashStates crashes = new CrashStates(run.recording());
    int writes = Math.max(1, run.recording().writes());
    double share = Math.min(1.0, (double) most / writes);
    Progress progress = new Progress(0, 0);
    for (int i = 0; i < crashes.size(); i++) {
      Recording.Event event = run.recording().events().get(i);
      crashes.advance(i + 1);
      if (event instanceof Recording.Mark(Object label) && label instanceof Progress p) {
        progress = p;
      }
      if (!(event instanceof Recording.Write) || random.nextDouble() >= share) {
        continue;
      }
      long pick = random.nextLong();
      MemoryDevice left = crash == Crash.POWER ? crashes.powerLoss(pick) : crashes.processDeath();
      evidence = left.snapshot();
      String wrong = look(left, run, progress, random);
      states = judge.opened();
      if (wrong != null) {
        return "crash after event %d of %d (%s), state %x: %s"
            .formatted(i, crashes.size(), progress, pick, wrong);
      }
    }
    return null;
  }

  private @Nullable String look(
      MemoryDevice left, RecordedRun run, Progress progress, SplittableRandom random)
      throws IOException {
    CrashJudge.Opened opened = judge.open(left, crash);
    String wrong = CrashJudge.compare(run, progress, crash, opened.tree());
    if (wrong == null && random.nextInt(AGAIN) == 0) {
      wrong = judge.again(opened, crash, random);
    }
    if (wrong == null && random.nextInt(GO_ON) == 0) {
      wrong = judge.goOn(left, image, run, progress, crash, opened.tree(), random);
    }
    return wrong;
  }

  /** A workload with syncs and checkpoints strewn in. */
  static List<Op> script(Workload workload, long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed ^ 0x5EED);
    List<Op> script = new ArrayList<>();
    for (Op op : workload.steps(seed, count)) {
      script.add(op);
      if (random.nextInt(9) == 0) {
        script.add(Op.event(Op.Kind.SYNC, 0));
      }
      if (random.nextInt(9) == 0) {
        script.add(Op.event(Op.Kind.CHECKPOINT, 0));
      }
    }
    return script;
  }
}
