package org.chunkfs.fsck.undo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.sim.CrashStates;
import org.chunkfs.core.sim.RecordingDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.plan.RepairPlan;
import org.chunkfs.fsck.torture.SampleImages;

/** A repair that is taken back leaves the image byte for byte as it was, wherever it was cut. */
final class UndoProps {
  private static final FsckOptions REPAIR =
      FsckOptions.repair(1_000_000_000L).withBootId(SampleImages.bootId()).withThreads(1);

  @Property(tries = 12, seed = "41", shrinking = ShrinkingMode.OFF)
  void takenBackItIsAsItWas(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BlockDevice device = damaged(random);
    BlockDevice before = SampleImages.copy(device);
    MemoryStore store = new MemoryStore();
    Image image = Image.of(device);
    UndoDevice undo = UndoDevice.before(image, store);
    boolean planned = random.nextBoolean();
    if (planned) {
      RepairPlan plan = Fsck.plan(image, REPAIR, Progress.NONE);
      assertThat(same(device, before)).isTrue();
      plan.carryOut(undo);
    } else {
      Fsck.repair(image.on(undo), REPAIR, Progress.NONE);
    }
    undo.finish();
    UndoFile.read(store).takeBack(Image.of(device));
    assertThat(same(device, before)).isTrue();
    UndoFile.read(store).takeBack(Image.of(device)); // twice is the same
    assertThat(same(device, before)).isTrue();
  }

  @Property(tries = 4, seed = "42", shrinking = ShrinkingMode.OFF)
  void aCutAtAnyWriteIsTakenBackAndSoIsACutInThat(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    MemoryDevice before = SampleImages.full(random.nextInt(20), random.nextBoolean());
    damage(before, random);
    RecordingDevice recorded = new RecordingDevice(before);
    MemoryStore store = new MemoryStore();
    // What the undo file held when each write to the image was made.
    store.image = recorded;
    UndoDevice undo = UndoDevice.before(Image.of(recorded), store);
    Fsck.repair(Image.of(recorded).on(undo), REPAIR, Progress.NONE);
    undo.finish();
    CrashStates states = new CrashStates(recorded.recording());
    int events = recorded.recording().events().size();
    for (int i = 1; i <= events; i++) {
      states.advance(i);
      if (i % 3 != 0 && i != events) {
        continue;
      }
      MemoryDevice left =
          random.nextBoolean() ? states.processDeath() : states.powerLoss(random.nextLong());
      MemoryStore file = store.at(i, random);
      RecordingDevice back = new RecordingDevice(left);
      UndoFile.read(file).takeBack(Image.of(back));
      assertThat(same(back.snapshot(), before)).as("seed %d, event %d", seed, i).isTrue();
      CrashStates cut = new CrashStates(back.recording());
      cut.advance(random.nextInt(back.recording().events().size() + 1));
      MemoryDevice half = cut.powerLoss(random.nextLong());
      UndoFile.read(file).takeBack(Image.of(half));
      assertThat(same(half, before)).as("seed %d, event %d, cut", seed, i).isTrue();
    }
  }

  @Example
  void aCutFileAChangedImageAndAnotherImageAreRefused() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    MemoryDevice device = SampleImages.full(3, true);
    damage(device, random);
    MemoryStore store = new MemoryStore();
    UndoDevice undo = UndoDevice.before(Image.of(device), store);
    Fsck.repair(Image.of(device).on(undo), REPAIR, Progress.NONE);
    undo.finish();

    MemoryDevice other = SampleImages.full(4, true);
    assertThatThrownBy(() -> UndoFile.read(store).takeBack(Image.of(other)))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("another image");
    for (int length : new int[] {0, 10, 4096, 9000, (int) store.size() - 1}) {
      assertThatThrownBy(() -> UndoFile.read(store.cut(length)))
          .isInstanceOf(IOException.class)
          .hasMessageMatching("(?s).*(cut short|not an undo file|damaged).*");
    }
    for (int at : new int[] {8200, 9000, (int) store.size() - 5}) {
      assertThatThrownBy(() -> UndoFile.read(store.flipped(at))).isInstanceOf(IOException.class);
    }
    MemoryDevice used = device.snapshot();
    try (Volume volume = SampleImages.open(used)) {
      volume.syncfs();
    }
    MemoryDevice mounted = used.snapshot();
    MemoryDevice unchanged = used.snapshot();
    assertThatThrownBy(() -> UndoFile.read(store).takeBack(Image.of(mounted)))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("was changed since");
    assertThat(same(mounted, unchanged)).isTrue();
    MemoryDevice again = device.snapshot();
    again.write(again.size() / 2 - 4096, ByteBuffer.wrap(new byte[] {1})); // free, and never saved
    UndoFile.read(store).takeBack(Image.of(again));
  }

  private static BlockDevice damaged(SplittableRandom random) throws IOException {
    int seed = random.nextInt(20);
    BlockDevice device =
        random.nextInt(3) == 0
            ? SampleImages.spread(seed, random.nextBoolean())
            : SampleImages.full(seed, random.nextBoolean());
    damage(device, random);
    return device;
  }

  private static void damage(BlockDevice device, SplittableRandom random) throws IOException {
    Image image = Image.of(device);
    int chunks = image.layout().chunks();
    for (int i = 0; i < 3; i++) {
      int chunk = random.nextInt(chunks);
      int body = image.layout().geometry(chunk).bodyStart();
      int block = random.nextInt(2) == 0 ? random.nextInt(body) : body + random.nextInt(12);
      byte[] junk = new byte[1 + random.nextInt(4096)];
      random.nextBytes(junk);
      device.write(image.layout().base(chunk) + block * 4096L, ByteBuffer.wrap(junk));
    }
    device.write(image.layout().base(0), ByteBuffer.wrap(new byte[100])); // something is wrong
  }

  static boolean same(BlockDevice one, BlockDevice other) throws IOException {
    if (one instanceof ConcatDevice a && other instanceof ConcatDevice b) {
      for (int i = 0; i < a.parts().size(); i++) {
        if (!same(a.parts().get(i), b.parts().get(i))) {
          return false;
        }
      }
      return true;
    }
    ByteBuffer x = ByteBuffer.allocate(1 << 20);
    ByteBuffer y = ByteBuffer.allocate(1 << 20);
    for (long at = 0; at < one.size(); at += x.capacity()) {
      int n = (int) Math.min(x.capacity(), one.size() - at);
      one.read(at, x.clear().limit(n));
      other.read(at, y.clear().limit(n));
      if (!x.flip().equals(y.flip())) {
        return false;
      }
    }
    return true;
  }
}
