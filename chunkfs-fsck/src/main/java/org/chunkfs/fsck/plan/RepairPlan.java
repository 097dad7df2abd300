package org.chunkfs.fsck.plan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.report.FsckReport;

/**
 * A repair that was made in memory: what it found, what it came to, and the writes that make it, in
 * their order. Carried out, exactly those writes are done and nothing else.
 */
public final class RepairPlan {
  private static final int UNDO_RECORDS = 100;

  private final Image image;
  private final FsckReport report;
  private final DraftDevice draft;

  private RepairPlan(Image image, FsckReport report, DraftDevice draft) {
    this.image = image;
    this.report = report;
    this.draft = draft;
  }

  /** A check and repair of an image, wherever its device writes to. */
  @FunctionalInterface
  public interface Work {
    FsckReport run(Image image) throws IOException;
  }

  /**
   * Makes one; the image is only read.
   *
   * @throws IOException what {@code work} throws
   */
  public static RepairPlan of(Image image, Work work) throws IOException {
    DraftDevice draft = new DraftDevice(image.device());
    FsckReport report = work.run(image.on(draft));
    return new RepairPlan(image, report, draft);
  }

  /** The report as it will be once the plan is carried out. */
  public FsckReport report() {
    return report;
  }

  /** Whether there is nothing to do. */
  public boolean empty() {
    return draft.steps().isEmpty();
  }

  public String imageUuid() {
    return image.layout().uuidText();
  }

  public long imageBytes() {
    return image.device().size();
  }

  /** Of all that was read: as long as it is the same the image has not changed. */
  public String fingerprint() {
    return draft.fingerprint();
  }

  /** Of the writes. */
  public String changes() {
    return draft.changes();
  }

  /**
   * Carries it out; durable on return.
   *
   * @param device the image's, or one before it
   * @throws IOException if something cannot be written; a repair goes on from there
   */
  public void carryOut(BlockDevice device) throws IOException {
    for (DraftDevice.Step step : draft.steps()) {
      switch (step) {
        case DraftDevice.Write write ->
            device.write(write.position(), ByteBuffer.wrap(write.bytes()));
        case DraftDevice.Flush() -> device.flush();
      }
    }
    device.flush();
  }

  /** What it costs. */
  public PlanCost cost() {
    long bytes = 0;
    long writes = 0;
    long flushes = 0;
    long intents = 0;
    for (DraftDevice.Step step : draft.steps()) {
      switch (step) {
        case DraftDevice.Write write -> {
          bytes += write.bytes().length;
          intents += write.bytes().length / BlockDevice.BLOCK + 1;
          writes++;
        }
        case DraftDevice.Flush() -> flushes++;
      }
    }
    long blocks = draft.written().size();
    long undo = 2L * BlockDevice.BLOCK + blocks * BlockDevice.BLOCK;
    return new PlanCost(
        draft.bytesRead(),
        bytes,
        blocks,
        writes,
        flushes,
        empty() ? 0 : undo + (blocks + intents) * UNDO_RECORDS);
  }

  /** What it does, chunk by chunk; what belongs to the image as a whole first. */
  public List<PlanStep> steps() {
    ImageLayout layout = image.layout();
    Map<Integer, int[]> counts = new TreeMap<>();
    for (long block : draft.written()) {
      int chunk = chunkOf(layout, block);
      int kind = chunk < 0 ? 0 : kind(layout.geometry(chunk), inChunk(layout, chunk, block));
      counts.computeIfAbsent(chunk, _ -> new int[4])[kind]++;
    }
    List<PlanStep> steps = new ArrayList<>();
    counts.forEach((chunk, n) ->
        steps.add(new PlanStep(chunk, n[1] == 0 && n[2] > 0, n[0], n[1], n[2], n[3])));
    return steps;
  }

  private static int chunkOf(ImageLayout layout, long block) {
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      int at = inChunk(layout, chunk, block);
      if (at >= 0 && at < layout.geometry(chunk).blocks()) {
        return chunk;
      }
    }
    return -1;
  }

  private static int inChunk(ImageLayout layout, int chunk, long block) {
    long at = block - layout.base(chunk) / BlockDevice.BLOCK;
    return at < 0 || at > Integer.MAX_VALUE ? -1 : (int) at;
  }

  private static int kind(ChunkGeometry geometry, int block) {
    if (geometry.inBody(block)) {
      return 3;
    }
    if (geometry.inTable(block)) {
      return 2;
    }
    int ring = block - geometry.ringStart();
    return ring >= 0 && ring < geometry.ringBlocks() ? 1 : 0;
  }
}
