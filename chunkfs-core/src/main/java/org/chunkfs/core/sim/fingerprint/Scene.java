package org.chunkfs.core.sim.fingerprint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;

/** The images that everything happens on: one with empty journals, one as after SIGKILL. */
final class Scene {
  static final String DIR = "victim";
  static final String OTHER = "other";
  static final String OLD = "old";
  static final String DOOMED = "doomed";
  static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);

  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 1, 2, 0);
  private static final int CHUNKS = 5;
  private static final int CHUNK = 4 << 20;
  private static final int NAMES = 70;
  private static final int LATE = 8;
  private static final byte[] BOOT = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};

  private final MemoryDevice settled;
  private final MemoryDevice killed;
  private final int victim;

  Scene(long seed) throws IOException {
    MemoryDevice device = new MemoryDevice((1 << 20) + (long) CHUNKS * CHUNK);
    ChunkFs.format(device, FormatOptions.seeded(seed, 1_000).withChunkBytes(CHUNK));
    Volume volume = open(device, Duration.ofSeconds(20));
    SplittableRandom random = new SplittableRandom(seed);
    long dir = volume.mkdir(volume.root(), Operation.name(DIR), DIRECTORY).id();
    long other = volume.mkdir(volume.root(), Operation.name(OTHER), DIRECTORY).id();
    victim = Ino.chunk(dir);
    fill(volume, dir, other, random);
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      volume.checkpoint(chunk);
    }
    // The other chunk's journal is in use already: it needs no mark to go on.
    volume.create(other, Operation.name("early"), FILE);
    volume.close();
    settled = device.snapshot();
    MemoryDevice again = device.snapshot();
    volume = open(again, Duration.ofSeconds(20));
    // So many that the first block of the journal is not its end, which would look torn.
    for (int i = 0; i < LATE; i++) {
      volume.create(dir, Operation.name("late" + i), FILE);
    }
    volume.write(volume.lookup(dir, Operation.name(OLD)).id(), 4096, random(random, 5000));
    volume.create(other, Operation.name("late"), FILE);
    killed = again.snapshot();
    volume.abandon();
  }

  private static void fill(Volume volume, long dir, long other, SplittableRandom random)
      throws IOException {
    for (int i = 0; i < NAMES; i++) {
      volume.create(dir, Operation.name("a-rather-long-name-of-a-file-" + i), FILE);
    }
    long old = volume.create(dir, Operation.name(OLD), FILE).id();
    volume.write(old, 0, random(random, 3 * BlockDevice.BLOCK));
    volume.setxattr(old, Operation.name("user.x"), random(random, 700).array(), Vfs.XattrMode.SET);
    long doomed = volume.create(dir, Operation.name(DOOMED), FILE).id();
    volume.write(doomed, 0, random(random, 2 * BlockDevice.BLOCK));
    volume.link(old, other, Operation.name("second"));
    volume.write(
        volume.create(other, Operation.name("beside"), FILE).id(), 0, random(random, 5000));
  }

  private static ByteBuffer random(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  /** The chunk that the faults are in. */
  int victim() {
    return victim;
  }

  /** What an operation begins with. */
  MemoryDevice image(Operation operation) {
    boolean live = operation == Operation.MOUNT || operation == Operation.FSCK;
    return (live ? killed : settled).snapshot();
  }

  /** Opens it on the same boot of the same machine; nothing is done but what is asked for. */
  static Volume open(BlockDevice device, Duration stall) throws IOException {
    AtomicLong seconds = new AtomicLong(1_000_000);
    VolumeOptions options =
        VolumeOptions.defaults()
            .withDeadline(stall.multipliedBy(4))
            .withStall(stall)
            .withFenced(VolumeOptions.FencedPolicy.FAIL)
            .withFlush(Duration.ofHours(1), Long.MAX_VALUE)
            .withClock(() -> Instant.ofEpochSecond(seconds.getAndIncrement()));
    Volume volume = Volume.open(Image.of(device, stall), options, BOOT);
    // The chunks' first use belongs to the opening: it is made in the background.
    volume.quiesce(stall.toMillis() * 4);
    return volume;
  }

  /** The boot id of those openings. */
  static byte[] bootId() {
    return BOOT.clone();
  }
}
