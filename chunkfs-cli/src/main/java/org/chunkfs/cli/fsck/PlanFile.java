package org.chunkfs.cli.fsck;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.plan.PlanJson;
import org.chunkfs.fsck.plan.RepairPlan;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A plan as {@code fsck --plan-out} wrote it: enough to make it again and to see that it is the
 * same.
 *
 * @param path of the file
 * @param image the image's UUID
 * @param fingerprint of all that was read
 * @param changes of all that is to be written
 * @param preen whether only what is safe is repaired
 * @param data whether file data is compared with its checksums
 * @param chunks those that are looked at; empty: all
 * @param now the time that goes into what is made
 */
public record PlanFile(
    Path path,
    String image,
    String fingerprint,
    String changes,
    boolean preen,
    boolean data,
    Set<Integer> chunks,
    long now) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Whether a file begins as a plan does; so a plan is told from an image. */
  public static boolean is(Path path) {
    byte[] start = PlanJson.START.getBytes(StandardCharsets.US_ASCII);
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (var in = Files.newInputStream(path)) {
      return java.util.Arrays.equals(in.readNBytes(start.length), start);
    } catch (IOException e) {
      return false; // opening it as what it is taken for then says why
    }
  }

  /** Reads one. */
  public static PlanFile read(Path path) throws IOException {
    try {
      JsonNode plan = JSON.readTree(Files.readString(path));
      JsonNode options = plan.path("options");
      Set<Integer> chunks = new TreeSet<>();
      options.path("chunks").forEach(chunk -> chunks.add(chunk.asInt()));
      return new PlanFile(
          path,
          plan.path("image").asString(),
          plan.path("fingerprint").asString(),
          plan.path("changes").asString(),
          options.path("preen").asBoolean(),
          options.path("data").asBoolean(),
          chunks,
          options.path("now").asLong());
    } catch (JacksonException | java.nio.charset.CharacterCodingException e) {
      throw new FileSystemException(path.toString(), null, "is not a whole plan of chunkfs fsck");
    }
  }

  /** How to make the plan again. */
  public FsckOptions options(FsckOptions of) {
    return new FsckOptions(
        preen ? FsckOptions.Repair.PREEN : FsckOptions.Repair.YES,
        data,
        chunks,
        of.threads(),
        of.bootId(),
        now);
  }

  /**
   * Demands that a plan is this one.
   *
   * @throws ImageException if it is not: the image is another one, or has changed
   */
  public void demand(RepairPlan plan) throws ImageException {
    if (!plan.imageUuid().equals(image)) {
      throw new ImageException(
          ImageException.Kind.WRONG_MEMBERS,
          "%s is a plan for image %s, not for %s; nothing was changed"
              .formatted(path, image, plan.imageUuid()));
    }
    if (!plan.fingerprint().equals(fingerprint) || !plan.changes().equals(changes)) {
      throw new ImageException(
          ImageException.Kind.DAMAGED,
          ("the image has changed since the plan %s was made; nothing was changed; make a new one"
                  + " with --plan-out")
              .formatted(path));
    }
  }
}
