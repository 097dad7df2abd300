package org.chunkfs.cli.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.chunkfs.cli.scratch.ScratchImage;
import org.chunkfs.cli.server.SelfProgram;
import org.chunkfs.core.volume.Volume;
import org.jspecify.annotations.Nullable;

/** Kills a process that uses an image through the library. */
public final class KillLibrary extends Kills {
  private static final long PATIENCE_MILLIS = 20_000;

  @Override
  public String name() {
    return "kill-library";
  }

  @Override
  public String promise() {
    return "SIGKILL of a JVM with an open volume: all acknowledged is there, fsck -n clean";
  }

  @Override
  List<KillPoint> points() {
    return List.of(KillPoint.values());
  }

  @Override
  Round begin(KilledImage image, long seed, Path work) {
    return new LibraryRound(image, seed);
  }

  /** One image. */
  private static final class LibraryRound implements Round {
    private final KilledImage image;
    private final long seed;
    private @Nullable Volume volume;

    LibraryRound(KilledImage image, long seed) {
      this.image = image;
      this.seed = seed;
    }

    @Override
    public @Nullable String kill(KillPoint point, List<Ledger> ledgers, SplittableRandom random)
        throws IOException {
      List<String> command = new ArrayList<>(SelfProgram.command("torture"));
      command.add("--child");
      command.add(image.file().toString());
      command.add(Long.toString(seed));
      command.add(point.name());
      command.add(Long.toString(random.nextLong() >>> 1));
      ledgers.forEach(ledger -> command.add(Long.toString(ledger.done())));
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try {
        return watch(process, point, ledgers, random);
      } finally {
        process.destroyForcibly();
        await(process);
      }
    }

    /** Reads what it says, kills it at its point, and reads what it had said by then. */
    private static @Nullable String watch(
        Process process, KillPoint point, List<Ledger> ledgers, SplittableRandom random)
        throws IOException {
      int acknowledgements = 1 + random.nextInt(300);
      long millis = 5 + random.nextInt(400);
      AtomicBoolean killed = new AtomicBoolean();
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        int heard = 0;
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          if (line.equals("ready")) {
            killLater(process, point == KillPoint.ANYWHERE ? millis : PATIENCE_MILLIS, killed);
          } else if (line.equals("point")) {
            kill(process, killed);
          } else if (line.startsWith("failed")) {
            kill(process, killed);
            return "a request failed before the kill: " + line;
          } else {
            ledgers.get(Integer.parseInt(line)).acknowledged();
            if (++heard >= acknowledgements && point == KillPoint.ACKNOWLEDGED) {
              kill(process, killed);
            }
          }
        }
      }
      return killed.get() ? null : "the process to be killed ended by itself";
    }

    private static void kill(Process process, AtomicBoolean killed) {
      killed.set(true);
      // Not through the process itself: that would close what it had said by then.
      process.toHandle().destroyForcibly();
    }

    private static void killLater(Process process, long millis, AtomicBoolean killed) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
                kill(process, killed);
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }

    private static void await(Process process) throws IOException {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Interrupted.", e);
      }
    }

    @Override
    public List<Hands> again() throws IOException {
      Volume opened = ScratchImage.open(image.file());
      volume = opened;
      return IntStream.range(0, WORKERS)
          .mapToObj(w -> (Hands) new LibraryHands(opened, w))
          .toList();
    }

    @Override
    public void stop() throws IOException {
      Volume open = volume;
      volume = null;
      if (open != null) {
        open.close();
      }
    }

    @Override
    public void close() throws IOException {
      stop();
    }
  }
}
