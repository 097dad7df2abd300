package org.chunkfs.cli.output;

import java.io.PrintWriter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** The status of an image as text: a summary, a picture of its chunks, and a line for each. */
public final class StatusText {
  private static final int BLOCK = 4096;

  private final PrintWriter out;
  private final boolean unicode;
  private final boolean all;

  /**
   * @param unicode whether the terminal can show the bars
   * @param all whether chunks that serve get a line each, too
   */
  public StatusText(PrintWriter out, boolean unicode, boolean all) {
    this.out = out;
    this.unicode = unicode;
    this.all = all;
  }

  public void print(JsonNode status) {
    String label = status.path("label").asString("");
    out.printf(
        "image     %s%s%n",
        status.path("uuid").asString("?"), label.isEmpty() ? "" : " \"" + label + "\"");
    out.printf(
        "          %s in %d chunks on %d member%s, %s%n",
        Sizes.show(status.path("bytes").asLong(0)),
        status.path("chunks").size(),
        status.path("members").asInt(1),
        status.path("members").asInt(1) == 1 ? "" : "s",
        condition(status));
    totals(status.path("chunks"));
    if (!status.path("counters").isEmpty()) {
      out.print("counted  ");
      status
          .path("counters")
          .forEachEntry((name, value) -> out.printf(" %s %,d", name, value.asLong(0)));
      out.println();
    }
    ChunkPicture picture = new ChunkPicture(unicode, false);
    out.println();
    out.println(picture.draw(status.path("chunks")));
    out.println(picture.legend());
    table(status.path("chunks"));
    scrub(status.path("scrub"));
    todo(status.path("todo"));
  }

  private void scrub(JsonNode scrub) {
    if (scrub.isEmpty()) {
      return;
    }
    out.println();
    if (scrub.path("running").asBoolean(false)) {
      out.printf(
          "scrub     running since %s, chunk %d is next; at most %d%% of the time%n",
          scrub.path("started").asString("?"),
          scrub.path("next").asInt(0),
          scrub.path("share").asInt(0));
    } else {
      out.printf("scrub     the next round begins %s%n", scrub.path("due").asString("?"));
    }
    if (scrub.path("repairs").asLong(0) > 0) {
      out.printf("          repaired %d times%n", scrub.path("repairs").asLong(0));
    }
  }

  /** What waits for a person, and what to type. */
  private void todo(JsonNode todo) {
    if (todo.isEmpty()) {
      return;
    }
    out.println();
    for (JsonNode each : todo) {
      int chunk = each.path("chunk").asInt(-1);
      String found = each.path("found").asString("");
      out.printf(
          "to do     %s: %s%n",
          chunk < 0 ? "image" : "chunk " + chunk, each.path("command").asString(""));
      if (!found.isEmpty()) {
        out.printf("          %s%n", FsckText.safe(found));
      }
    }
  }

  private static String condition(JsonNode status) {
    return status.path("mounted").asBoolean(false)
        ? "mounted" + (status.path("readOnly").asBoolean(false) ? " read-only" : "")
        : "not mounted";
  }

  private void totals(JsonNode chunks) {
    long blocks = 0;
    long free = 0;
    long inodes = 0;
    long journal = 0;
    long used = 0;
    int serving = 0;
    for (JsonNode chunk : chunks) {
      blocks += chunk.path("blocks").asLong(0);
      free += chunk.path("blocksFree").asLong(0);
      inodes += chunk.path("inodes").asLong(0);
      journal += chunk.path("journalBytes").asLong(0);
      used += Math.max(0, chunk.path("journalUsed").asLong(0));
      serving += serves(chunk) ? 1 : 0;
    }
    out.printf(
        "space     %s used, %s free of %s; %,d inodes%n",
        Sizes.show(Math.max(0, blocks - free) * BLOCK),
        Sizes.show(free * BLOCK),
        Sizes.show(blocks * BLOCK),
        inodes);
    out.printf("journal   %s live of %s%n", Sizes.show(used), Sizes.show(journal));
    out.printf("chunks    %d of %d serve%n", serving, chunks.size());
  }

  private static boolean serves(JsonNode chunk) {
    return switch (chunk.path("state").asString("")) {
      case "online", "suspect", "read-only", "unused" -> true;
      default -> false;
    };
  }

  private void table(JsonNode chunks) {
    boolean heading = false;
    for (JsonNode chunk : chunks) {
      String state = chunk.path("state").asString("");
      boolean plain = state.equals("online") || state.equals("unused");
      if (plain && !all) {
        continue;
      }
      if (!heading) {
        out.println();
        out.println("  chunk member state        free of     inodes  journal  reason");
        heading = true;
      }
      out.printf(
          Locale.ROOT,
          "%7d %6d %-10s %8s %-8s %6d %8s  %s%n",
          chunk.path("id").asInt(0),
          chunk.path("member").asInt(0),
          state,
          Sizes.show(chunk.path("blocksFree").asLong(0) * BLOCK),
          Sizes.show(chunk.path("blocks").asLong(0) * BLOCK),
          chunk.path("inodes").asLong(0),
          journal(chunk),
          chunk.path("reason").asString(""));
    }
  }

  private static String journal(JsonNode chunk) {
    long size = chunk.path("journalBytes").asLong(0);
    long used = chunk.path("journalUsed").asLong(-1);
    return size == 0 || used < 0 ? "?" : String.format(Locale.ROOT, "%d%%", used * 100 / size);
  }
}
