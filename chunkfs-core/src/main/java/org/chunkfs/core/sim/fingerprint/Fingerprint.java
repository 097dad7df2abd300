package org.chunkfs.core.sim.fingerprint;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.device.PatientDevice;
import org.chunkfs.core.sim.ImageChecker;
import org.chunkfs.core.sim.TreeDump;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Volume;

/**
 * Takes the fault fingerprint: every fault, on every kind of block, under every operation. Each
 * operation is traced first without a fault; where it does not touch a kind of block the trace is
 * the proof, and everywhere else the first block of that kind that it touches is what the fault
 * hits.
 */
public final class Fingerprint {
  private static final Duration CALM = Duration.ofSeconds(20);
  private static final Duration HANG = Duration.ofMillis(500);

  /** How often an entry is taken: a machine that stands still looks like a device that does. */
  private static final int TRIES = 5;

  private final long seed;
  private final ImageChecker checker;
  private final Scene scene;
  private final PlaceMap places;
  private final Partners partners;

  /** What an operation does when nothing goes wrong. */
  private record Plain(List<Trace.Touch> touches, Exposure.Expected expected) {}

  /** One entry of the table. */
  record Cell(FaultClass fault, Place place, Operation operation, Reaction reaction, String note) {}

  private Fingerprint(long seed, ImageChecker checker) throws IOException {
    this.seed = seed;
    this.checker = checker;
    this.scene = new Scene(seed);
    MemoryDevice image = scene.image(Operation.MOUNT);
    this.places = new PlaceMap(Image.of(image).layout());
    this.partners = new Partners(image, places);
  }

  /** The boot id of the images' last opening, for checkers that judge journals by it. */
  public static byte[] bootId() {
    return Scene.bootId();
  }

