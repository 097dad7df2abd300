package org.chunkfs.cli.demo;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.chunkfs.cli.output.Sentence;
import org.jspecify.annotations.Nullable;

/**
 * Readers and writers that keep the image busy: some only where no request goes through one certain
 * chunk, some only there. Nothing they ask for may fail, but in that chunk while it is out of
 * service, and what a killed server was just doing.
 */
final class Load {
  private static final long PARK_MILLIS = 20;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Share share;
  private final Tally elsewhere = new Tally();
  private final Tally there = new Tally();
  private final List<List<OwnFiles>> writers = new ArrayList<>();
  private final Object gate = new Object();
  private @Nullable Crew crew;

  // Guarded by the gate.
  private int running;
  private int parked;

  private volatile boolean chunkOut;
  private volatile boolean repairing;
  private volatile boolean killed;
  private volatile boolean stopped;

  /** One thing that a worker does again and again. */
  @FunctionalInterface
  private interface Step {
    /** Returns what is wrong with the bytes it got, or null. */
    @Nullable String run() throws IOException;
  }

  Load(Share share) {
    this.share = share;
  }

  /** Requests that do not go through the chunk. */
  Tally elsewhere() {
    return elsewhere;
  }

  /** Requests that do. */
  Tally there() {
    return there;
  }

  /** Starts the readers and writers that stay away from a chunk. */
  void startElsewhere(Corpus corpus, int chunk, SplittableRandom random) {
    List<DemoFile> files = corpus.apartFrom(chunk);
    for (int i = 0; i < 2; i++) {
      startReader(files, elsewhere, random.split());
    }
    List<OwnFiles> own = new ArrayList<>();
    for (Map.Entry<Integer, String> place : corpus.workshops().entrySet()) {
      if (place.getKey() != chunk) {
        own.add(new OwnFiles(place.getValue(), "a", random.split()));
      }
    }
    startWriter(own, elsewhere, random.split());
  }

  /**
   * Starts a reader and a writer of that chunk alone.
   *
   * @param hit numbers of the inodes that were overwritten
   */
  void startThere(
      List<DemoFile> files, Set<Long> hit, @Nullable String workshop, SplittableRandom random) {
    SplittableRandom own = random.split();
    start(
        there,
        () -> {
          DemoFile file = files.get(own.nextInt(files.size()));
          return hit.contains(file.ino()) ? readHit(file) : read(file);
        });
    if (workshop != null) {
      startWriter(List.of(new OwnFiles(workshop, "b", random.split())), there, random.split());
    }
  }

  private void startReader(List<DemoFile> files, Tally tally, SplittableRandom random) {
    if (!files.isEmpty()) {
      start(tally, () -> read(files.get(random.nextInt(files.size()))));
    }
  }

  private @Nullable String read(DemoFile file) throws IOException {
    byte[] content = share.read(file.path());
    return Arrays.equals(Sha256.of(content), file.sha256())
        ? null
        : file.path() + ": " + content.length + " bytes with another SHA-256 than were written";
  }

  /** A file whose inode was overwritten: a repair may find that it is lost, and then says so. */
  private @Nullable String readHit(DemoFile file) throws IOException {
    try {
      String wrong = read(file);
      if (wrong == null || !repairing) {
        return wrong;
      }
    } catch (NoSuchFileException e) {
      if (!repairing) {
        throw e;
      }
    }
    there.excused();
    return null;
  }

  private void startWriter(List<OwnFiles> own, Tally tally, SplittableRandom random) {
    if (!own.isEmpty()) {
      writers.add(own);
      start(tally, () -> own.get(random.nextInt(own.size())).step(share));
    }
  }

  private void start(Tally tally, Step step) {
    Crew all = crew == null ? new Crew("load") : crew;
    crew = all;
    synchronized (gate) {
      running++;
    }
    all.start(() -> {
      try {
        while (!stopped) {
          once(tally, step);
          if (killed) {
            park();
          }
        }
      } finally {
        synchronized (gate) {
          running--;
          gate.notifyAll();
        }
      }
    });
  }

  private void once(Tally tally, Step step) {
    boolean excused = tally == there && chunkOut;
    long from = System.nanoTime();
    try {
      String wrong = step.run();
      tally.done(System.nanoTime() - from);
      if (wrong != null) {
        tally.wrong(wrong);
      }
    } catch (IOException e) {
      if (killed) {
        return; // the server was killed in the middle of it
      }
      if (excused || (tally == there && chunkOut)) {
        tally.excused();
      } else {
        tally.failed(Sentence.of(e), System.nanoTime() - from);
      }
    }
  }

  private void park() throws IOException {
    synchronized (gate) {
      parked++;
      gate.notifyAll();
      try {
        while (killed && !stopped) {
          gate.wait(PARK_MILLIS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Interrupted.", e);
      } finally {
        parked--;
      }
    }
  }

  /** From now on the chunk may be out of service, or no longer. */
  void chunkOut(boolean out) {
    chunkOut = out;
  }

  /** A repair begins: what is lost may be gone from now on. */
  void repairing() {
    repairing = true;
  }

  /** The server is about to be killed: whatever fails from now on is its unfinished work. */
  void killing() {
    killed = true;
  }

  /** Waits until nobody asks for anything any more. */
  void awaitQuiet() throws IOException {
    long until = System.nanoTime() + PATIENCE_NANOS;
    synchronized (gate) {
      while (parked < running) {
        if (System.nanoTime() > until) {
          throw new IOException(
              "%d requests to the killed server got no answer.".formatted(running - parked));
        }
        try {
          gate.wait(PARK_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("Interrupted.", e);
        }
      }
    }
  }

  /** Goes on after a kill. */
  void resume() {
    synchronized (gate) {
      killed = false;
      gate.notifyAll();
    }
  }

  /** Ends all workers, after what they are doing. */
  void stop() throws IOException {
    stopped = true;
    Crew all = crew;
    if (all != null) {
      all.join();
    }
  }

  /** Changes that writers were told had happened. */
  long acknowledged() {
    return writers.stream().flatMap(List::stream).mapToLong(OwnFiles::acknowledged).sum();
  }

  /**
   * Compares the writers' files with what they were told; nobody may be at work.
   *
   * @return how many files were looked at
   */
  int verifyOwn(List<String> complaints) {
    int looked = 0;
    for (List<OwnFiles> writer : writers) {
      for (OwnFiles own : writer) {
        looked += own.verify(share, complaints);
      }
    }
    return looked;
  }
}
