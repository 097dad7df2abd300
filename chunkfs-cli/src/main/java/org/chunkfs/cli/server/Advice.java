package org.chunkfs.cli.server;

import java.time.Instant;
import java.util.Map;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeState.Reason;
import org.chunkfs.fsck.scrub.Scrubber;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a status says of the check in the background, and of what a person should type. */
final class Advice {
  private final Volume volume;
  private final String place;
  private final @Nullable Scrubber scrubber;

  /**
   * @param place where the image is mounted
   */
  Advice(Volume volume, String place, @Nullable Scrubber scrubber) {
    this.volume = volume;
    this.place = place;
    this.scrubber = scrubber;
  }

  /** Adds {@code scrub} and {@code todo}. */
  void add(ObjectNode status) {
    ArrayNode todo = status.putArray("todo");
    Map<Integer, String> waiting = Map.of();
    if (scrubber != null) {
      Scrubber.Status scrub = scrubber.status();
      waiting = scrub.waiting();
      ObjectNode node = status.putObject("scrub");
      node.put("running", scrub.running());
      node.put("periodSeconds", scrub.options().period().toSeconds());
      node.put("share", scrub.options().share());
      node.put("next", scrub.next());
      node.put("started", scrub.started() == 0 ? "" : time(scrub.started()));
      node.put("due", time(scrub.due()));
      node.put("repairs", scrub.repairs());
    }
    for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
      String command = command(chunk, waiting.containsKey(chunk));
      if (!command.isEmpty()) {
        add(todo, chunk, waiting.getOrDefault(chunk, ""), command);
      }
    }
    String image = waiting.get(-1);
    if (image != null) {
      add(todo, -1, image, "chunkfs fsck -y " + place);
    }
  }

  private static void add(ArrayNode todo, int chunk, String why, String command) {
    todo.addObject().put("chunk", chunk).put("found", why).put("command", command);
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(nanos / 1_000_000_000L).toString();
  }

  private String command(int chunk, boolean found) {
    ChunkState state = volume.upkeep().state(chunk);
    Reason reason = volume.upkeep().reason(chunk);
    return switch (state) {
      case FENCED, READ_ONLY ->
          reason == Reason.DAMAGE || reason == Reason.JOURNAL
              ? "chunkfs fsck -y --chunk %d %s".formatted(chunk, place)
              : "chunkfs chunk online %d %s".formatted(chunk, place);
      case SUSPECT ->
          found
              ? "chunkfs fsck --data -y %s%s".formatted(only(chunk), place)
              : "chunkfs fsck --data -n --chunk %d %s".formatted(chunk, place);
      default -> "";
    };
  }

  /** What two chunks say of each other is not repaired by looking at one. */
  private String only(int chunk) {
    boolean across = volume.chunks().get(chunk).reason().matches(".*\\[6[0-9][0-9]\\].*");
    return across ? "" : "--chunk " + chunk + " ";
  }
}