  /**
   * Takes it. What one attempt sees depends on time in two ways: whether a request or the watch
   * over its device notices a hang first, and whether the machine itself is late. So an entry that
   * is not as documented is taken again, alone and with more time, and counts as different only if
   * it never is as documented.
   *
   * @param checker the whole check of an image, with file data
   * @param threads how many at once; most of the time is spent waiting for what hangs
   * @param document the document of the last one that was taken, or empty
   */
  public static FingerprintTable take(long seed, ImageChecker checker, int threads, String document)
      throws IOException {
    Fingerprint fingerprint = new Fingerprint(seed, checker);
    Documented documented = new Documented(document);
    ExecutorService pool =
        Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().factory());
    try {
      Map<Operation, Plain> plain = fingerprint.plain();
      // What measures time comes last, when nothing else needs the processors.
      List<Cell> all = fingerprint.cells(pool, plain, false);
      all.addAll(fingerprint.cells(pool, plain, true));
      for (int i = 0; i < all.size(); i++) {
        all.set(i, fingerprint.settled(all.get(i), documented));
      }
      return new FingerprintTable(all);
    } finally {
      pool.shutdownNow();
    }
  }

  /** Whether a kind of block can have a fault: the device's cache that of flushes, only. */
  static boolean belong(FaultClass fault, Place place) {
    return fault.ofFlushes() == (place == Place.CACHE);
  }

  static boolean belongs(Cell cell) {
    return belong(cell.fault(), cell.place());
  }

  private Map<Operation, Plain> plain() throws IOException {
    Map<Operation, Plain> plain = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      plain.put(operation, plain(operation));
    }
    return plain;
  }

  /** The entry as it is documented, if it can be seen so. */
  private Cell settled(Cell cell, Documented documented) throws IOException {
    String sign = documented.sign(cell.fault(), cell.place(), cell.operation());
    Cell last = cell;
    for (int i = 1; i < TRIES && belongs(cell); i++) {
      boolean as = sign == null || last.reaction().sign().equals(sign);
      if (as && last.reaction() != Reaction.NOTHING) {
        break;
      }
      Plain plain = plain(cell.operation());
      last = cell(cell.fault(), cell.place(), cell.operation(), plain, HANG.multipliedBy(1L << i));
    }
    return last;
  }

  private List<Cell> cells(ExecutorService pool, Map<Operation, Plain> plain, boolean hanging)
      throws IOException {
    List<Future<Cell>> cells = new ArrayList<>();
    for (FaultClass fault : FaultClass.values()) {
      if (fault.hangs() != hanging) {
        continue;
      }
      for (Place place : Place.values()) {
        for (Operation operation : Operation.values()) {
          Plain p = plain.get(operation);
          if (p != null) {
            cells.add(pool.submit(() -> cell(fault, place, operation, p, HANG)));
          }
        }
      }
    }
    List<Cell> all = new ArrayList<>();
    for (Future<Cell> cell : cells) {
      try {
        all.add(cell.get());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
    }
    return all;
  }

  private Plain plain(Operation operation) throws IOException {
    MemoryDevice device = scene.image(operation);
    List<String> before = tree(device.snapshot(), operation);
    Trace trace = new Trace(device);
    String answer = "";
    List<Trace.Touch> touches;
    if (operation == Operation.FSCK || operation == Operation.FSCK_CLEAN) {
      trace.start();
      List<String> found = checker.check(new PatientDevice(trace, CALM));
      if (!found.isEmpty()) {
        throw new IllegalStateException("the image is not sound to begin with: " + found);
      }
      touches = trace.stop();
    } else if (operation == Operation.MOUNT || operation == Operation.MOUNT_CLEAN) {
      trace.start();
      Volume volume = Scene.open(trace, CALM);
      touches = trace.stop();
      volume.abandon();
    } else {
      Volume volume = Scene.open(trace, CALM);
      operation.prepare(volume);
      trace.start();
      answer = operation.run(volume, scene.victim());
      touches = trace.stop();
      volume.abandon();
    }
    return new Plain(
        touches, new Exposure.Expected(answer, before, tree(device.snapshot(), Operation.MOUNT)));
  }

  /** The tree that an operation begins with. */
  private static List<String> tree(MemoryDevice device, Operation operation) throws IOException {
    Volume volume = Scene.open(device, CALM);
    try {
      operation.prepare(volume);
      return TreeDump.of(volume);
    } finally {
      volume.abandon();
    }
  }

  private Cell cell(
      FaultClass fault, Place place, Operation operation, Plain plain, Duration hang) {
    Exposure.Target target = target(fault, place, plain.touches);
    if (target == null) {
      return new Cell(fault, place, operation, Reaction.UNTOUCHED, "");
    }
    try {
      Reaction reaction =
          new Exposure(scene, operation, fault, target, plain.expected, checker, seed, hang).run();
      return new Cell(fault, place, operation, reaction, "");
    } catch (IOException | RuntimeException e) {
      return new Cell(fault, place, operation, Reaction.NOTHING, String.valueOf(e.getMessage()));
    }
  }

  /**
   * The first block of a kind that an operation touches and that holds something, else the first
   * one, or null.
   */
  private Exposure.@org.jspecify.annotations.Nullable Target target(
      FaultClass fault, Place place, List<Trace.Touch> touches) {
    if (fault.ofFlushes()) {
      boolean flushes = touches.stream().anyMatch(t -> t.kind() == Trace.Kind.FLUSH);
      return flushes && place == Place.CACHE ? new Exposure.Target(place, 0, 0) : null;
    }
    Trace.Touch first = null;
    for (Trace.Touch touch : touches) {
      boolean fits =
          touch.kind() == Trace.Kind.READ
              ? fault.ofReads()
              : touch.kind() == Trace.Kind.WRITE && fault.ofWrites();
      if (fits && is(touch, place)) {
        boolean holds = PlaceMap.holds(place, touch.content(), touch.at());
        // Replicas of the volume record are written by several threads: their order says nothing.
        boolean unordered = place == Place.VOLUME_RECORD;
        if (first == null && place != Place.DATA
            || holds && !unordered
            || first != null && unordered && touch.position() < first.position()) {
          first = touch;
        }
        if (holds && !unordered) {
          break;
        }
      }
    }
    return first == null
        ? null
        : new Exposure.Target(
            place, first.position(), partners.of(place, first.position(), scene.victim()));
  }

  private boolean is(Trace.Touch touch, Place place) {
    PlaceMap.Spot spot = places.of(touch.position(), touch.content(), touch.at());
    boolean everybodys = place == Place.VOLUME_RECORD || spot.chunk() < 0;
    return spot.place() == place && (everybodys || spot.chunk() == scene.victim());
  }
}
