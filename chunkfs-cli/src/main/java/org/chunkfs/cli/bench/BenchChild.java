package org.chunkfs.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.scratch.ScratchImage;
import org.chunkfs.cli.server.SelfProgram;
import org.chunkfs.core.volume.Volume;

/**
 * The process that a benchmark starts to have it killed, or to look at its heap: this program once
 * more, as {@code chunkfs bench --child IMAGE MILLIS}. It says {@code ready}, makes and reads small
 * files for so long, says {@code FILES PEAK-HEAP-BYTES}, and ends.
 */
public final class BenchChild implements AutoCloseable {
  private static final int HEAP_MIB = 256;
  private static final int BATCH = 64;

  private final Process process;
  private final BufferedReader said;

  private BenchChild(Process process) {
    this.process = process;
    this.said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts it; returns when it is at work. */
  static BenchChild start(Path image, long millis) throws IOException {
    List<String> command = new ArrayList<>(SelfProgram.command("bench"));
    command.addAll(List.of("--child", image.toString(), Long.toString(millis)));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    if (System.getProperty("chunkfs.self") == null) {
      command.add(1, "-Xmx" + HEAP_MIB + "m");
    } else {
      builder.environment().put("CHUNKFS_JAVA_OPTS", "-Xmx" + HEAP_MIB + "m");
    }
    BenchChild child = new BenchChild(builder.start());
    if (!"ready".equals(child.said.readLine())) {
      child.close();
      throw new IOException("The process to be measured did not start.");
    }
    return child;
  }

  /** Ends it where it is. */
  void kill() throws IOException {
    process.destroyForcibly();
    await();
  }

  /** Waits for its last line, and splits it. */
  String[] result() throws IOException {
    String line = said.readLine();
    if (line == null) {
      throw new IOException("The process to be measured ended early, with code " + await() + ".");
    }
    return line.split(" ", -1);
  }

  private int await() throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    said.close();
    await();
  }

  /** What the child does. */
  public static void work(Path image, long millis, PrintWriter out) throws IOException {
    try (Volume volume = ScratchImage.open(image)) {
      Creates creates = new Creates(volume, "child");
      ByteBuffer buffer = ByteBuffer.allocateDirect(BATCH);
      out.println("ready");
      out.flush();
      long until = System.nanoTime() + millis * 1_000_000;
      long made = 0;
      long peak = 0;
      while (System.nanoTime() < until) {
        for (int i = 0; i < BATCH; i++) {
          creates.one();
        }
        creates.readLast(buffer);
        made += BATCH;
        peak = Math.max(peak, heapInUse());
      }
      out.println(made + " " + peak);
      out.flush();
    }
  }

  /** What is in use at one moment; the peaks of the heap's parts are not at the same one. */
  private static long heapInUse() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
