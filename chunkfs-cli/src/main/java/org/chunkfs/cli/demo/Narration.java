package org.chunkfs.cli.demo;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.chunkfs.cli.output.ChunkPicture;
import tools.jackson.databind.JsonNode;

/** What the demo says on its way, each line with the time since its start. Safe for threads. */
public final class Narration {
  private final PrintWriter out;
  private final Paint paint;
  private final ChunkPicture picture;
  private final LongSupplier nanoTime;
  private final long start;

  public Narration(PrintWriter out, Paint paint, ChunkPicture picture, LongSupplier nanoTime) {
    this.out = out;
    this.paint = paint;
    this.picture = picture;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
  }

  Paint paint() {
    return paint;
  }

  PrintWriter out() {
    return out;
  }

  /** Seconds since the start. */
  double seconds() {
    return (nanoTime.getAsLong() - start) / 1e9;
  }

  synchronized void say(String format, Object... values) {
    String time = String.format(Locale.ROOT, "%6.1f s", seconds());
    out.println(paint.faint(time) + "  " + String.format(Locale.ROOT, format, values));
    out.flush();
  }

  /** A line without a time, that belongs to the one before. */
  synchronized void add(String format, Object... values) {
    out.println("          " + String.format(Locale.ROOT, format, values));
    out.flush();
  }

  synchronized void draw(JsonNode status) {
    out.println(picture.draw(status.path("chunks")));
    out.flush();
  }

  synchronized void legend() {
    out.println(paint.faint(picture.legend()));
    out.flush();
  }
}
