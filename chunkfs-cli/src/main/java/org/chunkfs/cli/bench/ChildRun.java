package org.chunkfs.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of a program, from its start to its end.
 *
 * @param seconds how long it took
 * @param cpuSeconds of the processors, its own and the system's for it; as last seen, so a few
 *     milliseconds short
 * @param peakBytes the most memory it had resident, 0 where the host does not say
 * @param exit its exit code
 */
record ChildRun(double seconds, double cpuSeconds, long peakBytes, int exit) {
  private static final long LOOK_EVERY_MILLIS = 2;

  /** Runs a program; what it prints is thrown away. */
  static ChildRun of(List<String> command) throws IOException {
    long from = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Duration cpu = Duration.ZERO;
      long peak = 0;
      while (!process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        cpu = process.toHandle().info().totalCpuDuration().orElse(cpu);
        peak = Math.max(peak, resident(process.pid()));
      }
      double seconds = (System.nanoTime() - from) / 1e9;
      return new ChildRun(seconds, cpu.toNanos() / 1e9, peak, process.exitValue());
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
  }

  /** The most that a process ever had resident, on Linux. */
  private static long resident(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException | NumberFormatException e) {
      // It has just ended, or there is no such file here.
    }
    return 0;
  }
}
